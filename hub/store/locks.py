"""Who of several processes does what only one should: advisory locks that end with their session at the latest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from hub.store.pool import lock_key, try_lock


@asynccontextmanager
async def alone(connection: asyncpg.Connection, name: str) -> AsyncIterator[bool]:
    """Try to be the one holder of `name` for the block; gives whether it worked, and never waits.

    The lock belongs to the connection's session, which the caller keeps for the whole block.
    """
    is_alone = await try_lock(connection, name)
    try:
        yield is_alone
    finally:
        if is_alone and not connection.is_closed():
            await release(connection, name)


async def release(connection: asyncpg.Connection, name: str) -> None:
    """Let another process hold `name`."""
    await connection.execute("SELECT pg_advisory_unlock($1)", lock_key(name))
