"""Connections: JSON as values, no session left open, errors that say what to do."""

import asyncpg
import pytest

from hub.domain.errors import ConfigError, StorageUnavailable
from hub.store.pool import acquire, check_durability, connect, lock_key, open_pool, storage_errors, try_lock


async def test_jsonb_is_read_and_written_as_values(pool):
    value = {"имя": "Ольга", "список": [1, None, {"да": True}]}

    assert await pool.fetchval("SELECT $1::jsonb", value) == value


async def test_a_transaction_left_open_does_not_reach_the_next_user(dsn):
    pool = await open_pool(dsn, min_size=1, max_size=1)
    async with pool.acquire() as connection:
        await connection.execute("CREATE TABLE seen (id int)")
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO seen VALUES (1)")
    async with pool.acquire() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT count(*) FROM seen") == 0
    await pool.close()


async def test_case29_an_idle_transaction_and_a_waiting_lock_are_bounded(pool):
    assert await pool.fetchval("SHOW idle_in_transaction_session_timeout") == "30s"
    assert await pool.fetchval("SHOW lock_timeout") == "5s"
