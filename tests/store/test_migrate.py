"""Bringing a database to the schema: once, by one, and never backwards; the months made ahead."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import structlog
from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import ConfigError
from hub.store import migrations, schema
from hub.store.embedded.account import own_account
from hub.store.embedded.binaries import find_client_binaries
from hub.store.embedded.tool import run_tool
from hub.store.migrate import migrate, newest_revision
from hub.store.migrations.declared import declared_statements
from hub.store.partitions import PARTITIONED, ensure_partitions, months_from
from hub.store.pool import connect
from hub.testing.database import empty_database

NOVEMBER = datetime(2031, 11, 30, 23, 59, tzinfo=UTC)


@pytest.fixture
async def empty_dsn(database_server):
    """Give the DSN of a database that nobody has migrated."""
    async with empty_database(database_server) as dsn:
        yield dsn


async def table_names(dsn):
    async with connect(dsn) as connection:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def test_an_empty_database_gets_every_table_and_the_second_run_changes_nothing(empty_dsn):
    assert await migrate(empty_dsn)
    assert not await migrate(empty_dsn)

    assert set(schema.metadata.tables) - set(PARTITIONED) <= await table_names(empty_dsn)


async def test_several_starters_at_once_migrate_once(empty_dsn):
    changed = await asyncio.gather(*(migrate(empty_dsn) for _ in range(3)))

    assert sorted(changed) == [False, False, True]


async def test_case36_a_database_of_a_newer_hub_is_refused_untouched(dsn):
    async with connect(dsn) as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(ConfigError, match="made by a newer hub"):
        await migrate(dsn)


async def test_case37_a_table_in_use_delays_the_migration_and_does_not_fail_it(empty_dsn):
    async with connect(empty_dsn) as busy:
        await busy.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        with structlog.testing.capture_logs() as logs:
            async with busy.transaction():
                await busy.execute("LOCK TABLE alembic_version IN SHARE MODE")
                migration = asyncio.create_task(migrate(empty_dsn))
                while {"event": "migration.lock_waited", "log_level": "info"} not in logs:
                    await asyncio.sleep(0.01)
            assert await migration


async def test_an_index_that_was_broken_off_is_made_anew(dsn):
    async with connect(dsn) as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '0007'")
        await connection.execute("DROP INDEX leads_standing; CREATE INDEX leads_standing ON leads (line)")
    assert await migrate(dsn)

    async with connect(dsn) as connection:
        made = await connection.fetchval("SELECT pg_get_indexdef('leads_standing'::regclass)")
    assert "(stage_at, id) WHERE (state = 'open'::text)" in made


async def test_an_account_that_may_not_make_tables_is_told_so(empty_dsn):
    async with connect(empty_dsn) as connection:
        await connection.execute("CREATE ROLE reader LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    try:
        with pytest.raises(ConfigError, match="may not make tables"):
            await migrate(empty_dsn.replace("//hub@", "//reader@"))
    finally:
        async with connect(empty_dsn) as connection:
            await connection.execute("DROP ROLE reader")


def test_revisions_are_one_line_whose_end_is_the_newest():
    config = Config()
    config.set_main_option("script_location", next(iter(migrations.__path__)))

    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


async def structure(dsn):
    """Return the definition of everything in the database, in the words of pg_dump, without order."""
    binaries = await find_client_binaries(own_account(), server_major=18)
    dump = await run_tool(binaries.program("pg_dump"), "--schema-only", f"--dbname={dsn}", account=own_account())
    return {line.strip().removesuffix(",") for line in dump.output.splitlines() if not line.startswith("\\")}


async def test_the_revisions_lead_to_exactly_the_tables_of_the_schema(empty_dsn, dsn):
    async with connect(empty_dsn) as connection:
        for statement in declared_statements():
            await connection.execute(statement)
        await ensure_partitions(connection, await connection.fetchval("SELECT now()"))
        await connection.execute("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)")
        await connection.execute(
            "ALTER TABLE alembic_version ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"
        )

    migrated = await structure(dsn)
    assert "CREATE TABLE public.contacts (" in migrated
    assert migrated == await structure(empty_dsn)


async def test_a_migrated_database_has_this_month_and_two_more(dsn):
    async with connect(dsn) as connection:
        now = await connection.fetchval("SELECT now()")
        assert await ensure_partitions(connection, now) == []


async def test_partitions_of_three_months_are_made_once(dsn):
    async with connect(dsn) as connection:
        made = await ensure_partitions(connection, NOVEMBER)
        again = await ensure_partitions(connection, NOVEMBER)

    assert [name for name in made if name.startswith("ledger")] == [
        "ledger_y2031m11",
        "ledger_y2031m12",
        "ledger_y2032m01",
    ]
    assert len(made) == 3 * len(PARTITIONED)
    assert again == []


async def test_several_processes_may_make_the_same_partitions(dsn):
    async with connect(dsn) as first, connect(dsn) as second:
        made = await asyncio.gather(ensure_partitions(first, NOVEMBER), ensure_partitions(second, NOVEMBER))

    assert sorted(made[0] + made[1]) == sorted(set(made[0] + made[1]))
    assert len(made[0] + made[1]) == 3 * len(PARTITIONED)


async def test_rows_that_came_before_their_partition_move_into_it(dsn):
    async with connect(dsn) as connection:
        await insert_body(connection, receipt_id=1, at=NOVEMBER)
        await insert_body(connection, receipt_id=2, at=NOVEMBER + timedelta(days=400))

        await ensure_partitions(connection, NOVEMBER)

        assert await connection.fetch("SELECT receipt_id FROM receipt_bodies_y2031m11") == [(1,)]
        assert await connection.fetch("SELECT receipt_id FROM receipt_bodies_default") == [(2,)]


async def insert_body(connection: asyncpg.Connection, *, receipt_id, at):
    await connection.execute("INSERT INTO receipt_bodies (receipt_id, received_at) VALUES ($1, $2)", receipt_id, at)


EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2100, 1, 1)


@given(st.datetimes(EARLIEST, LATEST, timezones=st.timezones()))
def test_months_are_whole_adjoining_and_hold_the_instant(now):
    months = months_from(now)

    assert months[0][0] <= now < months[0][1]
    assert all(start.day == 1 and start.tzinfo is UTC for start, _ in months)
    assert [end for _, end in months[:-1]] == [start for start, _ in months[1:]]
