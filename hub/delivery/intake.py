"""Keeps a processor at work: receipts of clients become conversations, waits, notices (`hub.inbox.process`)."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from hub.domain.errors import StorageUnavailable
from hub.domain.ports import Wakeup
from hub.inbox.process import Processor

LANE = "receipts"
POLL = timedelta(seconds=1)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ProcessLoop:
    """One loop; two in a process use a second core, a third brings nothing."""

    processor: Processor
    wakeup: Wakeup

    async def run(self) -> None:
        """Process until cancelled; what was claimed by then is finished by whoever has the lease next."""
        while True:
            try:
                while await self.processor.run_batch():
                    continue
                await self.wakeup.wait(LANE, POLL)
            except StorageUnavailable as error:
                _log.warning("receipts.batch_failed", code=error.code)
                await asyncio.sleep(POLL.total_seconds())
            except Exception:  # noqa: BLE001 - the loop must go on
                _log.exception("receipts.batch_raised")
                await asyncio.sleep(POLL.total_seconds())
