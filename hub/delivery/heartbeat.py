"""Says every few seconds that this process is alive, with what it has counted; says goodbye when it ends in order.

The roles without HTTP have no other sign of life. A beat shows that the event loop turns and the database answers;
whether the work is done shows in the lanes' lag. With every beat the machine's clock is held against the database's: no
decision is made by the machine's, but one of two clocks that disagree is wrong, and the database's decides deadlines.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version

import structlog

from hub.crash import crash_point
from hub.delivery.loop_lag import LoopLag
from hub.delivery.loops import keep_going
from hub.domain.errors import StorageUnavailable
from hub.domain.health import BEAT_EVERY, FORGOTTEN_AFTER, ROLES
from hub.inbox.figures import ProcessFigures
from hub.store import heartbeats
from hub.store.heartbeats import Sign
from hub.store.pool import Pool, acquire

SKEW_LIMIT = timedelta(seconds=2)
_SURE_WITHIN = timedelta(seconds=1)
_log = structlog.get_logger()


def name_process(roles: Iterable[str]) -> str:
    """Return a name no other process has: its roles (`hub` for all) and a random word, nothing of the machine."""
    named = sorted(roles)
    return f"{'hub' if named == sorted(ROLES) else '-'.join(named)}-{secrets.token_hex(4)}"


@dataclass(slots=True)
class Heartbeat:
    """The heartbeat of one process. `machine_time` is this machine's own clock, in seconds since 1970.

    `skew` is how far the database's clock was ahead of it at the last beat; negative: behind.
    """

    pool: Pool
    process: str
    roles: tuple[str, ...]
    figures: ProcessFigures
    machine_time: Callable[[], float] = time.time
    skew: timedelta = timedelta(0)
    _lag: LoopLag = field(default_factory=LoopLag)

    async def run(self) -> None:
        """Beat until cancelled, then say goodbye."""
        probing = asyncio.create_task(self._lag.run())
        try:
            await keep_going("heartbeat", self._beat_and_rest, BEAT_EVERY)
        finally:
            probing.cancel()
            await asyncio.gather(probing, return_exceptions=True)
            await self.end()

    async def _beat_and_rest(self) -> None:
        await self.beat()
        await asyncio.sleep(BEAT_EVERY.total_seconds())

    async def beat(self) -> None:
        """Beat once. Commits."""
        sign = Sign(self.process, self.roles, version("hubline"), self._told())
        async with acquire(self.pool) as connection:
            crash_point("heartbeat.before_beat")
            before = self.machine_time()
            at = await heartbeats.beat(connection, sign, forgotten_after=FORGOTTEN_AFTER)
            after = self.machine_time()
        crash_point("heartbeat.after_beat")
        if 0 <= after - before <= _SURE_WITHIN.total_seconds():  # a slow answer tells no time
            self._compare(at.timestamp() - (before + after) / 2)

    def _told(self) -> dict[str, object]:
        gauges = {
            "loop_lag_seconds": self._lag.take().total_seconds(),
            "clock_skew_seconds": self.skew.total_seconds(),
        }
        return self.figures.as_json() | gauges

    def _compare(self, skew_seconds: float) -> None:
        self.skew = timedelta(seconds=skew_seconds)
        if abs(self.skew) > SKEW_LIMIT:
            _log.warning("clock.skewed", seconds=round(skew_seconds, 1))

    async def end(self) -> None:
        """Say goodbye. Commits; without the database the row stays until it is forgotten."""
        try:
            async with acquire(self.pool) as connection:
                await heartbeats.end(connection, self.process)
        except StorageUnavailable as error:
            _log.warning("heartbeat.end_unsaid", code=error.code)
