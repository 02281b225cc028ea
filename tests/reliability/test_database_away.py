"""The embedded server dies under a hub: the hub starts it again, and nothing is lost meanwhile (cases 10, 22)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from hub.app.ground import LOOK_AT_SERVER_EVERY, keep_down, open_ground
from hub.config import load_config
from hub.store.pool import acquire
from hub.testing.crash.servers import PostgresServer
from hub.testing.data_dir import make_data_dir, remove_data_dir
from tests.reliability.town import emptied, open_hub, stored, until


@pytest.fixture
async def data() -> AsyncIterator[Path]:
    directory = make_data_dir()
    yield directory
    await remove_data_dir(directory)


async def test_case10_a_killed_embedded_server_is_started_again_and_the_spool_emptied(data: Path):
    server = PostgresServer(data)
    await server.start()
    async with open_hub("", data) as (hub, caller):
        assert await caller.submit("до") == 200
        server.kill()
        texts = [f"без базы {number}" for number in range(5)]
        assert [await caller.submit(text) for text in texts] == [200] * 5

        async def is_back() -> bool:
            return await caller.update(1) == 200

        await until(is_back)
        await emptied(hub)
        assert await stored(hub.building.ground.pool) == ["до", *texts]


async def test_a_server_that_another_role_stopped_at_its_end_is_started_again(data: Path):
    async with open_hub("", data) as (hub, caller):
        await PostgresServer(data).stop()
        assert await caller.submit("заявка") == 200
        await emptied(hub)

        assert await stored(hub.building.ground.pool) == ["заявка"]


async def test_a_server_that_a_person_stopped_stays_stopped_until_a_hub_is_started(data: Path):
    async with open_hub("", data) as (hub, caller):
        keep_down(hub.building.ground.config)
        await PostgresServer(data).stop()
        assert await caller.submit("заявка") == 200
        await hub.building.ground._rest_and_look_at_server()
        assert not (data / "postgres" / "postmaster.pid").exists()

    async with open_hub("", data) as (hub, _):
        await emptied(hub)
        assert await stored(hub.building.ground.pool) == ["заявка"]


async def test_a_command_does_not_make_a_hub_start_what_a_person_stopped(data: Path):
    async with open_hub("", data) as (hub, _):
        keep_down(hub.building.ground.config)
        await PostgresServer(data).stop()
        async with open_ground(load_config(data=data)):
            pass
        await PostgresServer(data).stop()
        await hub.building.ground._rest_and_look_at_server()

        assert not (data / "postgres" / "postmaster.pid").exists()


async def test_a_server_that_a_person_stops_while_it_is_looked_at_stays_stopped(data: Path):
    async with open_hub("", data) as (hub, _):
        ground = hub.building.ground
        async with AsyncExitStack() as stack:
            for _ in range(ground.config.pool_size):
                await stack.enter_async_context(acquire(ground.pool))
            looking = asyncio.create_task(ground._rest_and_look_at_server())
            await asyncio.sleep((LOOK_AT_SERVER_EVERY * 1.5).total_seconds())
            keep_down(ground.config)
            await PostgresServer(data).stop()
        await looking

        assert not (data / "postgres" / "postmaster.pid").exists()
