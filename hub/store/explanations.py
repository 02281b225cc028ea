"""How a conversation came to be as it is: its ledger, routing, waits, stages, merges and failures, oldest first."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.contact import MatchCandidate, Merge
from hub.domain.lead import StageFact
from hub.domain.ledger import LedgerEntry
from hub.domain.wait import Wait
from hub.domain.workset import Decision
from hub.store.rows import codec_of

_LEDGER = """
SELECT * FROM ledger WHERE conversation_id = $1 OR wait_id IN (SELECT id FROM waits WHERE conversation_id = $1)
ORDER BY recorded_at, id
"""
_FAILED = """
SELECT id, lane, state, reason, manager_id, message_id, coalesce(finished_at, first_attempt_at, created_at) AS at
FROM deliveries WHERE state IN ('failed', 'unknown', 'parked') AND conversation_id = $1 ORDER BY id
"""
_STAGES = """
SELECT f.* FROM conversations c JOIN leads l ON l.contact_id = c.contact_id JOIN lead_stage_facts f ON f.lead_id = l.id
WHERE c.id = $1 AND (l.conversation_id = c.id
  OR l.line = c.line AND f.occurred_at >= c.opened_at AND (c.closed_at IS NULL OR f.occurred_at <= c.closed_at))
ORDER BY f.occurred_at, f.id
"""
_TASKS = """
SELECT id, what FROM tasks
WHERE id IN (SELECT (facts->>'task_id')::bigint FROM ledger WHERE conversation_id = $1 AND facts ? 'task_id')
"""
_NUMBERS = """
SELECT DISTINCT ON (i.id, l.kind) i.value AS number, l.occurred_at AS at, l.kind = 'number_came' AS has_come,
  coalesce(l.facts->>'other', '') AS other
FROM conversations c JOIN ledger l ON l.conversation_id = c.id AND l.kind IN ('number_left', 'number_came')
JOIN identities i ON i.id = (l.facts->>'identity_id')::bigint
WHERE c.contact_id = $1 ORDER BY i.id, l.kind, l.recorded_at DESC
"""


@dataclass(frozen=True, slots=True)
class NumberMove:
    """A telephone number that came to a client from another, or left for another; `other` is that one's name (M-8)."""

    number: str
    at: datetime
    has_come: bool
    other: str


@dataclass(frozen=True, slots=True)
class FailedSend:
    """A delivery that did not succeed, or may not have; `at` is when that was known, else its first attempt."""

    id: int
    lane: str
    state: str
    reason: str
    manager_id: int | None
    message_id: int | None
    at: datetime


async def list_ledger(connection: asyncpg.Connection, conversation_id: int) -> list[LedgerEntry]:
    """Return the facts of a conversation and of all waits in it, also of those that came with a merge (P-4)."""
    return [codec_of(LedgerEntry).decode(row) for row in await connection.fetch(_LEDGER, conversation_id)]


async def list_decisions(connection: asyncpg.Connection, conversation_id: int) -> list[Decision]:
    """Return the routing decisions with their reasons (invariant 12)."""
    rows = await connection.fetch(
        "SELECT * FROM routing_decisions WHERE conversation_id = $1 ORDER BY decided_at, id", conversation_id
    )
    return [codec_of(Decision).decode(row) for row in rows]


async def list_waits(connection: asyncpg.Connection, conversation_id: int) -> list[Wait]:
    """Return the waits of a conversation."""
    rows = await connection.fetch(
        "SELECT * FROM waits WHERE conversation_id = $1 ORDER BY started_at, id", conversation_id
    )
    return [codec_of(Wait).decode(row) for row in rows]


async def list_stage_moves(connection: asyncpg.Connection, conversation_id: int) -> list[StageFact]:
    """Return the moves of the leads that began in a conversation, and of the client's others while it was open (L-6)."""
    return [codec_of(StageFact).decode(row) for row in await connection.fetch(_STAGES, conversation_id)]


async def list_task_titles(connection: asyncpg.Connection, conversation_id: int) -> dict[int, str]:
    """Return what the tasks say that the ledger of a conversation names, by id."""
    return dict(await connection.fetch(_TASKS, conversation_id))


async def list_number_moves(connection: asyncpg.Connection, contact_id: int) -> list[NumberMove]:
    """Return the numbers that a client won from others or lost to them, each way once: the last time (M-8)."""
    return [NumberMove(**row) for row in await connection.fetch(_NUMBERS, contact_id)]


async def list_questions(connection: asyncpg.Connection, contact_id: int) -> list[MatchCandidate]:
    """Return the questions whether a card and others are one client, asked about it or naming it (M-5)."""
    rows = await connection.fetch(
        "SELECT * FROM match_candidates WHERE contact_id = $1 OR candidates @> to_jsonb($1::bigint) "
        "ORDER BY created_at, id",
        contact_id,
    )
    return [codec_of(MatchCandidate).decode(row) for row in rows]


async def list_merges(connection: asyncpg.Connection, contact_id: int) -> list[Merge]:
    """Return the merges a card took part in, those that were taken back included (M-10)."""
    rows = await connection.fetch(
        "SELECT * FROM merges WHERE kept_id = $1 OR absorbed_id = $1 OR map->'absorbed' @> to_jsonb($1::bigint) "
        "ORDER BY merged_at, id",
        contact_id,
    )
    return [codec_of(Merge).decode(row) for row in rows]


async def list_failed_sends(connection: asyncpg.Connection, conversation_id: int) -> list[FailedSend]:
    """Return what of a conversation could not be sent, to the client or to managers."""
    return [FailedSend(**row) for row in await connection.fetch(_FAILED, conversation_id)]
