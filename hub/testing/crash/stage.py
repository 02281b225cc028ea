"""Where a crash run plays: a directory of its own; in it servers, world, business and system, not yet started."""

import asyncio
import logging
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from hub.app.logs import set_up_logs
from hub.config import Config
from hub.testing.crash.ledger import Ledger, WorldClock
from hub.testing.crash.processes import Installation
from hub.testing.crash.servers import free_port
from hub.testing.crash.system import System, broken_system, prepare_business, running_servers
from hub.testing.crash.world import World, running_world
from hub.testing.data_dir import make_data_dir, remove_abandoned_data_dirs, remove_data_dir


@asynccontextmanager
async def own_place(kept: Path | None = None) -> AsyncIterator[Path]:
    """Give a directory that is removed afterwards, or `kept`; Ctrl-C and SIGTERM end the block and what it started.

    For a process that does nothing else: it takes over signals, and lets only errors into the log.
    """
    running = asyncio.current_task()
    assert running is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    set_up_logs(Config(log_level="error", proxy="", redis=SecretStr(""), dsn=SecretStr("")))
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own deprecations
    await remove_abandoned_data_dirs()
    place = kept or make_data_dir()
    try:
        yield place
    finally:
        if not kept:
            await remove_data_dir(place)


@asynccontextmanager
async def set_stage(place: Path, ledger: Ledger, seed: int) -> AsyncIterator[tuple[World, System]]:
    """Run servers and world below `place` and prepare the business; no process of the hub runs yet."""
    async with AsyncExitStack() as stack:
        postgres, redis = await stack.enter_async_context(running_servers(place))
        port, chance = free_port(), random.Random(f"world {seed}")
        world = await stack.enter_async_context(running_world(ledger, WorldClock(), port, chance))
        settings = {"HUB_PUBLIC_URL": world.door.url}
        installation = Installation(postgres.dsn, redis.url, place / "data", port, place / "logs", settings)
        world.plug_in(await prepare_business(installation, world.addresses))
        yield world, await stack.enter_async_context(broken_system(postgres, redis, installation))
