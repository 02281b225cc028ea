"""A client at the door of an entrance in memory."""

import pytest
from aiohttp.test_utils import TestClient

from hub.web.server import make_app
from tests.web.door import Memory, make_entrance


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def door(aiohttp_client, memory: Memory) -> TestClient:
    return await aiohttp_client(make_app(make_entrance(memory)))
