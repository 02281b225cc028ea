"""Roles and servers as processes: killed, frozen, told to stop, started again; nothing stays behind."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.store.pool import connect
from hub.testing.crash.processes import DidNotHappen, Installation, Keeper, RoleProcess
from hub.testing.crash.servers import PostgresServer, RedisServer, free_port
from hub.testing.data_dir import make_data_dir, remove_data_dir


@pytest.fixture
async def role(dsn: str, tmp_path: Path) -> AsyncIterator[RoleProcess]:
    installation = Installation(dsn, "", tmp_path / "data", free_port(), tmp_path)
    role = RoleProcess(installation, "bot", name="bot-1")
    yield role
    await role.end()


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_a_killed_role_is_kept_alive_and_ends_in_order_when_it_is_told(role: RoleProcess) -> None:
    keeper = Keeper(role)
    keeper.switch_on()
    await keeper.wait_until_ready()
    first = role.pid
    role.kill()
    while role.pid == first:
        await asyncio.sleep(0.02)
    await keeper.wait_until_ready()
    await keeper.switch_off()
    role.terminate()

    assert keeper.deaths == [-signal.SIGKILL]
    assert await role.wait_for_end() == 0
    assert not role.is_running


async def test_a_frozen_role_hears_nothing_until_it_is_thawed(role: RoleProcess) -> None:
    await role.start()
    await role.wait_until_ready()
    role.freeze()
    while state_of(role.pid) != "T":
        await asyncio.sleep(0.02)
    role.terminate()

    assert (role.is_frozen, role.is_running) == (True, True)
    role.thaw()
    assert await role.wait_for_end() == 0


async def test_a_role_that_cannot_start_is_told_with_the_end_of_its_log(role: RoleProcess) -> None:
    await role.start(HUB_DSN="postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(DidNotHappen, match=r"bot-1 is not ready\n(?s:.*)database"):
        await role.wait_until_ready()


async def test_settings_of_our_own_environment_do_not_reach_a_role(
    role: RoleProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_NOBODY_KNOWS_THIS", "1")
    await role.start(HUB_CRASH="never.reached:1")
    await role.wait_until_ready()

    environment = Path(f"/proc/{role.pid}/environ").read_bytes()
    assert b"HUB_CRASH=never.reached:1" in environment
    assert b"HUB_NOBODY_KNOWS_THIS" not in environment


async def test_nothing_of_a_role_is_left_at_the_end(role: RoleProcess) -> None:
    await role.start()
    await role.wait_until_ready()
    pid = role.pid
    await role.end()

    assert not is_alive(pid)
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


async def test_postgres_comes_back_at_the_same_place_with_what_was_committed() -> None:
    place = make_data_dir()
    server = PostgresServer(place)
    try:
        await server.start()
        before = server.dsn
        async with connect(before) as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
            settings = [await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit")]
        server.kill()
        await server.start()
        async with connect(server.dsn) as connection:
            assert await connection.fetchval("SELECT number FROM kept") == 7
        assert (settings, server.dsn, server.socket.exists()) == (["on", "on"], before, True)
    finally:
        await remove_data_dir(place)


async def test_redis_keeps_its_port_and_loses_what_it_held(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "redis")
    try:
        await server.start()
        address = server.url
        await server.flush()
        server.kill()
        await server.start()
        await server.flush()
        assert server.url == address
    finally:
        await server.stop()
