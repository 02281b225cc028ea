"""Messages as history: of a conversation, of a contact, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from hub.domain.message import Message
from hub.store.rows import codec_of

_ENTRY = """
m.*, coalesce(d.state, '') AS delivery_state, coalesce(d.reason, '') AS delivery_reason, t.connection_id,
  coalesce(a.name, '') AS author_name
"""
_AROUND = """
LEFT JOIN deliveries d ON d.message_id = m.id AND d.lane = 'reply' LEFT JOIN threads t ON t.id = m.thread_id
LEFT JOIN managers a ON a.id = m.manager_id
"""
_NEWEST_FIRST = "ORDER BY m.occurred_at DESC, m.received_at DESC, m.id DESC"
_PAGE = f"SELECT {_ENTRY} FROM messages m {_AROUND} WHERE m.{{column}} = $1 {_NEWEST_FIRST} LIMIT $2 OFFSET $3"
_LATEST = f"""
SELECT {_ENTRY} FROM unnest($1::bigint[]) AS u(id)
CROSS JOIN LATERAL (SELECT * FROM messages m WHERE m.conversation_id = u.id {_NEWEST_FIRST} LIMIT $2) m {_AROUND}
{_NEWEST_FIRST}
"""
_OLDER = f"""
SELECT {_ENTRY} FROM messages m {_AROUND} WHERE m.conversation_id = $1 AND m.occurred_at <= $2
  AND (m.occurred_at, m.received_at, m.id) < ($2, $3, $4) {_NEWEST_FIRST} LIMIT $5
"""
_NAMED = f"SELECT {_ENTRY} FROM messages m {_AROUND} WHERE m.id = ANY($1::bigint[])"
_GROUPS = f"""
SELECT {_ENTRY} FROM unnest($1::bigint[], $2::text[]) AS u(conversation_id, group_key)
JOIN messages m ON m.conversation_id = u.conversation_id AND m.group_key = u.group_key {_AROUND}
ORDER BY m.occurred_at, m.id
"""


_HEARD = f"""
SELECT {_ENTRY} FROM messages m {_AROUND}
WHERE m.conversation_id = $1 AND m.direction = 'inbound' AND m.received_at >= $2 AND m.received_at < $3
ORDER BY m.occurred_at, m.id LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message with what became of its delivery; `connection_id` is where it came from or went.

    `author_name` is the manager's who wrote it.
    """

    message: Message
    delivery_state: str
    delivery_reason: str
    connection_id: int | None
    author_name: str = ""


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


@dataclass(frozen=True, slots=True)
class ProviderPlace:
    """Where a message is at its provider: the connection, its thread there, and the provider's id of it."""

    connection_id: int
    thread: str
    external_id: str


async def find_place(connection: asyncpg.Connection, message_id: int) -> ProviderPlace | None:
    """Return where a message is at its provider, None if it never came from there or got there."""
    row = await connection.fetchrow(
        "SELECT t.connection_id, t.external_id AS thread, m.external_id FROM messages m "
        "JOIN threads t ON t.id = m.thread_id WHERE m.id = $1 AND m.external_id <> ''",
        message_id,
    )
    return None if row is None else ProviderPlace(**row)


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


async def list_albums(connection: asyncpg.Connection, message_ids: Iterable[int]) -> dict[int, list[Entry]]:
    """Return messages by id, each in order with the other parts of its album; alone if it belongs to none."""
    named = await list_named(connection, message_ids)
    groups = {_group(entry): [entry] for entry in named if entry.message.group_key}
    if groups:
        conversations, keys = zip(*groups, strict=True)
        parts = _entries(await connection.fetch(_GROUPS, conversations, keys))
        groups = {group: [part for part in parts if _group(part) == group] for group in groups}
    return {entry.message.id: groups.get(_group(entry), [entry]) for entry in named}


def _group(entry: Entry) -> tuple[int | None, str]:
    return (entry.message.conversation_id, entry.message.group_key)


async def find_entry(connection: asyncpg.Connection, conversation_id: int, message_id: int) -> Entry | None:
    """Return one message of a conversation, however old."""
    found = await _page(connection, "id", message_id, limit=1, offset=0)
    return next((entry for entry in found if entry.message.conversation_id == conversation_id), None)


async def list_of_conversation(
    connection: asyncpg.Connection, conversation_id: int, *, limit: int, offset: int = 0
) -> list[Entry]:
    """Return a page of a conversation's history, newest first."""
    return await _page(connection, "conversation_id", conversation_id, limit=limit, offset=offset)


async def list_older(connection: asyncpg.Connection, entry: Entry, *, limit: int) -> list[Entry]:
    """Return what was said before an entry in its conversation, newest first."""
    last = entry.message
    place = (last.occurred_at, last.received_at, last.id)
    return _entries(await connection.fetch(_OLDER, last.conversation_id, *place, limit))


async def list_named(connection: asyncpg.Connection, message_ids: Iterable[int]) -> list[Entry]:
    """Return messages by id, in no order."""
    return _entries(await connection.fetch(_NAMED, list(message_ids)))


async def list_heard(
    connection: asyncpg.Connection, conversation_id: int, *, since: datetime, until: datetime, limit: int
) -> list[Entry]:
    """Return what reached us in a conversation in [since, until), oldest first."""
    return _entries(await connection.fetch(_HEARD, conversation_id, since, until, limit))


async def count_heard(connection: asyncpg.Connection, conversation_id: int, *, since: datetime, until: datetime) -> int:
    """Return how many messages reached us in a conversation in [since, until)."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM messages WHERE conversation_id = $1 AND direction = 'inbound' "
        "AND received_at >= $2 AND received_at < $3",
        conversation_id,
        since,
        until,
    )
    return found


async def _page(connection: asyncpg.Connection, column: str, value: int, *, limit: int, offset: int) -> list[Entry]:
    return _entries(await connection.fetch(_PAGE.format(column=column), value, limit, offset))


async def list_latest(connection: asyncpg.Connection, conversation_ids: Iterable[int], *, limit: int) -> list[Entry]:
    """Return the newest messages of each of these conversations, newest first."""
    return _entries(await connection.fetch(_LATEST, list(conversation_ids), limit))


def _entries(rows: Iterable[Mapping[str, Any]]) -> list[Entry]:
    decode = codec_of(Message).decode
    return [
        Entry(decode(row), row["delivery_state"], row["delivery_reason"], row["connection_id"], row["author_name"])
        for row in rows
    ]
