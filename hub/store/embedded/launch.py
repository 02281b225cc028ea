"""Starts a server apart from us and proves by a query that it runs.

A server counts as running when a query came back, never because a file says so. After a SIGKILL of the postmaster its
lock files stay and a new start is refused until the orphaned children have gone (1-2 s seen), hence the retries; a
connection may even be taken and dropped meanwhile.

Sources: https://www.postgresql.org/docs/18/server-start.html, /app-pg-ctl.html (read 2026-11-22).
"""

import asyncio
import shlex
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import asyncpg

from hub.domain.errors import ConfigError
from hub.store.embedded.account import Account
from hub.store.embedded.binaries import Binaries
from hub.store.embedded.place import prepare_socket_directory, socket_directory, socket_dsn
from hub.store.embedded.tool import ToolResult, run_tool

_START_LIMIT = timedelta(seconds=15)
_RECOVERY_LIMIT = timedelta(minutes=10)
_PAUSE = timedelta(milliseconds=50)
_REMAINS = ("lock file", "shared memory", "unexpected postmaster exit")
"""What refuses a start after a kill; the last is an orphan's own farewell, logged in the middle of our attempt."""


class State(StrEnum):
    """How a server stands: answers queries, is recovering or shutting down, or is not there."""

    READY = "ready"
    STARTING = "starting"
    ABSENT = "absent"


async def probe(cluster: Path) -> State:
    """Ask the server of `cluster` a question and say how it stands.

    Raises:
        ConfigError: the socket is there, and not for us.
    """
    try:
        connection = await asyncpg.connect(socket_dsn(cluster, "postgres"), timeout=5)
    except (asyncpg.CannotConnectNowError, TimeoutError):
        return State.STARTING
    except PermissionError as error:
        raise ConfigError(
            f"no access to the socket in {socket_directory(cluster)}: run as its owner or root"
        ) from error
    except (OSError, asyncpg.PostgresConnectionError):
        return State.ABSENT
    try:
        await connection.execute("SELECT 1")
    finally:
        await connection.close()
    return State.READY


async def launch(cluster: Path, binaries: Binaries, account: Account) -> None:
    """Start the server of `cluster` and return when it answers.

    Raises:
        ConfigError: it refuses for a reason that does not pass, or for 15 s; its own words.
    """
    prepare_socket_directory(cluster, account)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _START_LIMIT.total_seconds()
    while True:
        reason = await _start_once(cluster, binaries, account)
        if await _becomes_ready(cluster):
            return
        if loop.time() > deadline or not _may_pass(reason):
            raise ConfigError(f"PostgreSQL does not start in {cluster}: {reason}; correct it, or `hub down` first")
        _forget_dead_postmaster(cluster)
        await asyncio.sleep(_PAUSE.total_seconds())


async def _start_once(cluster: Path, binaries: Binaries, account: Account) -> str:
    """Have pg_ctl start the server; return the reason of a refusal, or an empty text."""
    before = _log_sizes(cluster)
    result = await run_tool(
        binaries.program("pg_ctl"),
        "start",
        *("-D", str(cluster), "-l", str(cluster / "start.log"), "-t", str(int(_START_LIMIT.total_seconds()))),
        *("-o", _options(socket_directory(cluster))),
        account=account,
    )
    if result.code == 0:
        return ""
    return ToolResult(result.code, _logged_since(cluster, before) or result.output).reason


def _options(sockets: Path) -> str:
    quoted = '"' + str(sockets).replace('"', '""') + '"'
    settings = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": quoted,
        "unix_socket_permissions": "0700",
    }
    return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())


def _log_sizes(cluster: Path) -> dict[Path, int]:
    """Return the sizes of what the server logs to: `start.log` until its collector runs, then the files in `log`."""
    return {
        path: path.stat().st_size for path in (cluster / "start.log", *(cluster / "log").glob("*")) if path.exists()
    }


def _logged_since(cluster: Path, before: dict[Path, int]) -> str:
    return "".join(path.read_bytes()[before.get(path, 0) :].decode(errors="replace") for path in _log_sizes(cluster))


async def _becomes_ready(cluster: Path) -> bool:
    """Wait while the server recovers from a crash; say whether it answers in the end."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _RECOVERY_LIMIT.total_seconds()
    state = await probe(cluster)
    while state is State.STARTING and loop.time() < deadline:
        await asyncio.sleep(_PAUSE.total_seconds())
        state = await probe(cluster)
    return state is State.READY


def _may_pass(reason: str) -> bool:
    """Say whether a refusal comes from remains of a killed server that go away by themselves."""
    return not reason or any(remains in reason for remains in _REMAINS)


def _forget_dead_postmaster(cluster: Path) -> None:
    """Remove lock files whose process is no postmaster any more.

    Containers give the same few numbers out again after a restart, and a dead postmaster whose parent does not collect
    it keeps its number: both look alive to PostgreSQL for ever. Orphaned children still refuse the start by themselves.
    """
    for lock in (cluster / "postmaster.pid", socket_directory(cluster) / ".s.PGSQL.5432.lock"):
        if _names_no_postmaster(lock):
            lock.unlink(missing_ok=True)


def _names_no_postmaster(lock: Path) -> bool:
    try:
        pid = int(lock.read_text().split()[0])
        return b"postgres" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):  # no lock, or no such process: PostgreSQL sees that by itself
        return False
