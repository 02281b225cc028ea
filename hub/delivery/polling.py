"""One connection that fetches by itself: batch, commit, next; trouble is waited out, shown, and told of.

The channel yields, `hub.inbox.accept` stores payloads and cursor in one commit, and only the wish for the next batch
lets the channel confirm the previous one to its provider (reliability case 13).
"""

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from hub.channels.base import Parses, Polls
from hub.crash import crash_point
from hub.delivery.alarms import Alarms
from hub.delivery.loops import keep_going
from hub.delivery.retry import Plan, next_attempt
from hub.domain.errors import AuthenticationFailed, ProviderError, StorageUnavailable, TemporaryFailure
from hub.domain.ids import ConnectionId
from hub.inbox.accept import Acceptor
from hub.inbox.office import Office
from hub.store import connections
from hub.store.pool import acquire

DOWN_AFTER = timedelta(minutes=1)  # a silent loss takes up to two more to be noticed (contract 11: three in all)
WELL_AFTER = timedelta(minutes=2)  # longer than a poll that hangs takes to fail
PAUSE = timedelta(seconds=1)
_PLAN = Plan(attempts=2**31, first=timedelta(seconds=1), longest=timedelta(minutes=1))
_log = structlog.get_logger()


class PollingChannel(Polls, Parses, Protocol):
    """A channel that fetches and understands what it fetched."""


@dataclass(frozen=True, slots=True)
class PolledConnection:
    """What is polled: the connection, its adapter, and the lane its payloads belong to."""

    id: ConnectionId
    name: str
    channel: PollingChannel
    lane: str = "client"


@dataclass(slots=True)
class PollLoop:
    """Polls one endpoint for ever; ends when its credentials are refused, rests where there is nothing to poll."""

    office: Office
    acceptor: Acceptor
    alarms: Alarms
    endpoint: PolledConnection
    _failures: int = 0
    _failing_since: datetime | None = None
    _was_well: bool = False

    async def run(self) -> None:
        """Poll; trouble is waited out with growing pauses, announced after a minute.

        Alarms go to the database, which may be away at that very moment: nothing that they raise ends the loop.
        """
        await keep_going(f"poll.{self.endpoint.id}", self._poll_or_wait, PAUSE)

    async def _poll_or_wait(self) -> bool:
        """Poll until there is trouble and see to it; True if it is of no use to go on."""
        try:
            await self._poll()
            await asyncio.Event().wait()  # nothing to poll: until the adapter is replaced or removed
        except AuthenticationFailed as error:
            await self.alarms.pause(self.endpoint.id, str(error))
            return True
        except StorageUnavailable:
            raise
        except ProviderError as error:
            await self._wait_out(str(error), error.retry_after if isinstance(error, TemporaryFailure) else None)
        except Exception:  # noqa: BLE001 - one mailbox must not end the polling of it
            _log.exception("poll.raised", connection=self.endpoint.name)
            await self._wait_out("внутренняя ошибка, подробности в журнале", None)
        return False

    async def _poll(self) -> None:
        async with acquire(self.office.pool) as connection:
            cursor = await connections.get_cursor(connection, self.endpoint.id)
        recovering = asyncio.create_task(keep_going(f"recovery.{self.endpoint.id}", self._recover_later, PAUSE))
        try:
            async with aclosing(self.endpoint.channel.batches(cursor)) as batches:  # type: ignore[type-var]
                async for batch in batches:
                    crash_point("poll.before_accept")
                    await self.acceptor.accept_batch(
                        self.endpoint.id, self.endpoint.channel, batch, lane=self.endpoint.lane
                    )
                    crash_point("poll.after_accept")
                    if batch.compared is not None and batch.compared.trouble:
                        raise TemporaryFailure(batch.compared.trouble)
                    await self._recover()
        finally:
            recovering.cancel()
            await asyncio.gather(recovering, return_exceptions=True)

    async def _recover_later(self) -> bool:
        """Call a poll well that has gone on for a while without trouble, though nothing came."""
        await asyncio.sleep(WELL_AFTER.total_seconds())
        await self._recover()
        return True

    async def _recover(self) -> None:
        if self._failing_since is not None or not self._was_well:  # it may be down since before this process
            await self.alarms.report_up(self.endpoint.id)
            self._failures, self._failing_since, self._was_well = 0, None, True

    async def _wait_out(self, reason: str, wish: timedelta | None) -> None:
        """Pause before the next attempt; the announcement does not wait for the end of a long pause."""
        now = self.office.clock.now()
        self._failures += 1
        self._failing_since = self._failing_since or now
        _log.warning("poll.failed", connection=self.endpoint.name, failures=self._failures)
        jitter = random.random()  # noqa: S311 - spreads waits, guards nothing
        due_at = next_attempt(self._failures, plan=_PLAN, retry_after=wish, now=now, jitter=jitter) or now
        announced_at = self._failing_since + DOWN_AFTER
        if announced_at <= due_at:
            await self._pause_until(announced_at)
            await self.alarms.report_down(self.endpoint.id, reason)
        await self._pause_until(due_at)

    async def _pause_until(self, at: datetime) -> None:
        await asyncio.sleep((at - self.office.clock.now()).total_seconds())
