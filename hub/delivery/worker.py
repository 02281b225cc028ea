"""Works one lane of deliveries: claim what is due, carry it out with bounded concurrency, write its end.

Order within a key is the claim's matter: only the head of each key is given out. Leases are short and renewed while a
delivery is in work, so what a killed process held is free within half a minute. A process that is asked to stop lets
what is under way finish; what does not finish in time is left to its lease.
"""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from hub.crash import crash_point
from hub.delivery.loops import keep_going
from hub.delivery.retry import PLANS
from hub.delivery.verdict import Attempt
from hub.domain.delivery import Lane
from hub.domain.errors import Conflict, StorageUnavailable
from hub.domain.outbound import Later, SendResult, Unknown
from hub.domain.restored import HELD_LANES
from hub.domain.workset import Settled
from hub.inbox.figures import ProcessFigures
from hub.inbox.office import Office
from hub.store import deliveries
from hub.store.deliveries import ClaimedDelivery, Hold
from hub.store.pool import acquire
from hub.store.sharing import Shared

LEASE = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=8)
POLL = timedelta(seconds=1)
STOP_WITHIN = timedelta(seconds=10)
_SETTLE_TRIES = 20
_log = structlog.get_logger()

Handler = Callable[[ClaimedDelivery], Awaitable[SendResult]]
Finish = Callable[[ClaimedDelivery, SendResult, Settled], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LaneWork:
    """What a lane does.

    `handler` carries out one delivery; `finish` writes its end with whatever follows from it (None: only the state);
    `is_repeatable` tells whether the other side makes one of two equal requests; `is_merged` whether a delivery stands
    for equal ones behind it; `places` deliveries are under way at once.
    """

    handler: Handler
    finish: Finish | None = None
    is_repeatable: Callable[[ClaimedDelivery], bool] = lambda _: True
    is_merged: Callable[[ClaimedDelivery], bool] = lambda _: False
    places: int = 16


@dataclass(slots=True)
class DeliveryWorker:
    """The worker of one lane in this process. Ends of deliveries that come together are committed together."""

    office: Office
    lane: Lane
    work: LaneWork
    figures: ProcessFigures = field(default_factory=ProcessFigures)
    settle_tries: int = _SETTLE_TRIES
    _running: dict[asyncio.Task[None], ClaimedDelivery] = field(default_factory=dict)
    _ends: Shared[Settled, bool] = field(init=False)

    def __post_init__(self) -> None:
        self._ends = Shared(self._write_ends)

    async def run(self) -> None:
        """Work until cancelled; then let what is under way finish."""
        renewing = asyncio.create_task(keep_going(f"{self.lane}.renewal", self._renew, POLL))
        try:
            await keep_going(self.lane, self._start_or_rest, POLL)
        finally:
            await self._drain()
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _start_or_rest(self) -> None:
        if not await self.start_due():
            await self._rest()

    async def run_until_idle(self) -> None:
        """Carry out all that is due now and return: for tests and one-shot commands."""
        while await self.start_due() or self._running:
            if self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def start_due(self) -> int:
        """Claim as many due deliveries as there are free places and start them; return how many.

        None in a hub that was restored from a backup, until a person lets it go on (case 38).
        """
        if self._is_held():
            return 0
        free = self.work.places - len(self._running)
        if free <= self.work.places // 4 and self._running:
            return 0
        hold = Hold(secrets.randbits(62), LEASE)
        async with acquire(self.office.pool) as connection:
            now = self.office.clock.now()
            claimed = await deliveries.claim(connection, lane=self.lane, limit=free, hold=hold, now=now)
            if merged := [each for each in claimed if self.work.is_merged(each)]:
                await deliveries.merge(connection, merged, now=now)
        for each in claimed:
            task = asyncio.create_task(self._carry_out(each))
            self._running[task] = each
            task.add_done_callback(self._forget)
        return len(claimed)

    def _is_held(self) -> bool:
        return self.lane in HELD_LANES and self.office.is_held

    def _forget(self, task: asyncio.Task[None]) -> None:
        """Give the place free; an end that could not be written is left to the lease."""
        claimed = self._running.pop(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("delivery.settle_raised", lane=self.lane, delivery_id=claimed.id, exc_info=error)

    async def _rest(self) -> None:
        """Wait until there may be something to do: a hint, a place that became free, an instant, or the poll."""
        hint = asyncio.create_task(self.office.wakeup.wait(self.lane, await self._longest_rest()))
        try:
            await asyncio.wait({hint, *self._running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hint.cancel()
            await asyncio.gather(hint, return_exceptions=True)

    async def _longest_rest(self) -> timedelta:
        if self._running or self._is_held():
            return POLL
        async with acquire(self.office.pool) as connection:
            due_at = await deliveries.next_due(connection, self.lane)
        if due_at is None:
            return POLL
        return min(max(due_at - self.office.clock.now(), timedelta(milliseconds=5)), POLL)

    async def _carry_out(self, claimed: ClaimedDelivery) -> None:
        """Make one attempt and write its end."""
        attempt = Attempt(claimed, PLANS[self.lane], self.work.is_repeatable(claimed))
        settled = attempt.end_unstarted()
        result: SendResult = Unknown("interrupted")
        if settled is None:
            result = await self._attempt(claimed)
            jitter = random.random()  # noqa: S311 - spreads waits, guards nothing
            settled = attempt.settle(result, now=self.office.clock.now(), jitter=jitter)
        await self._finish(claimed, result, settled)

    async def _attempt(self, claimed: ClaimedDelivery) -> SendResult:
        crash_point("delivery.before_attempt")
        try:
            result = await self.work.handler(claimed)
        except StorageUnavailable:
            result = Later("storage_unavailable")
        except Exception:  # noqa: BLE001 - a delivery that raises must not stop its lane
            _log.exception("delivery.attempt_raised", lane=self.lane, delivery_id=claimed.id, attempt=claimed.attempt)
            result = Unknown("internal_error")
        crash_point("delivery.after_attempt")
        return result

    async def _finish(self, claimed: ClaimedDelivery, result: SendResult, settled: Settled) -> None:
        """Write the end, as long as the database takes it: what was sent must not be forgotten for a short outage.

        Writing twice is harmless, since the token lets only the first one through; who it was is in doubt then.
        """
        is_in_doubt = False
        for _ in range(self.settle_tries):
            try:
                is_ours = await self._write(claimed, result, settled)
            except (StorageUnavailable, Conflict) as error:
                is_in_doubt = is_in_doubt or isinstance(error, StorageUnavailable)
                _log.warning("delivery.settle_delayed", lane=self.lane, delivery_id=claimed.id, code=error.code)
                await asyncio.sleep(RENEW_EVERY.total_seconds() / 10)
            else:
                break
        else:
            _log.error("delivery.end_not_written", lane=self.lane, delivery_id=claimed.id, attempt=claimed.attempt)
            return
        if is_ours:
            self._tell(claimed, settled)
        else:
            event = "delivery.end_in_doubt" if is_in_doubt else "delivery.lease_lost"
            _log.warning(event, lane=self.lane, delivery_id=claimed.id, attempt=claimed.attempt)

    async def _write(self, claimed: ClaimedDelivery, result: SendResult, settled: Settled) -> bool:
        """Write the end; return False if the lease was lost, so that whoever has it now decides.

        A `finish` with effects says so itself.
        """
        if self.work.finish is None:
            return await self._ends.ask(settled)
        await self.work.finish(claimed, result, settled)
        return True

    async def _write_ends(self, settled: Sequence[Settled]) -> list[bool]:
        """Write ends in one commit; False for those whose lease was lost."""
        async with acquire(self.office.pool) as connection:
            crash_point("delivery.before_settle")
            written = await deliveries.finish(connection, settled)
        crash_point("delivery.after_settle")
        return [each.id in written for each in settled]

    def _tell(self, claimed: ClaimedDelivery, settled: Settled) -> None:
        self.figures.note_end(self.lane, settled.state)
        is_wrong = settled.state not in {"sent", "queued"}
        (_log.warning if is_wrong else _log.info)(
            "delivery.attempted",
            lane=self.lane,
            delivery_id=claimed.id,
            attempt=claimed.attempt,
            state=settled.state,
            reason=settled.reason.partition(" ")[0],
        )

    async def _renew(self) -> None:
        """Keep the leases of what is under way; without the database they run out, and the token decides."""
        await asyncio.sleep(RENEW_EVERY.total_seconds())
        if self._running:
            async with acquire(self.office.pool) as connection:
                await deliveries.extend(connection, list(self._running.values()), lease=LEASE)

    async def _drain(self) -> None:
        """Wait for what is under way; leave to its lease what takes too long."""
        if not self._running:
            return
        _, late = await asyncio.wait(list(self._running), timeout=STOP_WITHIN.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
