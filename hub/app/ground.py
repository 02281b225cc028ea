"""What everything stands on: database, files, secrets, clock, ids. Opened once a process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from hub.config import Config
from hub.delivery.loops import keep_going
from hub.domain.errors import ConfigError, StorageUnavailable
from hub.store.clock import DatabaseClock
from hub.store.connections import holds_secrets
from hub.store.embedded import Embedded, has_cluster, start_embedded
from hub.store.embedded.place import file_errors
from hub.store.files import Files
from hub.store.ids import IdBlocks
from hub.store.migrate import migrate
from hub.store.pool import Pool, acquire, check_durability, open_pool
from hub.store.secrets import Secrets, load_secrets

LOOK_AT_SERVER_EVERY = timedelta(seconds=1)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ground:
    """The opened store of an installation. `embedded` is None where a DSN was given."""

    config: Config
    dsn: str
    pool: Pool
    files: Files
    secrets: Secrets
    clock: DatabaseClock
    ids: IdBlocks
    embedded: Embedded | None

    async def keep_server(self) -> None:
        """Start the embedded server again whenever it has died, for ever, but not where `hub down` has stopped it."""
        await keep_going("server", self._rest_and_look_at_server, LOOK_AT_SERVER_EVERY)

    async def _rest_and_look_at_server(self) -> None:
        await asyncio.sleep(LOOK_AT_SERVER_EVERY.total_seconds())
        if self.embedded is None or _down_mark(self.config).exists():
            return
        try:
            async with acquire(self.pool):
                return
        except StorageUnavailable:
            if not _down_mark(self.config).exists():  # set while the question was on its way
                await self._start_server(self.embedded)

    async def _start_server(self, embedded: Embedded) -> None:
        """Start or attach; one that is only busy is found running."""
        try:
            await start_embedded(embedded.data_dir, bin_dir=embedded.bin_dir)
        except ConfigError as error:
            _log.error("postgres.start_failed", reason=str(error))


def has_hub(config: Config) -> bool:
    """Tell whether there is a hub to open: a database was given, or the data directory has one already.

    Raises:
        ConfigError: the data directory is closed to this user.
    """
    return bool(config.dsn.get_secret_value()) or has_cluster(config.data)


def keep_down(config: Config) -> None:
    """Let no hub that runs start the embedded server until a hub is started again; a command may, for itself."""
    with file_errors(config.data):
        _down_mark(config).touch(mode=0o600)


def _down_mark(config: Config) -> Path:
    return config.data / "database.down"


@asynccontextmanager
async def open_ground(config: Config, *, keeps_server: bool = True) -> AsyncIterator[Ground]:
    """Open the store: start or attach to the embedded database, bring its tables up to date, prove that it is durable.

    With `keeps_server` False this is a hub and no command: an embedded server that this call started is stopped at the
    end, and `keep_down` holds no longer.

    Raises:
        ConfigError, StorageUnavailable: one sentence that says what to do.
    """
    dsn, embedded = await _database(config)
    if embedded is not None and not keeps_server:
        _down_mark(config).unlink(missing_ok=True)
    try:
        await migrate(dsn)
        pool = await open_pool(dsn, min_size=2, max_size=config.pool_size)
        try:
            yield await _build(config, dsn, pool, embedded)
        finally:
            pool.terminate()
    finally:
        if embedded is not None and not embedded.attached and not keeps_server:
            await embedded.stop()


async def _database(config: Config) -> tuple[str, Embedded | None]:
    if dsn := config.dsn.get_secret_value():
        return dsn, None
    embedded = await start_embedded(config.data, bin_dir=config.pg_bin)
    return embedded.dsn, embedded


async def _build(config: Config, dsn: str, pool: Pool, embedded: Embedded | None) -> Ground:
    _make_directory(config)
    async with acquire(pool) as connection:
        await check_durability(connection)
        has_secrets = await holds_secrets(connection)
    secrets = load_secrets(config.secret_keys.get_secret_value() or None, config.key_file, holds_secrets=has_secrets)
    clock = DatabaseClock(pool)
    await clock.read()
    return Ground(config, dsn, pool, Files(config.files_dir), secrets, clock, IdBlocks(), embedded)


def _make_directory(config: Config) -> None:
    """Make the data directory where the database is elsewhere: the key file lies in it."""
    try:
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"the data directory {config.data} cannot be made: {error.strerror}; choose another with --data or HUB_DATA"
        ) from error
