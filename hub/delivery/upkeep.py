"""What has to be done once a day: months made ahead and dropped, files that no row names, old attempts.

And every few seconds: statistics of tables that have outgrown those there are.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from hub.delivery.loops import keep_going
from hub.inbox.office import Office
from hub.store import connections
from hub.store.files import Files
from hub.store.locks import alone
from hub.store.named_files import named_files
from hub.store.partitions import drop_partitions, ensure_partitions
from hub.store.pool import acquire
from hub.store.receipts import BODIES_KEPT_FOR
from hub.store.statistics import analyze_outgrown

EVERY = timedelta(hours=24)
AGAIN_AFTER_FAILURE = timedelta(minutes=10)
LOOKS_AT_GROWTH_EVERY = timedelta(seconds=5)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The daily work; whichever process is first does it, the others pass."""

    office: Office
    files: Files

    async def run(self) -> None:
        """Do it at start and every 24 h, until cancelled."""
        await keep_going("upkeep", self._do_and_rest, AGAIN_AFTER_FAILURE)

    async def watch_growth(self) -> None:
        """Keep the statistics of young tables fresh, until cancelled."""
        await keep_going("growth", self._look_at_growth_and_rest, AGAIN_AFTER_FAILURE)

    async def _look_at_growth_and_rest(self) -> None:
        await self.analyze_grown()
        await asyncio.sleep(LOOKS_AT_GROWTH_EVERY.total_seconds())

    async def analyze_grown(self) -> list[str]:
        """Analyse the tables that outgrew their statistics, unless another process is at it; return their names."""
        async with acquire(self.office.pool) as connection, alone(connection, "growth") as is_alone:
            return await analyze_outgrown(connection) if is_alone else []

    async def _do_and_rest(self) -> None:
        await self.run_once()
        await asyncio.sleep(EVERY.total_seconds())

    async def run_once(self) -> None:
        """Do it now, unless another process is at it. Commits step by step; repeating changes nothing."""
        now = self.office.clock.now()
        async with acquire(self.office.pool) as connection, alone(connection, "upkeep") as is_alone:
            if not is_alone:
                return
            made = await ensure_partitions(connection, now)
            dropped = await drop_partitions(connection, "receipt_bodies", before=now - BODIES_KEPT_FOR)
            await connections.forget_attempts(connection, before=now - connections.ATTEMPTS_KEPT_FOR)
            async with named_files(connection) as known:
                removed = await self.files.sweep(known)
        _log.info("upkeep.done", partitions=len(made), partitions_dropped=len(dropped), files_removed=removed)
