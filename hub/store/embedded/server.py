"""Starts, attaches to, proves and stops the server of a data directory.

The server outlives the process that started it, so that a killed hub loses nothing and the next one attaches. Only
`stop` ends it. Starters take turns by a lock file. A server counts as running when a query came back, never because
a file says so: after a SIGKILL of the postmaster its pid file stays, and a new start is refused until the orphaned
children have gone (1-2 s seen), hence the retry.
"""

import asyncio
import fcntl
import os
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import asyncpg
import structlog

from hub.domain.errors import ConfigError
from hub.store.embedded.account import Account
from hub.store.embedded.binaries import Binaries, choose_binaries
from hub.store.embedded.cluster import make_cluster
from hub.store.embedded.place import (
    cluster_account,
    find_cluster,
    place_new_cluster,
    prepare_data_dir,
    prepare_socket_directory,
    socket_directory,
    socket_dsn,
)
from hub.store.embedded.tool import run_tool

DATABASE = "hub"
_START_LIMIT = timedelta(seconds=15)
_RECOVERY_LIMIT = timedelta(minutes=10)
_TURN_LIMIT = timedelta(seconds=60)
_PAUSE = timedelta(milliseconds=50)
_log = structlog.get_logger(__name__)


class _State(StrEnum):
    READY = "ready"
    STARTING = "starting"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running embedded server. `attached`: it was already running. `cluster`: where its files lie."""

    dsn: str
    attached: bool
    cluster: Path
    data_dir: Path
    bin_dir: Path | None

    async def stop(self) -> None:
        """Stop the server, whoever started it. Open connections are cut, open transactions rolled back."""
        await stop_embedded(self.data_dir, bin_dir=self.bin_dir)


async def start_embedded(data_dir: Path, *, bin_dir: Path | None = None) -> Embedded:
    """Start the server of `data_dir`, or attach to it, and return it proven ready, with the database `hub` in it.

    Makes directory, cluster and database at first. Idempotent; concurrent starters wait for each other.

    Raises:
        ConfigError: the directory, account, binaries or server refuse; one line with the reason and the next step.
    """
    directory = prepare_data_dir(data_dir)
    async with _turn(directory):
        cluster = find_cluster(directory)
        account = cluster_account(cluster)
        attached = await _probe(cluster) is _State.READY
        if not attached:
            binaries = await choose_binaries(cluster, account, bin_dir=bin_dir)
            if not (cluster / "PG_VERSION").exists():
                cluster = place_new_cluster(directory, account)
                await make_cluster(cluster, binaries, account)
            await _start(cluster, binaries, account)
        await _ensure_database(cluster)
    _log.info("postgres.attached" if attached else "postgres.started", cluster=str(cluster))
    return Embedded(socket_dsn(cluster, DATABASE), attached, cluster, directory, bin_dir)


async def stop_embedded(data_dir: Path, *, bin_dir: Path | None = None) -> bool:
    """Stop the server of `data_dir`, whoever started it; say whether one was running.

    Raises:
        ConfigError: it did not stop within a minute.
    """
    cluster = find_cluster(data_dir)
    if not (cluster / "PG_VERSION").exists():
        return False
    async with _turn(data_dir):
        if not (cluster / "postmaster.pid").exists():
            return False
        account = cluster_account(cluster)
        binaries = await choose_binaries(cluster, account, bin_dir=bin_dir)
        result = await run_tool(
            binaries.program("pg_ctl"), "stop", "-D", str(cluster), "-m", "fast", "-t", "60", account=account
        )
        if result.code != 0 and await _probe(cluster) is not _State.ABSENT:
            raise ConfigError(f"the server in {cluster} does not stop: {result.reason}; see {cluster / 'log'}")
    _log.info("postgres.stopped", cluster=str(cluster))
    return result.code == 0


@asynccontextmanager
async def _turn(data_dir: Path) -> AsyncIterator[None]:
    """Wait for our turn to start or stop the server of `data_dir`; the lock dies with its process."""
    descriptor = os.open(data_dir / "postgres.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        await _lock(descriptor, data_dir)
        yield
    finally:
        os.close(descriptor)


async def _lock(descriptor: int, data_dir: Path) -> None:
    try:
        async with asyncio.timeout(_TURN_LIMIT.total_seconds()):
            while not _try_flock(descriptor):  # noqa: ASYNC110 - another process holds it
                await asyncio.sleep(_PAUSE.total_seconds())
    except TimeoutError as error:
        raise ConfigError(
            f"another hub has been starting in {data_dir} for a minute: end it, then try again"
        ) from error


def _try_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _probe(cluster: Path) -> _State:
    """Ask the server a question and say how it stands."""
    try:
        connection = await asyncpg.connect(socket_dsn(cluster, "postgres"), timeout=5)
    except (asyncpg.CannotConnectNowError, TimeoutError):
        return _State.STARTING
    except (FileNotFoundError, ConnectionError):
        return _State.ABSENT
    except PermissionError as error:
        raise ConfigError(
            f"no access to the socket in {socket_directory(cluster)}: run as its owner or root"
        ) from error
    try:
        await connection.execute("SELECT 1")
    finally:
        await connection.close()
    return _State.READY


async def _start(cluster: Path, binaries: Binaries, account: Account) -> None:
    prepare_socket_directory(cluster, account)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _START_LIMIT.total_seconds()
    while True:
        reason = await _launch(cluster, binaries, account)
        if await _becomes_ready(cluster):
            return
        if loop.time() > deadline or not _may_pass(reason):
            raise ConfigError(f"PostgreSQL does not start in {cluster}: {reason}")
        _forget_dead_postmaster(cluster)
        await asyncio.sleep(_PAUSE.total_seconds())


async def _launch(cluster: Path, binaries: Binaries, account: Account) -> str:
    """Have pg_ctl start the server apart from us; return the reason of a refusal, or an empty text."""
    log = cluster / "start.log"
    log.unlink(missing_ok=True)
    result = await run_tool(
        binaries.program("pg_ctl"),
        "start",
        *("-D", str(cluster), "-l", str(log), "-t", str(int(_START_LIMIT.total_seconds()))),
        *("-o", _options(socket_directory(cluster))),
        account=account,
    )
    if result.code == 0:
        return ""
    printed = log.read_text(errors="replace") if log.exists() else result.output
    return type(result)(result.code, printed).reason


def _options(sockets: Path) -> str:
    quoted = '"' + str(sockets).replace('"', '""') + '"'
    settings = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": quoted,
        "unix_socket_permissions": "0700",
    }
    return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())


async def _becomes_ready(cluster: Path) -> bool:
    """Wait while the server recovers from a crash; say whether it answers in the end."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _RECOVERY_LIMIT.total_seconds()
    state = await _probe(cluster)
    while state is _State.STARTING and loop.time() < deadline:
        await asyncio.sleep(_PAUSE.total_seconds())
        state = await _probe(cluster)
    return state is _State.READY


def _may_pass(reason: str) -> bool:
    """Say whether a refusal comes from remains of a killed server that go away by themselves."""
    return not reason or "lock file" in reason or "shared memory" in reason


def _forget_dead_postmaster(cluster: Path) -> None:
    """Remove a pid file whose process is no postmaster any more.

    Containers give the same few numbers out again after a restart, and a hub that is process 1 inherits the dead
    postmaster: both look alive to PostgreSQL for ever.
    """
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if b"postgres" not in command:
        pid_file.unlink(missing_ok=True)


async def _ensure_database(cluster: Path) -> None:
    connection = await asyncpg.connect(socket_dsn(cluster, "postgres"))
    try:
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    except asyncpg.DuplicateDatabaseError:
        return
    finally:
        await connection.close()
