"""The audit log: appended by whoever reads or changes rights, read by «что видел» (RG-4, RG-6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.audit import AuditFact
from hub.store.rows import codec_of

_ADD = "INSERT INTO audit (id, manager_id, action, subject, facts, occurred_at) VALUES ($1, $2, $3, $4, $5, $6)"
_OF = "SELECT * FROM audit WHERE manager_id = $1 AND occurred_at >= $2 ORDER BY occurred_at, id LIMIT $3"
_SHOWN = """
SELECT c.number, min(l.created_at) AS first_at, max(l.created_at) AS last_at
FROM links l JOIN conversations c ON c.id = l.conversation_id
WHERE l.manager_id = $1 AND l.created_at >= $2 GROUP BY c.number ORDER BY first_at LIMIT $3
"""
_NAMES = """
SELECT 'conversation:' || id AS subject, '#' || number AS name FROM conversations WHERE id = ANY($1)
UNION ALL SELECT 'manager:' || id, name FROM managers WHERE id = ANY($2)
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A conversation that stood in a person's chat, by notices or presses: its number, first and last instant."""

    number: int
    first_at: datetime
    last_at: datetime


async def add(connection: asyncpg.Connection, fact: AuditFact) -> None:
    """Append a fact; the caller commits."""
    await connection.execute(
        _ADD, fact.id, fact.manager_id, fact.action, fact.subject, dict(fact.facts), fact.occurred_at
    )


async def list_of(
    connection: asyncpg.Connection, manager_id: int, *, since: datetime, limit: int
) -> Sequence[AuditFact]:
    """Return what a person did, oldest first."""
    rows = await connection.fetch(_OF, manager_id, since, limit)
    return [codec_of(AuditFact).decode(row) for row in rows]


async def name_subjects(connection: asyncpg.Connection, subjects: Iterable[str]) -> dict[str, str]:
    """Return what people call the conversations and managers among these subjects: `#1042`, Анна."""
    parts = [each.partition(":") for each in set(subjects)]
    ids = [[int(number) for kind, _, number in parts if kind == wanted] for wanted in ("conversation", "manager")]
    return {row["subject"]: row["name"] for row in await connection.fetch(_NAMES, *ids)}


async def list_shown(connection: asyncpg.Connection, manager_id: int, *, since: datetime, limit: int) -> list[Shown]:
    """Return which conversations stood in a person's chat, in the order in which they first did."""
    return [Shown(**row) for row in await connection.fetch(_SHOWN, manager_id, since, limit)]
