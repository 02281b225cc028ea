"""The one loop under everything that runs as long as its process: whatever a step raises, the loop goes on.

Fetching, processing, delivering, the clocks and the daily upkeep must not end because of one fault, and must not end
silently. Cancelling passes: it is how a loop is stopped.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import structlog

from hub.domain.errors import StorageUnavailable

_log = structlog.get_logger()


async def keep_going(name: str, step: Callable[[], Awaitable[bool | None]], pause: timedelta) -> None:
    """Take `step` again and again, until it returns True or the task is cancelled.

    A step rests by itself. After one that raised, the next is taken `pause` later: a database that is away is one line
    in the log, everything else stands there with its trace.
    """
    while True:
        try:
            if await step():
                return
        except StorageUnavailable as error:
            _log.warning("loop.delayed", loop=name, code=error.code)
            await asyncio.sleep(pause.total_seconds())
        except Exception:  # noqa: BLE001 - one fault must not end what has to go on
            _log.exception("loop.raised", loop=name)
            await asyncio.sleep(pause.total_seconds())


async def end_all(jobs: Iterable[asyncio.Task[None]], patience: timedelta) -> None:
    """Cancel `jobs` and wait until all have ended, however they end.

    One that still runs after `patience` is told again: a library may have swallowed the cancellation, and a process
    that waits for it would never end.
    """
    running = set(jobs)
    while running:
        for job in running:
            job.cancel()
        _, running = await asyncio.wait(running, timeout=patience.total_seconds())
        if running:
            _log.warning("loop.told_to_end_again", count=len(running))
