"""Tasks as lists: one's own, a conversation's, counted by manager (T-1, T-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.lead import Task
from hub.store.lists import PHONES
from hub.store.reach import Reach
from hub.store.rows import codec_of

_LIMIT = 100
_REACH = """
JOIN (SELECT $1::bigint AS manager_id, $2::text[] AS lines, $3::boolean AS sees_all) me
  ON (me.lines IS NULL OR t.line = ANY(me.lines)) AND (me.sees_all OR t.manager_id IS NULL OR t.manager_id = me.manager_id)
"""
_LISTED = f"""
SELECT t.*, coalesce(k.name, '') AS contact_name, coalesce(c.number, 0) AS number, coalesce(m.name, '') AS manager_name,
  coalesce(l.stage, '') AS stage, {PHONES} AS phones
FROM tasks t {_REACH}
LEFT JOIN contacts k ON k.id = t.contact_id LEFT JOIN conversations c ON c.id = t.conversation_id
LEFT JOIN managers m ON m.id = t.manager_id LEFT JOIN leads l ON l.id = t.lead_id
WHERE {{condition}} ORDER BY t.due_at, t.id LIMIT {_LIMIT}
"""
_COUNTS = f"""
SELECT t.manager_id, coalesce(m.name, '') AS name, count(*) AS active, count(*) FILTER (WHERE t.due_at < $4) AS overdue
FROM tasks t {_REACH} LEFT JOIN managers m ON m.id = t.manager_id
WHERE t.state = 'open' GROUP BY t.manager_id, m.name ORDER BY overdue DESC, active DESC, name
"""


@dataclass(frozen=True, slots=True)
class ListedTask:
    """A task with the names around it. `number` is that of its conversation, 0 for none; `phones` are the client's."""

    task: Task
    contact_name: str
    number: int
    manager_name: str
    stage: str
    phones: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TaskCount:
    """How many open tasks somebody has, and how many of them are overdue (T-2). `manager_id` is `None` for nobody's."""

    manager_id: int | None
    name: str
    active: int
    overdue: int


async def find_task(connection: asyncpg.Connection, task_id: int) -> Task | None:
    """Return a task, open or not."""
    row = await connection.fetchrow("SELECT * FROM tasks WHERE id = $1", task_id)
    return None if row is None else codec_of(Task).decode(row)


async def list_open_of(connection: asyncpg.Connection, manager_id: int, *, limit: int) -> list[int]:
    """Return open tasks of a manager, the earliest deadline first."""
    rows = await connection.fetch(
        "SELECT id FROM tasks WHERE manager_id = $1 AND state = 'open' ORDER BY due_at, id LIMIT $2", manager_id, limit
    )
    return [row["id"] for row in rows]


async def list_own(connection: asyncpg.Connection, reach: Reach) -> list[ListedTask]:
    """Return the open tasks of the reach's own manager, the earliest deadline first, so overdue ones lead."""
    return await _listed(connection, "t.state = 'open' AND t.manager_id = me.manager_id", reach.arguments)


async def list_of_conversation(connection: asyncpg.Connection, reach: Reach, conversation_id: int) -> list[ListedTask]:
    """Return the open tasks about a conversation within the reach, the earliest deadline first."""
    condition = "t.state = 'open' AND t.conversation_id = $4"
    return await _listed(connection, condition, (*reach.arguments, conversation_id))


async def find_listed(connection: asyncpg.Connection, reach: Reach, task_id: int) -> ListedTask | None:
    """Return a task within the reach with the names around it."""
    found = await _listed(connection, "t.id = $4", (*reach.arguments, task_id))
    return found[0] if found else None


async def count_by_manager(connection: asyncpg.Connection, reach: Reach, *, now: datetime) -> list[TaskCount]:
    """Return the open tasks within the reach by manager, most overdue first (T-2)."""
    return [TaskCount(**row) for row in await connection.fetch(_COUNTS, *reach.arguments, now)]


async def _listed(connection: asyncpg.Connection, condition: str, arguments: Sequence[object]) -> list[ListedTask]:
    rows = await connection.fetch(_LISTED.format(condition=condition), *arguments)
    told = ("contact_name", "number", "manager_name", "stage", "phones")
    return [ListedTask(codec_of(Task).decode(row), *(row[name] for name in told)) for row in rows]
