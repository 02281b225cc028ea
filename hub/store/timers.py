"""Due timers and the queue of a line. Reading is a hint: what fires is decided by the conditional write of the fold.

Timers of kinds that only a newer hub knows are left to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from hub.domain.timer import TimerKind

_KINDS = list(TimerKind)


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose instant has come."""

    kind: str
    subject: str
    due_at: datetime
    epoch: int
    facts: Mapping[str, Any]


async def list_due(connection: asyncpg.Connection, *, now: datetime, limit: int) -> list[DueTimer]:
    """Return armed timers that are due, earliest first."""
    rows = await connection.fetch(
        "SELECT kind, subject, due_at, epoch, facts FROM timers WHERE state = 'armed' AND due_at <= $1 "
        "AND kind = ANY($3::text[]) ORDER BY due_at LIMIT $2",
        now,
        limit,
        _KINDS,
    )
    return [DueTimer(**row) for row in rows]


async def next_due(connection: asyncpg.Connection) -> datetime | None:
    """Return the instant of the next armed timer."""
    found: datetime | None = await connection.fetchval(
        "SELECT min(due_at) FROM timers WHERE state = 'armed' AND kind = ANY($1::text[])", _KINDS
    )
    return found


async def list_queued_waits(connection: asyncpg.Connection, *, limit: int) -> list[int]:
    """Return open waits that nobody has and nobody is offered, in the order in which they are served (R-9)."""
    rows = await connection.fetch(
        "SELECT w.id FROM waits w JOIN conversations c ON c.id = w.conversation_id "
        "WHERE w.state = 'open' AND w.assignee_id IS NULL AND c.offered_to = '[]'::jsonb "
        "ORDER BY w.deadline_at, w.started_at LIMIT $1",
        limit,
    )
    return [row["id"] for row in rows]
