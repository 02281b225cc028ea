"""Case 31: a full disk is a 503, never a success and nothing half-written; with room again everything goes on."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hub.app.machine import look_at_machine
from hub.store.spool import look_at_spool
from hub.testing.crash.proxies import FaultyProxy
from hub.testing.crash.servers import PostgresServer
from hub.testing.data_dir import make_data_dir, remove_data_dir
from hub.testing.small_disk import DiskNotMounted, SmallDisk, small_disk
from tests.reliability.town import Opened, emptied, open_hub, stored

LARGE = "слово " * 20_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    try:
        with small_disk(tmp_path / "disk", megabytes=4) as disk:
            yield disk
    except DiskNotMounted as error:
        pytest.skip(f"no small disk can be mounted here: {error}")


@pytest.fixture
async def on_small_disk(dsn: str, proxy: FaultyProxy, disk: SmallDisk) -> AsyncIterator[Opened]:
    """A hub whose data directory, spool and files included, lies on the small disk; its database does not."""
    async with open_hub(proxy.through(dsn), disk.root / "data") as opened:
        yield opened


def files_in(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


async def test_case31_a_spool_without_room_is_503_and_what_it_took_before_is_kept(on_small_disk, disk, proxy, pool):
    hub, caller = on_small_disk
    proxy.drop()
    assert await caller.submit("до") == 200
    disk.fill()
    assert [await caller.submit(f"не влезло {number}" * 300) for number in range(3)] == [503] * 3

    disk.free()
    assert await caller.submit("после") == 200
    proxy.heal()
    await emptied(hub)

    assert await stored(pool) == ["до", "после"]


async def test_case31_a_spool_that_fills_up_takes_what_it_confirms_and_nothing_else(on_small_disk, disk, proxy, pool):
    hub, caller = on_small_disk
    proxy.drop()
    texts = [f"{number} {'x' * 60_000}" for number in range(100)]
    answers = [await caller.submit(text) for text in texts]
    assert set(answers) == {200, 503}

    disk.free()
    proxy.heal()
    await emptied(hub)

    assert await stored(pool) == [text for text, status in zip(texts, answers, strict=True) if status == 200]


async def test_case31_no_room_for_a_large_body_is_503_for_it_alone(on_small_disk, disk, pool):
    hub, caller = on_small_disk
    disk.fill()
    assert await caller.submit(LARGE) == 503
    assert await caller.submit("короткая") == 200
    assert files_in(hub.building.ground.config.files_dir) == []
    assert look_at_spool(hub.building.ground.config.spool_dir).records == 0

    disk.free()
    assert await caller.submit(LARGE) == 200
    assert await pool.fetchval("SELECT count(*) FROM receipts") == 2


async def test_case31_the_alarm_comes_before_the_disk_is_full(on_small_disk, disk):
    hub, caller = on_small_disk
    config = hub.building.ground.config
    assert all(each.has_room for each in look_at_machine(config).disks if each.name == "data")

    disk.fill()

    (data,) = [each for each in look_at_machine(config).disks if each.name == "data"]
    assert (data.has_room, data.free_bytes) == (False, 0)
    assert 'hub_disk_free_ratio{disk="data"} 0\n' in await caller.metrics()


@pytest.fixture
async def database_disk() -> AsyncIterator[SmallDisk]:
    """A small disk that the account of the embedded server can reach; servers on it are stopped at the end."""
    directory = make_data_dir()
    try:
        with small_disk(directory / "disk", megabytes=160) as disk:
            yield disk
            await remove_data_dir(disk.root / "data")
    except DiskNotMounted as error:
        pytest.skip(f"no small disk can be mounted here: {error}")
    finally:
        await remove_data_dir(directory)


async def test_case31_a_database_without_room_spools_or_refuses_and_goes_on_by_itself(database_disk, tmp_path):
    server = PostgresServer(database_disk.root / "data")
    await server.start()
    async with open_hub(server.dsn, tmp_path / "data") as (hub, caller):
        database_disk.fill()
        texts: list[str] = []
        while hub.building.spooled.spool.is_empty:
            texts.append(f"{len(texts)} {os.urandom(20_000).hex()}")
            assert await caller.submit(texts[-1]) == 200
        assert {await caller.update(number, text="x" * 60_000) for number in range(40)} & {503}

        database_disk.free()
        await emptied(hub)
        assert await stored(hub.building.ground.pool) == texts
        assert await caller.update(100) == 200
