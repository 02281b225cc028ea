"""Who of several processes does what one should do while it talks to somebody outside: a lease, so no connection is held.

What only the database is asked for meanwhile goes by `hub.store.locks` instead, which ends with its session at once. A
lease whose process died runs out; one that lasts too long lets another begin, so what is done must bear repeating. Kept
beside the dialogue state of bots, in database time.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg

from hub.store.pool import acquire

_TAKE = """
INSERT INTO screens (bot, chat_id, name, facts, expires_at)
VALUES ($1, 0, $2, jsonb_build_object('holder', $3::text), clock_timestamp() + $4::interval)
ON CONFLICT (bot, chat_id, name) DO UPDATE SET facts = excluded.facts, expires_at = excluded.expires_at
WHERE screens.expires_at <= clock_timestamp() RETURNING 1
"""
_END = "DELETE FROM screens WHERE bot = $1 AND chat_id = 0 AND name = $2 AND facts->>'holder' = $3"


@asynccontextmanager
async def turn(pool: asyncpg.Pool, bot: str, name: str, *, lease: timedelta) -> AsyncIterator[bool]:
    """Try to be the one holder of `name` at a bot for the block, at most for `lease`; gives whether it worked.

    Never waits. Commits at once, and again at the end.
    """
    holder = secrets.token_hex(8)
    async with acquire(pool) as connection:
        is_mine = bool(await connection.fetchval(_TAKE, bot, name, holder, lease))
    try:
        yield is_mine
    finally:
        if is_mine:
            async with acquire(pool) as connection:
                await connection.execute(_END, bot, name, holder)
