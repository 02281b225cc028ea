"""A claim costs what it takes, however much waits behind it, also where the server has last counted in a quiet hour."""

from datetime import timedelta

import asyncpg
import pytest

from hub.store import deliveries, receipts
from hub.store.pool import acquire
from hub.store.timers import list_due

DONE = 5_000
WAITING = 2_000
TAKEN = 50
_READ = """
SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_xact_user_tables WHERE relname = $1
"""


@pytest.fixture
async def connection(pool):
    async with acquire(pool) as connection:
        yield connection


async def count_read(connection: asyncpg.Connection, table: str, claims) -> int:
    """Return how many rows of a table a second claim reads: the first finds nothing in work."""
    async with connection.transaction():
        await claims()
        before = int(await connection.fetchval(_READ, table))
        await claims()
        return int(await connection.fetchval(_READ, table)) - before


async def add_receipts(connection: asyncpg.Connection, first: int, count: int, state: str) -> None:
    await connection.execute(
        "INSERT INTO receipts (id, connection_id, external_id, order_hash, state, received_at) "
        "SELECT n, 1, n::text, n, $3, now() + n * interval '1 ms' FROM generate_series($1::int, $1::int + $2 - 1) n",
        first,
        count,
        state,
    )


async def test_payloads_that_wait_are_not_walked_for_each_that_is_taken(connection):
    await add_receipts(connection, 1, DONE, "done")
    await connection.execute("VACUUM ANALYZE receipts")
    await add_receipts(connection, DONE + 1, WAITING, "new")

    async def claim():
        await receipts.claim(connection, lane="client", limit=TAKEN, token=7, lease=timedelta(minutes=1))

    assert await count_read(connection, "receipts", claim) < 10 * TAKEN


async def test_deliveries_that_wait_are_not_walked_for_each_that_is_taken(connection):
    insert = (
        "INSERT INTO deliveries (id, lane, order_hash, key, state, due_at, created_at) "
        "SELECT n, 'notify', n, n::text, $3, now() + n * interval '1 ms' - interval '1 h', now() "
        "FROM generate_series($1::int, $1::int + $2 - 1) n"
    )
    await connection.execute(insert, 1, DONE, "sent")
    await connection.execute("VACUUM ANALYZE deliveries")
    await connection.execute(insert, DONE + 1, WAITING, "queued")
    now = await connection.fetchval("SELECT now()")

    async def claim():
        hold = deliveries.Hold(7, timedelta(minutes=1))
        assert len(await deliveries.claim(connection, lane="notify", limit=TAKEN, hold=hold, now=now)) == TAKEN

    assert await count_read(connection, "deliveries", claim) < 10 * TAKEN


async def test_timers_that_are_due_are_not_walked_for_those_that_are_looked_at(connection):
    insert = (
        "INSERT INTO timers (id, kind, subject, state, due_at) "
        "SELECT n, 'first_response', n::text, $3, now() + n * interval '1 ms' - interval '1 h' "
        "FROM generate_series($1::int, $1::int + $2 - 1) n"
    )
    await connection.execute(insert, 1, DONE, "fired")
    await connection.execute("VACUUM ANALYZE timers")
    await connection.execute(insert, DONE + 1, WAITING, "armed")
    now = await connection.fetchval("SELECT now()")

    async def look():
        assert len(await list_due(connection, now=now, limit=TAKEN)) == TAKEN

    assert await count_read(connection, "timers", look) < 10 * TAKEN
