"""Virtual time: coroutines that run at an instant, in an order that only the seed decides.

A coroutine gives way with `pause()` and sleeps with `pause(span)`; no asyncio, no real clock, no thread. Of all that
is ready at an instant the one with the smallest draw goes first, each drawing from a generator of its own, so that
leaving out one story line does not shuffle the others.
"""

import heapq
import types
from collections.abc import Coroutine, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

AT_ONCE = timedelta(0)


@types.coroutine
def pause(span: timedelta = AT_ONCE) -> Generator[timedelta, None, None]:
    """Let others go first, or sleep."""
    yield span


@dataclass(order=True, slots=True)
class _Ready:
    at: datetime
    draw: float
    number: int
    work: Coroutine[Any, Any, None] = field(compare=False)
    luck: Random = field(compare=False)


@dataclass(slots=True)
class VirtualLoop:
    """The one clock of a simulation and what waits for it. A `hub.domain.ports.Clock`."""

    instant: datetime
    _ready: list[_Ready] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def now(self) -> datetime:
        """Return the virtual instant (UTC)."""
        return self.instant

    def start(self, work: Coroutine[Any, Any, None], luck: Random, *, after: timedelta = AT_ONCE) -> None:
        """Let a coroutine run after a span; `luck` decides its order among those of the same instant."""
        heapq.heappush(self._ready, _Ready(self.instant + after, luck.random(), next(self._numbers), work, luck))

    def next_at(self) -> datetime | None:
        """Return the instant at which something is ready, `None` if nothing waits."""
        return self._ready[0].at if self._ready else None

    def move_to(self, instant: datetime) -> None:
        """Let time pass; it never goes back."""
        self.instant = max(self.instant, instant)

    def run_ready(self) -> None:
        """Run all that is ready now, what becomes ready at this very instant included."""
        while self._ready and self._ready[0].at <= self.instant:
            ready = heapq.heappop(self._ready)
            try:
                span = ready.work.send(None)
            except StopIteration:
                continue
            self.start(ready.work, ready.luck, after=span)

    def close(self) -> None:
        """Give up what still waits."""
        for ready in self._ready:
            ready.work.close()
        self._ready.clear()
