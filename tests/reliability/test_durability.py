"""Case 39: a database that forgets what it confirmed is not used, and the setting that makes it so is named."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from hub.app.roles import running_hub
from hub.commands.findings import look_at_everything
from hub.config import Config, load_config
from hub.domain.errors import ConfigError
from hub.store.pool import connect
from hub.testing.crash.servers import PostgresServer
from hub.testing.data_dir import make_data_dir, remove_data_dir

OF_A_SESSION = ("DATABASE {name}", "ROLE CURRENT_USER IN DATABASE {name}")


@pytest.fixture
async def server() -> AsyncIterator[PostgresServer]:
    """A server of this test, whose settings it may spoil."""
    directory = make_data_dir()
    server = PostgresServer(directory)
    await server.start()
    yield server
    await remove_data_dir(directory)


async def test_case39_the_hub_does_not_start_on_settings_that_lose_and_check_names_them(server, tmp_path):
    config = load_config(dsn=server.dsn, data=tmp_path / "data", port=0)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        await set_for_all(server.dsn, setting, "off")
        with pytest.raises(ConfigError, match=rf"{setting} is off"):
            async with running_hub(config, frozenset({"web"})):
                pass
        assert setting in await what_check_says(config)
        await set_for_all(server.dsn, setting, "on")

    async with running_hub(config, frozenset({"web"})) as running:
        assert running.address
    assert "durable" in await what_check_says(config)


@pytest.mark.parametrize("whose", OF_A_SESSION)
async def test_case39_a_commit_that_does_not_wait_is_noticed_wherever_it_was_switched_off(
    pool: asyncpg.Pool, dsn: str, tmp_path: Path, whose: str
):
    name = await pool.fetchval("SELECT current_database()")
    await pool.execute(f"ALTER {whose.format(name=name)} SET synchronous_commit = off")

    with pytest.raises(ConfigError, match="synchronous_commit is off, so committed messages can be lost"):
        async with running_hub(load_config(dsn=dsn, data=tmp_path / "data", port=0), frozenset({"web"})):
            pass


async def set_for_all(dsn: str, setting: str, value: str) -> None:
    async with connect(dsn) as connection:
        await connection.execute(f"ALTER SYSTEM SET {setting} = {value}")
        await connection.execute("SELECT pg_reload_conf()")
    shown = ""
    while shown != value:
        async with connect(dsn) as connection:
            shown = await connection.fetchval("SELECT current_setting($1)", setting)


async def what_check_says(config: Config) -> str:
    return " ".join([finding.says async for finding in look_at_everything(config)])
