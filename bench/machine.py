"""The machine under measurement: its cores, who may use them, and a PostgreSQL of our own on the disk of the machine.

With one core measured, the hub and every process of PostgreSQL share `MEASURED`; senders and fakes live on `SENDING`.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hub.store.embedded import stop_embedded
from hub.store.embedded.place import find_cluster
from hub.testing.database import DatabaseServer, start_server

MEASURED = frozenset({0})
SENDING = frozenset({1})
ALL_CORES = MEASURED | SENDING


class TooFewCores(Exception):
    """The figures are about two cores; this process may use only one."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A server in a directory of its own. `folder` is for data directories of the measured processes."""

    server: DatabaseServer
    folder: Path

    def pin_database(self, cores: frozenset[int]) -> None:
        """Let the postmaster and all its children, present and future, run on `cores` alone."""
        for pid in _family(self._postmaster):
            with suppress(ProcessLookupError):  # a child that ended since it was listed
                os.sched_setaffinity(pid, cores)

    def database_seconds(self) -> float:
        """Return how long PostgreSQL has worked so far on all its cores, processes that ended included."""
        family = _family(self._postmaster)
        ticks = sum(sum(_ticks(pid)[:2]) for pid in family) + sum(_ticks(self._postmaster)[2:])
        return ticks / os.sysconf("SC_CLK_TCK")

    def database_bytes(self) -> int:
        """Return how much memory PostgreSQL holds now, what its processes share counted once."""
        return sum(_proportional_bytes(pid) for pid in _family(self._postmaster))

    @property
    def _postmaster(self) -> int:
        lock = find_cluster(self.folder / "database") / "postmaster.pid"
        return int(lock.read_text().split()[0])


@asynccontextmanager
async def prepared_machine() -> AsyncIterator[Machine]:
    """Start PostgreSQL as an installation has it, and put this process on the senders' core; undone at the end.

    Raises:
        TooFewCores: this process may not use two cores.
    """
    before = os.sched_getaffinity(0)
    if not before >= ALL_CORES:
        raise TooFewCores(f"cores {sorted(ALL_CORES)} are needed, this process may use {sorted(before)}")
    folder = _make_folder()
    try:
        server = await start_server(folder / "database")
        os.sched_setaffinity(0, SENDING)
        yield Machine(server, folder)
    finally:
        os.sched_setaffinity(0, before)
        await stop_embedded(folder / "database")
        shutil.rmtree(folder)


def _make_folder() -> Path:
    """Make a folder that the server's own account may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    folder.chmod(0o711)
    return folder


def load_average() -> list[float]:
    """Return the machine's load over 1, 5 and 15 minutes: what else ran while a figure was taken."""
    return [round(load, 2) for load in os.getloadavg()]


def _ticks(pid: int) -> tuple[int, ...]:
    """Return a process's own time in user and system mode, and that of its children that ended."""
    return tuple(map(int, _stat(pid)[11:15])) or (0, 0, 0, 0)


def _proportional_bytes(pid: int) -> int:
    """Return a process's part of memory (PSS); 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _family(root: int) -> list[int]:
    parents = {pid: int(stat[1]) for pid in _pids() if (stat := _stat(pid))}
    family = [root]
    for pid in family:
        family += [child for child, parent in parents.items() if parent == pid]
    return family


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
