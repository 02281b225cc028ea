"""What has to hold after every step, asked of the rows themselves; each returns what is wrong, and nothing is right."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.metrics import holding_shares
from hub.domain.rebuilding import rebuild_wait
from hub.domain.wait import Wait, WaitState
from hub.inbox.queries.reports.verify import verify
from hub.store import reports
from tests.inbox.reports.busy_day import THE_ADMIN
from tests.invariants.town import Town

Waits = dict[int, Wait]
Ledgers = dict[int, list[LedgerEntry]]
MOVING = {Fact.start_corrected, Fact.deadline_changed, Fact.joined, Fact.unjoined}
BY_PEOPLE = {Fact.answered, Fact.declared, Fact.dismissed, Fact.cancelled}
STOPPED = {WaitState.answered, WaitState.declared, WaitState.dismissed, WaitState.cancelled}


async def read(town: Town) -> tuple[Waits, Ledgers]:
    """Return all waits and their facts in the order in which they are told."""
    async with reports.reading(town.desk.pool) as connection:
        waits = {int(wait.id): wait async for wait in reports.stream_waits(connection)}
        ledgers = {int(told[0].wait_id or 0): told async for told in reports.stream_all_wait_ledgers(connection)}
    return waits, ledgers


def waiting_twice(waits: Waits) -> list[Any]:
    """Invariant 1: contacts with more than one open wait on a line."""
    pairs = [(wait.contact_id, wait.line) for wait in waits.values() if wait.is_open]
    return [pair for pair in pairs if pairs.count(pair) > 1]


def due_before_start(waits: Waits) -> list[Wait]:
    """Invariant 2: waits whose deadline lies before their start."""
    return [wait for wait in waits.values() if wait.deadline_at < wait.started_at]


def moved_by_nothing(before: Waits, after: Waits, ledgers: Ledgers, known: dict[int, int]) -> list[Any]:
    """Invariant 3: waits whose start or deadline moved without a fact that may move it; a start only moves back.

    `known` is how many facts each wait had before.
    """
    moved = []
    for number, wait in before.items():
        now, added = after[number], ledgers[number][known[number] :]
        instants, became = (wait.started_at, wait.deadline_at), (now.started_at, now.deadline_at)
        kinds = {entry.kind for entry in added}
        is_back = Fact.start_corrected not in kinds or now.started_at < wait.started_at
        if instants != became and not (kinds & MOVING and (is_back or Fact.unjoined in kinds)):
            moved.append((number, instants, became, kinds))
    return moved


def stopped_by_no_person(waits: Waits, ledgers: Ledgers) -> list[Any]:
    """Invariant 4: waits that ended otherwise than by a fact of a person."""
    ended = [wait for wait in waits.values() if wait.state in STOPPED]
    return [(wait.id, wait.state) for wait in ended if not _is_stopped_by_person(ledgers[int(wait.id)])]


def _is_stopped_by_person(entries: Sequence[LedgerEntry]) -> bool:
    last = [entry for entry in entries if entry.kind in BY_PEOPLE and not entry.facts.get("unconfirmed")][-1]
    return last.actor.value == "manager"


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


async def assigned_without_reason(town: Town) -> list[Any]:
    """Invariant 12: waits that somebody has without a decision that says why; who picked up the call has it (C-10)."""
    statement = (
        "SELECT w.id FROM waits w WHERE w.assignee_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM routing_decisions d "
        "WHERE d.wait_id = w.id AND jsonb_array_length(d.reasons) > 0) AND NOT EXISTS (SELECT 1 FROM ledger f "
        "WHERE f.wait_id = w.id AND f.kind = 'wait_opened' AND f.cause = 'C-10')"
    )
    return [row["id"] for row in await town.desk.pool.fetch(statement)]


async def told_otherwise(town: Town) -> list[Any]:
    """Every wait and every lead that its own facts do not bear out."""
    return (await verify(town.desk.office, THE_ADMIN)).differences


def failures(town: Town) -> list[Any]:
    """What the loops of the hub failed at."""
    return [entry for entry in town.logs if entry["log_level"] in {"error", "critical"}]


async def left_behind(town: Town) -> list[Any]:
    """Receipts that were not processed to their end."""
    rows = await town.desk.rows("receipts", "state <> 'done'")
    return [(row["id"], row["state"], row["reason"]) for row in rows]
