"""Opens the store for one command. An embedded server that had to be started goes on: a hub may have attached to it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub.app.ground import Ground, open_ground
from hub.commands.quiet import keep_quiet
from hub.config import Config

T = TypeVar("T")


def run_on_ground(config: Config, work: Callable[[Ground], Awaitable[T]]) -> T:
    """Return what `work` returns over the opened store.

    Raises:
        ConfigError, StorageUnavailable: the store does not open; one sentence that says what to do.
    """
    keep_quiet()

    async def run() -> T:
        async with open_ground(config) as ground:
            return await work(ground)

    return asyncio.run(run())
