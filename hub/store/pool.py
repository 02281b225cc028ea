"""Connections to PostgreSQL: asyncpg pools with prepared statements kept, waits bounded, errors in our words.

Releasing a connection runs no reset query (measured: worth a round trip a transaction; an open transaction is still
rolled back), so nobody may leave session state on a pooled connection: `SET LOCAL` only, and session advisory locks on
a connection of one's own. `jsonb` is read and written as Python values. Statements belong to the store's modules,
transactions to use-cases.

Sources: https://magicstack.github.io/asyncpg/current/api/, https://www.postgresql.org/docs/15/runtime-config-client.html
(read 2026-11-22).
"""

import contextlib
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

import asyncpg

from hub.domain.errors import ConfigError, StorageUnavailable

Connection: TypeAlias = asyncpg.Connection
"""What use-cases hand from one read of the store to the next."""

Pool: TypeAlias = asyncpg.Pool
_JSONB_VERSION = b"\x01"
_COMMAND_TIMEOUT = timedelta(seconds=30)
_SESSION_SETTINGS = {
    "application_name": "hub",
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "5s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "5s",  # no longer may a machine that is cut off hold up the others
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_MISCONFIGURED = (
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    socket.gaierror,
)
_AWAY = (
    OSError,  # TimeoutError and ConnectionError are among these
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # shutting down, still starting, cancelled by a timeout
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.LockNotAvailableError,  # somebody held a lock longer than lock_timeout: as good as away, for now
    asyncpg.DeadlockDetectedError,
    asyncpg.InternalClientError,  # what 0.32 raises where the server's farewell arrives just before our statement
    asyncpg.OutdatedSchemaCacheError,  # a newer hub has added a column: the types are read anew with the next try
)
_WHEN_OFF = {
    "fsync": "committed messages can be lost and the database destroyed at power loss",
    "full_page_writes": "the database can be destroyed at power loss",
    "synchronous_commit": "committed messages can be lost at a crash",
}


async def open_pool(dsn: str, *, min_size: int, max_size: int) -> asyncpg.Pool:
    """Open a pool and prove it by a connection; the caller closes it.

    Raises:
        ConfigError: the DSN is wrong, or the server refuses it.
        StorageUnavailable: the server is away or full.
    """
    with connection_errors(dsn):
        return await asyncpg.create_pool(
            min_size=min_size, max_size=max_size, init=_teach_json, reset=_keep_session, **_options(dsn)
        )


@asynccontextmanager
async def connect(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection of one's own: for session locks, LISTEN, start-up checks. Closed at the end.

    Raises: as `open_pool`.
    """
    with connection_errors(dsn):
        connection = await asyncpg.connect(**_options(dsn))
    try:
        await _teach_json(connection)
        yield connection
    finally:
        with contextlib.suppress(*_AWAY):  # it may be gone already, which is what we want
            await connection.close(timeout=5)


@asynccontextmanager
async def acquire(pool: asyncpg.Pool, *, within: timedelta = timedelta(seconds=2)) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection of the pool, waiting no longer than `within`; translate a database that goes away meanwhile.

    Raises:
        StorageUnavailable: none became free, or the database went away: the caller's work may or may not be committed.
    """
    with storage_errors():
        async with pool.acquire(timeout=within.total_seconds()) as connection:
            yield connection


@contextmanager
def storage_errors() -> Iterator[None]:
    """Translate a database that is away, full, read-only or too slow into `StorageUnavailable`."""
    try:
        yield
    except _AWAY as error:
        raise StorageUnavailable(
            f"the database cannot take it now ({_named(error)}): it will be tried again"
        ) from error


@contextmanager
def connection_errors(dsn: str) -> Iterator[None]:
    """Translate failures of opening `dsn`; the message names host and database, never the password."""
    try:
        yield
    except (asyncpg.ClientConfigurationError, ValueError) as error:
        raise ConfigError(
            "the DSN is not understood: expected postgresql://user:password@host:5432/database"
        ) from error
    except _MISCONFIGURED as error:
        raise ConfigError(f"the database {_place(dsn)} refuses: {_named(error)}; correct --dsn or HUB_DSN") from error
    except _AWAY as error:
        raise StorageUnavailable(
            f"no connection to the database {_place(dsn)} ({_named(error)}): is it running, is the address right?"
        ) from error


def lock_key(name: str) -> int:
    """Return the advisory lock number of `name`: the first 64 bits of its SHA-256, signed."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


async def try_lock(connection: asyncpg.Connection, name: str) -> bool:
    """Try to become the one holder of `name`; never waits.

    Held by the session until it ends, however it ends: use a connection of one's own (`connect`), and treat its loss
    as the loss of the lock.
    """
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock_key(name)))


async def check_durability(connection: asyncpg.Connection) -> None:
    """Refuse a database that forgets what it confirmed (settings an operator may have switched off).

    Raises:
        ConfigError: names every setting that is off and what it would cost.
    """
    rows = await connection.fetch(
        "SELECT name FROM pg_settings WHERE name = ANY($1::text[]) AND setting = 'off' ORDER BY name", [*_WHEN_OFF]
    )
    if rows:
        costs = "; ".join(f"{row['name']} is off, so {_WHEN_OFF[row['name']]}" for row in rows)
        raise ConfigError(f"this database may not be used: {costs}. Switch it on in postgresql.conf and restart")


def _options(dsn: str) -> dict[str, object]:
    return {
        "dsn": dsn,
        "timeout": 10,
        "command_timeout": _COMMAND_TIMEOUT.total_seconds(),
        "statement_cache_size": 1024,
        "max_cached_statement_lifetime": 0,
        "max_cacheable_statement_size": 0,
        "server_settings": _SESSION_SETTINGS,
    }


async def _teach_json(connection: asyncpg.Connection) -> None:
    """Read and write `jsonb` as Python values, in the binary form: only that is read inside whole rows of a table."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_write_json, decoder=_read_json, format="binary"
    )


def _write_json(value: object) -> bytes:
    return _JSONB_VERSION + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _read_json(value: bytes) -> object:
    """Read a jsonb value; most lists and maps of a row are empty, and reading those costs what reading a row does."""
    text = value[1:]
    if text == b"[]":
        return []
    return {} if text == b"{}" else json.loads(str(text, "utf-8"))


async def _keep_session(_: asyncpg.Connection) -> None:
    """Stand in for the reset query (see the module's docstring)."""


def _place(dsn: str) -> str:
    parts = urlsplit(dsn)
    host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
    return f"{parts.path.lstrip('/') or parts.username} at {host}"


def _named(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
