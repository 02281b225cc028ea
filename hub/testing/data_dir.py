"""Data directories that last as long as a test: made where they are fast, removed with their servers.

A killed run leaves its servers running, as a killed hub would. The name of a directory holds the number of the process
that made it, so that the next run finds what was abandoned and ends it.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hub.store.embedded import stop_embedded

_PREFIX = "hub-test-"
_MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes the directory in it
_ROOM_BYTES = 4 << 30


def make_data_dir() -> Path:
    """Make an empty data directory that any account may pass through; in memory where there is room for it.

    Measured: removing a cluster from a disk takes 1.2 s, from memory 0.03 s.
    """
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES
    directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_MEMORY if has_room else None))
    directory.chmod(0o711)
    return directory


async def remove_data_dir(directory: Path) -> None:
    """Stop every server in or below `directory` and remove it."""
    for started in _started_below(directory):
        await stop_embedded(started)
    shutil.rmtree(directory)


def _started_below(directory: Path) -> list[Path]:
    return [lock.parent for lock in directory.rglob("postgres.lock")]


async def remove_abandoned_data_dirs() -> None:
    """Remove what runs left behind whose process is gone; those of other accounts stay.

    Several runs may look at once: each directory is taken over by one of them.
    """
    for directory in filter(_is_abandoned, _data_dirs()):
        taken = _take_over(directory)
        if taken is not None:
            await remove_data_dir(taken)


def _take_over(directory: Path) -> Path | None:
    """Give a directory our own number, so that no other run touches it; `None` if another was faster."""
    try:
        return directory.rename(directory.with_name(f"{_PREFIX}{os.getpid()}-{directory.name.rpartition('-')[2]}"))
    except FileNotFoundError:
        return None


def _is_abandoned(directory: Path) -> bool:
    pid = directory.name.removeprefix(_PREFIX).partition("-")[0]
    try:
        return directory.stat().st_uid == os.geteuid() and not _is_alive(int(pid))
    except FileNotFoundError:  # another run has just taken it over
        return False


def _data_dirs() -> Iterator[Path]:
    for parent in {_MEMORY, Path(tempfile.gettempdir())}:
        yield from parent.glob(f"{_PREFIX}[0-9]*-*")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
