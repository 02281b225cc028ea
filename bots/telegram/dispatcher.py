"""The router of the manager bot: which update means what. Fed by `bots.intake` with stored updates, one at a time.

aiogram's own polling and webhook handlers are not used: they confirm updates before they are handled.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from aiogram import Bot, Dispatcher, F, Router
from aiogram.enums import ChatType
from aiogram.types import (
    CallbackQuery,
    ChatMemberUpdated,
    InlineQuery,
    Message,
    MessageReactionUpdated,
    ReactionTypeEmoji,
)

from bots.office import BotOffice
from bots.telegram.board import is_board
from bots.telegram.commands import CARD_LINK
from bots.telegram.deeds.correcting import correct, mark
from bots.telegram.entrance import admit, greet_stranger, say_neutral, welcome
from bots.telegram.groups import GONE_STATES, on_group_membership, on_group_message, on_group_press
from bots.telegram.messages import politely, receive
from bots.telegram.presses import press
from bots.telegram.queue_card import is_queue_card
from bots.telegram.searching import answer_query
from bots.telegram.turn import Turn
from hub.domain.errors import AlreadyDone, NotFound, PermissionDenied
from hub.inbox.people import set_reachable

UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction", "inline_query")
"""What the bot asks Telegram for; asking for less loses updates for ever."""

_GROUPS = {ChatType.GROUP, ChatType.SUPERGROUP}


def build_dispatcher(desk: BotOffice) -> Dispatcher:
    """Return a dispatcher that hands its updates to this office; `key` comes with each update."""
    router = Router()
    private, group = F.chat.type == ChatType.PRIVATE, F.chat.type.in_(_GROUPS)
    router.message.register(on_message, private)
    router.message.register(on_group_message, group)
    router.edited_message.register(on_edit, private)
    router.callback_query.register(on_group_press, F.message.chat.type.in_(_GROUPS))
    router.callback_query.register(on_press)
    router.my_chat_member.register(on_membership, private)
    router.my_chat_member.register(on_group_membership, group)
    router.message_reaction.register(on_reaction, private)
    router.inline_query.register(on_query)
    dispatcher = Dispatcher(desk=desk, disable_fsm=True)
    dispatcher.include_router(router)
    return dispatcher


async def on_message(message: Message, desk: BotOffice, bot: Bot, key: str, more: Sequence[Message] = ()) -> None:
    """Hand a message, `more` being the other parts of its album, to its manager's turn, or greet a stranger."""
    if message.from_user is None:
        return
    turn = await admit(desk, bot, message.from_user, key=key)
    if turn is None:
        await greet_stranger(desk, bot, message)
    elif _is_greeting(message.text or ""):
        await welcome(turn, message.from_user.full_name)
    else:
        await receive(replace(turn, own=message.message_id), message, more)


def _is_greeting(text: str) -> bool:
    return text.startswith("/start") and not text.startswith(CARD_LINK)


async def on_edit(message: Message, desk: BotOffice, bot: Bot, key: str) -> None:
    """Give the client the new words of an edited answer."""
    if message.from_user is None:
        return
    turn = await admit(desk, bot, message.from_user, key=key)
    shown = await desk.memory.find(message.chat.id, message.message_id) if turn else None
    if turn is not None and shown is not None:
        own = replace(turn, own=message.message_id)
        await politely(own, correct(own, shown, message.text or message.caption or ""))


async def on_reaction(change: MessageReactionUpdated, desk: BotOffice, bot: Bot, key: str) -> None:
    """Pass a manager's reaction to a client's message on to the client; what cannot be passed on is no trouble."""
    turn = await admit(desk, bot, change.user, key=key) if change.user else None
    shown = await desk.memory.find(change.chat.id, change.message_id) if turn else None
    if turn is None or shown is None:
        return
    emoji = next((each.emoji for each in change.new_reaction if isinstance(each, ReactionTypeEmoji)), "")
    with suppress(AlreadyDone, NotFound, PermissionDenied):
        await mark(turn, shown, emoji)


async def on_query(query: InlineQuery, desk: BotOffice, bot: Bot, key: str) -> None:
    """Offer the texts a manager looks for while typing; to a stranger nothing."""
    await answer_query(await admit(desk, bot, query.from_user, key=key), query)


async def on_press(query: CallbackQuery, desk: BotOffice, bot: Bot, key: str) -> None:
    """Carry out a pressed button; the press itself was answered by `bots.intake` already."""
    turn = await admit(desk, bot, query.from_user, key=key)
    if turn is None:
        await say_neutral(bot, query.from_user)
        return
    pressed = query.message.message_id if query.message else 0
    await press(await _in_place(turn, pressed), query.data or "")


async def on_membership(change: ChatMemberUpdated, desk: BotOffice) -> None:
    """Note that a manager blocked the bot or came back (R-6)."""
    is_gone = change.new_chat_member.status in GONE_STATES
    await set_reachable(desk.office, change.from_user.id, not is_gone)


async def _in_place(turn: Turn, pressed: int) -> Turn:
    """Return the turn that answers in place of the pressed message, unless that stays: a card, a mirror, the list."""
    shown = await turn.desk.memory.find(turn.chat.id, pressed)
    stays = shown.is_kept if shown is not None else await is_queue_card(turn, pressed) or await is_board(turn, pressed)
    return replace(turn, pressed=0 if stays else pressed)
