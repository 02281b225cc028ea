from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.testing.database import DatabaseServer
from tests.invariants.town import Place, open_place


@pytest.fixture
def place(database_server: DatabaseServer, tmp_path: Path) -> Iterator[Place]:
    """One loop and one database for all examples of a test."""
    with open_place(database_server, tmp_path / "files") as place:
        yield place
