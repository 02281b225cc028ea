from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.crm_sync.scene import Scene, open_scene


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    """A line open day and night with two managers, and a CRM where Ivan has an account."""
    scene = await open_scene(pool, tmp_path / "files")
    await scene.desk.hire("anna", "Анна")
    yield scene
    await scene.http.close()
