"""A database that answers late: who gives up soon is answered all the same; what was answered is stored (case 9)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from hub.testing.crash.proxies import FaultyProxy
from tests.reliability.town import Opened, emptied, open_hub, stored


@pytest.fixture
async def opened(dsn: str, proxy: FaultyProxy, tmp_path: Path) -> AsyncIterator[Opened]:
    """A hub of the role `web` that reaches its database through a proxy; callers give up after three seconds."""
    async with open_hub(proxy.through(dsn), tmp_path / "data") as opened:
        yield opened


@pytest.mark.parametrize("seconds", [0.05, 0.8, 10.0])
async def test_case9_no_provider_waits_three_seconds_for_a_slow_database(
    opened: Opened, proxy: FaultyProxy, pool: asyncpg.Pool, seconds: float
) -> None:
    hub, caller = opened
    proxy.delay(timedelta(seconds=seconds))
    answers = await asyncio.gather(*(caller.submit(f"заявка {number}", key=f"form-{number}") for number in range(6)))
    assert answers == [200] * 6
    proxy.heal()
    await emptied(hub)

    assert sorted(await stored(pool)) == [f"заявка {number}" for number in range(6)]
