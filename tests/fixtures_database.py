"""Fixtures around `hub.testing.database`: `dsn` and `pool`, a fresh migrated database for each test.

One server serves the whole run, its workers included; whoever started the run stops it. HUB_TEST_PG=system takes the
PostgreSQL 15 of the system instead of the wheel.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog

from hub.store.pool import open_pool
from hub.testing.data_dir import make_data_dir, remove_abandoned_data_dirs, remove_data_dir
from hub.testing.database import DatabaseServer, cloned_database, start_server

SYSTEM_BIN_DIR = Path("/usr/lib/postgresql/15/bin")
BIN_DIR = SYSTEM_BIN_DIR if os.environ.get("HUB_TEST_PG") == "system" else None

SERVER_DIR: pytest.StashKey[Path] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Choose the server's directory once a run; workers of pytest-xdist are told."""
    given = getattr(config, "workerinput", {}).get("database_server")
    config.stash[SERVER_DIR] = Path(given) if given else make_data_dir()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the server is."""
    node.workerinput["database_server"] = str(node.config.stash[SERVER_DIR])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove its directory, in the process that began the run; those of killed runs too."""
    if hasattr(config, "workerinput"):
        return
    with structlog.testing.capture_logs():
        asyncio.run(remove_data_dir(config.stash[SERVER_DIR]))
        asyncio.run(remove_abandoned_data_dirs())


@pytest.fixture(scope="session")
def database_server(pytestconfig: pytest.Config) -> DatabaseServer:
    """Give the server of this run, with a migrated template in it."""
    return asyncio.run(start_server(pytestconfig.stash[SERVER_DIR], bin_dir=BIN_DIR))


@pytest.fixture
async def dsn(database_server: DatabaseServer) -> AsyncIterator[str]:
    """Give the DSN of a fresh, migrated database."""
    async with cloned_database(database_server) as clone:
        yield clone


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """Give a pool on the fresh database of this test."""
    pool = await open_pool(dsn, min_size=1, max_size=10)
    yield pool
    pool.terminate()
