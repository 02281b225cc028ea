"""Where one flow is played again and again: its town, a template of the prepared database, and the hub as a process.

All roles run in one process (`hub up`), so a death takes everything at once. Each run works on a clone of the template.
Time is let pass without waiting: in the databases here `clock_timestamp()` and `statement_timestamp()` are functions
of ours, which add what stands in `world_time`. Leases and business time both come from them, so a started process finds
the world later than the one before left it. They must move together: a lease given by one and judged by the other would
run out at once in the hands of a living process, or never.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import SecretStr

from hub.config import Config
from hub.store.pool import connect
from hub.testing.crash.flows_business import open_business
from hub.testing.crash.flows_town import Town, running_town
from hub.testing.crash.points_nursery import Child, Nursery
from hub.testing.crash.processes import DidNotHappen, Installation
from hub.testing.crash.servers import free_port
from hub.testing.database import DatabaseServer

READY_WITHIN = timedelta(seconds=30)
LOOK_EVERY = timedelta(milliseconds=25)
_READY = ": running"
MOVED = {"clock_timestamp": "VOLATILE", "statement_timestamp": "STABLE"}
_TIME = """
CREATE TABLE world_time (shift interval NOT NULL);
INSERT INTO world_time VALUES ('0');
"""
_MOVED = """
CREATE FUNCTION public.{name}() RETURNS timestamptz LANGUAGE sql {kind}
  AS 'SELECT pg_catalog.{name}() + shift FROM public.world_time';
"""


@dataclass(slots=True)
class Stage:
    """A prepared flow. `template` is the database every run begins with, at the instant `begins_at`."""

    name: str
    server: DatabaseServer
    nursery: Nursery
    town: Town
    directory: Path
    port: int
    keys: str
    template: str = ""
    clones: int = 0
    begins_at: datetime = datetime.min.replace(tzinfo=UTC)

    def config(self, database: str) -> Config:
        """Return the settings of the hub over one database, as the harness itself opens it."""
        return Config(
            data=self.directory,
            dsn=SecretStr(self.server.database_dsn(database)),
            secret_keys=SecretStr(self.keys),
            port=self.port,
            public_url=f"http://127.0.0.1:{self.port}",
            log_level="error",
            proxy="",
        )

    async def start_hub(self, database: str, **environment: str) -> Child:
        """Start all roles in one process; `environment` adds to it, for instance HUB_CRASH."""
        place = Installation(self.server.database_dsn(database), "", self.directory, self.port, self.directory)
        whole = place.environment({"HUB_SECRET_KEYS": self.keys, **environment})
        return await self.nursery.start(["up"], whole, self.directory / f"{database}.log")

    async def let_pass(self, database: str, span: timedelta) -> None:
        """Let time pass for database and town; a process that runs notices when it reads its clock again."""
        self.town.time.shift += span
        async with connect(self.server.database_dsn(database)) as connection:
            await connection.execute("UPDATE world_time SET shift = $1", self.town.time.shift)

    @asynccontextmanager
    async def clone(self, *, later: timedelta) -> AsyncIterator[str]:
        """Give the name of a fresh copy of the template and the town as it was then, `later`; dropped at the end."""
        self.clones += 1
        name = f"{self.name}_{self.clones}"
        await self._copy(self.template, name)
        self.town.begin()
        try:
            await self.let_pass(name, self.begins_at - self.town.time.now() + later)
            yield name
        finally:
            await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def first(self) -> str:
        """Return the name of the database in which the flow is prepared."""
        return f"{self.name}_0"

    async def make_first(self) -> None:
        """Make that database, empty, with time that can be let pass."""
        await self._copy("hub_template", self.first)
        async with connect(self.server.database_dsn(self.first)) as connection:
            await connection.execute(
                _TIME + "".join(_MOVED.format(name=name, kind=kind) for name, kind in MOVED.items())
            )

    async def freeze(self, name: str) -> None:
        """Take the database `name` and the town as they are now for the template."""
        async with connect(self.server.dsn) as connection:
            await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        self.template, self.begins_at = name, self.town.time.now()
        self.town.settle()

    async def _copy(self, source: str, name: str) -> None:
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        await self._execute(f"ALTER DATABASE {name} SET search_path = public, pg_catalog")

    async def _execute(self, statement: str) -> None:
        async with connect(self.server.dsn) as connection:
            await connection.execute(statement)


@asynccontextmanager
async def open_stage(
    name: str, kinds: Sequence[str], *, server: DatabaseServer, nursery: Nursery, directory: Path
) -> AsyncIterator[Stage]:
    """Give a stage with the business prepared in its first database, which is not yet the template."""
    async with running_town() as town:
        place = directory / name
        place.mkdir(exist_ok=True)
        stage = Stage(name, server, nursery, town, place, free_port(), Fernet.generate_key().decode())
        await stage.make_first()
        await open_business(stage.config(stage.first), town, kinds)
        yield stage


async def until_ready(child: Child) -> bool:
    """Wait until the hub says that it runs; False if it died instead.

    Raises:
        DidNotHappen: neither in time.
    """
    try:
        async with asyncio.timeout(READY_WITHIN.total_seconds()):
            while not child.is_gone:
                if _READY in child.said():
                    return True
                await asyncio.sleep(LOOK_EVERY.total_seconds())
    except TimeoutError:
        raise DidNotHappen(f"the hub is not ready:\n{child.said()}") from None
    return False


def cpu_count() -> int:
    """Return on how many processors runs may go side by side."""
    return len(os.sched_getaffinity(0))
