"""Wrong directories, binaries and settings: one line that names the thing, the reason and the next step."""

import os
from pathlib import Path

import pytest

from hub.domain.errors import ConfigError
from hub.store.embedded import start_embedded, stop_embedded
from hub.store.embedded.account import server_account
from hub.store.embedded.place import prepare_socket_directory, socket_directory


async def refusal(data_dir, **options):
    """Start and return the line the administrator reads."""
    with pytest.raises(ConfigError) as caught:
        await start_embedded(data_dir, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_file_in_the_way(data_dir):
    (data_dir / "hub").write_text("")

    assert "a file is in the way; give another --data" in await refusal(data_dir / "hub")
    assert "a file is in the way; give another --data" in await refusal(data_dir / "hub" / "below")


async def test_a_directory_that_holds_something_else(data_dir):
    (data_dir / "postgres").mkdir()
    (data_dir / "postgres" / "letters.txt").write_text("")

    assert "not a PostgreSQL data directory: move it away" in await refusal(data_dir)


async def test_a_data_directory_of_somebodys_postgresql(data_dir):
    (data_dir / "PG_VERSION").write_text("18\n")

    assert "itself a PostgreSQL data directory" in await refusal(data_dir)


async def test_binaries_that_are_none(data_dir):
    line = await refusal(data_dir, bin_dir=data_dir)

    assert f"HUB_PG_BIN={data_dir} holds no PostgreSQL 15 or newer" in line
    assert not (data_dir / "postgres").exists()


async def test_a_cluster_whose_programs_are_missing(data_dir):
    (data_dir / "postgres").mkdir()
    (data_dir / "postgres" / "PG_VERSION").write_text("13\n")
    give_to_server_account(data_dir / "postgres")

    line = await refusal(data_dir)

    assert "was made by PostgreSQL 13" in line
    assert "18 in " in line
    assert "restore a backup" in line


async def test_a_setting_the_server_cannot_read(data_dir):
    server = await start_embedded(data_dir)
    await server.stop()
    with (server.cluster / "postgresql.conf").open("a") as settings:
        settings.write("max_connections = many\n")

    assert 'configuration file "' in await refusal(data_dir)


async def test_a_noted_cluster_that_is_gone_is_not_replaced_by_an_empty_one(data_dir):
    (data_dir / "postgres.location").write_text(f"{data_dir}/gone/postgres\n")

    assert "gone/postgres, which is missing: bring it back" in await refusal(data_dir)


async def test_a_socket_directory_that_somebody_else_made(data_dir):
    cluster = data_dir / ("long" * 30) / "postgres"
    squatted = socket_directory(cluster)
    squatted.mkdir(mode=0o777)
    squatted.chmod(0o777)

    with pytest.raises(ConfigError, match="belongs to somebody else"):
        prepare_socket_directory(cluster, server_account(cluster))
    squatted.rmdir()


async def test_a_server_with_a_broken_configuration_can_be_stopped(data_dir):
    server = await start_embedded(data_dir)
    (server.cluster / "postgresql.conf").write_text("max_connections = many\n")

    assert await stop_embedded(data_dir)


def give_to_server_account(cluster: Path):
    """As root, hand the directory to the account a cluster of ours would have."""
    if os.geteuid() == 0:
        os.chown(cluster, server_account(cluster / "absent").uid, -1)
