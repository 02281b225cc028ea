"""A database that is slow, half-open or at work: what is held stays bounded, and nobody who asks waits for ever."""

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from datetime import timedelta
from itertools import count
from typing import Any

import asyncpg
import pytest

from hub.channels.base import PollBatch, Raw
from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.errors import StorageUnavailable
from hub.domain.ids import ConnectionId
from hub.domain.outbound import OutboundMessage, SendResult
from hub.store.pool import acquire, connect, open_pool
from hub.testing.crash.proxies import FaultyProxy
from tests.delivery.bench import Outside, ScriptedChannel, add_connection, open_outside
from tests.inbox.desk import Desk, person, says

SOON = timedelta(milliseconds=200)


def in_use(pool: asyncpg.Pool) -> int:
    """Return how many connections of the pool are out."""
    return int(pool.get_size() - pool.get_idle_size())


async def all_returned(pool: asyncpg.Pool) -> None:
    async with asyncio.timeout(10):
        while in_use(pool):
            await asyncio.sleep(0.001)


# ------------------------------------------------------------------ case 27


class DeafChannel(ScriptedChannel):
    """A provider that answers nothing until it is allowed to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.under_way = 0
        self.all_taken = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def send(self, message: OutboundMessage) -> SendResult:
        self.under_way += 1
        if self.under_way == 16:
            self.all_taken.set()
        await self.may_answer.wait()
        return await super().send(message)


async def answer_many(outside: Outside, clients: int) -> None:
    for number in range(1, clients):
        await outside.desk.accept(says("Здравствуйте", at=outside.desk.now, by=person(number), number=number))
    await outside.desk.process()
    for conversation in await outside.desk.rows("conversations"):
        await outside.reply("Пять тысяч", conversation["id"])


async def test_case27_a_provider_that_does_not_answer_holds_no_connection_and_no_ingress(outside: Outside) -> None:
    desk, channel = outside.desk, DeafChannel(outside.desk)
    await answer_many(outside, 40)
    handler = ReplyHandler(desk.office, lambda _: channel, Alarms(desk.office))
    working = asyncio.create_task(DeliveryWorker(desk.office, Lane.reply, handler.as_lane()).run())
    await channel.all_taken.wait()
    await all_returned(desk.pool)

    for number in range(100, 150):
        await desk.receive(says("Здравствуйте", at=desk.now, by=person(number), number=number))
    assert channel.under_way == 16
    assert len(await desk.rows("receipts", "state = 'done'")) == 40 + 50

    channel.may_answer.set()
    while await desk.rows("deliveries", "lane = 'reply' AND state <> 'sent'"):
        await asyncio.sleep(0.01)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert len(channel.texts) == 40


# ------------------------------------------------------------------ case 28


@types.coroutine
def cancelled_at(step: int, work: Coroutine[Any, Any, object]) -> Generator[Any, Any, bool]:
    """Run `work` and cancel this task at its `step`-th wait; return False if it never waited so often."""
    task, waits = asyncio.current_task(), 0
    assert task is not None
    thrown: BaseException | None = None
    while True:
        try:
            waited_for = work.send(None) if thrown is None else work.throw(thrown)
        except StopIteration:
            return waits >= step
        waits += 1
        if waits == step:
            asyncio.get_running_loop().call_soon(task.cancel)
        thrown = None
        try:
            yield waited_for
        except BaseException as error:  # noqa: BLE001 - whatever is thrown in is the work's
            thrown = error


async def until_never_cancelled(pool: asyncpg.Pool, work: Callable[[], Coroutine[Any, Any, object]]) -> int:
    """Do `work` cancelled at its first await, its second and so on until it ends before; return how many there were."""
    for step in count(1):
        task = asyncio.create_task(_run(cancelled_at(step, work())))
        [ended] = await asyncio.gather(task, return_exceptions=True)
        assert ended is not None
        await all_returned(pool)
        if ended is False:
            return step - 1
        assert isinstance(ended, asyncio.CancelledError) or ended is True, ended
    raise AssertionError


async def _run(work: Awaitable[bool]) -> bool:
    return await work


async def test_case28_processing_cancelled_at_any_await_leaks_no_connection_and_loses_nothing(desk: Desk) -> None:
    said = count(1)

    async def receive() -> None:
        number = next(said)
        await desk.accept(says("Здравствуйте", at=desk.now, by=person(number), number=number))
        await desk.processor.run_batch()

    assert await until_never_cancelled(desk.pool, receive) > 10
    await desk.pool.execute("UPDATE receipts SET lease_until = clock_timestamp() WHERE state = 'claimed'")
    await desk.process()
    receipts = await desk.rows("receipts")
    assert {row["state"] for row in receipts} == {"done"}
    assert len(await desk.rows("messages", "direction = 'inbound'")) == len(receipts)


async def test_case28_an_answer_cancelled_at_any_await_is_one_answer(outside: Outside) -> None:
    async def press() -> None:
        await outside.reply("Пять тысяч", key="press-7")

    assert await until_never_cancelled(outside.desk.pool, press) > 5
    await press()
    assert outside.desk.pool.get_size() <= 10
    assert len(await outside.desk.rows("messages", "direction = 'outbound'")) == 1
    assert await outside.states() == ["queued"]


async def test_case28_a_poll_cancelled_at_any_await_leaks_no_connection(desk: Desk) -> None:
    await add_connection(desk)
    said = count(1)

    async def poll() -> None:
        number = next(said)
        raw = Raw(f"poll {number}".encode(), desk.now, {"id": f"poll-{number}"})
        await desk.acceptor.accept_batch(ConnectionId(1), desk.channel, PollBatch((raw,), {"offset": number}))

    assert await until_never_cancelled(desk.pool, poll) > 3
    stored = await desk.rows("receipts")
    assert (await desk.one("connections"))["cursor"]["offset"] == max(
        int(row["external_id"].removeprefix("poll-")) for row in stored
    )


# ------------------------------------------------------------------ case 29


async def test_case29_what_a_silent_session_holds_is_free_again_when_its_transaction_is_ended(
    far_desk: Desk, proxy: FaultyProxy, dsn: str
) -> None:
    await far_desk.receive(says("Здравствуйте", at=far_desk.now))
    near = await open_pool(dsn, min_size=1, max_size=2)
    async with far_desk.pool.acquire() as cut_off:
        await cut_off.execute("SET idle_in_transaction_session_timeout = '500ms'")  # five seconds in earnest
        await cut_off.execute("BEGIN")
        await cut_off.execute("SELECT * FROM contacts FOR UPDATE")
        proxy.hang()
        async with near.acquire() as waiting:
            await waiting.execute("SET lock_timeout = '20s'")
            await waiting.execute("SELECT * FROM contacts FOR UPDATE")
        cut_off.terminate()
    near.terminate()


async def test_case29_who_meets_a_lock_gives_up_in_time(far_desk: Desk, dsn: str) -> None:
    await far_desk.receive(says("Здравствуйте", at=far_desk.now))
    async with connect(dsn) as holder, holder.transaction():
        await holder.execute("SELECT * FROM contacts FOR UPDATE")
        with pytest.raises(StorageUnavailable, match="lock timeout"):
            async with acquire(far_desk.pool) as connection, connection.transaction():
                await connection.execute("SET LOCAL lock_timeout = '50ms'")  # five seconds in earnest
                await connection.execute("SELECT * FROM contacts FOR UPDATE")


async def test_case29_a_statement_without_end_is_ended_by_the_server(pool: asyncpg.Pool) -> None:
    with pytest.raises(StorageUnavailable, match="statement timeout"):
        async with acquire(pool) as connection, connection.transaction():
            await connection.execute("SET LOCAL statement_timeout = '50ms'")  # a minute in earnest
            await connection.execute("SELECT pg_sleep(30)")


async def test_case29_every_session_of_the_hub_has_these_bounds(far_pool: asyncpg.Pool) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    assert [await far_pool.fetchval(f"SHOW {name}") for name in names] == ["5s", "1min", "5s"]


async def test_case29_who_asks_over_a_dead_line_hears_no_in_time_and_the_next_one_is_served(
    far_pool: asyncpg.Pool, proxy: FaultyProxy
) -> None:
    await far_pool.fetchval("SELECT 1")
    proxy.hang()
    async with asyncio.timeout(10):
        with pytest.raises(StorageUnavailable):
            async with acquire(far_pool, within=SOON) as connection:
                await connection.fetchval("SELECT 1", timeout=SOON.total_seconds())
    proxy.heal()

    async with asyncio.timeout(10):
        async with acquire(far_pool) as connection:
            assert await connection.fetchval("SELECT 1") == 1
    await all_returned(far_pool)


async def test_case29_a_database_that_is_reset_is_used_again_by_itself(far_desk: Desk, proxy: FaultyProxy) -> None:
    proxy.drop()
    with pytest.raises(StorageUnavailable):
        await far_desk.accept(says("Здравствуйте", at=far_desk.now))
    proxy.heal()
    await far_desk.receive(says("Здравствуйте", at=far_desk.now, number=2))

    assert len(await far_desk.rows("messages")) == 1
    assert open_outside(far_desk).channel.sent == []
