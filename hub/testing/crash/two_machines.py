"""Two workers on machines of their own, one cut off for a while under load.

Run by `python -m hub.testing.crash.two_machines`; needs root and `ip`.

The machines are network namespaces over one PostgreSQL and one Redis; web, poll and bot run here. What the cut-off
worker holds may be taken by the other only when its lease is over, and what it does after its return with a lost lease
must change nothing: the oracle of the crash runs judges, and the leases are watched. One JSON line at the end.
"""

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.delivery.worker import RENEW_EVERY
from hub.store.pool import connect
from hub.testing.crash.ledger import Kind, Ledger, Record, WorldClock
from hub.testing.crash.machines import Machine, running_machine
from hub.testing.crash.oracle import Verdict, judge
from hub.testing.crash.quiet import wait_until_quiet
from hub.testing.crash.rows import read_rows
from hub.testing.crash.stage import own_place, set_stage
from hub.testing.crash.system import System
from hub.testing.crash.working_day import at_work
from hub.testing.crash.world import World
from hub.testing.telegram.faults import slow

CUT_OFF, GOES_ON = "work-1", "work-2"
_WARM_UP = timedelta(seconds=10)
_COOL_DOWN = timedelta(seconds=10)
_SLOW_ANSWER_SECONDS = 0.4
_LOOK_EVERY = timedelta(milliseconds=200)
_SETTLED_AFTER = RENEW_EVERY + timedelta(seconds=1)

_HELD = """
SELECT 'receipt' AS kind, id, token, lease_until FROM receipts WHERE state = 'claimed'
UNION ALL SELECT 'delivery', id, token, lease_until FROM deliveries WHERE state = 'sending'
"""
_ENDED = """
SELECT process, coalesce((SELECT sum(e.count::int) FROM jsonb_each(figures->'ended') AS l(lane, ends),
  jsonb_each_text(l.ends) AS e(name, count)), 0) AS ended FROM heartbeats WHERE roles ? 'work'
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """Whose hold on a row, and until when."""

    token: int
    until: datetime


@dataclass(slots=True)
class LeaseWatch:
    """Looks at who holds what while a machine is cut off.

    `held` are the holds that nobody renewed any more: those of the machine that is away. `early` names those whose row
    had another holder, or none, before the lease was over.
    """

    dsn: str
    held: dict[tuple[str, int], Lease] = field(default_factory=dict)
    early: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Look until cancelled."""
        async with connect(self.dsn) as connection:
            first = await self._look(connection)
            await asyncio.sleep(_SETTLED_AFTER.total_seconds())
            second = await self._look(connection)
            self.held = {row: lease for row, lease in first.items() if second.get(row) == lease}
            left = dict(self.held)
            while left:
                now = await connection.fetchval("SELECT clock_timestamp()")
                present = await self._look(connection)
                for row in [row for row, lease in left.items() if present.get(row) != lease]:
                    if now < left.pop(row).until:
                        self.early.append(f"{row[0]} {row[1]}")
                await asyncio.sleep(_LOOK_EVERY.total_seconds())

    async def _look(self, connection: Any) -> dict[tuple[str, int], Lease]:
        rows = await connection.fetch(_HELD)
        return {(row["kind"], row["id"]): Lease(row["token"], row["lease_until"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Wish:
    """What to run."""

    seed: int
    rate: float
    cut: timedelta
    place: Path


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: the oracle's verdict, deliveries ended by each worker before, during and after the cut."""

    verdict: Verdict
    ended: Mapping[str, tuple[int, ...]]
    held: int
    early: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Tell whether nothing is wrong, both worked before and after, and the other one alone meanwhile."""
        shares = [list(counts) for counts in self.ended.values()]
        is_shared = len(shares) == 2 and all(before > 0 and after > during for before, during, after in shares)
        return self.verdict.is_right and not self.early and is_shared

    def to_json(self) -> dict[str, object]:
        """Return the line that is printed."""
        facts = {"held_by_the_cut_off": self.held, "taken_before_the_lease_was_over": len(self.early)}
        return {**asdict(self.verdict.figures), **facts, "ended": self.ended, "is_right": self.is_right}


async def run(wish: Wish) -> Result:
    """Run it; whatever was started is ended when this returns. Raises: NoMachines, DidNotHappen."""
    async with AsyncExitStack() as stack:
        (wish.place / "logs").mkdir(parents=True, exist_ok=True)
        ledger = Ledger(wish.place / "ledger.jsonl", WorldClock())
        stack.callback(ledger.close)
        world, system = await stack.enter_async_context(set_stage(wish.place, ledger, wish.seed))
        machines = {name: await _move_out(stack, world, system, name) for name in (CUT_OFF, GOES_ON)}
        await system.start()
        async with at_work(world, wish.seed, wish.rate) as day:
            ended, watch = await _cut_off(wish, world, system, machines[CUT_OFF])
            day.end()
            await wait_until_quiet(world, system.postgres.dsn)
        await wait_until_quiet(world, system.postgres.dsn)
        day.book_refused()
        ledger.sync()
        verdict = judge(ledger.records(), await read_rows(system.postgres.dsn, wish.place / "data"))
        return Result(verdict, ended, len(watch.held), tuple(watch.early))


async def _move_out(stack: AsyncExitStack, world: World, system: System, name: str) -> Machine:
    """Put a role on a machine of its own, before it is started."""
    telegram = int(world.addresses.telegram.rpartition(":")[2].partition("/")[0])
    ports = (system.to_postgres[name].port, system.to_redis[name].port, telegram, world.addresses.smtp)
    machine = await stack.enter_async_context(running_machine(name[-1], ports))
    system.process(name).prefix = machine.prefix
    return machine


async def _cut_off(
    wish: Wish, world: World, system: System, machine: Machine
) -> tuple[dict[str, tuple[int, ...]], LeaseWatch]:
    """Work, pull the cable, work on without it, plug it in, work; return how much each worker had ended each time."""
    dsn, counts = system.postgres.dsn, list[dict[str, int]]()
    await asyncio.sleep((_WARM_UP - timedelta(seconds=2)).total_seconds())
    for bot in world.telegram.bots.values():  # so that the cut falls into the middle of something
        bot.faults.add("*", slow(_SLOW_ANSWER_SECONDS), times=10_000)
    await asyncio.sleep(2)
    counts.append(await _count(dsn))
    began_at = world.clock.now()
    await machine.pull_cable()
    for bot in world.telegram.bots.values():
        bot.faults.clear()
    watch = LeaseWatch(dsn)
    watching = asyncio.create_task(watch.run())
    await asyncio.sleep(wish.cut.total_seconds())
    counts.append(await _count(dsn))
    watching.cancel()
    await machine.plug_in()
    told = {"what": "cut_off", "until": world.clock.now().isoformat()}
    world.ledger.append(Record(Kind.FAULT, began_at, CUT_OFF, told))
    await asyncio.sleep(_COOL_DOWN.total_seconds())
    await asyncio.gather(watching, return_exceptions=True)
    counts.append(await _count(dsn))
    return {name: tuple(each.get(name, 0) for each in counts) for name in counts[0]}, watch


async def _count(dsn: str) -> dict[str, int]:
    """Return how many deliveries each worker has ended, by its process."""
    async with connect(dsn) as connection:
        return {row["process"]: int(row["ended"]) for row in await connection.fetch(_ENDED)}


def main() -> int:
    """Run and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m hub.testing.crash.two_machines", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1_000_000))
    parser.add_argument("--rate", type=float, default=6.0, help="clients' events a second")
    parser.add_argument("--cut", type=float, default=30.0, help="seconds without the cable")
    given = parser.parse_args()
    result = asyncio.run(_run_somewhere(given.seed, given.rate, timedelta(seconds=given.cut)))
    for finding in (*result.verdict.findings, *result.early):
        print(finding, file=sys.stderr)  # noqa: T201 - for people
    print(json.dumps({"seed": given.seed, **result.to_json()}))  # noqa: T201 - the one line for programs
    return 0 if result.is_right else 1


async def _run_somewhere(seed: int, rate: float, cut: timedelta) -> Result:
    async with own_place() as place:
        return await run(Wish(seed, rate, cut, place))


if __name__ == "__main__":
    sys.exit(main())
