"""Databases for tests and the sandbox: one embedded server, one migrated template, a clone for whoever needs one.

Free of pytest. Several processes may share the server: starting attaches, and the template is made once, under a lock
of the server. A clone costs about 50 ms and is as durable as production: settings are not loosened.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from hub.store.embedded import start_embedded
from hub.store.migrate import migrate
from hub.store.pool import connect, lock_key

_TEMPLATE = "hub_template"


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A server with a migrated template in it. `dsn` is that of its maintenance database."""

    dsn: str

    def database_dsn(self, name: str) -> str:
        """Return the DSN of the database `name` on this server."""
        return urlsplit(self.dsn)._replace(path=f"/{name}").geturl()


async def start_server(data_dir: Path, *, bin_dir: Path | None = None) -> DatabaseServer:
    """Start the server of `data_dir` or attach to it, and make the template if nobody has."""
    embedded = await start_embedded(data_dir, bin_dir=bin_dir)
    server = DatabaseServer(urlsplit(embedded.dsn)._replace(path="/postgres").geturl())
    async with connect(server.dsn) as connection:
        await connection.execute("SET lock_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock($1)", lock_key(_TEMPLATE))
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _TEMPLATE):
            await _make_template(server, connection)
    return server


@asynccontextmanager
async def cloned_database(server: DatabaseServer) -> AsyncIterator[str]:
    """Give the DSN of a fresh copy of the template; dropped at the end, whoever is still connected."""
    async with _passing_database(server, f"TEMPLATE {_TEMPLATE}") as dsn:
        yield dsn


@asynccontextmanager
async def empty_database(server: DatabaseServer) -> AsyncIterator[str]:
    """Give the DSN of a database that nobody has migrated; dropped at the end, whoever is still connected."""
    async with _passing_database(server, "") as dsn:
        yield dsn


@asynccontextmanager
async def _passing_database(server: DatabaseServer, source: str) -> AsyncIterator[str]:
    """Under a name of its own: several runs of the tests share a server."""
    name = f"test_{uuid4().hex}"
    async with connect(server.dsn) as connection:
        await connection.execute(f"CREATE DATABASE {name} {source}")
    try:
        yield server.database_dsn(name)
    finally:
        async with connect(server.dsn) as connection:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _make_template(server: DatabaseServer, connection: asyncpg.Connection) -> None:
    """Migrate under another name first: a template is complete or absent."""
    await connection.execute("DROP DATABASE IF EXISTS half_made WITH (FORCE)")
    await connection.execute("CREATE DATABASE half_made")
    await migrate(server.database_dsn("half_made"))
    await connection.execute(f"ALTER DATABASE half_made RENAME TO {_TEMPLATE}")
