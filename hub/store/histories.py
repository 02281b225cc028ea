"""The history of a client across conversations: which of them somebody may see, and where files hang in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from hub.store.reach import REACH, Reach

_CONVERSATIONS = f"""
SELECT c.id FROM conversations c {REACH} WHERE c.contact_id = $4 ORDER BY c.opened_at DESC, c.id DESC LIMIT $5
"""
_FILES = """
SELECT m.conversation_id, m.id AS message_id, place FROM messages m
CROSS JOIN LATERAL generate_series(1, jsonb_array_length(m.attachments)) AS place
WHERE m.conversation_id = ANY($1::bigint[]) AND m.deleted_at IS NULL
ORDER BY m.occurred_at DESC, m.id DESC, place LIMIT $2 OFFSET $3
"""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file hangs; `place` counts the files of its message from 1."""

    conversation_id: int
    message_id: int
    place: int


async def list_conversations(
    connection: asyncpg.Connection, reach: Reach, contact_id: int, *, limit: int
) -> Sequence[int]:
    """Return the conversations of a client within a reach (RG-1), newest first."""
    rows = await connection.fetch(_CONVERSATIONS, *reach.arguments, contact_id, limit)
    return [row["id"] for row in rows]


async def list_files(
    connection: asyncpg.Connection, conversation_ids: Sequence[int], *, limit: int, offset: int
) -> Sequence[FilePlace]:
    """Return where files hang in conversations, newest first; those of deleted messages are none."""
    rows = await connection.fetch(_FILES, list(conversation_ids), limit, offset)
    return [FilePlace(**row) for row in rows]
