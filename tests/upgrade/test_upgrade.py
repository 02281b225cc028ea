"""Every released database is loaded, migrated, and worked on by today's program."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.store.migrate import migrate, newest_revision, present_revision
from hub.store.pool import connect, open_pool
from hub.testing.database import DatabaseServer, empty_database
from tests.inbox.desk import open_desk, person, says

DUMPS = sorted(Path(__file__).parent.glob("v*.sql"))
TABLES = ("contacts", "conversations", "messages", "waits", "ledger", "leads", "receipts", "deliveries", "managers")


@pytest.fixture(params=DUMPS, ids=[path.stem for path in DUMPS])
async def released(request: pytest.FixtureRequest, database_server: DatabaseServer) -> AsyncIterator[tuple[str, str]]:
    """Give the DSN of a database as a release left it, and the text it was loaded from."""
    text = request.param.read_text()
    async with empty_database(database_server) as dsn:
        async with connect(dsn) as connection:
            await connection.execute(_loadable(text, connection.get_server_version().major))
        yield dsn, text


def _loadable(text: str, major: int) -> str:
    """Leave out settings that an older server does not know."""
    return text if major >= 17 else re.sub(r"(?m)^SET transaction_timeout.*$", "", text)


async def test_a_released_database_is_migrated_and_loses_no_row(released: tuple[str, str]) -> None:
    dsn, _ = released
    async with connect(dsn) as connection:
        before = {table: await connection.fetchval(f"SELECT count(*) FROM public.{table}") for table in TABLES}
    await migrate(dsn)

    async with connect(dsn) as connection:
        after = {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}
        assert await present_revision(connection) == newest_revision()
    assert after == before
    assert all(before.values())


async def test_todays_program_works_on_a_released_database(released: tuple[str, str], tmp_path: Path) -> None:
    dsn, _ = released
    await migrate(dsn)
    pool = await open_pool(dsn, min_size=1, max_size=5)
    desk = await open_desk(pool, tmp_path / "files")
    before = await pool.fetchval("SELECT count(*) FROM messages")
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(987654321)))

    assert await pool.fetchval("SELECT count(*) FROM messages WHERE direction = 'inbound'") > 0
    assert await pool.fetchval("SELECT count(*) FROM messages") > before
    pool.terminate()
