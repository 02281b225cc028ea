"""Measures how late the event loop comes to what is due: whatever blocks it delays everybody in the process.

A probe sleeps a little again and again; what it sleeps too long is the lag. Parsing of letters and pictures belongs
into child processes, and a lag over 0.2 s says that something else does not (reliability case 34).
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

LOOK_EVERY = timedelta(milliseconds=50)


@dataclass(slots=True)
class LoopLag:
    """The probe of one process, and the worst it has seen since it was last asked."""

    _worst: float = 0.0

    async def run(self) -> None:
        """Probe until cancelled."""
        loop, pause = asyncio.get_running_loop(), LOOK_EVERY.total_seconds()
        while True:
            began = loop.time()
            await asyncio.sleep(pause)
            self._worst = max(self._worst, loop.time() - began - pause)

    def take(self) -> timedelta:
        """Return the worst lag since the last call."""
        worst, self._worst = self._worst, 0.0
        return timedelta(seconds=worst)
