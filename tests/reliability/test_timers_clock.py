"""Clocks that jump and clocks that disagree: business time is the database's, carried on monotonically (case 82).

The hub never asks the machine for the time of day to decide anything; it only compares, and says so.
"""

import asyncio
import time
from datetime import timedelta

import asyncpg
import pytest
import structlog

from hub.delivery.clock_watch import ClockWatch
from hub.delivery.heartbeat import SKEW_LIMIT, Heartbeat
from hub.inbox.figures import ProcessFigures
from tests.delivery.bench import Outside
from tests.house.source import ROOT
from tests.inbox.desk import Desk, says

HOUR = timedelta(hours=1)
# The spool sorts its files and spares those that are written now; people's commands print the time; the rest compares.
MAY_READ_THE_MACHINE = {
    "hub/store/spool.py",
    "hub/store/spool_file.py",
    "hub/commands/machine.py",
    "hub/delivery/heartbeat.py",
}


def heartbeat(pool: asyncpg.Pool, *, off_by: timedelta) -> Heartbeat:
    """Return the heartbeat of a machine whose clock is off by so much."""
    return Heartbeat(
        pool, "work-1", ("work",), ProcessFigures(), machine_time=lambda: time.time() + off_by.total_seconds()
    )


@pytest.mark.parametrize("off_by", [-HOUR, -3 * SKEW_LIMIT, 2 * SKEW_LIMIT, HOUR])
async def test_case82_a_machine_whose_clock_disagrees_with_the_database_says_so(
    pool: asyncpg.Pool, off_by: timedelta
) -> None:
    beating = heartbeat(pool, off_by=off_by)
    with structlog.testing.capture_logs() as said:
        await beating.beat()
        await beating.beat()

    assert [line["event"] for line in said] == ["clock.skewed"] * 2
    told = await pool.fetchval("SELECT figures->>'clock_skew_seconds' FROM heartbeats")
    assert abs(float(told) + off_by.total_seconds()) < 1


async def test_case82_clocks_that_agree_are_no_news(pool: asyncpg.Pool) -> None:
    with structlog.testing.capture_logs() as said:
        await heartbeat(pool, off_by=timedelta(0)).beat()

    assert said == []


async def test_case82_a_clock_that_is_set_while_it_is_compared_tells_nothing(pool: asyncpg.Pool) -> None:
    times = iter([0.0, 7200.0])
    beating = Heartbeat(pool, "work-1", ("work",), ProcessFigures(), machine_time=lambda: next(times))
    await beating.beat()

    assert beating.skew == timedelta(0)


def test_case82_nothing_else_of_the_hub_asks_the_machine_for_the_time_of_day() -> None:
    asking = {
        str(path.relative_to(ROOT))
        for folder in ("hub", "bots")
        for path in (ROOT / folder).rglob("*.py")
        if "testing" not in path.parts
        and any(word in path.read_text() for word in ("time.time", "datetime.now(", "utcnow(", "date.today("))
    }
    assert asking <= MAY_READ_THE_MACHINE


async def test_case82_business_time_never_goes_back_when_the_database_does(desk: Desk) -> None:
    desk.clock.offset = HOUR
    before = desk.now
    desk.clock.offset = timedelta(0)  # as after a fail-over to a server that is behind

    assert before <= desk.now < before + timedelta(seconds=5)


async def test_case82_after_a_jump_forward_every_deadline_that_passed_fires_once(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    desk.clock.move(24 * HOUR)  # a machine that slept
    await asyncio.gather(*(ClockWatch(desk.office).fire_due() for _ in range(2)))
    await ClockWatch(desk.office).fire_due()

    assert len(await desk.rows("ledger", "kind = 'breached'")) == 1


async def test_case82_leases_run_in_the_databases_time_whatever_business_time_does(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    await outside.worker.start_due()
    before = await outside.desk.one("deliveries", "lane = 'reply'")
    outside.desk.clock.move(24 * HOUR)
    assert await outside.worker.start_due() == 0
    await outside.worker.run_until_idle()

    span = before["lease_until"] - await outside.desk.pool.fetchval("SELECT clock_timestamp()")
    assert timedelta(0) < span <= timedelta(seconds=30)
    assert outside.channel.texts == ["Пять тысяч"]
