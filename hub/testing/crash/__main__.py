"""`python -m hub.testing.crash`: one run, its summary as the last line, exit code 0 only if everything is right."""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hub.testing.crash.report import failure, summary
from hub.testing.crash.run import RATE, Outcome, Wish, run
from hub.testing.crash.stage import own_place

_BY_A_SIGNAL = 130


def main() -> int:
    """Read the arguments, run, print; return the exit code."""
    given = _arguments()
    try:
        outcome = asyncio.run(_run(given))
    except asyncio.CancelledError:
        _say_plainly(f"ended by a signal before its end; seed {given.seed}")
        return _BY_A_SIGNAL
    print(summary(outcome), flush=True)  # noqa: T201 - the one line for programs
    return 0 if outcome.is_right else 1


async def _run(given: argparse.Namespace) -> Outcome:
    say = _silent if given.json else _with_time(time.monotonic())
    async with own_place(given.keep) as place:
        say(f"seed {given.seed}, {given.kills} kills, in {place}")
        outcome = await run(Wish(given.kills, given.seed, place, given.rate, given.pace), say)
        for line in failure(outcome) if not outcome.is_right else ():
            _say_plainly(line)
        return outcome


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hub.testing.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=60, help="SIGKILLs of roles and servers")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1_000_000), help="of the plan")
    parser.add_argument("--rate", type=float, default=RATE, help="clients' events a second")
    parser.add_argument("--pace", type=float, default=1.0, help="how much of the pauses between faults is kept")
    parser.add_argument("--json", action="store_true", help="say nothing but the last line")
    parser.add_argument("--keep", type=Path, help="work in this directory and leave it: ledger, logs, database")
    return parser.parse_args()


def _with_time(began: float) -> Callable[[str], None]:
    def say(line: str) -> None:
        _say_plainly(f"{time.monotonic() - began:6.1f} s  {line}")

    return say


def _say_plainly(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - progress for people


def _silent(_line: str) -> None:
    """Say nothing."""


if __name__ == "__main__":
    sys.exit(main())
