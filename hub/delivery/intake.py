"""Keeps a processor at work: receipts of clients become conversations, waits, notices (`hub.inbox.process`)."""

from dataclasses import dataclass
from datetime import timedelta

from hub.delivery.loops import keep_going
from hub.domain.ports import Wakeup
from hub.inbox.process import Processor

LANE = "receipts"
POLL = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ProcessLoop:
    """One loop; two in a process use a second core, a third brings nothing."""

    processor: Processor
    wakeup: Wakeup

    async def run(self) -> None:
        """Process until cancelled; what was claimed by then is finished by whoever has the lease next."""
        await keep_going(LANE, self._process_or_rest, POLL)

    async def _process_or_rest(self) -> None:
        if not await self.processor.run_batch():
            await self.wakeup.wait(LANE, POLL)
