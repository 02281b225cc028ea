"""A pool that says which statements were asked of the database through it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg


class Counted:
    """Gives the connections of `pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.statements: list[str] = []

    @asynccontextmanager
    async def acquire(self, *, timeout: float | None = None) -> AsyncIterator[asyncpg.Connection]:
        async with self._pool.acquire(timeout=timeout) as connection:
            with connection.query_logger(lambda record: self.statements.append(record.query)):
                yield connection

    async def take(self, *words: str) -> int:
        """Return how many statements with these words were asked since the last time."""
        await asyncio.sleep(0)  # the driver tells a logger with the next turn of the loop
        found = [each for each in self.statements if all(word in each for word in words)]
        self.statements.clear()
        return len(found)
