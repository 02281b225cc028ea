"""Small dialogue state of bots (awaiting a note, a reason): one row a chat and name, until it runs out.

Every call commits by itself unless the caller has a transaction. Instants are the caller's, from the Clock.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import asyncpg

from hub.store.rows import to_json_text

_PUT = """
INSERT INTO screens (bot, chat_id, name, facts, expires_at)
SELECT $1, u.chat_id, u.name, u.facts::jsonb, u.expires_at
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[]) AS u(chat_id, name, facts, expires_at)
ON CONFLICT (bot, chat_id, name) DO UPDATE SET facts = excluded.facts, expires_at = excluded.expires_at
"""
_LIST = """
SELECT s.chat_id, s.name, s.facts FROM unnest($2::bigint[], $3::text[]) AS u(chat_id, name)
JOIN screens s ON s.bot = $1 AND s.chat_id = u.chat_id AND s.name = u.name AND (s.expires_at IS NULL OR s.expires_at > $4)
"""
_LIST_NAMED = """
SELECT chat_id, facts FROM screens WHERE bot = $1 AND name = $2 AND (expires_at IS NULL OR expires_at > $3)
ORDER BY chat_id
"""
_LIST_EVERYWHERE = """
SELECT facts FROM screens WHERE chat_id = $1 AND name = $2 AND (expires_at IS NULL OR expires_at > $3) ORDER BY bot
"""
_POP = "DELETE FROM screens WHERE bot = $1 AND chat_id = $2 AND name = $3 RETURNING facts, expires_at"


Name = tuple[int, str]
"""A chat, and what is kept there."""


class Kept(NamedTuple):
    """What is kept, and until when; without an end for ever."""

    facts: Mapping[str, object]
    expires_at: datetime | None


async def put(connection: asyncpg.Connection, bot: str, kept: Mapping[Name, Kept]) -> None:
    """Keep facts under their names in place of what was there."""
    chats, names = zip(*kept, strict=True)
    facts, ends = zip(*kept.values(), strict=True)
    await connection.execute(_PUT, bot, chats, names, [to_json_text(each) for each in facts], ends)


async def find(
    connection: asyncpg.Connection, bot: str, names: Iterable[Name], *, now: datetime
) -> dict[Name, Mapping[str, object]]:
    """Return what is kept under names; what has run out is absent."""
    wanted = list(names)
    rows = await connection.fetch(_LIST, bot, [chat_id for chat_id, _ in wanted], [name for _, name in wanted], now)
    return {(row["chat_id"], row["name"]): row["facts"] for row in rows}


async def list_named(
    connection: asyncpg.Connection, bot: str, name: str, *, now: datetime
) -> dict[int, Mapping[str, object]]:
    """Return what is kept under one name in all chats, by chat; what has run out is absent."""
    return {row["chat_id"]: row["facts"] for row in await connection.fetch(_LIST_NAMED, bot, name, now)}


async def list_everywhere(connection: asyncpg.Connection, name: Name, *, now: datetime) -> list[Mapping[str, object]]:
    """Return what all bots keep under one name of one chat; what has run out is absent."""
    rows = await connection.fetch(_LIST_EVERYWHERE, *name, now)
    return [row["facts"] for row in rows]


async def pop(
    connection: asyncpg.Connection, bot: str, chat_id: int, *, name: str, now: datetime
) -> Mapping[str, object] | None:
    """Take what is kept away and return it, `None` if it has run out; of two callers only one gets it."""
    row = await connection.fetchrow(_POP, bot, chat_id, name)
    if row is None or (row["expires_at"] is not None and row["expires_at"] <= now):
        return None
    facts: Mapping[str, object] = row["facts"]
    return facts
