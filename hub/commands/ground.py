"""Opens the store for one command. An embedded server that had to be started goes on: a hub may have attached to it."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from hub.app.ground import Ground, open_ground
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


def keep_quiet() -> None:
    """Log errors alone, to standard error: a command's output is its outcome."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
