"""The addresses of a client as shown: where an answer can go now, why not elsewhere, phones masked as the line says."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.domain.account import AccountState, chat_of
from hub.domain.contact import ContactIdentity
from hub.domain.conversation import Thread
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import ReachState
from hub.domain.words import Words
from hub.inbox.masking import hide_numbers, mask_phone
from hub.inbox.viewer import Viewed
from hub.inbox.views import AddressView
from hub.inbox.ways import Endpoints, carries_text, endpoint_writing_to, is_one_way, is_window_closed

_SHOWN = frozenset({IdentityType.tg_user, IdentityType.tg_chat, IdentityType.email, IdentityType.phone})
_BLOCKED = Words("клиент заблокировал нас", "the client has blocked us")
_GONE = Words("подключение выключено", "the connection is off")
_CLOSED = Words("канал больше не даёт ответить: прошло слишком много времени", "the channel's reply window has closed")
_ACCOUNT_OFF = Words(
    "аккаунт сотрудника, куда писал клиент, отключён от бота", "our account they wrote to has left the bot"
)
_ACCOUNT_MUTE = Words(
    "владелец аккаунта, куда писал клиент, не разрешил боту отвечать", "the account's owner does not let the bot answer"
)
_CALL_ONLY = Words("только позвонить", "calls only")
_UNPROVEN = Words("не подтверждён: уточните у клиента", "not proven: ask the client")
_NEVER_WROTE = Words("с этого адреса клиент не писал", "the client never wrote from it")
_SHARED = Words(
    "первым сюда не пишут: неизвестно, кто прочтёт", "nobody begins to write there: who reads it is unknown"
)


def mask_in(text: str, identities: Iterable[ContactIdentity]) -> str:
    """Return a sentence with its telephone numbers masked, those of `identities` however they are spelled (RG-5)."""
    return hide_numbers(text, list_phones(identities))


def list_phones(identities: Iterable[ContactIdentity]) -> list[str]:
    """Return the telephone numbers among addresses, in E.164."""
    return [row.value for row in identities if row.type is IdentityType.phone]


def show_address(row: ContactIdentity, *, sees_phones: bool, known: Iterable[str] = ()) -> str:
    """Return an address as people may read it: the number behind a messenger account says nothing to anybody.

    `known` are the client's own numbers, in E.164.
    """
    if row.type is IdentityType.phone:
        return row.value if sees_phones else mask_phone(row.value)
    shown = row.original or row.value
    if row.type is IdentityType.tg_user:
        shown = row.original if row.original not in ("", row.value) else "Telegram"
    return shown if sees_phones else hide_numbers(shown, known)


def list_addresses(
    viewed: Viewed,
    identities: Iterable[ContactIdentity],
    threads: Sequence[Thread],
    *,
    endpoints: Endpoints,
    now: datetime,
) -> tuple[AddressView, ...]:
    """Return the addresses a person can write to or call, those that can be answered first.

    A shared one (M-7) is answered where this very client wrote from it; nobody begins to write there.
    """
    answerable = [thread for thread in threads if not is_one_way(endpoints, thread)]
    views = [
        _view(viewed, row, _thread_of(row, answerable, endpoints, now), endpoints=endpoints, now=now)
        for row in identities
        if row.type in _SHOWN
    ]
    return tuple(sorted(views, key=lambda view: not view.can_reply))


def _view(
    viewed: Viewed, row: ContactIdentity, thread: Thread | None, *, endpoints: Endpoints, now: datetime
) -> AddressView:
    note = _why_not(row, thread, endpoints, now)
    if thread is None:
        endpoint = endpoint_writing_to(endpoints, row.type, line=viewed.line.key)
    else:
        endpoint = endpoints.get(thread.connection_id)
    return AddressView(
        type=row.type.value,
        text=show_address(row, sees_phones=viewed.sees_phones),
        level=row.level.value,
        can_reply=note is None,
        thread_id=thread.id if thread and note is None else None,
        channel=endpoint.kind if endpoint else "",
        note=viewed.say(note) if note else "",
        identity_id=row.id if thread is None and endpoint is not None and not row.is_shared else None,
        key=row.id,
        is_shared=row.is_shared,
    )


def _why_not(row: ContactIdentity, thread: Thread | None, endpoints: Endpoints, now: datetime) -> Words | None:
    """Return why no answer can go to an address, `None` if one can (M-16)."""
    if row.type is IdentityType.phone:
        return _CALL_ONLY
    if thread is None and row.is_shared:
        return _SHARED
    if thread is None:
        return _NEVER_WROTE if row.level is ProofLevel.proven else _UNPROVEN
    if thread.reach is not ReachState.open:
        return _BLOCKED
    if not carries_text(endpoints, thread):
        return _why_silent(endpoints, thread)
    return _CLOSED if is_window_closed(endpoints, thread, now) else None


def _why_silent(endpoints: Endpoints, thread: Thread) -> Words:
    """Return why a thread that nobody has blocked carries no text: its connection is off, or its account."""
    endpoint = endpoints.get(thread.connection_id)
    account = endpoint.account_over(thread.external_id) if endpoint else None
    if account is None or account.state is AccountState.open:
        return _GONE
    return _ACCOUNT_OFF if account.state is AccountState.off else _ACCOUNT_MUTE


def _thread_of(row: ContactIdentity, threads: Sequence[Thread], endpoints: Endpoints, now: datetime) -> Thread | None:
    """Return the thread in which an address was heard last; one that can be answered now comes first.

    `threads` are newest first. A client may have written to the bot and to a colleague's account.
    """
    heard = [thread for thread in threads if _is_from(thread, row)]
    return next((thread for thread in heard if _why_not(row, thread, endpoints, now) is None), next(iter(heard), None))


def _is_from(thread: Thread, row: ContactIdentity) -> bool:
    if thread.address:
        return thread.address in (row.value, row.original)
    named = chat_of(thread.external_id) if row.type is IdentityType.tg_user else thread.external_id
    return named.endswith(row.value) and not named[: -len(row.value)][-1:].isalnum()
