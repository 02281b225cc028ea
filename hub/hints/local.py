"""Hints within one process."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from hub.domain.ids import ConversationId, ManagerId

_COMPOSING_SECONDS = 90.0
_FEED_LENGTH = 100
_FORGET_EVERY = 1024


class LocalWakeup:
    """Wake-ups between tasks of one process. The mark is cleared before the waiter looks, so none is lost."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}

    def wake(self, lane: str) -> None:
        self._event(lane).set()

    def wake_all(self) -> None:
        """Make every lane that anybody waits for look now."""
        for event in self._events.values():
            event.set()

    async def wait(self, lane: str, timeout: timedelta) -> None:
        event = self._event(lane)
        # Not `wait_for`: before Python 3.12 it swallows a cancellation that comes together with the mark.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout.total_seconds()):
                await event.wait()
        event.clear()

    def _event(self, lane: str) -> asyncio.Event:
        return self._events.setdefault(lane, asyncio.Event())


class LocalFeed:
    """Live updates to open screens of this process. A reader that does not keep up loses the oldest."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Queue[tuple[str, Mapping[str, str]]]] = set()

    def publish(self, topic: str, event: Mapping[str, str]) -> None:
        for queue in self._readers:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait((topic, event))

    async def read(self) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        """Yield (topic, event) from now on."""
        with self._reader() as queue:
            while True:
                yield await queue.get()

    @contextmanager
    def _reader(self) -> Iterator[asyncio.Queue[tuple[str, Mapping[str, str]]]]:
        queue: asyncio.Queue[tuple[str, Mapping[str, str]]] = asyncio.Queue(_FEED_LENGTH)
        self._readers.add(queue)
        try:
            yield queue
        finally:
            self._readers.discard(queue)


class LocalRates:
    """Token buckets of one process. `take` reserves the next free instant, so waiting callers queue up fairly."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        self._full_at: dict[str, float] = {}
        self._blocked_until: dict[str, float] = {}
        self._taken = 0

    async def take(self, bucket: str, *, per_second: float, burst: int) -> timedelta:
        now = time.monotonic()
        self._forget_free(now)
        spacing = 1.0 / per_second
        earliest = max(
            self._free_at.get(bucket, 0.0), now - spacing * (burst - 1), self._blocked_until.get(bucket, 0.0)
        )
        self._free_at[bucket] = earliest + spacing
        self._full_at[bucket] = earliest + spacing * burst
        return timedelta(seconds=max(0.0, earliest - now))

    async def block(self, bucket: str, until: timedelta) -> None:
        self._blocked_until[bucket] = time.monotonic() + until.total_seconds()

    @property
    def kept(self) -> int:
        """Return how many buckets are remembered."""
        return len(self._free_at.keys() | self._blocked_until.keys())

    def _forget_free(self, now: float) -> None:
        """Forget, from time to time, the buckets that are full again: one a chat would stay for ever otherwise."""
        self._taken += 1
        if self._taken % _FORGET_EVERY:
            return
        for bucket in [bucket for bucket, at in self._full_at.items() if at <= now]:
            del self._full_at[bucket], self._free_at[bucket]
        for bucket in [bucket for bucket, at in self._blocked_until.items() if at <= now]:
            del self._blocked_until[bucket]


class LocalLocks:
    """Who is composing, in this process (R-11); marks hold for `seconds`."""

    def __init__(self, seconds: float = _COMPOSING_SECONDS) -> None:
        self._marks: dict[ConversationId, tuple[ManagerId, float]] = {}
        self._seconds = seconds
        self._touched = 0

    @property
    def kept(self) -> int:
        """Return how many marks are remembered."""
        return len(self._marks)

    async def touch(self, conversation_id: ConversationId, manager_id: ManagerId) -> ManagerId | None:
        now = time.monotonic()
        self._forget_ended(now)
        holder, until = self._marks.get(conversation_id, (manager_id, 0.0))
        if holder != manager_id and until > now:
            return holder
        self._marks[conversation_id] = (manager_id, now + self._seconds)
        return None

    async def release(self, conversation_id: ConversationId, manager_id: ManagerId) -> None:
        holder, _ = self._marks.get(conversation_id, (None, 0.0))
        if holder == manager_id:
            del self._marks[conversation_id]

    def _forget_ended(self, now: float) -> None:
        """Forget, from time to time, the marks that have run out: one a conversation would stay for ever otherwise."""
        self._touched += 1
        if self._touched % _FORGET_EVERY == 0:
            self._marks = {key: mark for key, mark in self._marks.items() if mark[1] > now}
