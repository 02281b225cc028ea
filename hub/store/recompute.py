"""What renewing deadlines after a change of the rules reads, and how far it has come (D-6, D-7).

The job is a timer of the kind `recompute`, written in the commit of its revision; its facts say which waits are done.
Losing a step of it does no harm: a wait that is renewed already is not written again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

_OPEN = """
SELECT id FROM waits WHERE state = 'open' AND breached_at IS NULL AND id > $1 ORDER BY id LIMIT $2
"""
_CAPPED = """
SELECT DISTINCT wait_id FROM ledger WHERE wait_id = ANY($1::bigint[]) AND (kind = 'joined'
  OR kind = 'deadline_changed' AND cause = 'D-7' AND (facts->>'old_deadline')::timestamptz = (facts->>'deadline_at')::timestamptz)
"""
_MISSED = """
SELECT wait_id, occurred_at, (facts->>'callback_seconds')::bigint AS seconds FROM ledger
WHERE wait_id = ANY($1::bigint[]) AND kind = 'missed_call' AND facts ? 'callback_seconds'
"""
_RUNNING = """
SELECT id, line, started_at, target_seconds, deadline_at FROM waits
WHERE state = 'open' AND breached_at IS NULL AND deadline_at > $1 ORDER BY id
"""
_MATTERS = """
SELECT id, split_part(subject, ':', 2)::bigint AS conversation_id FROM timers
WHERE kind = 'resolution' AND state = 'armed' AND due_at > $2 AND id > $1 ORDER BY id LIMIT $3
"""
_ADVANCE = """
UPDATE timers SET facts = $3, due_at = $4, epoch = epoch + 1
WHERE kind = 'recompute' AND subject = $1 AND epoch = $2 AND state = 'armed'
"""
_FINISH = """
UPDATE timers SET state = 'fired', fired_at = $3, epoch = epoch + 1
WHERE kind = 'recompute' AND subject = $1 AND epoch = $2 AND state = 'armed'
"""


@dataclass(frozen=True, slots=True)
class MissedCall:
    """A missed call of a wait, and how many seconds of open time there were to call back (C-3)."""

    wait_id: int
    at: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class OpenWaits:
    """Some open waits in the order of their ids.

    `capped` have a deadline that was kept from getting later (D-7, P-4), so it may only get earlier.
    """

    ids: tuple[int, ...]
    capped: frozenset[int]
    missed_calls: tuple[MissedCall, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """A deadline that is still to come; `is_capped` as in `OpenWaits`."""

    line: str
    started_at: datetime
    target_seconds: int
    deadline_at: datetime
    is_capped: bool


async def list_running(connection: asyncpg.Connection, *, now: datetime) -> list[Running]:
    """Return the deadlines of open waits that other rules could still move."""
    rows = await connection.fetch(_RUNNING, now)
    capped = {row[0] for row in await connection.fetch(_CAPPED, [row["id"] for row in rows])}
    return [_running(row, is_capped=row["id"] in capped) for row in rows]


def _running(row: asyncpg.Record, *, is_capped: bool) -> Running:
    return Running(row["line"], row["started_at"], row["target_seconds"], row["deadline_at"], is_capped)


async def load_open_waits(connection: asyncpg.Connection, *, after_id: int, limit: int) -> OpenWaits:
    """Return the next waits that have not breached."""
    ids = [row[0] for row in await connection.fetch(_OPEN, after_id, limit)]
    capped = await connection.fetch(_CAPPED, ids)
    missed = await connection.fetch(_MISSED, ids)
    calls = tuple(MissedCall(row["wait_id"], row["occurred_at"], row["seconds"]) for row in missed)
    return OpenWaits(tuple(ids), frozenset(row[0] for row in capped), calls)


async def list_matters(
    connection: asyncpg.Connection, *, after_id: int, applied_at: datetime, limit: int
) -> list[tuple[int, int]]:
    """Return the next running clocks of whole matters that were not due yet (P-2): timer and conversation."""
    return [(row[0], row[1]) for row in await connection.fetch(_MATTERS, after_id, applied_at, limit)]


async def advance(
    connection: asyncpg.Connection, subject: str, epoch: int, *, facts: Mapping[str, Any], due_at: datetime
) -> None:
    """Note how far the job has come. Commits by itself."""
    await connection.execute(_ADVANCE, subject, epoch, dict(facts), due_at)


async def finish(connection: asyncpg.Connection, subject: str, epoch: int, *, at: datetime) -> None:
    """Note that the job is done. Commits by itself."""
    await connection.execute(_FINISH, subject, epoch, at)
