"""Telegram Business: the bot answers in chats of a person's own account, as far as that person lets it.

https://core.telegram.org/bots/api (API 10.3, read 2026-11-22): `BusinessConnection`, `BusinessBotRights`,
`deleteBusinessMessages`; https://core.telegram.org/method/messages.sendMessage for the two refusals of a chat.
The right `can_reply` holds for private chats with an incoming message of the last 24 hours. Buttons and reactions do
not exist there. An update about a connection does not say when it happened, so it is dated by its receipt.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.channels.telegram.wire import BusinessConnection, address_of
from hub.domain.account import AccountState, account_of
from hub.domain.inbound import AccountChanged, Sender
from hub.domain.outbound import ChangeKind, OutboundChange

REPLY_WINDOW = timedelta(hours=24)
# A piece of the provider's sentence -> stable reason and words for people.
REFUSALS = (
    ("business connection not found", "account_off", "Аккаунт, которому писал клиент, больше не подключён к боту."),
    ("business_connection_invalid", "account_off", "Аккаунт, которому писал клиент, больше не подключён к боту."),
    (
        "business_",
        "window_closed",
        "От имени аккаунта отвечают 24 часа после сообщения клиента и только в чатах, открытых боту.",
    ),
)


def account_change(connection: BusinessConnection, owner: Sender, *, received_at: datetime) -> AccountChanged:
    """Return what became of an account of one of our people; `owner` is that person."""
    if not connection.is_enabled:
        state = AccountState.off
    elif connection.rights.can_reply or connection.can_reply:
        state = AccountState.open
    else:
        state = AccountState.mute
    return AccountChanged(connection.id, owner, state, received_at)


def is_over_account(thread: str) -> bool:
    """Tell whether a thread is a chat of a business account."""
    return bool(account_of(thread))


def deleting_calls(wanted: OutboundChange) -> Sequence[tuple[str, dict[str, object]]]:
    """Return the call that takes messages back in a chat of an account; it names no chat."""
    address = {name: value for name, value in address_of(wanted.thread).items() if name != "chat_id"}
    return [("deleteBusinessMessages", address | {"message_ids": [int(each) for each in wanted.external_ids]})]


def is_possible(wanted: OutboundChange) -> bool:
    """Tell whether a change exists in a thread: chats of accounts have no reactions of bots."""
    return wanted.kind is not ChangeKind.react or not is_over_account(wanted.thread)
