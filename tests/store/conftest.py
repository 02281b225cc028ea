"""A data directory for tests that start a server of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.testing.data_dir import make_data_dir, remove_data_dir


@pytest.fixture
async def data_dir() -> AsyncIterator[Path]:
    """Give an empty data directory that other accounts may pass through; its server is stopped at the end."""
    directory = make_data_dir()
    yield directory
    await remove_data_dir(directory)
