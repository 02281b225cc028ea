"""A wait told again from its ledger alone: what reports count, and what `hub report verify` compares with stored rows.

Every fact that changes a wait says enough to repeat the change, through the same transitions of `hub.domain.wait` where
there is one. `UNTOLD` names what the ledger does not carry: references that move with a merge (its map is in `merges`)
and what only joins the parts of one album.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.domain.ids import ContactId, ConversationId, LineKey, ManagerId, MessageId, WaitId
from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.replacing import replace
from hub.domain.wait import (
    Response,
    Wait,
    WaitKind,
    WaitState,
    answer,
    breach,
    finish,
    restore,
    withdraw_breach,
)

UNTOLD = frozenset({"id", "version", "contact_id", "conversation_id", "last_group"})
TOLD = tuple(field.name for field in fields(Wait) if field.name not in UNTOLD)
_INSTANTS = frozenset(name for name in TOLD if name.endswith("_at"))


class Ending(StrEnum):
    """How a wait ended, as reports tell it apart; `running` has not."""

    running = "running"
    answered = "answered"
    at_once = "at_once"
    reached = "reached"
    elsewhere = "elsewhere"
    dismissed = "dismissed"
    cancelled = "cancelled"
    joined = "joined"


@dataclass(frozen=True, slots=True)
class Holding:
    """Who was responsible from an instant on, `None` for nobody."""

    since: datetime
    manager_id: ManagerId | None


@dataclass(frozen=True, slots=True)
class WaitStory:
    """A wait as its ledger tells it.

    `holdings` are in the order in which they were written. `ending` distinguishes what `wait.state` does not: a call
    answered at once (C-10), «дозвонился» (C-11) and an answer given elsewhere (S11). `levels_at` is when reminders went
    out, `campaign` the utm_campaign of the first request, `bot_began_at` when the client first wrote to a bot that
    handed over later (FR-6).
    """

    wait: Wait
    holdings: tuple[Holding, ...]
    ending: Ending = Ending.running
    is_unconfirmed: bool = False
    levels_at: tuple[datetime, ...] = ()
    campaign: str = ""
    bot_began_at: datetime | None = None
    is_complete: bool = True


def list_wait_changes(before: Wait, after: Wait) -> dict[str, object]:
    """Return the told fields in which two states of a wait differ, as the facts of an entry may carry them."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in TOLD)
    return {name: _plain(new) for name, old, new in pairs if old != new}


def rebuild_wait(entries: Sequence[LedgerEntry]) -> WaitStory | None:
    """Return the wait that its facts tell, in the order (wait version, recorded, id).

    `None` without a complete opening fact. `is_complete` is False for a wait of a hub before 0.2: its opening fact was
    filled in from the row, so it may be counted and proves nothing.
    """
    opening = next((entry for entry in entries if entry.kind is Fact.wait_opened), None)
    if opening is None or "source" not in opening.facts:
        return None
    wait = _opened(opening)
    holdings = [Holding(wait.started_at, wait.assignee_id)]
    for entry, before, after in _steps(wait, entries):
        if after.assignee_id != before.assignee_id:
            holdings.append(Holding(entry.occurred_at, after.assignee_id))
        wait = after
    return WaitStory(
        wait,
        tuple(holdings),
        ending=_ending(wait, entries),
        is_unconfirmed=any(entry.facts.get("unconfirmed") for entry in entries),
        levels_at=tuple(entry.recorded_at for entry in entries if entry.kind is Fact.level_sent),
        campaign=str(opening.facts.get("campaign", "")),
        bot_began_at=_bot_began(entries),
        is_complete="backfilled" not in opening.facts,
    )


def list_differences(stored: Wait, told: Wait) -> Iterable[tuple[str, object, object]]:
    """Yield (field, stored value, told value) wherever a stored wait is not what its ledger tells."""
    for name in TOLD:
        one, other = getattr(stored, name), getattr(told, name)
        if one != other:
            yield name, one, other


def list_tellers(entries: Sequence[LedgerEntry], name: str) -> list[LedgerEntry]:
    """Return the entries that say what a field of a rebuilt wait is: the opening one, and those that changed it."""
    opening = next(entry for entry in entries if entry.kind is Fact.wait_opened)
    steps = _steps(_opened(opening), entries)
    return [opening, *(entry for entry, old, new in steps if getattr(old, name) != getattr(new, name))]


def _steps(wait: Wait, entries: Iterable[LedgerEntry]) -> Iterator[tuple[LedgerEntry, Wait, Wait]]:
    """Yield each entry with the wait before and after it."""
    for entry in entries:
        before, wait = wait, _TELLERS[entry.kind](wait, entry) if entry.kind in _TELLERS else wait
        yield entry, before, wait


def _ending(wait: Wait, entries: Sequence[LedgerEntry]) -> Ending:
    match wait.state:
        case WaitState.open:
            return Ending.running
        case WaitState.answered:
            return Ending.at_once if _last_cause(entries, Fact.answered) == "C-10" else Ending.answered
        case WaitState.declared:
            return Ending.reached if _last_cause(entries, Fact.declared) == "C-11" else Ending.elsewhere
        case _:
            return Ending(wait.state.value)


def _bot_began(entries: Sequence[LedgerEntry]) -> datetime | None:
    told = [entry.facts.get("first_message_at") for entry in entries if entry.kind is Fact.handed_over]
    return _instant(told[0]) if told and told[0] else None


def _last_cause(entries: Sequence[LedgerEntry], kind: Fact) -> str:
    told = [entry.cause for entry in entries if entry.kind is kind and not entry.facts.get("unconfirmed")]
    return told[-1] if told else ""


def _opened(entry: LedgerEntry) -> Wait:
    facts = entry.facts
    return Wait(
        id=WaitId(entry.wait_id or 0),
        contact_id=ContactId(entry.contact_id or 0),
        line=entry.line,
        conversation_id=ConversationId(entry.conversation_id or 0),
        kind=WaitKind(str(facts["kind"])),
        **_beginning(entry),
        is_counted=bool(facts["counted"]),
        last_request_at=entry.occurred_at,
        assignee_id=_manager(facts.get("assignee_id")),
        assignee_at_start=_manager(facts.get("assignee_at_start")),
    )


def _beginning(entry: LedgerEntry) -> dict[str, Any]:
    """Return what the first request decides: start, policy and deadline (FR-9, D-1)."""
    facts = entry.facts
    return {
        "channel": str(facts["channel"]),
        "source": str(facts["source"]),
        "started_at": _instant(facts.get("started_at") or entry.occurred_at),
        "deadline_at": _instant(facts["deadline_at"]),
        "target_seconds": _number(facts["target_seconds"]),
        "policy_id": str(facts["policy"]),
        "policy_revision": _number(facts["revision"]),
        "has_no_open_time": bool(facts["no_open_time"]),
        "is_late_delivery": bool(facts["late_delivery"]),
        "request_message_id": _message(facts.get("message_id")),
        "required_skills": _names(facts.get("skills", ())),
        "preferred_skills": _names(facts.get("preferred_skills", ())),
        "priority": str(facts.get("priority", "")),
    }


def _request_added(wait: Wait, entry: LedgerEntry) -> Wait:
    last = max(entry.occurred_at, wait.last_request_at or wait.started_at)
    return replace(wait, requests=_number(entry.facts.get("requests", wait.requests + 1)), last_request_at=last)


def _start_corrected(wait: Wait, entry: LedgerEntry) -> Wait:
    """Take over the earlier request; facts before 0.2 lack what it decides, the opening one was filled in with that."""
    last = wait.last_request_at or wait.started_at
    begun = _beginning(entry) if "channel" in entry.facts else {}
    return replace(wait, **begun, requests=wait.requests + 1, last_request_at=last)


def _deadline_changed(wait: Wait, entry: LedgerEntry) -> Wait:
    facts = entry.facts
    changed = replace(
        wait,
        deadline_at=_instant(facts["deadline_at"]),
        target_seconds=_number(facts.get("target_seconds", wait.target_seconds)),
        policy_id=str(facts.get("policy", wait.policy_id)),
        policy_revision=_number(facts.get("revision", wait.policy_revision)),
        has_no_open_time=bool(facts.get("no_open_time", wait.has_no_open_time)),
        callback_due_at=_instant(facts["callback_due_at"]) if "callback_due_at" in facts else wait.callback_due_at,
    )
    if "line" not in facts:
        return changed
    return replace(changed, line=LineKey(str(facts["line"])), assignee_id=None, declined=())


def _missed_call(wait: Wait, entry: LedgerEntry) -> Wait:
    return replace(
        wait,
        needs_callback=True,
        callback_due_at=_instant(entry.facts["callback_due_at"]),
        missed_calls=wait.missed_calls + 1,
        last_missed_at=entry.occurred_at,
    )


def _call_attempt(wait: Wait, _: LedgerEntry) -> Wait:
    return replace(wait, call_attempts=wait.call_attempts + 1)


def _assigned(wait: Wait, entry: LedgerEntry) -> Wait:
    first = wait.assignee_at_start if wait.assignee_at_start is not None else entry.manager_id
    return replace(wait, assignee_id=entry.manager_id, assignee_at_start=first)


def _freed(wait: Wait, entry: LedgerEntry) -> Wait:
    """Take the wait from who had it; who did not take what a colleague handed over never had it (R-12)."""
    listed: Any = entry.facts.get("offered_to", ())
    gone = [int(entry.manager_id)] if entry.manager_id is not None else [int(each) for each in listed]
    left = wait.assignee_id if entry.cause == "R-12" else None
    return replace(wait, assignee_id=left, declined=tuple(dict.fromkeys((*wait.declined, *gone))))


def _answered(wait: Wait, entry: LedgerEntry) -> Wait:
    channel, message_id = str(entry.facts.get("channel", "")), _message(entry.facts.get("message_id"))
    return answer(wait, Response(entry.occurred_at, channel, entry.manager_id, message_id))


def _declared(wait: Wait, entry: LedgerEntry) -> Wait:
    """Take a person's word; the notice that no PBX event bore it out changes nothing (C-11)."""
    if entry.facts.get("unconfirmed"):
        return wait
    ended = _finished(WaitState.declared)(wait, entry)
    return replace(ended, response_channel=str(entry.facts.get("channel", "")))


def _finished(state: WaitState) -> Callable[[Wait, LedgerEntry], Wait]:
    def tell(wait: Wait, entry: LedgerEntry) -> Wait:
        note = str(entry.facts.get("note", ""))
        return finish(wait, state, entry.occurred_at, manager_id=entry.manager_id, note=note)

    return tell


def _restored(wait: Wait, entry: LedgerEntry) -> Wait:
    return _became(wait, entry) if "became" in entry.facts else restore(wait)


def _breached(wait: Wait, entry: LedgerEntry) -> Wait:
    """Stamp the missed deadline of the answer; other clocks name themselves and change nothing here (C-3, P-2)."""
    if "clock" in entry.facts:
        return wait
    held_by = _manager(entry.facts["assignee_id"]) if "assignee_id" in entry.facts else wait.assignee_id
    return replace(breach(wait, held_by), breached_at=entry.occurred_at)


def _withdrawn(wait: Wait, _: LedgerEntry) -> Wait:
    return withdraw_breach(wait)


def _became(wait: Wait, entry: LedgerEntry) -> Wait:
    """Take over what a merge or its undoing made of the wait (P-4, M-10); facts before 0.2 say only where it went."""
    if "became" not in entry.facts and "kept_wait_id" in entry.facts:
        into = WaitId(_number(entry.facts["kept_wait_id"]))
        return replace(wait, state=WaitState.joined, ended_at=entry.occurred_at, joined_into=into)
    changed: Any = entry.facts.get("became", {})
    values: dict[str, Any] = {name: _read(name, value) for name, value in changed.items()}
    return replace(wait, **values)


def _read(name: str, value: Any) -> object:
    if value is None:
        return None
    if name in _INSTANTS:
        return _instant(value)
    reader: Callable[[Any], object] = {
        "state": WaitState,
        "kind": WaitKind,
        "declined": tuple,
        "required_skills": tuple,
        "preferred_skills": tuple,
    }.get(name, lambda v: v)
    return reader(value)


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else list(value) if isinstance(value, tuple) else value


def _instant(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _number(value: object) -> int:
    return int(str(value))


def _manager(value: object) -> ManagerId | None:
    return None if value is None else ManagerId(_number(value))


def _names(listed: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in listed)


def _message(value: object) -> MessageId | None:
    return None if value is None else MessageId(_number(value))


_TELLERS: Mapping[Fact, Callable[[Wait, LedgerEntry], Wait]] = {
    Fact.request_added: _request_added,
    Fact.start_corrected: _start_corrected,
    Fact.deadline_changed: _deadline_changed,
    Fact.missed_call: _missed_call,
    Fact.call_attempt: _call_attempt,
    Fact.assigned: _assigned,
    Fact.offered: _assigned,
    Fact.queued: _assigned,
    Fact.taken: _assigned,
    Fact.released: _freed,
    Fact.declined: _freed,
    Fact.offer_expired: _freed,
    Fact.answered: _answered,
    Fact.declared: _declared,
    Fact.dismissed: _finished(WaitState.dismissed),
    Fact.cancelled: _finished(WaitState.cancelled),
    Fact.restored: _restored,
    Fact.breached: _breached,
    Fact.breach_withdrawn: _withdrawn,
    Fact.joined: _became,
    Fact.unjoined: _became,
}
