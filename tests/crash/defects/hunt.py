"""One hunt, in a process of its own over the tree it stands in: `python -m tests.crash.defects.hunt NAME`.

Rounds of kills follow each other, each longer than the one before, until the oracle finds something or the kills are
used up; a hunt by points dies at each of its points until the end differs from that of the untouched run. The last line
is JSON. Without a name the tree is taken as it is, by the harness's own plan.
"""

import argparse
import asyncio
import itertools
import json
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from hub.testing.crash.nemesis import Fault, What
from hub.testing.crash.oracle import judge
from hub.testing.crash.oracle_finding import Finding
from hub.testing.crash.report import failure
from hub.testing.crash.rows import read_rows
from hub.testing.crash.run import Outcome, Wish, run
from hub.testing.crash.servers import PostgresServer
from hub.testing.data_dir import make_data_dir, remove_data_dir
from tests.crash.defects.catalogue import BY_NAME, Breaking, Defect
from tests.crash.defects.points import die_at_points

_ROUNDS = (4, 12, 24)
_UNQUIET = "not quiet"
_PAUSE_SECONDS = 0.6, 2.4


@dataclass(frozen=True, slots=True)
class Caught:
    """What a hunt brought: `by` names what was found, empty if nothing was; `kills` is how many it took."""

    kills: int
    by: str


async def hunt(defect: Defect | None, kills: int, seed: int) -> Caught:
    """Hunt with at most so many kills."""
    if defect is not None and defect.flow:
        return Caught(*await die_at_points(defect.flow, defect.points))
    done = 0
    for number, size in enumerate(_sizes(kills)):
        outcome, findings = await _round(defect, size, seed + number)
        done += _kills_of(outcome)
        if any(defect is None or finding.wrong in defect.shows for finding in findings):
            counts = Counter(f"D2.{finding.check.value} {finding.wrong}" for finding in findings)
            return Caught(done, ", ".join(f"{what} ({count})" for what, count in counts.items()))
    return Caught(done, "")


def faults_of(breaking: Sequence[Breaking], seed: int, count: int) -> list[Fault]:
    """Return a plan in which the given faults come in turn."""
    chance = random.Random(seed)
    kinds = itertools.islice(itertools.cycle(breaking), count)
    return [_fault(kind, chance, number // len(breaking)) for number, kind in enumerate(kinds)]


def _fault(kind: Breaking, chance: random.Random, turn: int) -> Fault:
    pause = timedelta(seconds=round(chance.uniform(*_PAUSE_SECONDS), 3))
    return Fault(pause + kind.after, kind.what, kind.places[turn % len(kind.places)], kind.length)


def _sizes(kills: int) -> Iterator[int]:
    """Yield how many kills each round has: short ones first, since most defects need few."""
    left = kills
    for size in (*_ROUNDS, kills):
        if left > 0:
            yield min(size, left)
        left -= size


async def _round(defect: Defect | None, size: int, seed: int) -> tuple[Outcome, list[Finding]]:
    """Run once and return what the oracle found, at rest or where it never came to rest.

    A hub that does not start in time says more of the machine than of the defect.
    """
    breaking = defect.breaking if defect is not None else ()
    faults = faults_of(breaking, seed, size) if breaking else None
    place = make_data_dir()
    try:
        outcome = await run(Wish(size, seed, place, faults=faults, is_hunt=True), _say)
        findings = [finding for _, verdict in outcome.verdicts for finding in verdict.findings]
        if outcome.trouble.startswith(_UNQUIET):
            findings += await _judge_unquiet(outcome, place)
        for line in failure(outcome) if not outcome.is_right else ():
            _say(line)
        return outcome, findings
    finally:
        await remove_data_dir(place)


async def _judge_unquiet(outcome: Outcome, place: Path) -> Sequence[Finding]:
    """Judge what a run left in its database that did not become quiet."""
    postgres = PostgresServer(place / "data")
    await postgres.start()
    try:
        return judge(outcome.records, await read_rows(postgres.dsn, place / "data")).findings
    finally:
        await postgres.stop()


def _kills_of(outcome: Outcome) -> int:
    """Return how many faults of the kind that the table counts there were: kills, or what the hunt broke instead."""
    kills = sum(fault.what is What.kill for fault in outcome.faults)
    return kills or len(outcome.faults)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Hunt and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.defects.hunt", description=__doc__)
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that whatever was started is ended
    caught = asyncio.run(hunt(BY_NAME.get(given.name), given.kills, given.seed))
    print(json.dumps(asdict(caught)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
