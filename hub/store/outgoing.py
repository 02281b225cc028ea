"""What an outgoing message needs of the tables at the moment of sending, read in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.domain.message import Message
from hub.store.rows import codec_of

_MESSAGE = """
SELECT m.*, coalesce(t.external_id, '') AS to_thread, coalesce(t.address, '') AS to_address,
  coalesce(c.state, 'active') AS connection_state, coalesce(p.name, '') AS author_name,
  coalesce(q.external_id, '') AS answered
FROM messages m LEFT JOIN threads t ON t.id = m.thread_id LEFT JOIN connections c ON c.id = t.connection_id
LEFT JOIN managers p ON p.id = m.manager_id LEFT JOIN messages q ON q.id = m.reply_to
WHERE m.id = $1 AND m.received_at = $2
"""

_CHANGED = """
SELECT m.*, coalesce(t.external_id, '') AS to_thread, coalesce(c.state, 'active') AS connection_state,
  coalesce(d.external_ids, '[]') AS sent_ids
FROM messages m LEFT JOIN threads t ON t.id = m.thread_id LEFT JOIN connections c ON c.id = t.connection_id
LEFT JOIN deliveries d ON d.message_id = m.id AND d.lane = 'reply'
WHERE m.id = $1 AND m.received_at = $2
"""

_LETTERS = """
SELECT external_id, subject, direction FROM messages
WHERE contact_id = $1 AND thread_id = $2 AND direction IN ('inbound', 'outbound') AND id <> $3
  AND (external_id <> '' OR subject <> '')
ORDER BY occurred_at DESC, id DESC LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message with its way to the client.

    `thread` is the provider's id, `address` the client's own there, `author_name` the signature, `answered` the
    provider's id of the message it answers; all may be empty.
    """

    message: Message
    thread: str
    address: str
    author_name: str
    answered: str
    is_paused: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """A message that is to be changed at the client: `external_ids` are the provider's ids of all its parts."""

    message: Message
    thread: str
    external_ids: tuple[str, ...]
    is_paused: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """An earlier message of a thread, as later letters refer to it."""

    external_id: str
    subject: str
    is_inbound: bool


async def find_outgoing(connection: asyncpg.Connection, message_id: int, received_at: datetime) -> Outgoing | None:
    """Return a message with its way to the client; `received_at` lets the database look into one month only."""
    row = await connection.fetchrow(_MESSAGE, message_id, received_at)
    if row is None:
        return None
    message: Message = codec_of(Message).decode(row)
    is_paused = row["connection_state"] == "paused"
    return Outgoing(message, row["to_thread"], row["to_address"], row["author_name"], row["answered"], is_paused)


async def find_changed(connection: asyncpg.Connection, message_id: int, received_at: datetime) -> Changed | None:
    """Return a message with where it is at the client; no ids mean that it is not there yet."""
    row = await connection.fetchrow(_CHANGED, message_id, received_at)
    if row is None:
        return None
    message: Message = codec_of(Message).decode(row)
    ids = tuple(str(each) for each in row["sent_ids"]) or tuple(filter(None, (message.external_id,)))
    return Changed(message, row["to_thread"], ids, row["connection_state"] == "paused")


async def list_letters(connection: asyncpg.Connection, message: Message, *, limit: int = 20) -> Sequence[Letter]:
    """Return what was said in the message's thread before it, newest first."""
    rows = await connection.fetch(_LETTERS, message.contact_id, message.thread_id, message.id, limit)
    return [Letter(row["external_id"], row["subject"], row["direction"] == "inbound") for row in rows]
