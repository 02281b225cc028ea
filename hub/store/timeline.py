"""Messages as history: of a conversation, of a contact, newest first."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.message import Message
from hub.store.rows import codec_of

_PAGE = """
SELECT m.*, coalesce(d.state, '') AS delivery_state, coalesce(d.reason, '') AS delivery_reason, t.connection_id
FROM messages m LEFT JOIN deliveries d ON d.message_id = m.id AND d.lane = 'reply' LEFT JOIN threads t ON t.id = m.thread_id
WHERE m.{column} = $1 ORDER BY m.occurred_at DESC, m.received_at DESC, m.id DESC LIMIT $2 OFFSET $3
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message with what became of its delivery; `connection_id` is where it came from or went."""

    message: Message
    delivery_state: str
    delivery_reason: str
    connection_id: int | None


async def find_message(
    connection: asyncpg.Connection, message_id: int, *, received_at: datetime | None = None
) -> Message | None:
    """Return a message; `received_at` lets the database look into one month only."""
    record = await connection.fetchrow(
        "SELECT * FROM messages WHERE id = $1 AND ($2::timestamptz IS NULL OR received_at = $2)",
        message_id,
        received_at,
    )
    return None if record is None else codec_of(Message).decode(record)


async def find_keyed(
    connection: asyncpg.Connection, connection_id: int, external_id: str, *, thread: str
) -> int | None:
    """Return the conversation of an entry by the key it was stored with."""
    found: int | None = await connection.fetchval(
        "SELECT conversation_id FROM message_keys WHERE connection_id = $1 AND external_id = $2 AND thread = $3",
        connection_id,
        external_id,
        thread,
    )
    return found


async def list_group(connection: asyncpg.Connection, conversation_id: int, group_key: str) -> list[Message]:
    """Return all parts of an album in order."""
    rows = await connection.fetch(
        "SELECT * FROM messages WHERE conversation_id = $1 AND group_key = $2 ORDER BY occurred_at, id",
        conversation_id,
        group_key,
    )
    return [codec_of(Message).decode(row) for row in rows]


async def find_entry(connection: asyncpg.Connection, conversation_id: int, message_id: int) -> Entry | None:
    """Return one message of a conversation, however old."""
    found = await _page(connection, "id", message_id, limit=1, offset=0)
    return next((entry for entry in found if entry.message.conversation_id == conversation_id), None)


async def list_of_conversation(
    connection: asyncpg.Connection, conversation_id: int, *, limit: int, offset: int = 0
) -> list[Entry]:
    """Return a page of a conversation's history, newest first."""
    return await _page(connection, "conversation_id", conversation_id, limit=limit, offset=offset)


async def _page(connection: asyncpg.Connection, column: str, value: int, *, limit: int, offset: int) -> list[Entry]:
    rows = await connection.fetch(_PAGE.format(column=column), value, limit, offset)
    decode = codec_of(Message).decode
    return [Entry(decode(row), row["delivery_state"], row["delivery_reason"], row["connection_id"]) for row in rows]
