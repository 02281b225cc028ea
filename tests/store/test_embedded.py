"""The embedded server as people meet it: started twice, killed, stopped, given wrong things."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import asyncpg
import pytest

from hub.domain.errors import ConfigError
from hub.store.embedded import start_embedded, stop_embedded
from hub.store.embedded.place import socket_directory
from hub.store.pool import check_durability, connect
from tests.store.servers import WHEEL_MAJOR, postmaster_pid

KILLED_HUB = """
import asyncio, sys
from pathlib import Path
from hub.store.embedded import start_embedded
asyncio.run(start_embedded(Path(sys.argv[1])))
print("started", flush=True)
sys.stdin.read()
"""


async def keep_a_row(dsn):
    async with connect(dsn) as connection:
        await connection.execute("CREATE TABLE kept AS SELECT 'Заказ № 7' AS text")


async def kept_rows(dsn):
    async with connect(dsn) as connection:
        return [row["text"] for row in await connection.fetch("SELECT text FROM kept")]


async def test_first_start_makes_a_database_that_speaks_russian(data_dir):
    server = await start_embedded(data_dir)

    async with connect(server.dsn) as connection:
        assert not server.attached
        assert await connection.fetchval("SELECT lower('ЁЛКА')") == "ёлка"
        assert await connection.fetchval(
            "SELECT to_tsvector('russian', 'Заказы доставлены') @@ to_tsquery('russian', 'заказ')"
        )
        assert connection.get_server_version().major == WHEEL_MAJOR


async def test_second_start_attaches_to_the_living_server(data_dir):
    first = await start_embedded(data_dir)
    second = await start_embedded(data_dir)

    assert (first.attached, second.attached) == (False, True)
    assert second.dsn == first.dsn


async def test_of_two_starters_at_once_one_makes_and_one_attaches(data_dir):
    servers = await asyncio.gather(start_embedded(data_dir), start_embedded(data_dir))

    assert sorted(server.attached for server in servers) == [False, True]


async def test_server_and_data_outlive_a_killed_hub(data_dir):
    hub = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED_HUB, str(data_dir)),
        stdin=PIPE,
        stdout=PIPE,
    )
    assert hub.stdout is not None
    while await hub.stdout.readline() != b"started\n":
        assert hub.returncode is None
    hub.kill()
    await hub.wait()

    server = await start_embedded(data_dir)

    assert server.attached
    await keep_a_row(server.dsn)
    assert await kept_rows(server.dsn) == ["Заказ № 7"]


async def test_committed_rows_outlive_a_killed_postmaster(data_dir):
    server = await start_embedded(data_dir)
    await keep_a_row(server.dsn)
    os.kill(postmaster_pid(server.cluster), signal.SIGKILL)

    again = await start_embedded(data_dir)

    assert not again.attached
    assert await kept_rows(again.dsn) == ["Заказ № 7"]


async def test_a_killed_postmaster_is_replaced_while_its_orphans_still_complain(data_dir):
    server = await start_embedded(data_dir)
    clients = [await asyncpg.connect(server.dsn) for _ in range(20)]
    orphans = [client.get_server_pid() for client in clients]
    for orphan in orphans:
        os.kill(orphan, signal.SIGSTOP)
    os.kill(postmaster_pid(server.cluster), signal.SIGKILL)

    starting = asyncio.create_task(start_embedded(data_dir))
    for orphan in orphans:  # each says in the log that it goes, in the middle of an attempt
        await asyncio.sleep(0.02)
        os.kill(orphan, signal.SIGCONT)

    assert not (await starting).attached
    for client in clients:
        client.terminate()


async def test_stop_ends_a_server_that_another_start_made_and_can_be_repeated(data_dir):
    server = await start_embedded(data_dir)
    attached = await start_embedded(data_dir)

    await attached.stop()

    assert not await stop_embedded(data_dir)
    with pytest.raises(OSError):
        await asyncpg.connect(server.dsn)


async def test_rows_are_there_after_stop_and_start(data_dir):
    server = await start_embedded(data_dir)
    await keep_a_row(server.dsn)
    await server.stop()

    assert await kept_rows((await start_embedded(data_dir)).dsn) == ["Заказ № 7"]


async def test_stopping_where_nothing_was_started_does_nothing(data_dir):
    assert not await stop_embedded(data_dir)


async def test_server_listens_on_its_socket_alone_and_only_for_its_owner(data_dir):
    server = await start_embedded(data_dir)

    async with connect(server.dsn) as connection:
        assert await connection.fetchval("SHOW listen_addresses") == ""
        assert await connection.fetchval("SHOW unix_socket_permissions") == "0700"
    assert server.cluster.stat().st_mode & 0o777 == 0o700


async def test_settings_are_the_promised_ones_and_the_owner_may_change_them(data_dir):
    server = await start_embedded(data_dir)
    async with connect(server.dsn) as connection:
        assert await connection.fetchval("SHOW shared_buffers") == "128MB"
        assert await connection.fetchval("SHOW max_connections") == "100"
    await server.stop()
    with (server.cluster / "postgresql.conf").open("a") as settings:
        settings.write("max_connections = 50\n")

    async with connect((await start_embedded(data_dir)).dsn) as connection:
        assert await connection.fetchval("SHOW max_connections") == "50"


async def test_server_log_keeps_no_text_of_clients(data_dir):
    server = await start_embedded(data_dir)
    async with connect(server.dsn) as connection:
        await connection.execute(
            "CREATE TABLE phones (phone text PRIMARY KEY); INSERT INTO phones VALUES ('+79161234567')"
        )
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO phones VALUES ('+79161234567')")
    await server.stop()

    log = "".join(path.read_text() for path in (server.cluster / "log").iterdir())
    assert "duplicate key" in log
    assert "9161234567" not in log


async def test_case39_a_database_that_may_forget_is_refused(data_dir):
    server = await start_embedded(data_dir)
    async with connect(server.dsn) as connection:
        await check_durability(connection)
        await connection.execute("ALTER SYSTEM SET fsync = off")
    await server.stop()

    async with connect((await start_embedded(data_dir)).dsn) as connection:
        await connection.execute("SET synchronous_commit = off")
        with pytest.raises(ConfigError, match=r"fsync is off.*synchronous_commit is off"):
            await check_durability(connection)


async def test_path_too_long_for_a_socket_gets_a_short_socket_directory(data_dir):
    deep = data_dir / ("длинное-имя-" * 6) / "hub"
    server = await start_embedded(deep)
    sockets = socket_directory(server.cluster)

    await keep_a_row(server.dsn)

    assert sockets != server.cluster
    assert sockets.stat().st_mode & 0o777 == 0o700
    await server.stop()
    sockets.rmdir()


async def test_a_half_made_cluster_of_a_killed_start_is_made_anew(data_dir):
    half_made = data_dir / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")

    await keep_a_row((await start_embedded(data_dir)).dsn)

    assert not half_made.exists()


async def test_pid_file_naming_an_unrelated_living_process_does_not_stop_the_start(data_dir):
    server = await start_embedded(data_dir)
    await server.stop()
    sleeper = await asyncio.create_subprocess_exec("sleep", "60", **server_identity(server.cluster))
    (server.cluster / "postmaster.pid").write_text(f"{sleeper.pid}\n{server.cluster}\n")

    await keep_a_row((await start_embedded(data_dir)).dsn)

    sleeper.kill()
    await sleeper.wait()


def server_identity(cluster: Path):
    """Run under the server's account: PostgreSQL believes only in its own account's processes."""
    return {"user": cluster.stat().st_uid} if os.geteuid() == 0 else {}
