"""`python -m bench [FIGURE …] [--quick] [--rounds N]`: one JSON line a measurement on stdout, progress on stderr."""

import argparse
import asyncio
import importlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bench.letters import MailServerMissing
from bench.machine import Machine, TooFewCores, load_average, prepared_machine
from bench.report import Report, print_report, progress
from bench.sizes import FULL, QUICK, Sizes
from bench.traffic import SenderMissing

Measure = Callable[[Machine, Sizes], Awaitable[Report]]
MEASURES = (
    "accept",
    "pipeline",
    "end_to_end",
    "notify",
    "rush",
    "crm",
    "letters",
    "memory",
    "startup",
    "workers",
    "growth",
    "search",
    "timers",
)


def main() -> int:
    """Measure what is asked for; 0 if everything was measured, whether or not a target was missed."""
    given = _arguments(sys.argv[1:])
    sizes = QUICK if given.quick else FULL
    if given.rounds:
        sizes = replace(sizes, rounds=given.rounds)
    try:
        asyncio.run(_measure_all(given.measures or MEASURES, sizes))
    except (SenderMissing, MailServerMissing, TooFewCores) as error:
        progress(str(error))
        return 1
    return 0


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="measure the hub against its floors")
    parser.add_argument("measures", nargs="*", metavar="FIGURE", help=f"any of {', '.join(MEASURES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes and three rounds")
    parser.add_argument("--rounds", type=int, default=0, help="how often floor and hub take turns")
    given = parser.parse_args(words)
    if unknown := set(given.measures) - set(MEASURES):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    return given


async def _measure_all(names: Sequence[str], sizes: Sizes) -> None:
    progress(f"load average {load_average()}; other work on this machine makes every figure worse")
    async with prepared_machine() as machine:
        for name in names:
            measure: Measure = importlib.import_module(f"bench.{name}").measure
            print_report(await measure(machine, sizes))


if __name__ == "__main__":
    sys.exit(main())
