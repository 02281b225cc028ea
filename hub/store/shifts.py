"""Who holds waiting clients, and the timer of each person's shift end (R-13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.manager import Manager
from hub.store.rows import codec_of
from hub.store.timers import DueTimer

_HOLDERS = """
SELECT m.*, held.lines, t.facts AS armed_facts
FROM (SELECT assignee_id, array_agg(DISTINCT line) AS lines FROM waits
      WHERE state = 'open' AND assignee_id IS NOT NULL GROUP BY 1) AS held
JOIN managers m ON m.id = held.assignee_id AND m.is_active
LEFT JOIN timers t ON t.kind = 'shift_end' AND t.subject = 'manager:' || m.id AND t.state = 'armed'
ORDER BY m.id
"""
_ARM = """
INSERT INTO timers (id, kind, subject, due_at, facts) VALUES ($1, 'shift_end', $2, $3, $4)
ON CONFLICT (kind, subject) DO UPDATE
SET due_at = excluded.due_at, facts = excluded.facts, state = 'armed', fired_at = NULL, epoch = timers.epoch + 1
"""
_FINISH = """
UPDATE timers SET state = 'fired', fired_at = $3
WHERE kind = 'shift_end' AND subject = $1 AND epoch = $2 AND state = 'armed'
"""
_HELD = """
SELECT id FROM waits WHERE assignee_id = $1 AND state = 'open' AND ($3::text[] IS NULL OR line = ANY($3))
ORDER BY deadline_at, id LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A person with waiting clients on `lines`; `ends_at` is the shift end that stands armed, `None` without."""

    manager: Manager
    lines: tuple[str, ...]
    ends_at: datetime | None


async def list_holders(connection: asyncpg.Connection) -> list[Holder]:
    """Return everybody who has waiting clients now."""
    return [
        Holder(codec_of(Manager).decode(row), tuple(row["lines"]), _end_of(row["armed_facts"]))
        for row in await connection.fetch(_HOLDERS)
    ]


async def list_held_waits(
    connection: asyncpg.Connection, manager_id: int, *, limit: int, lines: Sequence[str] | None = None
) -> list[int]:
    """Return the open waits of a person on some lines, `None` for all; the most urgent first."""
    return [row["id"] for row in await connection.fetch(_HELD, manager_id, limit, lines)]


async def arm(
    connection: asyncpg.Connection, timer_id: int, manager_id: int, *, due_at: datetime, ends_at: datetime
) -> None:
    """Arm the timer of a shift end, due at the warning or at the end itself. Commits by itself."""
    facts = {"ends_at": ends_at.isoformat()}
    await connection.execute(_ARM, timer_id, f"manager:{manager_id}", due_at, facts)


async def finish(connection: asyncpg.Connection, timer: DueTimer, *, at: datetime) -> None:
    """Note that a shift end has done its work. Commits by itself."""
    await connection.execute(_FINISH, timer.subject, timer.epoch, at)


def _end_of(facts: object) -> datetime | None:
    ends_at = facts.get("ends_at") if isinstance(facts, dict) else None
    return datetime.fromisoformat(ends_at) if ends_at else None
