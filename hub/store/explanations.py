"""How a conversation came to be as it is: its ledger, routing decisions and waits, oldest first."""

import asyncpg

from hub.domain.ledger import LedgerEntry
from hub.domain.wait import Wait
from hub.domain.workset import Decision
from hub.store.rows import codec_of

_LEDGER = """
SELECT * FROM ledger WHERE conversation_id = $1 OR wait_id IN (SELECT id FROM waits WHERE conversation_id = $1)
ORDER BY recorded_at, id
"""


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
