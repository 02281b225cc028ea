"""Timers are rows: restarts, scanners, a frozen one, an answer at the very instant, an outage (cases 76 to 78, 83)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.manager import Role
from hub.store.pool import connect, open_pool, try_lock
from tests.delivery.bench import Outside
from tests.inbox.desk import Desk, open_desk, person, says
from tests.inbox.rules import line_says, put_in_force

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


async def clients_wait(desk: Desk, number: int) -> datetime:
    """Let so many clients write and return the first deadline."""
    for each in range(1, number + 1):
        await desk.accept(says("Здравствуйте", at=desk.now, by=person(each), number=each))
    await desk.process()
    deadline: datetime = await desk.pool.fetchval("SELECT min(deadline_at) FROM waits")
    return deadline


async def fired(desk: Desk) -> int:
    return len(await desk.rows("timers", "kind = 'first_response' AND state = 'fired'"))


# ------------------------------------------------------------------ case 76


async def test_case76_a_restart_at_every_second_of_the_last_minute_moves_no_deadline(
    desk: Desk, tmp_path: Path
) -> None:
    deadline = await clients_wait(desk, 1)
    desk.clock.move(deadline - 60 * SECOND - desk.now)
    while desk.now < deadline - SECOND:
        again = await open_desk(desk.pool, tmp_path / "files")
        again.clock.offset = desk.clock.offset
        await ClockWatch(again.office).fire_due()
        assert await fired(desk) == 0
        desk.clock.move(SECOND)
    desk.clock.move(2 * SECOND)
    await ClockWatch(desk.office).fire_due()

    [timer] = await desk.rows("timers", "kind = 'first_response'")
    assert (timer["state"], timer["due_at"]) == ("fired", deadline)
    assert (await desk.one("waits"))["breached_at"] == deadline
    assert timer["fired_at"] >= deadline


# ------------------------------------------------------------------ case 77


@asynccontextmanager
async def scanners(desk: Desk, dsn: str, *, processes: int, each: int) -> AsyncIterator[list[ClockWatch]]:
    """Give watches of several processes, each of which has connections of its own."""
    async with AsyncExitStack() as stack:
        watches = []
        for _ in range(processes):
            pool = await open_pool(dsn, min_size=1, max_size=2 * each)
            stack.callback(pool.terminate)
            watches += [ClockWatch(replace(desk.office, pool=pool)) for _ in range(each)]
        yield watches


async def test_case77_of_twenty_scanners_one_fires_each_timer(desk: Desk, dsn: str) -> None:
    deadline = await clients_wait(desk, 40)
    desk.clock.move(deadline + SECOND - desk.now)
    async with scanners(desk, dsn, processes=5, each=4) as watches:
        await asyncio.gather(*(watch.fire_due() for watch in watches))

    assert await fired(desk) == len(await desk.rows("ledger", "kind = 'breached'")) == 40


async def test_case77_a_scanner_frozen_in_its_turn_does_not_stop_the_others(desk: Desk, dsn: str) -> None:
    deadline = await clients_wait(desk, 5)
    desk.clock.move(deadline + SECOND - desk.now)
    async with connect(dsn) as frozen, scanners(desk, dsn, processes=4, each=1) as watches:
        assert await try_lock(frozen, "watch:clocks")  # a stopped process keeps its session, and with it the turn
        async with asyncio.timeout(15):
            running = [asyncio.create_task(watch.run()) for watch in watches]
            while await fired(desk) < 5:
                await asyncio.sleep(0.05)
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    assert await fired(desk) == len(await desk.rows("ledger", "kind = 'breached'")) == 5


# ------------------------------------------------------------------ case 78


async def answer_at_the_instant(outside: Outside, clients: int, *, before: timedelta) -> None:
    """Let the deadline pass while the answers of all clients are being accepted."""
    desk = outside.desk
    put_in_force(desk, line_says("capacity = 500"))
    deadline = await clients_wait(desk, clients)
    for conversation in await desk.rows("conversations", "state = 'open'"):
        await outside.reply("Пять тысяч", conversation["id"])
    desk.clock.move(deadline - before - desk.now)

    async def look() -> None:
        watch = ClockWatch(desk.office)
        while len(await desk.rows("waits", "state = 'open'")) > 0:
            await watch.fire_due()

    async with asyncio.timeout(300):
        await asyncio.gather(look(), look(), outside.worker.run_until_idle())


async def check_who_was_first(desk: Desk) -> None:
    """No deadline holds that an answer came before, and nothing is alarmed about after the answer."""
    assert await desk.rows("waits", "breached_at IS NOT NULL AND state = 'answered' AND ended_at <= deadline_at") == []
    late = await desk.pool.fetch(
        "SELECT a.wait_id FROM ledger a JOIN ledger l USING (wait_id) WHERE a.kind = 'answered' "
        "AND l.kind IN ('level_sent', 'breached') AND l.wait_version > a.wait_version"
    )
    assert late == []
    assert len(await desk.rows("ledger", "kind = 'answered' AND wait_version > 0")) == len(await desk.rows("waits"))
    again = await desk.pool.fetch(
        "SELECT wait_id FROM ledger WHERE kind = 'breached' GROUP BY wait_id HAVING count(*) > 1"
    )
    assert again == []


@pytest.mark.parametrize("milliseconds", [-5, 5, 60, 250])
async def test_case78_an_answer_at_the_very_deadline_or_its_alarm_never_both(
    outside: Outside, milliseconds: int
) -> None:
    await answer_at_the_instant(outside, 30, before=timedelta(milliseconds=milliseconds))
    await check_who_was_first(outside.desk)


@pytest.mark.slow
@pytest.mark.parametrize("milliseconds", range(0, 2000, 100))
async def test_case78_ten_thousand_answers_at_the_very_deadline(outside: Outside, milliseconds: int) -> None:
    await answer_at_the_instant(outside, 500, before=timedelta(milliseconds=milliseconds))
    await check_who_was_first(outside.desk)


# ------------------------------------------------------------------ case 83


async def alarms(desk: Desk) -> Counter[tuple[int, str]]:
    """Return how many alarms are on their way to each person, by their kind."""
    rows = await desk.rows("deliveries", "payload->>'notice' IN ('level', 'digest')")
    return Counter((row["manager_id"], row["payload"]["notice"]) for row in rows)


@pytest.mark.parametrize("clients", [150, pytest.param(5000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
async def test_case83_after_an_outage_everybody_has_one_alarm_and_one_list(desk: Desk, clients: int) -> None:
    team = {await desk.hire("olga", "Ольга", role=Role.head)} | {row["id"] for row in await desk.rows("managers")}
    put_in_force(desk, line_says("capacity = 500"))
    await clients_wait(desk, clients)
    desk.clock.move(timedelta(hours=3))
    await ClockWatch(desk.office).fire_due()
    assert await fired(desk) == clients
    assert await alarms(desk) == Counter({(each, "level"): 1 for each in team})

    desk.clock.move(5 * MINUTE)
    await ClockWatch(desk.office).fire_due()
    assert await alarms(desk) == Counter({(each, kind): 1 for each in team for kind in ("level", "digest")})
    for row in await desk.rows("deliveries", "payload->>'notice' = 'digest'"):
        assert len(row["payload"]["told"]) == clients - 1


async def test_case83_an_alarm_in_time_still_reaches_the_responsible_at_once(desk: Desk) -> None:
    deadline = await clients_wait(desk, 6)
    await desk.pool.execute("UPDATE timers SET state = 'cancelled' WHERE kind = 'accept'")  # all were accepted
    while desk.now < deadline - 2 * MINUTE:
        desk.clock.move(MINUTE / 2)
        await ClockWatch(desk.office).fire_due()

    assert sorted((await alarms(desk)).values()) == [3, 3]
    assert {kind for _, kind in await alarms(desk)} == {"level"}
