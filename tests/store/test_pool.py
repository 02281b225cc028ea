"""Connections: JSON as values, no session left open, errors that say what to do."""

from datetime import timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import ConfigError, StorageUnavailable
from hub.store.pool import acquire, check_durability, connect, lock_key, open_pool, storage_errors, try_lock


async def test_jsonb_is_read_and_written_as_values(pool):
    value = {"имя": "Ольга", "список": [1, None, {"да": True}]}

    assert await pool.fetchval("SELECT $1::jsonb", value) == value


async def test_a_transaction_left_open_does_not_reach_the_next_user(dsn):
    pool = await open_pool(dsn, min_size=1, max_size=1)
    await pool.execute("CREATE TABLE seen (id int)")
    with pytest.raises(ZeroDivisionError):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO seen VALUES (1)")
            raise ZeroDivisionError
    async with pool.acquire() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT count(*) FROM seen") == 0
    await pool.close()


async def test_releasing_sends_nothing_to_the_server(dsn):
    pool = await open_pool(dsn, min_size=1, max_size=1)
    await pool.execute("SET application_name = 'kept'")

    assert await pool.fetchval("SHOW application_name") == "kept"
    await pool.close()


async def test_case29_an_idle_transaction_and_a_waiting_lock_are_bounded(pool):
    assert await pool.fetchval("SHOW idle_in_transaction_session_timeout") == "5s"
    assert await pool.fetchval("SHOW lock_timeout") == "5s"
    assert await pool.fetchval("SHOW tcp_keepalives_idle") in {"30", "0"}  # 0: a socket has none


async def test_case27_an_exhausted_pool_answers_within_the_limit(dsn):
    pool = await open_pool(dsn, min_size=1, max_size=1)
    async with pool.acquire():
        with pytest.raises(StorageUnavailable):
            async with acquire(pool, within=timedelta(milliseconds=20)):
                pass
    await pool.close()


async def test_a_connection_cut_by_the_server_is_storage_unavailable(pool, dsn):
    async with connect(dsn) as other:
        with pytest.raises(StorageUnavailable):
            async with acquire(pool) as connection:
                await other.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
                await connection.fetchval("SELECT 1")
        async with acquire(pool) as connection:
            assert await connection.fetchval("SELECT 1") == 1


async def test_an_error_of_the_statement_stays_what_it_is(pool):
    with pytest.raises(asyncpg.UndefinedTableError), storage_errors():
        await pool.execute("SELECT 1 FROM nowhere")


async def test_only_one_session_holds_a_lock_and_its_end_frees_it(dsn):
    async with connect(dsn) as first, connect(dsn) as second:
        assert await try_lock(first, "poll:telegram:1")
        assert not await try_lock(second, "poll:telegram:1")
        assert await try_lock(second, "poll:telegram:2")
        await first.close()
        assert await try_lock(second, "poll:telegram:1")


@given(st.text())
def test_lock_keys_fit_postgresql(name):
    assert -(2**63) <= lock_key(name) < 2**63


async def test_a_durable_database_passes(dsn):
    async with connect(dsn) as connection:
        await check_durability(connection)


async def test_case39_every_setting_that_is_off_is_named(dsn):
    async with connect(dsn) as connection:
        await connection.execute("SET synchronous_commit = off")
        with pytest.raises(ConfigError, match="synchronous_commit is off, so committed messages can be lost"):
            await check_durability(connection)


@pytest.mark.parametrize(
    ("dsn", "error", "line"),
    [
        ("not a dsn", ConfigError, "expected postgresql://user:password@host:5432/database"),
        ("postgresql://hub:hunter2@localhost:1/hub", StorageUnavailable, "hub at localhost"),
        ("postgresql://hub:hunter2@no-such-host.invalid/hub", ConfigError, "hub at no-such-host.invalid refuses"),
        ("postgresql://hub@/hub?host=/nowhere", StorageUnavailable, "hub at /nowhere"),
    ],
)
async def test_a_wrong_dsn_is_explained_without_its_password(dsn, error, line):
    with pytest.raises(error) as caught:
        await open_pool(dsn, min_size=1, max_size=1)

    assert line in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_missing_database_and_a_missing_account_are_configuration_errors(dsn):
    for wrong in (dsn.replace("/test_", "/absent_"), dsn.replace("//hub@", "//stranger@")):
        with pytest.raises(ConfigError, match="does not exist; correct --dsn or HUB_DSN"):
            await open_pool(wrong, min_size=1, max_size=1)
