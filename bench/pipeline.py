"""Messages a second from stored receipt to queued notice, against floor B: on one core, and on two without pinning.

The hub has to claim, parse, match, thread, open a wait with its clocks, route with reasons and write the ledger; each
round works on a fresh database. On two cores two worker processes share the receipts.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from bench.child import Child, running
from bench.installation import Installation, fresh_installation, make_config
from bench.machine import ALL_CORES, MEASURED, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import SECRET, Writers, make_updates
from hub.app.ground import open_ground
from hub.app.hints import open_hints
from hub.app.office import build
from hub.channels.base import Raw
from hub.domain.ids import ConnectionId
from hub.inbox.accept import offer

_STORED_AT_ONCE = 500
_OF_FLOOR = Target(least=0.5)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the hub's workers run. `workers` are processes."""

    name: str
    cores: frozenset[int]
    workers: int
    target: Target


_SETTINGS = (
    Setting("1core", MEASURED, 1, Target(least=2_200)),
    Setting("2cores", ALL_CORES, 2, Target(least=3_000)),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took: messages a second, and processor time a message, which other work on the machine spares."""

    per_second: float
    python_us: float
    database_us: float

    @property
    def cpu_us(self) -> float:
        return self.python_us + self.database_us


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Alternate floor and hub in both settings."""
    figures: list[Figure] = []
    for setting in _SETTINGS:
        machine.pin_database(setting.cores)
        hub, floor = [], []
        for number in range(sizes.rounds):
            floor.append(await _floor(machine, setting, sizes))
            hub.append(await run_hub(machine, setting, sizes))
            progress(_said(setting, number, floor[-1], hub[-1]))
        figures += _figures(setting, floor, hub)
    notes = {"rounds": sizes.rounds, "messages": sizes.messages, "clients": sizes.clients}
    return Report("pipeline", figures, notes)


def _said(setting: Setting, number: int, floor: Run, hub: Run) -> str:
    return (
        f"pipeline {setting.name} {number + 1}: floor B {floor.per_second:.0f}/s, hub {hub.per_second:.0f}/s; "
        f"processor time a message {floor.cpu_us:.0f} and {hub.python_us:.0f} + {hub.database_us:.0f} µs"
    )


def _figures(setting: Setting, floor: list[Run], hub: list[Run]) -> list[Figure]:
    pairs = list(zip(hub, floor, strict=True))
    suffix = "" if setting.workers == 1 else f"_{setting.name}"
    return [
        Figure(f"pipeline_ratio{suffix}", [ours.per_second / theirs.per_second for ours, theirs in pairs], _OF_FLOOR),
        Figure(f"pipeline_per_s_{setting.name}", [each.per_second for each in hub], setting.target),
        Figure(f"floor_b_per_s_{setting.name}", [each.per_second for each in floor]),
        Figure(f"pipeline_cpu_ratio{suffix}", [theirs.cpu_us / ours.cpu_us for ours, theirs in pairs]),
        Figure(f"pipeline_python_us{suffix}", [each.python_us for each in hub]),
        Figure(f"pipeline_database_us{suffix}", [each.database_us for each in hub]),
        Figure(f"floor_b_cpu_us{suffix}", [each.cpu_us for each in floor]),
    ]


async def _floor(machine: Machine, setting: Setting, sizes: Sizes) -> Run:
    """Run the hand-written intake."""
    async with (
        fresh_installation(machine) as installation,
        running(
            "floor_b", cores=setting.cores, dsn=installation.dsn, messages=sizes.messages, clients=sizes.clients
        ) as floor,
    ):
        return await _run(machine, [floor], sizes.messages)


async def run_hub(machine: Machine, setting: Setting, sizes: Sizes) -> Run:
    """Run the hub's workers, from the first claim to the last commit."""
    async with fresh_installation(machine) as installation, AsyncExitStack() as stack:
        await store_updates(installation, list(make_updates(sizes.messages, Writers(sizes.clients))))
        workers = [
            await stack.enter_async_context(running("worker", cores=setting.cores, **installation.parameters()))
            for _ in range(setting.workers)
        ]
        return await _run(machine, workers, sizes.messages)


async def _run(machine: Machine, workers: list[Child], expected: int) -> Run:
    await asyncio.gather(*(worker.hear() for worker in workers))
    return await work_off(machine, workers, expected)


async def work_off(machine: Machine, workers: list[Child], expected: int) -> Run:
    """Let workers that are ready process all that is stored. Raises: RuntimeError if it was not `expected` messages."""
    before = machine.database_seconds()
    told = await asyncio.gather(*(worker.ask(go=True) for worker in workers))
    database = machine.database_seconds() - before
    if (done := sum(each["messages"] for each in told)) != expected:
        raise RuntimeError(f"{done} messages were taken in, {expected} were stored")
    python = sum(each["cpu_seconds"] for each in told)
    seconds = max(each["seconds"] for each in told)
    return Run(done / seconds, python * 1e6 / done, database * 1e6 / done)


async def store_updates(installation: Installation, bodies: Sequence[bytes]) -> None:
    """Store updates as the web role would."""
    config = make_config(installation.dsn, installation.data)
    async with open_ground(config) as ground, open_hints(config) as hints:
        building = await build(ground, hints)
        connection_id = ConnectionId(installation.connection_id)
        channel: Any = building.connections.channel_of(connection_id)
        headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": SECRET}
        for place in range(0, len(bodies), _STORED_AT_ONCE):
            raws = [Raw(body, ground.clock.now(), headers, "POST") for body in bodies[place : place + _STORED_AT_ONCE]]
            await building.acceptor.accept([offer(connection_id, channel, raw) for raw in raws])
        await building.http.close()
