"""Processes from the nursery are processes of the hub like any other, and migrations are killed at every step."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.store.migrate import newest_revision, present_revision
from hub.store.pool import connect
from hub.testing.crash.points_nursery import Child, Nursery
from hub.testing.crash.points_stage import until_ready
from hub.testing.crash.processes import Installation
from hub.testing.crash.servers import free_port
from hub.testing.database import DatabaseServer, empty_database

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    nursery = Nursery()
    await nursery.open()
    yield nursery
    await nursery.close()


@pytest.fixture
async def empty_dsn(database_server: DatabaseServer) -> AsyncIterator[str]:
    async with empty_database(database_server) as dsn:
        yield dsn


async def revision_after(hub: Child, dsn: str) -> str:
    """Return the revision of the database once the hub has died or is ready."""
    await until_ready(hub)
    return await revision_of(dsn)


async def revision_of(dsn: str) -> str:
    async with connect(dsn) as connection:
        return await present_revision(connection)


async def test_a_process_has_its_own_arguments_words_and_end(nursery: Nursery, tmp_path: Path) -> None:
    child = await nursery.start(["--help"], {"PATH": os.environ["PATH"]}, tmp_path / "log")

    assert await child.wait() == 0
    assert "hub" in child.said()


async def test_the_wish_to_die_is_read_after_the_fork(nursery: Nursery, tmp_path: Path) -> None:
    child = await nursery.start(["--help"], {"HUB_CRASH": "no wish"}, tmp_path / "log")

    assert await child.wait() == 1
    assert "HUB_CRASH reads flow.step:n" in child.said()


async def test_case22_a_hub_killed_after_each_of_its_migrations_goes_on_with_the_next(
    nursery: Nursery, empty_dsn: str, tmp_path: Path
) -> None:
    place = Installation(empty_dsn, "", tmp_path, free_port(), tmp_path)
    hub = await nursery.start(["web"], place.environment({"HUB_CRASH": "migrate.revision_made:1"}), tmp_path / "log")
    assert await hub.wait() == -9
    reached = [await revision_of(empty_dsn)]
    while not await until_ready(hub):
        hub = await nursery.start(
            ["web"], place.environment({"HUB_CRASH": "migrate.revision_made:2"}), tmp_path / "log"
        )
        reached.append(await revision_after(hub, empty_dsn))
    await hub.kill()

    assert reached == ["", *(f"{number:04}" for number in range(1, int(newest_revision()) + 1))]
