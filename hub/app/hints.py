"""Opens the hints: in this process, or over Redis where one is configured."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.app.office import Hints
from hub.config import Config
from hub.hints.local import LocalFeed, LocalLocks, LocalRates, LocalWakeup


@asynccontextmanager
async def open_hints(config: Config) -> AsyncIterator[Hints]:
    """Yield the hints of this process; a Redis that is away makes the hub slower, never wrong."""
    address = config.redis.get_secret_value()
    if not address:
        yield Hints(LocalWakeup(), LocalFeed(), LocalRates(), LocalLocks())
        return
    from hub.hints.redis import open_redis_hints  # noqa: PLC0415 - only installations with Redis load its client

    async with open_redis_hints(address) as over_redis:
        yield Hints(*over_redis)
