"""What administrators look at: everybody, with what they hold now and when they were last heard of."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.manager import Manager
from hub.store.rows import codec_of

_STAFF = """
WITH held AS MATERIALIZED (
  SELECT c.assignee_id, count(*) AS conversations, count(w.id) AS waiting,
    max(c.last_response_at) FILTER (WHERE c.last_responder_id = c.assignee_id) AS answered_at
  FROM conversations c LEFT JOIN waits w ON w.contact_id = c.contact_id AND w.line = c.line AND w.state = 'open'
  WHERE c.state = 'open' AND c.assignee_id IS NOT NULL GROUP BY 1
), planned AS MATERIALIZED (
  SELECT manager_id, count(*) AS tasks FROM tasks WHERE state = 'open' AND manager_id IS NOT NULL GROUP BY 1
)
SELECT m.*, coalesce(held.conversations, 0) AS conversations, coalesce(held.waiting, 0) AS waiting,
  coalesce(planned.tasks, 0) AS tasks, greatest(read.at, held.answered_at) AS last_seen_at,
  (SELECT max(expires_at) FROM invites i WHERE i.manager_id = m.id AND i.used_at IS NULL AND i.expires_at > $1
  ) AS invited_until
FROM managers m LEFT JOIN held ON held.assignee_id = m.id LEFT JOIN planned ON planned.manager_id = m.id
LEFT JOIN LATERAL (SELECT max(occurred_at) AS at FROM audit WHERE manager_id = m.id) read ON true
WHERE $2::bigint IS NULL OR m.id = $2 ORDER BY m.id
"""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person. `last_seen_at` is the last card read or open client answered, `None` if there is none."""

    manager: Manager
    conversations: int
    waiting: int
    tasks: int
    last_seen_at: datetime | None
    invited_until: datetime | None


async def list_staff(connection: asyncpg.Connection, *, now: datetime, only: int | None = None) -> list[StaffRow]:
    """Return everybody by id, those who left included, or `only` one of them."""
    return [_row(each) for each in await connection.fetch(_STAFF, now, only)]


async def set_role(connection: asyncpg.Connection, manager_id: int, role: str) -> None:
    """Store what a person may see and do from now on; the caller commits."""
    await connection.execute("UPDATE managers SET role = $2 WHERE id = $1", manager_id, role)


async def hold_administrators(connection: asyncpg.Connection) -> set[int]:
    """Return who administrates now; nobody can take that from them until the caller's transaction ends."""
    rows = await connection.fetch(
        "SELECT id FROM managers WHERE role = 'admin' AND is_active ORDER BY id FOR NO KEY UPDATE"
    )
    return {int(row["id"]) for row in rows}


async def end_invites(connection: asyncpg.Connection, manager_id: int, *, at: datetime) -> None:
    """Let no invitation of a person that was not used yet work any more; the caller commits."""
    await connection.execute(
        "UPDATE invites SET expires_at = $2 WHERE manager_id = $1 AND used_at IS NULL AND expires_at > $2",
        manager_id,
        at,
    )


async def end_invites_by(connection: asyncpg.Connection, manager_id: int, *, since: datetime, at: datetime) -> None:
    """Let no unused invitation work any more of people whom somebody has invited since then; the caller commits."""
    await connection.execute(
        "UPDATE invites SET expires_at = $3 WHERE used_at IS NULL AND expires_at > $3 AND manager_id IN ("
        "SELECT split_part(subject, ':', 2)::bigint FROM audit "
        "WHERE manager_id = $1 AND action = 'invited' AND occurred_at >= $2)",
        manager_id,
        since,
        at,
    )


def _row(record: asyncpg.Record) -> StaffRow:
    told = ("conversations", "waiting", "tasks", "last_seen_at", "invited_until")
    return StaffRow(codec_of(Manager).decode(record), *(record[name] for name in told))
