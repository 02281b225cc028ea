"""A client at the door of an entrance in memory."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from hub.web.server import make_app
from tests.web.door import Memory, make_entrance

Client = TestClient[web.Request, web.Application]
OpenClient = Callable[[web.Application], Awaitable[Client]]


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def door(aiohttp_client: OpenClient, memory: Memory) -> Client:
    return await aiohttp_client(make_app(make_entrance(memory)))
