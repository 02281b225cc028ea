"""Small dialogue state of bots (awaiting a note, a reason): one row a chat and name, until it runs out.

Every call commits by itself unless the caller has a transaction. Instants are the caller's, from the Clock.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict, Unpack

import asyncpg

_PUT = """
INSERT INTO screens (bot, chat_id, name, facts, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (bot, chat_id, name) DO UPDATE SET facts = excluded.facts, expires_at = excluded.expires_at
"""
_GET = "SELECT facts FROM screens WHERE bot = $1 AND chat_id = $2 AND name = $3 AND (expires_at IS NULL OR expires_at > $4)"
_POP = "DELETE FROM screens WHERE bot = $1 AND chat_id = $2 AND name = $3 RETURNING facts, expires_at"


class Kept(TypedDict):
    """What is kept, and until when; without an end for ever."""

    facts: Mapping[str, object]
    expires_at: datetime | None


async def put(connection: asyncpg.Connection, bot: str, chat_id: int, *, name: str, **kept: Unpack[Kept]) -> None:
    """Keep facts under `name` in place of what was there."""
    await connection.execute(_PUT, bot, chat_id, name, dict(kept["facts"]), kept["expires_at"])


async def get(
    connection: asyncpg.Connection, bot: str, chat_id: int, *, name: str, now: datetime
) -> Mapping[str, object] | None:
    """Return what is kept, `None` once it has run out."""
    found: Mapping[str, object] | None = await connection.fetchval(_GET, bot, chat_id, name, now)
    return found


async def pop(
    connection: asyncpg.Connection, bot: str, chat_id: int, *, name: str, now: datetime
) -> Mapping[str, object] | None:
    """Take what is kept away and return it, `None` if it has run out; of two callers only one gets it."""
    row = await connection.fetchrow(_POP, bot, chat_id, name)
    if row is None or (row["expires_at"] is not None and row["expires_at"] <= now):
        return None
    facts: Mapping[str, object] = row["facts"]
    return facts
