from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.delivery.bench import Outside, open_outside
from tests.inbox.desk import Desk, open_desk, says


@pytest.fixture
async def desk(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Desk]:
    """A sales line open day and night with two managers and an administrator."""
    desk = await open_desk(pool, tmp_path / "files")
    await desk.hire("anna", "Анна")
    await desk.hire("ivan", "Иван")
    yield desk


@pytest.fixture
async def outside(desk: Desk) -> Outside:
    """A client has written and waits."""
    await desk.receive(says("Сколько стоит?", at=desk.now))
    return open_outside(desk)
