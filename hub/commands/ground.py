"""Opens the store for one command. An embedded server that had to be started goes on: a hub may have attached to it.

A directory without a hub is refused: a mistyped `--data` must not make an empty one that answers every question.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from hub.app.ground import Ground, has_hub, open_ground
from hub.commands.quiet import keep_quiet
from hub.commands.texts import say
from hub.commands.wall_time import WallTime, read_wall_time
from hub.config import Config
from hub.domain.errors import ConfigError

T = TypeVar("T")
Work = Callable[[Ground], Awaitable[T]]


def run_on_ground(config: Config, work: Work[T], *, makes_new: bool = False) -> T:
    """Return what `work` returns over the opened store; only with `makes_new` a hub is made where there is none.

    Raises:
        ConfigError, StorageUnavailable: the store does not open; one sentence that says what to do.
    """
    keep_quiet()
    is_new = makes_new and not has_hub(config)
    if not makes_new:
        ensure_hub(config)

    async def run() -> T:
        async with open_ground(config) as ground:
            if is_new:
                typer.echo(say(config.language, "hub.made", data=config.data.resolve()), err=True)
            return await work(ground)

    return asyncio.run(run())


def run_with_time(config: Config, work: Work[T]) -> tuple[T, WallTime]:
    """Return what `work` returns, and the wall clock by which people read its times. Raises: as `run_on_ground`."""

    async def both(ground: Ground) -> tuple[T, WallTime]:
        return await work(ground), await read_wall_time(ground)

    return run_on_ground(config, both)


def ensure_hub(config: Config) -> None:
    """Refuse a data directory in which nobody ever made a hub.

    Raises:
        ConfigError: there is none; nothing was made.
    """
    if not has_hub(config):
        raise ConfigError(
            f"there is no hub in {config.data.resolve()}: give the directory of yours with --data or HUB_DATA; "
            "`hub up` makes a new one"
        )
