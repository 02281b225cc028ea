"""Runs alembic on a connection of its own, asking for table locks patiently.

Imported by `hub.store.migrate` only when there is something to do.

Source: https://alembic.sqlalchemy.org/en/latest/cookbook.html (programmatic use with asyncio, read 2026-11-22).
"""

import asyncio
from datetime import timedelta
from pathlib import Path

import asyncpg
import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.crash import crash_point
from hub.domain.errors import ConfigError, StorageUnavailable

_TRIES = 30
_PAUSE = timedelta(milliseconds=200)
_LOCK_NOT_AVAILABLE = "55P03"
_INSUFFICIENT_PRIVILEGE = "42501"
_SESSION_SETTINGS = {"application_name": "hub migrate", "lock_timeout": "2s", "statement_timeout": "0"}
_log = structlog.get_logger(__name__)


async def upgrade(dsn: str) -> None:
    """Apply all missing revisions, each in a transaction; a table that is locked for long is asked for again.

    Raises:
        ConfigError: the database's account may not change the schema.
        StorageUnavailable: others held a table through all tries.
    """
    for _ in range(_TRIES):
        try:
            return await _run(dsn)
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", "")
            if state == _INSUFFICIENT_PRIVILEGE:
                raise ConfigError(f"the account of --dsn may not make tables there: {error.orig}") from error
            if state != _LOCK_NOT_AVAILABLE:
                raise
            _log.info("migration.lock_waited")
            await asyncio.sleep(_PAUSE.total_seconds())
    raise StorageUnavailable("other sessions hold the tables to be migrated: stop older hubs, then try again")


async def _run(dsn: str) -> None:
    async def open_connection() -> asyncpg.Connection:
        return await asyncpg.connect(dsn, timeout=10, server_settings=_SESSION_SETTINGS)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=open_connection, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_apply)
            crash_point("migrate.applied")
            await connection.commit()
            crash_point("migrate.committed")
    finally:
        await engine.dispose()


def _apply(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
