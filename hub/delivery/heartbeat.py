"""Says every few seconds that this process is alive, with what it has counted; says goodbye when it ends in order.

The roles without HTTP have no other sign of life. A beat shows that the event loop turns and the database answers;
whether the work is done shows in the lanes' lag.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version

import structlog

from hub.crash import crash_point
from hub.delivery.loops import keep_going
from hub.domain.errors import StorageUnavailable
from hub.domain.health import BEAT_EVERY, FORGOTTEN_AFTER, ROLES
from hub.inbox.figures import ProcessFigures
from hub.store import heartbeats
from hub.store.heartbeats import Sign
from hub.store.pool import Pool, acquire

_log = structlog.get_logger()


def name_process(roles: Iterable[str]) -> str:
    """Return a name no other process has: its roles (`hub` for all) and a random word, nothing of the machine."""
    named = sorted(roles)
    return f"{'hub' if named == sorted(ROLES) else '-'.join(named)}-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The heartbeat of one process."""

    pool: Pool
    process: str
    roles: tuple[str, ...]
    figures: ProcessFigures

    async def run(self) -> None:
        """Beat until cancelled, then say goodbye."""
        try:
            await keep_going("heartbeat", self._beat_and_rest, BEAT_EVERY)
        finally:
            await self.end()

    async def _beat_and_rest(self) -> None:
        await self.beat()
        await asyncio.sleep(BEAT_EVERY.total_seconds())

    async def beat(self) -> None:
        """Beat once. Commits."""
        sign = Sign(self.process, self.roles, version("hubline"), self.figures.as_json())
        async with acquire(self.pool) as connection:
            crash_point("heartbeat.before_beat")
            await heartbeats.beat(connection, sign, forgotten_after=FORGOTTEN_AFTER)
        crash_point("heartbeat.after_beat")

    async def end(self) -> None:
        """Say goodbye. Commits; without the database the row stays until it is forgotten."""
        try:
            async with acquire(self.pool) as connection:
                await heartbeats.end(connection, self.process)
        except StorageUnavailable as error:
            _log.warning("heartbeat.end_unsaid", code=error.code)
