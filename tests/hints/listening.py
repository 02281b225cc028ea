"""Waiting until one process hears another over Redis."""

import asyncio
from datetime import timedelta

from hub.hints.redis import RedisHints

LONG = timedelta(seconds=30)


async def heard(listener: RedisHints, speaker: RedisHints) -> None:
    """Wait until what one says reaches the other."""
    while True:
        speaker.wakeup.wake("probe")
        waiting = asyncio.create_task(listener.wakeup.wait("probe", LONG))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        if done:
            return
        waiting.cancel()
