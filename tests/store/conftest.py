"""A data directory for tests that start a server of their own."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.store.embedded import stop_embedded
from hub.testing.database import temporary_data_dir


@pytest.fixture
async def data_dir() -> AsyncIterator[Path]:
    """Give an empty data directory that other accounts may pass through; its server is stopped at the end."""
    root = temporary_data_dir()
    yield root
    for lock in root.rglob("postgres.lock"):
        await stop_embedded(lock.parent)
    shutil.rmtree(root)
