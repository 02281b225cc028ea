"""Tells whoever watches that something in the fake Telegram changed: waiting tests, long polls, open sandbox pages.

Everything runs in one event loop, so publishing is an ordinary call and never waits. A change says where to look, not
what happened: readers look at the state again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Something changed in a chat of a bot; `chat_id` 0 means the bot itself (webhook, queue)."""

    bot: str
    chat_id: int = 0


class Feed:
    """Wakes waiters and calls listeners at every change, in the order they came."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()
        self._listeners: list[Callable[[Change], None]] = []

    def publish(self, change: Change) -> None:
        """Wake every waiter and call every listener."""
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        for listener in list(self._listeners):
            listener(change)

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` at every change from now on; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def wait_until(self, is_reached: Callable[[], bool], *, seconds: float) -> bool:
        """Return True once `is_reached()` holds, looking again at every change, or False after `seconds`."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not is_reached():
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            await self._next(left)
        return True

    async def _next(self, seconds: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        await asyncio.wait([waiter], timeout=seconds)
        self._waiters.discard(waiter)
