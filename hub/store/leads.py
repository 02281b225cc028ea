"""Leads as lists: the one a conversation is about, somebody's own open ones, those without a next step (T-1).

Who has the client of a lead is the manager of its conversation, without one the lead's own responsible. Both are asked
apart, each by its index, so that a list costs what one person has and not what the business has. Nobody's are looked for
among the open leads without a responsible, the longest standing first: conversations that nobody had only grow in number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.lead import Lead
from hub.store.lists import PHONES
from hub.store.reach import Reach
from hub.store.rows import codec_of

_OWN_LIMIT, _STEPLESS_LIMIT = 50, 100
_OF_CONVERSATION = """
SELECT l.* FROM leads l JOIN conversations c ON c.contact_id = l.contact_id AND c.line = l.line
WHERE c.id = $1 ORDER BY l.state = 'open' DESC, l.created_at DESC, l.id DESC LIMIT 1
"""
_HELD = """
SELECT l.* FROM leads l LEFT JOIN conversations c ON c.id = l.conversation_id
WHERE l.state = 'open' AND l.responsible_id = $1 AND coalesce(c.assignee_id, $1) = $1
UNION ALL
SELECT l.* FROM leads l WHERE l.state = 'open' AND l.responsible_id IS DISTINCT FROM $1
  AND l.conversation_id = ANY(ARRAY(SELECT id FROM conversations WHERE assignee_id = $1))
"""
_OWN = f"""
SELECT l.id, l.conversation_id, l.line, l.stage, l.stage_at, k.name AS contact_name, coalesce(c.number, 0) AS number,
  (SELECT min(t.due_at) FROM tasks t WHERE t.contact_id = l.contact_id AND t.lead_id = l.id AND t.state = 'open') AS next_at,
  {PHONES} AS phones
FROM ({_HELD}) l JOIN contacts k ON k.id = l.contact_id LEFT JOIN conversations c ON c.id = l.conversation_id
WHERE $2::text[] IS NULL OR l.line = ANY($2)
ORDER BY next_at NULLS FIRST, l.stage_at, l.id LIMIT {_OWN_LIMIT}
"""
_IS_STEPLESS = (
    """NOT EXISTS (SELECT 1 FROM tasks t WHERE t.contact_id = l.contact_id AND t.lead_id = l.id AND t.state = 'open')"""
)
_NOBODYS = f"""
SELECT l.* FROM leads l WHERE l.state = 'open' AND l.responsible_id IS NULL AND ($2::text[] IS NULL OR l.line = ANY($2))
  AND (SELECT c.assignee_id FROM conversations c WHERE c.id = l.conversation_id) IS NULL AND {_IS_STEPLESS}
ORDER BY l.stage_at, l.id LIMIT {_STEPLESS_LIMIT}
"""
_STEPLESS = f"""
SELECT l.id, l.stage_at, k.name AS contact_name, coalesce(c.number, 0) AS number, coalesce(m.name, '') AS manager_name,
  {PHONES} AS phones
FROM {{leads}} l LEFT JOIN conversations c ON c.id = l.conversation_id
JOIN contacts k ON k.id = l.contact_id LEFT JOIN managers m ON m.id = coalesce(c.assignee_id, l.responsible_id)
WHERE l.state = 'open' AND ({{lines}}::text[] IS NULL OR l.line = ANY({{lines}}))
  AND {_IS_STEPLESS}
ORDER BY l.stage_at, l.id LIMIT {_STEPLESS_LIMIT}
"""
_STEPLESS_OF_ALL = _STEPLESS.format(leads="leads", lines="$1")
_STEPLESS_OF_ONE = _STEPLESS.format(leads=f"({_HELD} UNION ALL ({_NOBODYS}))", lines="$2")
_ASKED = """
SELECT facts->>'call_id' FROM ledger WHERE conversation_id = $1 AND kind = 'result_asked' ORDER BY id DESC LIMIT 1
"""
_IS_ASKED = """
SELECT EXISTS (SELECT 1 FROM ledger WHERE conversation_id = $1 AND kind = 'result_asked' AND facts->'call_id' = $2
  AND manager_id = $3)
AND NOT EXISTS (SELECT 1 FROM ledger WHERE conversation_id = $1 AND kind = 'result_given' AND facts->'call_id' = $2)
"""


@dataclass(frozen=True, slots=True)
class ListedLead:
    """An open lead of somebody's. `next_at` is the deadline of its next task, `None` if it has no next step (T-1).

    `phones` are the client's own numbers, in E.164.
    """

    id: int
    conversation_id: int | None
    line: str
    stage: str
    stage_at: datetime
    contact_name: str
    number: int
    next_at: datetime | None
    phones: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SteplessLead:
    """An open lead without an open task (T-1). `number` is that of its conversation, `manager_name` who has the client.

    `phones` are the client's own numbers, in E.164.
    """

    id: int
    stage_at: datetime
    contact_name: str
    number: int
    manager_name: str
    phones: Sequence[str] = ()


async def find_of_conversation(connection: asyncpg.Connection, conversation_id: int) -> Lead | None:
    """Return the lead a conversation is about: the contact's newest open one on the line, else the newest."""
    row = await connection.fetchrow(_OF_CONVERSATION, conversation_id)
    return None if row is None else codec_of(Lead).decode(row)


async def list_own(connection: asyncpg.Connection, reach: Reach) -> list[ListedLead]:
    """Return the open leads of the reach's own manager, those without a next step first, then by its deadline."""
    manager_id, lines, _ = reach.arguments
    return [ListedLead(**row) for row in await connection.fetch(_OWN, manager_id, lines)]


async def list_stepless(connection: asyncpg.Connection, reach: Reach) -> list[SteplessLead]:
    """Return the open leads within the reach that have no open task, the longest without movement first (T-1).

    A manager's reach are their own and nobody's.
    """
    manager_id, lines, sees_all = reach.arguments
    if sees_all:
        rows = await connection.fetch(_STEPLESS_OF_ALL, lines)
    else:
        rows = await connection.fetch(_STEPLESS_OF_ONE, manager_id, lines)
    return [SteplessLead(**row) for row in rows]


async def find_asked_call(connection: asyncpg.Connection, conversation_id: int) -> int:
    """Return the call of a conversation about whose end somebody was asked last (T-5), 0 for none."""
    return int(await connection.fetchval(_ASKED, conversation_id) or 0)


async def is_asked(connection: asyncpg.Connection, conversation_id: int, call_id: int, *, manager_id: int) -> bool:
    """Tell whether somebody was asked how a talk ended, and nobody has said it yet (T-5)."""
    return bool(await connection.fetchval(_IS_ASKED, conversation_id, call_id, manager_id))
