"""The invariants of waits, asked of the waits and their ledgers themselves; each returns what is wrong.

Pure: `tests/invariants` reads waits and facts from the store, `hub.testing.simulation` has them in memory. The facts of
a wait are in the order in which they are told (wait version, recorded, id).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.metrics import holding_shares
from hub.domain.rebuilding import list_differences, rebuild_wait
from hub.domain.wait import Wait, WaitState

Waits = Mapping[int, Wait]
Ledgers = Mapping[int, Sequence[LedgerEntry]]
MOVING = frozenset({Fact.start_corrected, Fact.deadline_changed, Fact.joined, Fact.unjoined})
BY_PEOPLE = frozenset({Fact.answered, Fact.declared, Fact.dismissed, Fact.cancelled})
STOPPED = frozenset({WaitState.answered, WaitState.declared, WaitState.dismissed, WaitState.cancelled})


def by_wait(entries: Iterable[LedgerEntry]) -> dict[int, list[LedgerEntry]]:
    """Return the facts of each wait in the order in which they are told."""
    told: dict[int, list[LedgerEntry]] = {}
    for entry in sorted(entries, key=lambda each: (each.wait_version, each.recorded_at, each.id)):
        if entry.wait_id is not None:
            told.setdefault(int(entry.wait_id), []).append(entry)
    return told


def waiting_twice(waits: Waits) -> list[Any]:
    """Invariant 1: contacts with more than one open wait on a line."""
    pairs = Counter((wait.contact_id, wait.line) for wait in waits.values() if wait.is_open)
    return [pair for pair, number in pairs.items() if number > 1]


def due_before_start(waits: Waits) -> list[Wait]:
    """Invariant 2: waits whose deadline lies before their start."""
    return [wait for wait in waits.values() if wait.deadline_at < wait.started_at]


def moved_by_nothing(before: Waits, after: Waits, added: Ledgers) -> list[Any]:
    """Invariant 3: waits whose start or deadline moved without a fact that may move it; a start only moves back.

    `added` are the facts that came in between.
    """
    moved = []
    for number, wait in before.items():
        now, kinds = after[number], {entry.kind for entry in added.get(number, ())}
        instants, became = (wait.started_at, wait.deadline_at), (now.started_at, now.deadline_at)
        is_back = Fact.start_corrected not in kinds or now.started_at < wait.started_at
        if instants != became and not (kinds & MOVING and (is_back or Fact.unjoined in kinds)):
            moved.append((number, instants, became, kinds))
    return moved


def stopped_by_no_person(waits: Waits, ledgers: Ledgers) -> list[Any]:
    """Invariant 4: waits that ended otherwise than by a fact of a person."""
    ended = [wait for wait in waits.values() if wait.state in STOPPED]
    return [(wait.id, wait.state) for wait in ended if not _is_stopped_by_person(ledgers[int(wait.id)])]


def _is_stopped_by_person(entries: Sequence[LedgerEntry]) -> bool:
    last = [entry for entry in entries if entry.kind in BY_PEOPLE and not entry.facts.get("unconfirmed")][-1:]
    return bool(last) and last[0].actor.value == "manager"


def shares_off(waits: Waits, ledgers: Ledgers, now: datetime) -> list[Any]:
    """Invariant 8: waits of which the shares of the holders do not sum up to the length."""
    wrong = []
    for number, wait in waits.items():
        story, end = rebuild_wait(ledgers[number]), wait.ended_at or now
        shares = holding_shares(story.holdings, wait.started_at, end) if story else {}
        if sum(shares.values(), timedelta(0)) != max(end - wait.started_at, timedelta(0)):
            wrong.append((number, shares, wait.started_at, end))
    return wrong


def breached_otherwise(waits: Waits) -> list[Any]:
    """Invariant 11: waits whose breach is stamped with anything but their deadline."""
    stamped = [wait for wait in waits.values() if wait.breached_at is not None]
    return [(wait.id, wait.breached_at, wait.deadline_at) for wait in stamped if wait.breached_at != wait.deadline_at]


def missed_unstamped(waits: Waits, now: datetime) -> list[Any]:
    """Invariant 11: waits that outlived their deadline without a breach, though the watch has looked."""
    late = [wait for wait in waits.values() if (wait.ended_at or now) > wait.deadline_at]
    return [(wait.id, wait.state) for wait in late if wait.breached_at is None and wait.state is not WaitState.joined]


def told_otherwise(waits: Waits, ledgers: Ledgers) -> list[Any]:
    """Return what waits are otherwise than their own facts tell: (wait, field, stored, told)."""
    wrong: list[Any] = []
    for number, wait in waits.items():
        story = rebuild_wait(ledgers.get(number, ()))
        wrong += [(number, *each) for each in list_differences(wait, story.wait)] if story else [(number, "no story")]
    return wrong
