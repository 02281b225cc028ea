import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from hub.delivery.clock_watch import AGAIN, POLL, ClockWatch
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.manager import Role
from hub.domain.outbound import Sent
from hub.domain.ports import Clock
from hub.inbox import clocks
from hub.store import managers, timers
from hub.store.locks import alone
from tests.delivery.bench import Outside
from tests.inbox.desk import Desk, person, says

MINUTE = timedelta(minutes=1)


async def pass_time(desk: Desk, span: timedelta, *, looking_every: timedelta) -> None:
    """Let time pass while a watch looks at that interval only."""
    watch = ClockWatch(desk.office)
    for _ in range(span // looking_every):
        desk.clock.move(looking_every)
        await watch.fire_due()


async def set_presence(desk: Desk, key: str, presence: str) -> None:
    async with desk.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT id FROM managers WHERE key = $1", key)
        await managers.set_presence(connection, row["id"], presence, None)


def queue(desk: Desk):
    return desk.rows("waits", "state = 'open' AND assignee_id IS NULL")


@pytest.mark.parametrize("interval", [MINUTE, 7 * MINUTE, 3 * 60 * MINUTE])
async def test_b1_a_breach_is_stamped_at_the_deadline_whenever_somebody_looks(desk: Desk, interval: timedelta) -> None:
    await desk.receive(says("Добрый день", at=desk.now))
    await pass_time(desk, 3 * 60 * MINUTE, looking_every=interval)

    wait = await desk.one("waits")
    assert wait["breached_at"] == wait["deadline_at"]
    assert (await desk.one("ledger", "kind = 'breached'"))["occurred_at"] == wait["deadline_at"]


async def test_b1_an_attempt_begun_before_the_deadline_takes_the_breach_back(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    began_at = outside.desk.now
    outside.channel.answers = [Sent(("1",), began_at)]
    await pass_time(outside.desk, 16 * MINUTE, looking_every=16 * MINUTE)
    assert (await outside.desk.one("waits"))["breached_at"] is not None
    await outside.deliver()

    wait = await outside.desk.one("waits")
    assert (wait["state"], wait["breached_at"]) == ("answered", None)
    assert await outside.desk.rows("ledger", "kind = 'breach_withdrawn'")


async def test_b3_after_downtime_only_the_highest_level_is_sent(desk: Desk) -> None:
    await desk.receive(says("Добрый день", at=desk.now))
    await pass_time(desk, 180 * MINUTE, looking_every=180 * MINUTE)

    assert (await desk.one("ledger", "kind = 'level_sent'"))["facts"]["percent"] == 150


async def test_b2_b3_every_level_is_sent_once_in_order(desk: Desk) -> None:
    await desk.receive(says("Добрый день", at=desk.now))
    await pass_time(desk, 60 * MINUTE, looking_every=MINUTE)

    sent = await desk.pool.fetch("SELECT facts FROM ledger WHERE kind = 'level_sent' ORDER BY recorded_at, id")
    assert [row["facts"]["percent"] for row in sent] == [80, 100, 150]


async def test_b6_levels_are_held_while_an_answer_is_on_its_way_and_dropped_when_it_arrives(outside: Outside) -> None:
    await pass_time(outside.desk, 11 * MINUTE, looking_every=MINUTE)
    await outside.reply("Пять тысяч")
    await pass_time(outside.desk, MINUTE + timedelta(seconds=10), looking_every=timedelta(seconds=5))
    assert await outside.desk.rows("ledger", "kind = 'level_sent'") == []
    await outside.deliver()
    await pass_time(outside.desk, 60 * MINUTE, looking_every=MINUTE)

    assert await outside.desk.rows("ledger", "kind = 'level_sent'") == []


async def test_b6_levels_are_held_half_a_minute_at_most(outside: Outside) -> None:
    await pass_time(outside.desk, 11 * MINUTE, looking_every=MINUTE)
    await outside.reply("Пять тысяч")
    await pass_time(outside.desk, 2 * MINUTE, looking_every=timedelta(seconds=5))

    assert len(await outside.desk.rows("ledger", "kind = 'level_sent'")) == 1


async def test_r8_an_offer_nobody_takes_goes_to_the_next_then_to_all_then_to_the_duty_person(desk: Desk) -> None:
    head = await desk.hire("olga", "Ольга", role=Role.head)
    await desk.receive(says("Добрый день", at=desk.now))
    first = (await desk.one("waits"))["assignee_id"]
    seen = []
    for _ in range(15):
        await pass_time(desk, 2 * MINUTE, looking_every=2 * MINUTE)
        seen.append((await desk.one("waits"))["assignee_id"])

    assert next(each for each in seen if each not in {first}) != first
    steps = [row["step"] for row in await desk.pool.fetch("SELECT step FROM routing_decisions ORDER BY id")]
    assert "broadcast" in steps
    assert await desk.rows("deliveries", "payload->>'notice' = 'queue' AND manager_id = $1", head)


async def watch_all(desk: Desk, span: timedelta) -> None:
    """Let time pass while a watch fires timers and serves the queue, a minute at a time."""
    watch = ClockWatch(desk.office)
    for _ in range(span // MINUTE):
        desk.clock.move(MINUTE)
        await watch.fire_due()
        await watch.serve_queue()


async def test_r8_a_client_whom_everybody_lets_pass_is_offered_to_the_same_people_once_an_hour(desk: Desk) -> None:
    await desk.receive(says("Добрый день", at=desk.now))
    await watch_all(desk, 4 * 60 * MINUTE)

    asked = await desk.rows("routing_decisions", "step = 'broadcast' ORDER BY id")
    assert len(asked) == 4
    assert {later["decided_at"] - before["decided_at"] >= 60 * MINUTE for before, later in pairwise(asked)} == {True}


async def test_r9_somebody_new_is_asked_at_once_though_everybody_else_let_it_pass(desk: Desk) -> None:
    await desk.receive(says("Добрый день", at=desk.now))
    await watch_all(desk, 30 * MINUTE)
    assert len(await queue(desk)) == 1
    newcomer = await desk.hire("vera", "Вера")
    await ClockWatch(desk.office).serve_queue()

    assert (await desk.one("waits"))["assignee_id"] == newcomer


async def test_r9_case75_the_queue_is_served_when_somebody_begins_to_work(desk: Desk) -> None:
    for key in ("anna", "ivan"):
        await set_presence(desk, key, "off")
    await desk.receive(says("Добрый день", at=desk.now))
    assert len(await queue(desk)) == 1
    assert await ClockWatch(desk.office).serve_queue() == 0

    await set_presence(desk, "ivan", "working")
    assert await ClockWatch(desk.office).serve_queue() == 1
    assert await queue(desk) == []


async def test_r9_case75_a_watch_serves_the_queue_as_soon_as_it_is_woken(desk: Desk) -> None:
    for key in ("anna", "ivan"):
        await set_presence(desk, key, "off")
    await desk.receive(says("Добрый день", at=desk.now))
    watching = asyncio.create_task(ClockWatch(desk.office).run())
    await set_presence(desk, "anna", "working")
    desk.office.wakeup.wake("queue")
    while await queue(desk):
        await desk.office.wakeup.wait("notify", MINUTE)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert (await desk.one("waits"))["assignee_id"] is not None


async def test_c3_a_missed_call_nobody_returns_is_a_breach_of_the_callback_clock(desk: Desk) -> None:
    for stage in (CallStage.ringing, CallStage.ended):
        event = CallEvent(
            f"c1-{stage}", "c1", stage, direction=CallDirection.inbound, occurred_at=desk.now, client="+79161234567"
        )
        await desk.receive(event, connection=4)
    await pass_time(desk, 30 * MINUTE, looking_every=MINUTE)

    wait = await desk.one("waits")
    breach = await desk.one("ledger", "kind = 'breached' AND facts->>'clock' = 'callback'")
    assert breach["occurred_at"] == wait["callback_due_at"]


async def test_case77_of_two_watches_one_fires_each_timer(desk: Desk) -> None:
    for number in range(5):
        await desk.receive(says("Добрый день", at=desk.now, by=person(number + 1)))
    desk.clock.move(15 * MINUTE)
    await asyncio.gather(*(ClockWatch(desk.office).fire_due() for _ in range(4)))

    assert len(await desk.rows("ledger", "kind = 'breached'")) == 5


async def test_a_timer_that_cannot_fire_stands_aside_and_its_neighbours_fire(desk: Desk) -> None:
    await desk.receive(says("Добрый день", at=desk.now))
    await desk.pool.execute(
        "INSERT INTO timers (id, kind, subject, due_at, facts) VALUES (7, 'snooze', 'conversation:999', $1, '{}')",
        desk.now,
    )
    await pass_time(desk, 20 * MINUTE, looking_every=20 * MINUTE)

    assert (await desk.one("waits"))["breached_at"] is not None
    assert (await desk.one("timers", "id = 7"))["state"] == "armed"


@dataclass(slots=True)
class CountedClock:
    """A clock that counts how often it is asked: a fold asks once every time it runs."""

    clock: Clock
    asked: int = 0

    def now(self) -> datetime:
        self.asked += 1
        return self.clock.now()


async def test_a_batch_of_breaches_is_folded_once_though_an_automation_acts_on_each(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.receive(says("Добрый день", at=desk.now, by=person(number)))
    await desk.pool.execute("UPDATE timers SET state = 'cancelled' WHERE kind <> 'first_response'")
    desk.clock.move(15 * MINUTE)
    async with desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=desk.now, limit=10)
    counted = CountedClock(desk.clock)

    assert await clocks.fire(replace(desk.office, clock=counted), due) == 3
    assert (len(await desk.rows("automation_firings")), counted.asked) == (3, 1)


@dataclass(frozen=True, slots=True)
class StoppedClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


class NotedRests:
    """Wakes nobody and notes how long the clocks would rest."""

    def __init__(self) -> None:
        self.rests: asyncio.Queue[timedelta] = asyncio.Queue()

    def wake(self, lane: str) -> None:
        return

    async def wait(self, lane: str, timeout: timedelta) -> None:
        if lane == "timers":
            self.rests.put_nowait(timeout)
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("due_in", "rests"),
    [
        (timedelta(seconds=-0.2), AGAIN),  # it fell due since the look, or another process is about it
        (timedelta(seconds=-90), POLL),  # it stands aside, or nobody here can fire it
        (timedelta(seconds=90), POLL),
        (None, POLL),
    ],
)
async def test_b1_a_watch_that_could_not_fire_what_is_due_looks_again_soon_and_not_for_ever(
    desk: Desk, due_in: timedelta | None, rests: timedelta
) -> None:
    noted, now = NotedRests(), desk.now
    if due_in is not None:
        await desk.receive(says("Добрый день", at=now))
        await desk.pool.execute("UPDATE timers SET due_at = $1", now + due_in)
    office = replace(desk.office, wakeup=noted, clock=StoppedClock(now))
    async with desk.pool.acquire() as other, alone(other, "watch:clocks"):
        watching = asyncio.create_task(ClockWatch(office).run())
        rest = await noted.rests.get()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    assert rest == rests
