"""Tells open pages that something in the sandbox changed; what changed they see by looking again."""

import asyncio
from datetime import timedelta

SOON = timedelta(milliseconds=40)


class Changes:
    """A counter to wait on. Everything lives in one event loop, so telling is an ordinary call."""

    def __init__(self) -> None:
        self.count = 0
        self._waiters: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        """Wake everybody who waits."""
        self.count += 1
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, seen: int, timeout: timedelta) -> None:
        """Return soon after the counter passed `seen`, so that a burst is looked at once, or after `timeout`."""
        if self.count == seen:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            await asyncio.wait([waiter], timeout=timeout.total_seconds())
            self._waiters.discard(waiter)
        await asyncio.sleep(SOON.total_seconds())
