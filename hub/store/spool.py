"""The spool: payloads on this machine's own disk while the database cannot take them.

Every process appends to a file that it holds locked while it lives; what a dead one left is taken over by whoever finds
it. `append` returns when the records are on disk. A file is emptied when it is sealed: its records are stored, then it
is removed, so a crash between the two stores them again, which the unique key of receipts makes harmless. A file with
damage in it is kept under the name `….corrupt`.

How a file is written is `hub.store.spool_file`, how records stand in it `hub.store.spool_records`; when the spool is
used is for `hub.inbox.spooling` to say.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from hub.domain.errors import StorageUnavailable
from hub.domain.health import SpoolHealth
from hub.store import spool_file
from hub.store.receipts import NewReceipt
from hub.store.sharing import Shared
from hub.store.spool_file import ReadSlices, SpoolFile, marker_of
from hub.store.spool_payloads import to_bytes
from hub.store.spool_records import count_records

MOST_BYTES = 256 * 1024 * 1024
"""What the spool of a machine may hold, with what was set aside of it; beyond it senders hear 503."""
_NEW_FOR_SECONDS = 60.0
_log = structlog.get_logger()


@dataclass(slots=True)
class Spool:
    """The spool of this machine as one process fills and empties it. Appends that meet share one fsync."""

    directory: Path
    most_bytes: int = MOST_BYTES
    _current: SpoolFile | None = None
    _sealed: list[SpoolFile] = field(default_factory=list)
    _not_ours: set[Path] = field(default_factory=set)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _appends: Shared[Sequence[NewReceipt], None] = field(init=False)

    def __post_init__(self) -> None:
        self._appends = Shared(self._append)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing waits that this process wrote or took over."""
        return not self._sealed and (self._current is None or not self._current.size)

    async def append(self, receipts: Sequence[NewReceipt]) -> None:
        """Return when `receipts` are on disk.

        Raises:
            StorageUnavailable: the disk or the spool is full; nothing of them is kept.
        """
        await self._appends.ask(receipts)

    async def seal(self) -> list[SpoolFile]:
        """Return what is to be emptied, oldest first: own files, closed for writing from now on, and those of the dead.

        A file is returned again until it is given to `remove`.

        Raises:
            StorageUnavailable: the disk is broken.
        """
        async with self._turn:
            with _disk_errors(self.directory):
                return await asyncio.to_thread(self._seal)

    async def remove(self, file: SpoolFile) -> None:
        """Remove a file all of whose records are stored. Raises: as `seal`."""
        async with self._turn:
            with _disk_errors(self.directory):
                await asyncio.to_thread(self._finish, file)

    def close(self) -> None:
        """Let go of all files; what is in them waits for the next process."""
        if self._current is not None and not self._current.size:
            self._current.path.unlink(missing_ok=True)
        for file in self._own():
            file.close()
        self._current, self._sealed = None, []

    async def _append(self, asked: Sequence[Sequence[NewReceipt]]) -> list[None]:
        contents = [to_bytes(receipt) for receipts in asked for receipt in receipts]
        async with self._turn:
            with _disk_errors(self.directory):
                await asyncio.to_thread(self._write, contents)
        return [None] * len(asked)

    def _write(self, contents: Sequence[bytes]) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._current is not None and self._current.is_doubtful:
            self._seal_current(self._current)
        file = self._current = self._current or spool_file.create(self.directory)
        framed = file.frame(contents)
        if _measure(self.directory) + len(framed) > self.most_bytes:
            raise StorageUnavailable(f"the spool {self.directory} is full ({self.most_bytes} bytes)")
        file.append(framed)

    def _seal(self) -> list[SpoolFile]:
        if self._current is not None and (self._current.size or self._current.is_doubtful):
            self._seal_current(self._current)
        own = {file.path for file in self._own()}
        found = (self._take_over(path) for path in _list_files(self.directory) if path not in own)
        self._sealed += [file for file in found if file is not None]
        self._sealed.sort(key=lambda file: file.path.name)
        _sweep(self.directory)
        return list(self._sealed)

    def _take_over(self, path: Path) -> SpoolFile | None:
        """Take over a file unless it cannot be opened: one that root wrote must not hold up what this process has."""
        try:
            return spool_file.take_over(path)
        except OSError as error:
            if path not in self._not_ours:
                _log.error("spool.file_not_ours", file=path.name, reason=error.strerror)
            self._not_ours.add(path)
            return None

    def _finish(self, file: SpoolFile) -> None:
        """Remove the file and forget it; in one thread, so that whoever stops waiting leaves no half of it."""
        file.finish()
        self._sealed.remove(file)

    def _seal_current(self, current: SpoolFile) -> None:
        self._sealed.append(current)
        self._current = None

    def _own(self) -> list[SpoolFile]:
        return [*self._sealed, *([self._current] if self._current is not None else [])]


def look_at_spool(directory: Path) -> SpoolHealth:
    """Return what lies in the spool of this machine, whoever wrote it. Blocks; quick while it is empty.

    A file that cannot be read counts as damaged.
    """
    records = size_bytes = 0
    damaged = len(list(directory.glob("*.corrupt")))
    for path in _list_files(directory):
        try:
            with path.open("rb") as opened:
                size = os.fstat(opened.fileno()).st_size
                records += count_records(marker_of(path), ReadSlices(opened.fileno(), size))
                size_bytes += size
        except FileNotFoundError:
            continue
        except OSError:
            damaged += 1
    return SpoolHealth(records, size_bytes, damaged)


def _list_files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.spool"))


def _measure(directory: Path) -> int:
    """Return how many bytes lie there, those set aside too: nobody but a person removes them."""
    return sum(_size(path) for path in (*_list_files(directory), *directory.glob("*.corrupt")))


def _size(path: Path) -> int:
    """Return the size of a file, 0 for one that its process has emptied and removed since it was listed."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _sweep(directory: Path) -> None:
    """Remove files of processes that were killed before they gave them a name."""
    for path in directory.glob("*.new"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - _NEW_FOR_SECONDS:
                path.unlink()


@contextmanager
def _disk_errors(directory: Path) -> Iterator[None]:
    """Translate a disk that is full or broken."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"the spool {directory} cannot take it now: {error.strerror}") from error
