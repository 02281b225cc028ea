"""What a CRM beside the hub costs clients and managers: with none, with one that answers, with a dead one (M-14).

The same load by turns in hubs of their own: clients write at a steady rate, managers answer every fourth card. Told are
the times from message to card and from answer to client, and processor time a message. Ratios are without by with a
CRM, so that 1 means that nobody noticed; the dead one is the worse of refusing and silent. A living CRM's hub is
watched until everything is there, so that all of its work is counted; of a dead one there is nothing to wait for.
"""

import asyncio
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.crm_stands import LIVING, NONE, REFUSING, SILENT, WAYS, standing_crm
from bench.machine import MEASURED, Machine
from bench.report import Figure, Report, progress
from bench.sizes import Sizes
from bench.soak_traffic import Traffic
from bench.whole import WholeHub, running_whole_hub

_BOTS = 4
_WARM_UP_SECONDS = 1
_LOOK_EVERY_SECONDS = 0.2
_GIVE_UP_SECONDS = 300
_WAITING = "SELECT count(*) FROM deliveries WHERE lane = 'crm' AND state IN ('queued', 'sending')"
_THERE = "SELECT count(*) FROM crm_items WHERE state = 'done'"


@dataclass(frozen=True, slots=True)
class Round:
    """One load of one way; times in milliseconds, processor time in microseconds a message."""

    notice_p50_ms: float
    notice_p99_ms: float
    reply_p50_ms: float
    reply_p99_ms: float
    python_us: float
    database_us: float
    never: int
    records: int
    waiting: int

    @property
    def cpu_us(self) -> float:
        """Return processor time a message, Python and PostgreSQL together."""
        return self.python_us + self.database_us


_TOLD: dict[str, Callable[[Round], float]] = {
    "notice_p50_ms": lambda each: each.notice_p50_ms,
    "notice_p99_ms": lambda each: each.notice_p99_ms,
    "reply_p50_ms": lambda each: each.reply_p50_ms,
    "reply_p99_ms": lambda each: each.reply_p99_ms,
    "python_us": lambda each: each.python_us,
    "database_us": lambda each: each.database_us,
}


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Load each way in turn, the order turned round every other time."""
    rounds: dict[str, list[Round]] = {way: [] for way in WAYS}
    for number in range(sizes.rounds):
        for way in WAYS if number % 2 == 0 else WAYS[::-1]:
            done = await _round(machine, way, sizes)
            rounds[way].append(done)
            told = ", ".join(f"{name} {of(done):.0f}" for name, of in _TOLD.items())
            progress(f"crm {number + 1}, {way}: {told}; {done.records} records there, {done.waiting} wait")
    notes = {"messages_per_s": sizes.notices_per_second, "clients": sizes.crm_clients, "seconds": sizes.crm_seconds}
    never = sum(each.never for turns in rounds.values() for each in turns)
    records = statistics.median(each.records for each in rounds[LIVING])
    return Report("crm", _figures(rounds), {**notes, "rounds": sizes.rounds, "records": records, "never": never})


def _figures(rounds: dict[str, list[Round]]) -> list[Figure]:
    figures = [
        Figure("crm_dead_ratio", _ratios(rounds, (REFUSING, SILENT), _waiting_time)),
        Figure("crm_dead_cpu_ratio", _ratios(rounds, (REFUSING, SILENT), lambda each: each.cpu_us)),
        Figure("crm_living_ratio", _ratios(rounds, (LIVING,), _waiting_time)),
        Figure("crm_living_cpu_ratio", _ratios(rounds, (LIVING,), lambda each: each.cpu_us)),
    ]
    for way, turns in rounds.items():
        prefix = "without_crm" if way == NONE else f"crm_{way}"
        figures += [Figure(f"{prefix}_{name}", [of(each) for each in turns]) for name, of in _TOLD.items()]
    return figures


def _ratios(rounds: dict[str, list[Round]], ways: Sequence[str], of: Callable[[Round], float]) -> list[float]:
    """Return of each turn what it was without a CRM by what it was in the worst of these ways."""
    turns = zip(rounds[NONE], *(rounds[way] for way in ways), strict=True)
    return [of(without) / max(of(each) for each in beside) for without, *beside in turns]


def _waiting_time(each: Round) -> float:
    """Return how long people waited in the middle: the geometric mean of notices and replies."""
    return math.sqrt(each.notice_p50_ms * each.reply_p50_ms)


async def _round(machine: Machine, way: str, sizes: Sizes) -> Round:
    async with (
        standing_crm(way) as settings,
        running_whole_hub(machine, cores=MEASURED, managers=sizes.managers, bots=_BOTS, crm=settings) as hub,
        Traffic(hub, clients=sizes.crm_clients) as traffic,
    ):
        await _load(hub, traffic, sizes, seconds=_WARM_UP_SECONDS)
        traffic.all_waits.clear()
        traffic.answer_waits.clear()
        sent, python, database = traffic.sent, await _spent(hub), machine.database_seconds()
        await _load(hub, traffic, sizes, seconds=sizes.crm_seconds)
        if way == LIVING:
            await _until_all_is_there(hub)
        each_us = 1e6 / (traffic.sent - sent)
        python, database = await _spent(hub) - python, machine.database_seconds() - database
        return await _told(hub, traffic, (python * each_us, database * each_us))


async def _load(hub: WholeHub, traffic: Traffic, sizes: Sizes, *, seconds: float) -> None:
    await traffic.send(rate=sizes.notices_per_second, seconds=seconds)
    await hub.settle()
    await traffic.until_delivered()


async def _told(hub: WholeHub, traffic: Traffic, spent_us: tuple[float, float]) -> Round:
    notices, replies = (statistics.quantiles(each, n=100) for each in (traffic.all_waits, traffic.answer_waits))
    return Round(
        notice_p50_ms=notices[49],
        notice_p99_ms=notices[98],
        reply_p50_ms=replies[49],
        reply_p99_ms=replies[98],
        python_us=spent_us[0],
        database_us=spent_us[1],
        never=traffic.never + traffic.answers - traffic.delivered,
        records=await hub.database.fetchval(_THERE),
        waiting=await hub.database.fetchval(_WAITING),
    )


async def _until_all_is_there(hub: WholeHub) -> None:
    """Wait for the lane of the CRM. Raises: RuntimeError: it takes five minutes."""
    deadline = time.monotonic() + _GIVE_UP_SECONDS
    while await hub.database.fetchval(_WAITING):
        if time.monotonic() > deadline:
            raise RuntimeError("the CRM's lane does not come to rest")
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def _spent(hub: WholeHub) -> float:
    """Return the seconds that the hub's process has worked so far."""
    told = await hub.child.ask(spent=True)
    return float(told["cpu_seconds"])
