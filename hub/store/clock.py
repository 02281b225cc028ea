"""The one Clock: database time read at start and every 30 s, the monotonic clock in between, and an offset.

The offset is 0 in production. Sandbox and tests move it in one place; whoever waits for an instant is woken by `moved`.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import asyncpg

from hub.domain.errors import StorageUnavailable
from hub.store.pool import acquire

REREAD_EVERY = timedelta(seconds=30)
_READINGS = 5
_QUICK = timedelta(milliseconds=2)


class DatabaseClock:
    """Business time of this process. Never goes back by itself: a database that is behind only stops it for a moment."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._read_at: datetime | None = None
        self._monotonic = 0.0
        self._latest: datetime | None = None
        self.offset = timedelta(0)
        self.on_moved: Callable[[], None] = lambda: None

    async def read(self) -> None:
        """Read the database's time. Call before the first `now`.

        The quickest of a few readings counts: on a busy machine a slow answer says when it was given only roughly, and
        processes that differ by more than a change takes write their histories in another order than it happened.

        Raises:
            StorageUnavailable: the database is away; the old reading goes on.
        """
        best = timedelta.max
        async with acquire(self._pool) as connection:
            for _ in range(_READINGS):
                before = time.monotonic()
                at = await connection.fetchval("SELECT clock_timestamp()")
                after = time.monotonic()
                if (took := timedelta(seconds=after - before)) < best:
                    best, self._monotonic, self._read_at = took, (before + after) / 2, at
                if best < _QUICK:
                    return

    def now(self) -> datetime:
        """Return the instant in UTC."""
        if self._read_at is None:
            raise RuntimeError("the clock was asked before it was read")
        at = self._read_at + timedelta(seconds=time.monotonic() - self._monotonic) + self.offset
        self._latest = at if self._latest is None else max(at, self._latest)
        return self._latest

    def move(self, by: timedelta) -> None:
        """Move the business time forward (sandbox and tests); wakes every timer."""
        self.offset += by
        self.on_moved()

    async def keep_reading(self) -> None:
        """Reread for ever; a database that is away does not stop it."""
        while True:
            await asyncio.sleep(REREAD_EVERY.total_seconds())
            try:
                await self.read()
            except StorageUnavailable:
                continue
