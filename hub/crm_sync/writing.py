"""How one thing of ours becomes one record there: remembered before the call, looked for after an unknown outcome.

The memory (`crm_items`) is written before the first call and after every answer, so a process that dies in between, or
an answer that is lost, leaves a thing `trying`. Then the CRM is asked by the key, as it is about what came back with a
backup: that memory is older than the CRM. Where it cannot be asked and makes two of two, the call is repeated once; if
that ends without an answer too, a person has to look (`unsure`).
"""

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.crash import crash_point
from hub.crm_sync.account import Account
from hub.crm_sync.base import FindsByKey, Place, Refused, Written
from hub.domain.crm import Entity
from hub.domain.errors import AuthenticationFailed, Conflict, PermanentFailure, TemporaryFailure
from hub.domain.ids import ContactId
from hub.domain.replacing import replace
from hub.store import crm_items
from hub.store.crm_items import DONE, GONE, REFUSED, TRYING, UNSURE, CrmItem
from hub.store.pool import acquire

_NAMES = uuid.UUID("6a0f4a2e-58f5-4b33-9c41-0d1d0fb0a2c7")
_ATTEMPTS_IN_DOUBT = 2
OF_THE_ACCOUNT = (Refused.forbidden, Refused.plan)
"""Why a question is refused to everybody: what is asked for one client rests the account then, as if it were away."""
_TAKEN_OVER = "the lease ran out and another worker has this client by now, or the CRM was taken away"


def key_of(account: Account, entity: Entity, hub_id: int) -> str:
    """Return the key of a thing in an account: the same in every process, for ever."""
    return str(uuid.uuid5(_NAMES, f"{account.connection_id}:create:{entity}:{hub_id}"))


def digest(*parts: object) -> str:
    """Return the mark of what would be written: equal things have equal marks."""
    return hashlib.blake2b(repr(parts).encode(errors="replace"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Making:
    """A thing to be made: what it is, where it will be, its `mark`, and the call that takes its `key`.

    `base` is what both sides agree on once it is there. After a call without an answer it stays that of the first one:
    what stands there may be older than what a later one brings.
    """

    entity: Entity
    hub_id: int
    contact_id: ContactId
    mark: str
    make: Callable[..., Awaitable[Written]]
    place: Place | None = None
    base: Mapping[str, str] = field(default_factory=dict)


async def keep(account: Account, item: CrmItem) -> CrmItem:
    """Store an item and return it.

    Raises:
        Conflict: somebody else has taken over the client, or taken the CRM away; nothing was stored.
    """
    async with acquire(account.office.pool) as connection:
        if not await crm_items.save(connection, item, lease=account.lease):
            raise Conflict(_TAKEN_OVER)
    return item


async def ensure_held(account: Account) -> None:
    """Make sure, before something is written on either side, that nobody else has taken over the client.

    What a worker that stalled had read may be older than what the next one brought.

    Raises:
        Conflict: somebody has.
    """
    if account.lease is None:
        return
    async with acquire(account.office.pool) as connection:
        if not await crm_items.is_held(connection, account.lease):
            raise Conflict(_TAKEN_OVER)


async def make_once(account: Account, making: Making, known: CrmItem | None) -> CrmItem:
    """Make a thing there unless it is there; return its item as it is now. Commits before and after the call.

    One that may be there, and that the CRM refuses to look for, is left to a person.

    Raises:
        TemporaryFailure, AuthenticationFailed: it was not made; nothing is in doubt.
        OutcomeUnknown: nobody knows; the next run looks first.
    """
    item = known or _first(account, making)
    if item.state in (REFUSED, UNSURE) and item.mark == making.mark:
        return item
    is_asked_for = item.attempt or _is_of_backup(account, item)
    if is_asked_for and (known_now := await _look_for(account, item, making.place, mark=making.mark)) is not None:
        return known_now
    if item.attempt >= _ATTEMPTS_IN_DOUBT and making.entity not in account.crm.keyed:
        return await keep(account, replace(item, state=UNSURE, reason="no answer", changed_at=_now(account)))
    return await _make(account, making, item)


async def give_up(account: Account, item: CrmItem, place: Place) -> CrmItem:
    """Say what became of a thing begun for what is not here any more: it is looked for, and made no more. Commits.

    Raises:
        TemporaryFailure, AuthenticationFailed: it cannot be looked for now.
    """
    if item.attempt and (known_now := await _look_for(account, item, place, mark=item.mark)) is not None:
        return known_now
    is_known = not item.attempt or isinstance(account.crm, FindsByKey)
    state = GONE if is_known else UNSURE
    return await keep(account, replace(item, state=state, reason="deleted here", changed_at=_now(account)))


async def _look_for(account: Account, item: CrmItem, place: Place | None, *, mark: str) -> CrmItem | None:
    """Return a thing that the CRM has under its key, or refuses to look for; None if not, or nobody can ask."""
    try:
        found = await _find(account, item, place)
    except PermanentFailure as refusal:
        if refusal.reason in OF_THE_ACCOUNT:
            raise
        doubted = replace(item, state=UNSURE, reason=str(refusal), mark=mark, changed_at=_now(account))
        return await keep(account, doubted)
    return await keep(account, _done(account, item, found)) if found is not None else None


async def _make(account: Account, making: Making, item: CrmItem) -> CrmItem:
    now, base = _now(account), item.base if item.attempt else making.base
    begun = replace(item, state=TRYING, mark=making.mark, attempt=item.attempt + 1, tried_at=now, changed_at=now)
    begun = replace(begun, base=base)
    crash_point("crm.before_begin")
    await keep(account, begun)
    crash_point("crm.before_make")
    try:
        written = await making.make(key=item.key)
    except PermanentFailure as refusal:
        return await keep(account, _refused(account, begun, refusal))
    except (TemporaryFailure, AuthenticationFailed):
        await keep(account, replace(begun, attempt=item.attempt))
        raise
    crash_point("crm.after_make")
    if written.is_existing and begun.attempt == 1:
        begun = replace(begun, base={})
    done = await keep(account, _done(account, begun, written))
    crash_point("crm.after_done")
    return done


async def renew(account: Account, item: CrmItem) -> CrmItem:
    """Let a thing whose record was deleted there be made anew, with another key."""
    key = str(uuid.uuid5(_NAMES, item.key))
    fresh = CrmItem(item.connection_id, item.entity, item.hub_id, item.contact_id, key, changed_at=_now(account))
    return await keep(account, fresh)


async def change(account: Account, item: CrmItem, mark: str, call: Callable[[], Awaitable[Written]]) -> CrmItem:
    """Change a record that is there and return its item, not yet stored; one that is gone is not made anew.

    Repeating it is harmless: values are absolute. `mark` is of what is written: refused once, it is not tried again.

    Raises:
        TemporaryFailure, OutcomeUnknown, AuthenticationFailed: again later.
        Conflict: somebody else has taken over the client.
    """
    await ensure_held(account)
    crash_point("crm.before_change")
    try:
        written = await call()
    except PermanentFailure as refusal:
        state = GONE if refusal.reason == Refused.missing else REFUSED
        return replace(item, state=state, reason=str(refusal), mark=mark, changed_at=_now(account))
    crash_point("crm.after_change")
    now = _now(account)
    return replace(item, state=DONE, mark="", rev=written.rev or item.rev, reason="", changed_at=now, tried_at=now)


def _is_of_backup(account: Account, item: CrmItem) -> bool:
    """Tell whether a thing came back with a backup: it may have gone there after the backup was made (case 38)."""
    restored = account.office.restored()
    return restored is not None and item.hub_id <= restored.last_id


async def _find(account: Account, item: CrmItem, place: Place | None) -> Written | None:
    crm = account.crm
    return await crm.find_by_key(item.entity, item.key, place) if isinstance(crm, FindsByKey) else None


def _first(account: Account, making: Making) -> CrmItem:
    key = key_of(account, making.entity, making.hub_id)
    return CrmItem(
        account.connection_id, making.entity, making.hub_id, making.contact_id, key, changed_at=_now(account)
    )


def _done(account: Account, item: CrmItem, written: Written) -> CrmItem:
    return replace(
        item,
        state=DONE,
        ref=str(written.ref),
        url=written.url,
        rev=written.rev,
        reason="",
        attempt=0,
        changed_at=_now(account),
    )


def _refused(account: Account, item: CrmItem, refusal: PermanentFailure) -> CrmItem:
    return replace(item, state=REFUSED, reason=str(refusal), attempt=0, changed_at=_now(account))


def _now(account: Account) -> datetime:
    return account.office.clock.now()
