"""What reports read: ledgers, stage facts and a few lists, streamed in their order with a cursor, never as a whole.

Periods are half-open spans of UTC instants. All figures of a report are of one instant: it reads inside one
transaction (`reading`). Partitions are bounded by when a fact was recorded, which is after it was true but for the
clock skew of a provider. The ledger of a wait is in the order in which its facts followed each other, whichever
processes wrote them (`LedgerEntry`).
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from hub.crash import crash_point
from hub.domain.call import CallState
from hub.domain.inbound import CallDirection
from hub.domain.lead import Lead, StageFact
from hub.domain.ledger import LedgerEntry
from hub.domain.wait import Wait
from hub.store.pool import Connection, Pool, acquire
from hub.store.rows import Codec, codec_of

R = TypeVar("R")
_SKEW = timedelta(minutes=10)
_CORRECTED_BY = timedelta(hours=24)
_AT_ONCE = 500

# A merge may move the start of the wait that goes on to any earlier instant (P-4).
_BEGINS = """(kind = 'wait_opened' AND occurred_at >= $2 AND occurred_at < $3 OR kind = 'joined'
  AND (facts->'became'->>'started_at')::timestamptz >= $2 AND (facts->'became'->>'started_at')::timestamptz < $3)"""
_OPENED = """
SELECT l.* FROM ledger l
JOIN (SELECT DISTINCT wait_id FROM ledger WHERE recorded_at >= $1 AND {begins}) opened USING (wait_id)
WHERE l.recorded_at >= $1
ORDER BY l.wait_id, l.wait_version, l.recorded_at, l.id
"""
_UNENDED = """
SELECT l.* FROM ledger l
JOIN (SELECT wait_id FROM ledger WHERE wait_id IS NOT NULL AND recorded_at >= $1 GROUP BY wait_id
      HAVING bool_or({begins})
        AND (NOT bool_or(kind IN ('answered', 'declared', 'dismissed', 'cancelled') OR facts ? 'kept_wait_id')
          OR bool_or(kind IN ('restored', 'unjoined')))) unended USING (wait_id)
WHERE l.recorded_at >= $1
ORDER BY l.wait_id, l.wait_version, l.recorded_at, l.id
"""
_ALL = "SELECT * FROM ledger WHERE wait_id IS NOT NULL ORDER BY wait_id, wait_version, recorded_at, id"
_FACTS = """
SELECT * FROM ledger WHERE kind = ANY($4::text[]) AND recorded_at >= $1 AND occurred_at >= $2 AND occurred_at < $3
ORDER BY occurred_at, id
"""
_ENTERED = """
SELECT f.* FROM lead_stage_facts f
JOIN (SELECT lead_id FROM lead_stage_facts WHERE from_stage = '' AND occurred_at >= $1 AND occurred_at < $2) entered
  USING (lead_id)
ORDER BY f.lead_id, f.occurred_at, f.id
"""
_ALL_STAGES = "SELECT * FROM lead_stage_facts ORDER BY lead_id, occurred_at, id"
_ALL_WAITS = "SELECT * FROM waits ORDER BY id"
_ALL_LEADS = "SELECT * FROM leads ORDER BY id"
_OPEN_LEADS = "SELECT * FROM leads WHERE state = 'open' ORDER BY id"


_CALLS = """
SELECT m.occurred_at, m.fields, k.manager_id, coalesce(c.line, '') AS line FROM messages m
LEFT JOIN calls k ON k.message_id = m.id LEFT JOIN conversations c ON c.id = m.conversation_id
WHERE m.kind = 'call' AND m.received_at >= $1 AND m.occurred_at >= $2 AND m.occurred_at < $3
ORDER BY m.occurred_at, m.id
"""
_TASKS = """
SELECT manager_id, count(*) FILTER (WHERE due_at < $1) AS overdue, count(*) AS active FROM tasks
WHERE state = 'open' AND ($2::text[] IS NULL OR line = ANY($2::text[])) GROUP BY manager_id
"""


_SEEN_BEFORE = """
SELECT asked.id FROM unnest($1::bigint[]) asked(id)
WHERE EXISTS (
  SELECT FROM conversations c JOIN ledger l ON l.conversation_id = c.id
  WHERE c.contact_id = asked.id AND l.kind = 'wait_opened' AND l.occurred_at < $2
)
"""
_KEPT = """
WITH RECURSIVE kept AS (
  SELECT id AS asked, id FROM unnest($1::bigint[]) id
  UNION SELECT kept.asked, c.merged_into FROM kept JOIN contacts c ON c.id = kept.id WHERE c.merged_into IS NOT NULL
)
SELECT kept.asked, kept.id FROM kept JOIN contacts c ON c.id = kept.id WHERE c.merged_into IS NULL AND kept.asked <> kept.id
"""
_CLOSED = """
SELECT l.* FROM ledger l WHERE l.kind = 'closed' AND l.recorded_at >= $1 AND l.occurred_at >= $2 AND l.occurred_at < $3
  AND NOT EXISTS (SELECT FROM ledger r WHERE r.conversation_id = l.conversation_id AND r.kind = 'reopened'
    AND r.recorded_at >= l.recorded_at)
ORDER BY l.conversation_id, l.id
"""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as the history shows it; `line` is empty where it belongs to no conversation."""

    occurred_at: datetime
    line: str
    manager_id: int | None
    is_inbound: bool
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of UTC instants."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant lies in it."""
        return self.since <= at < self.until


@asynccontextmanager
async def reading(pool: Pool) -> AsyncIterator[Connection]:
    """Give a connection inside a transaction that sees one instant and changes nothing."""
    async with acquire(pool) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '5min'"
        )
        yield connection
        crash_point("report.read")
    crash_point("report.ended")


async def stream_wait_ledgers(
    connection: Connection, period: Period, *, may_be_ended: bool = True
) -> AsyncIterator[list[LedgerEntry]]:
    """Yield the ledger of each wait that was opened in the period, or up to a day after: its start may lie earlier.

    Without `may_be_ended` those are left out that have ended and were never given back.
    """
    statement = (_OPENED if may_be_ended else _UNENDED).replace("{begins}", _BEGINS)
    told = _rows(connection, LedgerEntry, statement, period.since - _SKEW, period.since, period.until + _CORRECTED_BY)
    async for entries in _grouped(told, lambda entry: entry.wait_id):
        yield entries


async def stream_all_wait_ledgers(connection: Connection) -> AsyncIterator[list[LedgerEntry]]:
    """Yield the ledger of every wait there ever was, by its id."""
    async for entries in _grouped(_rows(connection, LedgerEntry, _ALL), lambda entry: entry.wait_id):
        yield entries


async def stream_waits(connection: Connection) -> AsyncIterator[Wait]:
    """Yield every wait as it is stored, by its id."""
    async for wait in _rows(connection, Wait, _ALL_WAITS):
        yield wait


async def stream_leads(connection: Connection, *, may_be_closed: bool = True) -> AsyncIterator[Lead]:
    """Yield every lead as it is stored, by its id; without `may_be_closed` the open ones."""
    async for lead in _rows(connection, Lead, _ALL_LEADS if may_be_closed else _OPEN_LEADS):
        yield lead


async def stream_facts(connection: Connection, period: Period, kinds: Sequence[str]) -> AsyncIterator[LedgerEntry]:
    """Yield the facts of some kinds that were true in the period, oldest first."""
    bounds = (period.since - _SKEW, period.since, period.until)
    async for entry in _rows(connection, LedgerEntry, _FACTS, *bounds, list(kinds)):
        yield entry


async def stream_stage_facts(connection: Connection, period: Period | None) -> AsyncIterator[list[StageFact]]:
    """Yield the facts of each lead that began in the period, of every lead without one; in their order."""
    statement, bounds = (_ALL_STAGES, ()) if period is None else (_ENTERED, (period.since, period.until))
    async for facts in _grouped(_rows(connection, StageFact, statement, *bounds), lambda fact: fact.lead_id):
        yield facts


async def stream_calls(connection: Connection, period: Period) -> AsyncIterator[CallRow]:
    """Yield the calls of the period, oldest first."""
    bounds = (period.since - _SKEW, period.since, period.until)
    async for row in connection.cursor(_CALLS, *bounds, prefetch=_AT_ONCE):
        told = dict(row["fields"])
        is_answered = told.get("state") == CallState.answered
        is_inbound = told.get("direction") == CallDirection.inbound
        yield CallRow(row["occurred_at"], row["line"], row["manager_id"], is_inbound, is_answered)


async def stream_closed(connection: Connection, period: Period) -> AsyncIterator[LedgerEntry]:
    """Yield the closing of each conversation that was closed in the period and not opened again since."""
    async for entry in _rows(connection, LedgerEntry, _CLOSED, period.since - _SKEW, period.since, period.until):
        yield entry


async def list_seen_before(connection: Connection, contact_ids: Iterable[int], at: datetime) -> set[int]:
    """Return those of some kept cards whose client had asked for something before an instant."""
    return {int(row["id"]) for row in await connection.fetch(_SEEN_BEFORE, list(contact_ids), at)}


async def list_kept(connection: Connection, contact_ids: Iterable[int]) -> dict[int, int]:
    """Return those of some cards that were absorbed, with the card that was kept in the end (M-10)."""
    return {int(row["asked"]): int(row["id"]) for row in await connection.fetch(_KEPT, list(contact_ids))}


async def count_tasks(
    connection: Connection, now: datetime, lines: Iterable[str] | None
) -> dict[int | None, tuple[int, int]]:
    """Return (overdue, open) tasks by manager, of some lines or all."""
    rows = await connection.fetch(_TASKS, now, None if lines is None else sorted(lines))
    return {row["manager_id"]: (int(row["overdue"]), int(row["active"])) for row in rows}


async def list_people(connection: Connection) -> list[tuple[int, str, str]]:
    """Return (id, key, name) of everybody, those who left included."""
    rows = await connection.fetch("SELECT id, key, name FROM managers ORDER BY id")
    return [(int(row["id"]), row["key"], row["name"]) for row in rows]


async def list_conversations(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Return (number, client's name) of conversations by id."""
    rows = await connection.fetch(
        "SELECT c.id, c.number, k.name FROM conversations c JOIN contacts k ON k.id = c.contact_id "
        "WHERE c.id = ANY($1::bigint[])",
        list(ids),
    )
    return {int(row["id"]): (int(row["number"]), row["name"]) for row in rows}


async def list_leads_named(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int | None, str]]:
    """Return (number of its conversation, client's name) of leads by id."""
    rows = await connection.fetch(
        "SELECT l.id, c.number, k.name FROM leads l JOIN contacts k ON k.id = l.contact_id "
        "LEFT JOIN conversations c ON c.id = l.conversation_id WHERE l.id = ANY($1::bigint[])",
        list(ids),
    )
    return {int(row["id"]): (row["number"], row["name"]) for row in rows}


async def count_rows(connection: Connection) -> int:
    """Return how many waits and leads are stored: the length of a verification."""
    return int(await connection.fetchval("SELECT (SELECT count(*) FROM waits) + (SELECT count(*) FROM leads)"))


async def _rows(connection: Connection, row_class: type[R], statement: str, *arguments: object) -> AsyncIterator[R]:
    codec: Codec[R] = codec_of(row_class)  # type: ignore[arg-type] # a class is hashable, whatever it is of
    async for row in connection.cursor(statement, *arguments, prefetch=_AT_ONCE):
        yield codec.decode(row)


async def _grouped(rows: AsyncIterator[R], key: Callable[[R], object]) -> AsyncIterator[list[R]]:
    """Yield neighbours with the same key together."""
    group: list[R] = []
    async for row in rows:
        if group and key(group[0]) != key(row):
            yield group
            group = []
        group.append(row)
    if group:
        yield group
