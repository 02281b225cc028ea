"""Small dialogue state of bots (awaiting a note, a reason): one row a chat and name, until it runs out.

Every call commits by itself unless the caller has a transaction. Instants are the caller's, from the Clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

_PUT = """
INSERT INTO screens (bot, chat_id, name, facts, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (bot, chat_id, name) DO UPDATE SET facts = excluded.facts, expires_at = excluded.expires_at
"""
_GET = "SELECT facts FROM screens WHERE bot = $1 AND chat_id = $2 AND name = $3 AND (expires_at IS NULL OR expires_at > $4)"
_POP = "DELETE FROM screens WHERE bot = $1 AND chat_id = $2 AND name = $3 RETURNING facts, expires_at"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot keeps something: `name` says what it is about, unique within the chat."""

    bot: str
    chat_id: int
    name: str


async def put(
    connection: asyncpg.Connection, place: Place, facts: Mapping[str, object], *, expires_at: datetime | None
) -> None:
    """Keep `facts` in place of what was there; without an end they stay for ever."""
    await connection.execute(_PUT, place.bot, place.chat_id, place.name, dict(facts), expires_at)


async def get(connection: asyncpg.Connection, place: Place, *, now: datetime) -> Mapping[str, object] | None:
    """Return what is kept, `None` once it has run out."""
    found: Mapping[str, object] | None = await connection.fetchval(_GET, place.bot, place.chat_id, place.name, now)
    return found


async def pop(connection: asyncpg.Connection, place: Place, *, now: datetime) -> Mapping[str, object] | None:
    """Take what is kept away and return it, `None` if it has run out; of two callers only one gets it."""
    row = await connection.fetchrow(_POP, place.bot, place.chat_id, place.name)
    if row is None or (row["expires_at"] is not None and row["expires_at"] <= now):
        return None
    facts: Mapping[str, object] = row["facts"]
    return facts
