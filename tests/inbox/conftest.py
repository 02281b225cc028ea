from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.inbox.desk import Desk, open_desk


@pytest.fixture
async def desk(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Desk]:
    """A sales line open day and night with two managers."""
    desk = await open_desk(pool, tmp_path / "files")
    await desk.hire("anna", "Анна")
    await desk.hire("ivan", "Иван")
    yield desk
