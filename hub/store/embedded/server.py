"""Starts, attaches to and stops the server of a data directory.

The server outlives the process that started it, so that a killed hub loses nothing and the next one attaches. Only
`stop` ends it. Starters take turns by a lock file. How a start is proven and tried again stands in `launch`.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import structlog

from hub.domain.errors import ConfigError
from hub.store.embedded.binaries import choose_binaries
from hub.store.embedded.cluster import make_cluster
from hub.store.embedded.launch import State, launch, probe
from hub.store.embedded.place import (
    SHARED_PLACE,
    cluster_account,
    file_errors,
    find_cluster,
    place_new_cluster,
    prepare_data_dir,
    socket_dsn,
)
from hub.store.embedded.tool import run_tool

DATABASE = "hub"
_TURN_LIMIT = timedelta(seconds=60)
_PAUSE = timedelta(milliseconds=50)
_log = structlog.get_logger(__name__)


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


async def start_embedded(data_dir: Path, *, bin_dir: Path | None = None, shared: Path = SHARED_PLACE) -> Embedded:
    """Start the server of `data_dir`, or attach to it, and return it proven ready, with the database `hub` in it.

    Makes directory, cluster and database at first. Idempotent; concurrent starters wait for each other. `shared` is
    where root puts what the server's account could not reach.

    Raises:
        ConfigError: the directory, account, binaries or server refuse; one line with the reason and the next step.
    """
    directory = prepare_data_dir(data_dir)
    with file_errors(directory):
        async with _turn(directory):
            cluster = find_cluster(directory)
            attached = await probe(cluster) is State.READY
            if not attached:
                cluster = await _start(directory, cluster, bin_dir=bin_dir, shared=shared)
            await _ensure_database(cluster)
    _log.info("postgres.attached" if attached else "postgres.started", cluster=str(cluster))
    return Embedded(socket_dsn(cluster, DATABASE), attached, cluster, directory, bin_dir)


async def stop_embedded(data_dir: Path, *, bin_dir: Path | None = None) -> bool:
    """Stop the server of `data_dir`, whoever started it; say whether one was running.

    Raises:
        ConfigError: it is not ours to stop, or did not stop within a minute.
    """
    with file_errors(data_dir):
        cluster = find_cluster(data_dir)
        if not (cluster / "PG_VERSION").exists():
            return False
        async with _turn(data_dir):
            was_running = await _stop(cluster, bin_dir=bin_dir)
    if was_running:
        _log.info("postgres.stopped", cluster=str(cluster))
    return was_running


async def _start(data_dir: Path, cluster: Path, *, bin_dir: Path | None, shared: Path) -> Path:
    """Start the server, making its cluster first if there is none; return where the cluster lies."""
    account = cluster_account(cluster)
    binaries = await choose_binaries(cluster, account, bin_dir=bin_dir, shared=shared)
    if not (cluster / "PG_VERSION").exists():
        cluster = place_new_cluster(data_dir, account, shared=shared)
        await make_cluster(cluster, binaries, account)
    await launch(cluster, binaries, account)
    return cluster


async def _stop(cluster: Path, *, bin_dir: Path | None) -> bool:
    if not (cluster / "postmaster.pid").exists():
        return False
    account = cluster_account(cluster)
    binaries = await choose_binaries(cluster, account, bin_dir=bin_dir)
    pg_ctl = binaries.program("pg_ctl")
    result = await run_tool(pg_ctl, "stop", "-D", str(cluster), "-m", "fast", "-t", "60", account=account)
    if result.code != 0 and await probe(cluster) is not State.ABSENT:
        raise ConfigError(f"the server in {cluster} does not stop: {result.reason}; see {cluster / 'log'}")
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


async def _ensure_database(cluster: Path) -> None:
    connection = await asyncpg.connect(socket_dsn(cluster, "postgres"))
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
