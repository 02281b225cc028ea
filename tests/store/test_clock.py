"""The one Clock on a busy machine: a slow answer of the database does not put a process behind the others."""

import asyncio
import time
from datetime import timedelta

import asyncpg

from hub.store.clock import DatabaseClock


async def test_an_answer_that_was_heard_late_does_not_move_the_clock(pool: asyncpg.Pool) -> None:
    clock = DatabaseClock(pool)
    busy = asyncio.Event()

    def work() -> None:
        time.sleep(0.4)
        busy.set()

    asyncio.get_running_loop().call_later(0.001, work)  # busy while the first answer lies in the socket
    await clock.read()
    await busy.wait()

    at = await pool.fetchval("SELECT clock_timestamp()")
    assert abs(clock.now() - at) < timedelta(milliseconds=100)


async def test_the_clock_never_goes_back_when_a_reading_is_behind(pool: asyncpg.Pool) -> None:
    clock = DatabaseClock(pool)
    await clock.read()
    clock.offset = timedelta(hours=1)
    ahead = clock.now()
    clock.offset = timedelta(0)
    await clock.read()

    assert clock.now() == ahead
