"""A whole run: prepare, work under load, break, let it become quiet, judge; start everything cold, judge again."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from hub.testing.crash.breaking import Nemesis
from hub.testing.crash.ledger import Ledger, Record, WorldClock
from hub.testing.crash.nemesis import Fault, plan
from hub.testing.crash.oracle import Verdict, judge
from hub.testing.crash.processes import DidNotHappen
from hub.testing.crash.quiet import QUIET_WITHIN, count_left, wait_until_quiet
from hub.testing.crash.rows import Rows, read_rows
from hub.testing.crash.stage import set_stage
from hub.testing.crash.system import System
from hub.testing.crash.working_day import at_work
from hub.testing.crash.world import World

RATE = 4.0
_WARM_UP = timedelta(seconds=2)
_TO_TAKE = timedelta(seconds=0.6)
"""What a kill leaves managers to take at the end: one card at a time, each with its answer of the bot."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to run: how many kills, by which seed, with how many events a second, in which empty directory.

    `pace` is how much of the plan's pauses is kept.
    `faults` stand in for the plan drawn from the seed. A hunt ends with the first judgement that finds anything.
    """

    kills: int
    seed: int
    place: Path
    rate: float = RATE
    pace: float = 1.0
    faults: Sequence[Fault] | None = None
    is_hunt: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `trouble` says why a run did not reach its end, empty if it did."""

    wish: Wish
    faults: Sequence[Fault]
    records: Sequence[Record]
    verdicts: Sequence[tuple[str, Verdict]]
    seconds: float
    trouble: str = ""

    @property
    def is_right(self) -> bool:
        """Tell whether the run reached its end and nothing is wrong."""
        return not self.trouble and len(self.verdicts) == 2 and all(each.is_right for _, each in self.verdicts)


async def run(wish: Wish, say: Say) -> Outcome:
    """Run it; `say` hears what goes on. Whatever was started is ended when this returns or is cancelled."""
    began = time.monotonic()
    (wish.place / "logs").mkdir(parents=True, exist_ok=True)
    planned = plan(wish.seed, wish.kills) if wish.faults is None else list(wish.faults)
    faults = [replace(each, after=each.after * wish.pace) for each in planned]
    verdicts, trouble = list[tuple[str, Verdict]](), ""
    ledger = Ledger(wish.place / "ledger.jsonl", WorldClock())
    try:
        await _play(wish, _Stage(ledger, faults, verdicts, say))
    except DidNotHappen as error:
        trouble = str(error)
    finally:
        ledger.close()
    return Outcome(wish, faults, ledger.records(), verdicts, round(time.monotonic() - began, 1), trouble)


@dataclass(frozen=True, slots=True)
class _Stage:
    ledger: Ledger
    faults: list[Fault]
    verdicts: list[tuple[str, Verdict]]
    say: Say


async def _play(wish: Wish, stage: _Stage) -> None:
    async with set_stage(wish.place, stage.ledger, wish.seed) as (world, system):
        stage.say("business prepared, starting web, two workers, poll and bot")
        await system.start()
        await _work(wish, stage, world, system)
        await _judge(stage, world, system, "after the faults")
        if wish.is_hunt and not stage.verdicts[-1][1].is_right:
            return
        stage.say("cold restart")
        await system.restart_cold()
        await _judge(stage, world, system, "after a cold restart")


async def _work(wish: Wish, stage: _Stage, world: World, system: System) -> None:
    """Let everybody work while things break; returns when nothing is broken any more and nobody speaks."""
    async with at_work(world, wish.seed, wish.rate) as day:
        stage.say(f"{len(day.staff)} managers have joined; {wish.kills} kills to come")
        await asyncio.sleep(_WARM_UP.total_seconds())
        await day.beside(Nemesis(system, world, _teller(stage)).carry_out(stage.faults))
        day.end()
        stage.say("faults are over, clients are silent, managers take what is left; waiting for quiet")
        await wait_until_quiet(world, system.postgres.dsn, QUIET_WITHIN + _TO_TAKE * wish.kills)
    await wait_until_quiet(world, system.postgres.dsn)
    day.book_refused()


async def _judge(stage: _Stage, world: World, system: System, when: str) -> None:
    rows = await _read_quiet(world, system)
    stage.ledger.sync()
    verdict = judge(stage.ledger.records(), rows)
    stage.verdicts.append((when, verdict))
    stage.say(f"{when}: {'right' if verdict.is_right else f'{len(verdict.findings)} findings'}")


async def _read_quiet(world: World, system: System) -> Rows:
    """Return the rows of an instant at which nothing was under way, before it and after."""
    while True:
        await wait_until_quiet(world, system.postgres.dsn)
        rows = await read_rows(system.postgres.dsn, system.installation.data)
        if not await count_left(world, system.postgres.dsn):
            return rows


def _teller(stage: _Stage) -> Callable[[Fault], None]:
    """Say every fault with its number."""
    places = {id(fault): number for number, fault in enumerate(stage.faults, 1)}

    def tell(fault: Fault) -> None:
        stage.say(f"[{places[id(fault)]:3}/{len(stage.faults)}] {fault.what} {fault.place}")

    return tell
