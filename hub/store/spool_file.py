"""One file of the spool: made and locked by one process, written until it is sealed, then read from its beginning.

A file is called `<nanoseconds>-<marker>.spool`, so names sort by age and tell the marker of the records. Until it is
locked it is called `….new`: nobody takes a file for a dead process's that has only just been made. What a failed write
leaves is cut off; after an fsync that failed nothing more is written to that file. All of it blocks.

Durability follows fsync(2), rename(2) and flock(2).
"""

import fcntl
import mmap
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from hub.crash import crash_point
from hub.store.receipts import NewReceipt
from hub.store.spool_payloads import UnreadablePayload, from_bytes
from hub.store.spool_records import MARKER_BYTES, Damage, Record, Torn, frame, read_pieces

_BATCH_RECORDS = 256
_BATCH_BYTES = 8 * 1024 * 1024
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Batch:
    """Payloads in the order in which they came; `end` is where the next batch begins."""

    receipts: tuple[NewReceipt, ...]
    end: int


@dataclass(slots=True)
class SpoolFile:
    """A file that this process holds.

    `size` counts what is surely on disk, `position` what is stored elsewhere by now. `is_doubtful`: what stands behind
    `size` is unknown. `is_damaged`: something in it could not be stored, so it is kept for a person.
    """

    path: Path
    descriptor: int
    marker: bytes
    size: int = 0
    position: int = 0
    is_doubtful: bool = False
    is_damaged: bool = False

    def frame(self, contents: Sequence[bytes]) -> bytes:
        """Return contents as they stand in this file."""
        return b"".join(frame(self.marker, content) for content in contents)

    def append(self, framed: bytes) -> None:
        """Write records and wait until they would survive a power loss. Raises: OSError; then none of them counts."""
        self.is_doubtful = True
        crash_point("spool.before_write")
        try:
            _write_whole(self.descriptor, framed)
        except OSError:
            os.ftruncate(self.descriptor, self.size)
            self.is_doubtful = False
            raise
        crash_point("spool.before_sync")
        os.fsync(self.descriptor)
        crash_point("spool.after_sync")
        self.size += len(framed)
        self.is_doubtful = False

    def read(self) -> Batch | None:
        """Return the next payloads behind `position`, None at the end; tell of what is torn or damaged between them."""
        found: list[NewReceipt] = []
        taken, end = 0, self.position
        with mapped(self.descriptor) as stored:
            for piece in read_pieces(self.marker, stored, self.position):
                end = piece.end
                match piece:
                    case Record(content):
                        found += self._understand(content)
                        taken += len(content)
                    case Damage():
                        self.set_aside("damaged")
                    case Torn():
                        _log.warning("spool.torn_record_ignored", file=self.path.name)
                if len(found) == _BATCH_RECORDS or taken >= _BATCH_BYTES:
                    break
        return Batch(tuple(found), end) if end > self.position else None

    def set_aside(self, reason: str) -> None:
        """Note that something in this file cannot be stored."""
        self.is_damaged = True
        _log.error("spool.record_set_aside", file=self.path.name, reason=reason)

    def finish(self) -> None:
        """Remove the file, everything in it being stored; keep it as `….corrupt` if something could not be."""
        crash_point("spool.before_removal")
        if self.is_damaged:
            self.path.rename(self.path.with_suffix(".corrupt"))
        else:
            self.path.unlink(missing_ok=True)
        crash_point("spool.after_removal")
        self.close()

    def close(self) -> None:
        """Let go of the file; whoever finds it may take it over."""
        os.close(self.descriptor)

    def _understand(self, content: bytes) -> list[NewReceipt]:
        try:
            return [from_bytes(content)]
        except UnreadablePayload:
            self.set_aside("not understood")
            return []


def create(directory: Path) -> SpoolFile:
    """Make a file that others see only when it is locked and on disk. Raises: OSError."""
    marker = secrets.token_bytes(MARKER_BYTES)
    path = directory / f"{time.time_ns():020d}-{marker.hex()}.spool"
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        crash_point("spool.before_naming")
        fresh.rename(path)
        _fsync_directory(directory)
    except OSError:
        os.close(descriptor)
        raise
    return SpoolFile(path, descriptor, marker)


def take_over(path: Path) -> SpoolFile | None:
    """Return the file if nobody holds it: whoever wrote it is dead. Raises: OSError."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(descriptor)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise
    if not found.st_nlink:  # it was emptied and removed a moment ago
        os.close(descriptor)
        return None
    return SpoolFile(path, descriptor, marker_of(path), size=found.st_size)


def marker_of(path: Path) -> bytes:
    """Return the marker in a file's name; for a name that is not ours one that fits nothing."""
    try:
        marker = bytes.fromhex(path.stem.rpartition("-")[2])
    except ValueError:
        marker = b""
    return marker if len(marker) == MARKER_BYTES else secrets.token_bytes(MARKER_BYTES)


@contextmanager
def mapped(descriptor: int) -> Iterator[mmap.mmap | bytes]:
    """Give the bytes of an open file, as many as it has now; only of one that nobody cuts off (mmap(2): SIGBUS)."""
    if not os.fstat(descriptor).st_size:
        yield b""
        return
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as stored:
        yield stored


@dataclass(frozen=True, slots=True)
class ReadSlices:
    """The bytes of an open file that its owner may cut off meanwhile: then they end early; a map would end us (SIGBUS)."""

    descriptor: int
    size: int

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: slice, /) -> bytes:
        start, stop, _ = place.indices(self.size)
        return os.pread(self.descriptor, max(0, stop - start), start)


def _write_whole(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
