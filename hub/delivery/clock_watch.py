"""Fires what is due and serves the queue: looks once a second, at the next due instant, and whenever somebody wakes it.

Of all processes one looks at a time, under an advisory lock; what fires is decided by the conditional write of the fold
(`hub.inbox.clocks`), so a lost lock costs work, never a second firing. A process that was frozen in its turn keeps the
lock for as long as it is frozen, so the others wait for a turn only so long. A timer that cannot be fired stands aside
and is tried again later, so that it never holds up the others. In a hub that was restored from a backup everything here
stands still until a person lets it go on (case 38).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from hub.delivery.loops import keep_going
from hub.domain.errors import StorageUnavailable
from hub.inbox import clocks
from hub.inbox.automations import watch_automations
from hub.inbox.day_digests import watch_day_digests
from hub.inbox.draft_ends import watch_drafts
from hub.inbox.office import Office
from hub.inbox.recompute import is_unread
from hub.inbox.shifts import watch_shifts
from hub.store import timers
from hub.store.locks import alone
from hub.store.pool import acquire
from hub.store.timers import DueTimer

BATCH = 128
"""At most so many fire in one commit: those that fell due during the last one, so those that pile up share its cost."""
POLL = timedelta(seconds=1)
AGAIN = timedelta(milliseconds=50)
"""When to look again at what is due and has not fired: it fell due since the look, or another process is about it."""
QUEUE_POLL = timedelta(seconds=3)
ASIDE = timedelta(minutes=1)
TURN = timedelta(seconds=3)
"""Whoever is refused for longer than this looks without its turn."""
_MOST_QUEUED = 1024
_log = structlog.get_logger()


@dataclass(slots=True)
class ClockWatch:
    """The watch of one process; run it in as many as there are."""

    office: Office
    _aside: dict[tuple[str, str, int], datetime] = field(default_factory=dict)
    _refused_since: dict[str, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Watch until cancelled."""
        await asyncio.gather(
            self._repeat("timers", self.fire_due, self._until_next),
            self._repeat("queue", self.serve_queue, _queue_poll),
        )

    async def fire_due(self) -> int:
        """Fire all that is due now, unless another process does it; return how many fired. Commits by batch."""
        total = 0
        async with self._turn("clocks") as is_ours:
            while is_ours and (due := await self._list_due()):
                total += await self._fire(due)
        return total

    async def serve_queue(self) -> int:
        """Offer waits that nobody has to whoever can take them now (R-9); return how many found somebody. Commits.

        Looks for shifts that end (R-13), for what automations wait for, for whom the day is to be told, and for
        proposals of rules that lapse, too.
        """
        async with self._turn("queue") as is_ours:
            if not is_ours:
                return 0
            await watch_shifts(self.office)
            await watch_automations(self.office)
            await watch_day_digests(self.office)
            await watch_drafts(self.office)
            async with acquire(self.office.pool) as connection:
                queued = await timers.list_queued_waits(connection, limit=_MOST_QUEUED)
            batches = [queued[place : place + BATCH] for place in range(0, len(queued), BATCH)]
            return sum([await clocks.serve_queue(self.office, batch) for batch in batches])

    async def _fire(self, due: Sequence[DueTimer]) -> int:
        """Fire a batch; one that fails is halved until the culprit is alone, which then stands aside.

        So do timers that are due and yet do not fire: their subject is gone.
        """
        try:
            fired = await clocks.fire(self.office, due)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one timer must not hold up the others
            if len(due) > 1:
                middle = len(due) // 2
                return await self._fire(due[:middle]) + await self._fire(due[middle:])
            _log.exception("timer.failed", kind=due[0].kind, subject=due[0].subject)
            fired = 0
        if not fired:
            self._aside |= {_key(timer): self.office.clock.now() + ASIDE for timer in due}
        return fired

    async def _list_due(self) -> list[DueTimer]:
        """Return what is due and may fire here.

        Where new rules are in force that this process has not read, nothing may, for a minute at most: the clocks are
        another's to fire, or its own when it has read them (D-6).
        """
        now = self.office.clock.now()
        self._aside = {key: until for key, until in self._aside.items() if until > now}
        async with acquire(self.office.pool) as connection:
            due = await timers.list_due(connection, now=now, limit=BATCH + len(self._aside))
        if any(now - each.due_at < ASIDE and is_unread(self.office, each) for each in due):
            return []
        return [timer for timer in due if _key(timer) not in self._aside][:BATCH]

    async def _until_next(self) -> timedelta:
        """Return how long nothing is due, at most the poll; what is due longer than the poll cannot fire now."""
        async with acquire(self.office.pool) as connection:
            due_at = await timers.next_due(connection)
        left = POLL if due_at is None else due_at - self.office.clock.now()
        if abs(left) > POLL:
            return POLL
        return left if left > timedelta(0) else AGAIN

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[bool]:
        async with acquire(self.office.pool) as connection, alone(connection, f"watch:{name}") as is_alone:
            yield self._may_look(name, is_alone) and not self.office.is_held

    def _may_look(self, name: str, is_alone: bool) -> bool:
        """Tell whether to look: nobody else does, or somebody else has not come to an end with it for too long."""
        now = time.monotonic()
        if is_alone:
            self._refused_since.pop(name, None)
            return True
        return now - self._refused_since.setdefault(name, now) > TURN.total_seconds()

    async def _repeat(
        self, lane: str, look: Callable[[], Awaitable[int]], rest: Callable[[], Awaitable[timedelta]]
    ) -> None:
        """Look, then wait for a hint or the poll."""

        async def look_and_rest() -> None:
            await look()
            await self.office.wakeup.wait(lane, await rest())

        await keep_going(lane, look_and_rest, POLL)


async def _queue_poll() -> timedelta:
    return QUEUE_POLL


def _key(timer: DueTimer) -> tuple[str, str, int]:
    return timer.kind, timer.subject, timer.epoch
