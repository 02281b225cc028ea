"""Brings the database to the schema of this program: at every start, by whichever process comes first.

One process migrates under an advisory lock, others wait for it. A lock on a table is asked for two seconds at a time
and tried again, so that a running hub of the version before never stands behind us for long. When nothing is to be
done, one query says so and alembic is not even imported. Revisions live in `hub.store.migrations`.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import structlog

from hub.domain.errors import ConfigError, StorageUnavailable
from hub.store.partitions import ensure_partitions
from hub.store.pool import connect, try_lock
from hub.store.restored import is_unfinished

_FOLDER = Path(__file__).parent / "migrations"
_TURN_LIMIT = timedelta(minutes=10)
_PAUSE = timedelta(milliseconds=200)
_log = structlog.get_logger(__name__)


def newest_revision() -> str:
    """Return the revision this program needs, for instance `0007`."""
    names = (path.name for path in (_FOLDER / "versions").glob("v*.py"))
    return max(found[1] for name in names if (found := re.match(r"v(\d{4})_", name)))


async def migrate(dsn: str) -> bool:
    """Bring the database of `dsn` to `newest_revision` and make the partitions of the coming months; say if it changed.

    Commits each revision by itself. Idempotent; concurrent callers wait for each other.

    Raises:
        ConfigError: the database belongs to a newer hub or is half restored, or its account may not change it.
        StorageUnavailable: the server is away, or others hold a table or the turn for too long.
    """
    async with connect(dsn) as connection:
        if await is_unfinished(connection):
            raise ConfigError(
                "a restore into this database did not come to its end: restore again, "
                "into a new --data or an empty database"
            )
        has_changed = False
        if await _is_behind(connection):
            async with _turn(connection):
                has_changed = await _is_behind(connection)
                if has_changed:
                    await _upgrade(dsn)
        await ensure_partitions(connection, await connection.fetchval("SELECT clock_timestamp()"))
    return has_changed


async def _is_behind(connection: asyncpg.Connection) -> bool:
    newest, present = newest_revision(), await present_revision(connection)
    if present > newest:
        raise ConfigError(
            f"the database was made by a newer hub (revision {present}, this one knows {newest}): "
            "install the newer version, or restore a backup of the older one"
        )
    return present < newest


async def present_revision(connection: asyncpg.Connection) -> str:
    """Return the revision of the connected database, an empty text if nobody has migrated it."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return ""
    return await connection.fetchval("SELECT version_num FROM alembic_version") or ""


@asynccontextmanager
async def _turn(connection: asyncpg.Connection) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(_TURN_LIMIT.total_seconds()):
            while not await try_lock(connection, "migrate"):  # noqa: ASYNC110 - another process holds it
                await asyncio.sleep(_PAUSE.total_seconds())
    except TimeoutError as error:
        raise StorageUnavailable("another hub has been migrating this database for ten minutes: look at it") from error
    yield  # the lock ends with the connection


async def _upgrade(dsn: str) -> None:
    from hub.store.migrations.upgrade import upgrade  # noqa: PLC0415 - half a second that a usual start is spared

    await upgrade(dsn)
    _log.info("database.migrated", revision=newest_revision())
