"""The hub's side of the measurements: the roles as an installation runs them, in a process that its parent watches."""

import asyncio
import importlib
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.child import Talk
from bench.installation import make_config
from hub.app.collector import settle_collector
from hub.app.ground import open_ground
from hub.app.hints import open_hints
from hub.app.logs import set_up_logs
from hub.app.office import build
from hub.app.roles import running_hub
from hub.app.workers import Parsers
from hub.config import Config
from hub.delivery.clock_watch import ClockWatch
from hub.inbox.process import Processor

_PAGE = os.sysconf("SC_PAGE_SIZE")


async def door(talk: Talk, parameters: Mapping[str, Any]) -> None:
    """Be the role `web`."""
    await _be(frozenset({"web"}), talk, parameters)


async def whole(talk: Talk, parameters: Mapping[str, Any]) -> None:
    """Be the roles named in the parameters; answer every word with the size and the seconds of this process."""
    await _be(frozenset(parameters["roles"]), talk, parameters)


async def _be(roles: frozenset[str], talk: Talk, parameters: Mapping[str, Any]) -> None:
    config = _config(parameters)
    set_up_logs(config)
    async with running_hub(config, roles) as running:
        settle_collector()
        talk.tell(address=running.address)
        while await talk.hear() is not None:
            talk.tell(resident_bytes=resident_bytes(), cpu_seconds=time.process_time())


async def worker(talk: Talk, parameters: Mapping[str, Any]) -> None:
    """Process stored receipts until none waits, with as many loops as an installation has; tell how long it took."""
    config = _config(parameters)
    set_up_logs(config)
    async with open_ground(config) as ground, open_hints(config) as hints:
        building = await build(ground, hints)
        parsers = Parsers()
        processor = Processor(building.office, ground.files, building.connections.channel_of, parsers.parse)
        settle_collector()
        talk.tell(ready=True)
        while await talk.hear() is not None:
            began, before = time.perf_counter(), time.process_time()
            done = await asyncio.gather(*(_work_off(processor) for _ in range(parameters.get("loops", config.workers))))
            talk.tell(seconds=time.perf_counter() - began, messages=sum(done), cpu_seconds=time.process_time() - before)
        await building.http.close()


class _Noted:
    """A live feed that keeps when the change of a conversation was told, which is right after its commit."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def publish(self, topic: str, event: Mapping[str, str]) -> None:
        """Note the instant."""
        del event
        self.told.append((topic, time.time()))


async def watch(talk: Talk, parameters: Mapping[str, Any]) -> None:
    """Watch clocks; answer every word with what was told so far, topics with unix seconds, and the processor time."""
    config, feed = _config(parameters), _Noted()
    set_up_logs(config)
    async with open_ground(config) as ground, open_hints(config) as hints:
        building = await build(ground, hints)
        watching = asyncio.create_task(ClockWatch(replace(building.office, feed=feed)).run())
        settle_collector()
        talk.tell(ready=True)
        while await talk.hear() is not None:
            talk.tell(told=feed.told, cpu_seconds=time.process_time())
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await building.http.close()


async def _work_off(processor: Processor) -> int:
    total = 0
    while done := await processor.run_batch():
        total += done
    return total


async def imports(talk: Talk, parameters: Mapping[str, Any]) -> None:
    """Import the libraries of the lock that the hub uses, and nothing else, and tell the size."""
    for name in parameters["modules"]:
        importlib.import_module(name)
    talk.tell(resident_bytes=resident_bytes(), modules=len(sys.modules))
    await talk.hear()


def resident_bytes() -> int:
    """Return how much memory this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def _config(parameters: Mapping[str, Any]) -> Config:
    return make_config(parameters["dsn"], Path(parameters["data"]), **parameters.get("settings", {}))
