"""`python -m bench.soak --minutes 30 --rate 200 [--json]`: all roles under steady load, and whether anything grows.

Clients of ten bots write at the rate, managers answer a part of the cards by replying to them, as people do. The Bot
API answers at once and knows no limits, and ten bots keep below our own of 25 texts a second each. Every minute one
line tells size, descriptors, database connections, what waits, and how long messages took to their cards. At the end
straight lines are laid through the minutes (least squares) after the first fifth, in which caches fill. The exit status
is 0 only if all is flat and every message was shown, 1 if not, and 2 if the run was too short to say.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.machine import ALL_CORES, Machine, load_average, prepared_machine
from bench.report import progress
from bench.soak_traffic import Traffic
from bench.whole import WholeHub, running_whole_hub

BOTS = 10
MANAGERS = 200
RSS_MB_PER_HOUR = 24.0
MORE_DESCRIPTORS = 8
MORE_CONNECTIONS = 2
_SAMPLES_TO_JUDGE = 10
_WARM_UP_PART = 5
_MEGABYTE = 1e6
_LAGS = """
SELECT (SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()) AS connections,
  coalesce((SELECT extract(epoch FROM clock_timestamp() - min(received_at)) FROM (
    SELECT received_at FROM receipts WHERE state = 'new'
    UNION ALL SELECT received_at FROM receipts WHERE state = 'claimed') unread), 0)::float8 AS receipts_lag,
  coalesce((SELECT max(extract(epoch FROM clock_timestamp() - due_at)) FROM deliveries
    WHERE state IN ('queued', 'sending') AND due_at <= clock_timestamp()), 0)::float8 AS deliveries_lag,
  (SELECT count(*) FROM waits WHERE state = 'open') AS waiting
"""


@dataclass(frozen=True, slots=True)
class Minute:
    """What one minute looked like at its end; lags in seconds, times from a client's message to its card in ms."""

    at_minutes: float
    rss_mb: float
    descriptors: int
    connections: int
    database_mb: float
    receipts_lag: float
    deliveries_lag: float
    waiting: int
    messages: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all minutes together say. Slopes an hour; `more_*` compare the medians of the last and the first third."""

    rss_mb_per_hour: float
    descriptors_per_hour: float
    connections_per_hour: float
    more_descriptors: float
    more_connections: float

    @property
    def is_flat(self) -> bool:
        """Tell whether nothing grows beyond the bounds of this module."""
        is_small = self.rss_mb_per_hour <= RSS_MB_PER_HOUR and self.more_connections <= MORE_CONNECTIONS
        return is_small and self.more_descriptors <= MORE_DESCRIPTORS


def judge(minutes: Sequence[Minute]) -> Verdict | None:
    """Return what the minutes after the warm-up say, `None` if they are too few."""
    kept = minutes[len(minutes) // _WARM_UP_PART :]
    if len(kept) < _SAMPLES_TO_JUDGE:
        return None
    hours = [each.at_minutes / 60 for each in kept]
    return Verdict(
        rss_mb_per_hour=_slope(hours, [each.rss_mb for each in kept]),
        descriptors_per_hour=_slope(hours, [each.descriptors for each in kept]),
        connections_per_hour=_slope(hours, [each.connections for each in kept]),
        more_descriptors=_more([each.descriptors for each in kept]),
        more_connections=_more([each.connections for each in kept]),
    )


def _slope(hours: Sequence[float], values: Sequence[float]) -> float:
    return round(statistics.linear_regression(hours, values).slope, 2)


def _more(values: Sequence[int]) -> float:
    third = len(values) // 3
    return statistics.median(values[-third:]) - statistics.median(values[:third])


async def soak(machine: Machine, *, minutes: float, rate: int, every_seconds: float = 60) -> dict[str, Any]:
    """Load a hub for so long and return the summary, its minutes included."""
    seen: list[Minute] = []
    async with (
        running_whole_hub(machine, cores=ALL_CORES, managers=MANAGERS, bots=BOTS) as hub,
        Traffic(hub) as traffic,
    ):
        began = time.monotonic()
        sending = asyncio.create_task(traffic.send(rate=rate, seconds=minutes * 60))
        while not sending.done():
            await asyncio.wait({sending}, timeout=every_seconds)
            seen.append(await _look(machine, hub, traffic, began=began))
            progress(f"soak {_said(seen[-1])}")
        await sending
        await hub.settle()
        await traffic.until_delivered()
        return _summary(seen, traffic, rate)


async def _look(machine: Machine, hub: WholeHub, traffic: Traffic, *, began: float) -> Minute:
    size, waits = await hub.child.ask(size=True), traffic.take_waits()
    row = await hub.database.fetchrow(_LAGS)
    cuts = statistics.quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
    return Minute(
        at_minutes=round((time.monotonic() - began) / 60, 2),
        rss_mb=round(size["resident_bytes"] / _MEGABYTE, 1),
        descriptors=_count_descriptors(hub.child.process.pid),
        database_mb=round(machine.database_bytes() / _MEGABYTE, 1),
        messages=len(waits),
        p50_ms=round(cuts[49], 1),
        p99_ms=round(cuts[98], 1),
        connections=row["connections"],
        receipts_lag=round(row["receipts_lag"], 3),
        deliveries_lag=round(row["deliveries_lag"], 3),
        waiting=row["waiting"],
    )


def _count_descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _said(minute: Minute) -> str:
    return (
        f"{minute.at_minutes:.1f} min: {minute.rss_mb:.0f} MB, {minute.descriptors} descriptors, {minute.connections} "
        f"connections, PostgreSQL {minute.database_mb:.0f} MB; lag in {minute.receipts_lag:.2f} s, out "
        f"{minute.deliveries_lag:.2f} s; {minute.messages} cards, p50 {minute.p50_ms} ms, p99 {minute.p99_ms} ms; "
        f"{minute.waiting} wait"
    )


def _summary(minutes: Sequence[Minute], traffic: Traffic, rate: int) -> dict[str, Any]:
    verdict, cuts = judge(minutes), statistics.quantiles(traffic.all_waits, n=1000)
    is_flat = None if verdict is None else verdict.is_flat and not traffic.never
    return {
        "flat": is_flat,
        "minutes": minutes[-1].at_minutes,
        "rate": rate,
        "messages": traffic.sent,
        "never_shown": traffic.never,
        "answers": traffic.answers,
        "answers_delivered": traffic.delivered,
        "p50_ms": round(cuts[499], 1),
        "p99_ms": round(cuts[989], 1),
        "p999_ms": round(cuts[998], 1),
        "rss_mb": minutes[-1].rss_mb,
        "descriptors": minutes[-1].descriptors,
        "connections": minutes[-1].connections,
        "database_mb": minutes[-1].database_mb,
        "slopes": asdict(verdict) if verdict else {},
        "bounds": {
            "rss_mb_per_hour": RSS_MB_PER_HOUR,
            "more_descriptors": MORE_DESCRIPTORS,
            "more_connections": MORE_CONNECTIONS,
        },
        "load_average": load_average(),
        "by_minute": [asdict(each) for each in minutes],
    }


def main() -> int:
    """Run what the command line asks for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description="all roles under steady load")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=int, default=200, help="messages of clients a second")
    parser.add_argument("--json", action="store_true", help="the summary as one line of JSON, with every minute")
    given = parser.parse_args()
    summary = asyncio.run(_run(given.minutes, given.rate))
    minutes = summary.pop("by_minute")
    print(json.dumps({**summary, "by_minute": minutes} if given.json else summary))
    return 2 if summary["flat"] is None else 1 - int(summary["flat"])


async def _run(minutes: float, rate: int) -> dict[str, Any]:
    async with prepared_machine() as machine:
        return await soak(machine, minutes=minutes, rate=rate)


if __name__ == "__main__":
    sys.exit(main())
