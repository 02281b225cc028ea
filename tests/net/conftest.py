"""A client with short deadlines."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hub.net.http import Http


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http(longest=timedelta(seconds=1))
    yield client
    await client.close()
