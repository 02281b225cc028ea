"""Files named by the SHA-256 of their content: raw mail, media, recordings, anything over 64 KB.

A file is complete and on disk before the row that names it commits; writing it twice changes nothing. A crash between
the two leaves an orphan, swept after a day. Files are 0600 in directories 0700, two levels deep (`ab/cd/abcd…`), apart
from the web root: whoever serves one asks for rights first. Rows belong to the store's other modules.

Durability follows fsync(2) and rename(2): the data, then the name, then the directory.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterable, Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

from hub.crash import crash_point
from hub.domain.errors import ConfigError, NotFound, PayloadTooLarge, StorageUnavailable

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEMORY_BYTES = 1 << 20
ORPHAN_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on disk: the name rows keep, and its size."""

    digest: str
    size_bytes: int


class Files:
    """The file store under one root; several machines may share the root. Safe for concurrent writers."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._incoming = self._root / "incoming"
        with _disk_errors(self._root):
            self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._root.chmod(0o700)

    async def write(self, content: bytes) -> StoredFile:
        """Store `content` and return its name once it would survive a power loss. Idempotent.

        Raises:
            StorageUnavailable: the disk is full or broken; nothing half-made stays.
        """
        return await asyncio.to_thread(self._write, content)

    async def write_stream(self, chunks: AsyncIterable[bytes], *, limit_bytes: int) -> StoredFile:
        """Store what `chunks` bring without holding it in memory; as `write`.

        Raises:
            PayloadTooLarge: more than `limit_bytes` came; nothing is stored.
        """
        incoming = await asyncio.to_thread(self._open_incoming)
        try:
            digest, size = await self._receive(incoming, chunks, limit_bytes=limit_bytes)
            await asyncio.to_thread(self._keep, incoming, digest)
        finally:
            await asyncio.to_thread(self._discard, incoming)
        return StoredFile(digest, size)

    def path(self, digest: str) -> Path:
        """Return where the file `digest` lies, for serving it; says nothing about whether it exists.

        Raises:
            NotFound: it is not a name of ours (so no path of a caller's making is ever opened).
        """
        if not _DIGEST.fullmatch(digest):
            raise NotFound("there is no file of this name")
        return self._root / digest[:2] / digest[2:4] / digest

    async def open(self, digest: str) -> IO[bytes]:
        """Open the file for reading; the caller closes it.

        Raises:
            NotFound: there is none.
        """
        with _disk_errors(self._root):
            return await asyncio.to_thread(self.path(digest).open, "rb")

    async def read(self, digest: str) -> bytes:
        """Return the whole content; meant for files known to be small. Raises as `open`."""
        with _disk_errors(self._root):
            return await asyncio.to_thread(self.path(digest).read_bytes)

    async def size(self, digest: str) -> int:
        """Return the size in bytes. Raises as `open`."""
        with _disk_errors(self._root):
            return (await asyncio.to_thread(self.path(digest).stat)).st_size

    async def sweep(
        self, known: Callable[[Collection[str]], Awaitable[Collection[str]]], *, older_than: timedelta = ORPHAN_AGE
    ) -> int:
        """Remove files that no row names and that are older than `older_than`; return how many.

        `known` is given the digests of one directory at a time and returns those that rows name. Ages are measured
        in the file system's own time, so neither the sandbox's clock nor another machine's skew can remove a file
        whose row is about to commit; writing an existing file again makes it young.
        """
        before = await asyncio.to_thread(self._file_system_time) - older_than.total_seconds()
        await asyncio.to_thread(self._tidy_incoming, before)
        removed = 0
        for directory in await asyncio.to_thread(self._directories):
            old = await asyncio.to_thread(_older, directory, before)
            orphans = old.difference(await known(old)) if old else old
            removed += await asyncio.to_thread(self._remove, orphans, before)
        return removed

    def digests(self) -> Iterator[str]:
        """Yield the name of every file, in order of name; blocking, for backups."""
        for directory in self._directories():
            yield from sorted(path.name for path in directory.iterdir() if _DIGEST.fullmatch(path.name))

    def _write(self, content: bytes) -> StoredFile:
        digest = hashlib.sha256(content).hexdigest()
        if not self._refresh(digest):
            incoming = self._open_incoming()
            try:
                with _disk_errors(self._root):
                    incoming.write(content)
                self._keep(incoming, digest)
            finally:
                self._discard(incoming)
        return StoredFile(digest, len(content))

    async def _receive(self, incoming: IO[bytes], chunks: AsyncIterable[bytes], *, limit_bytes: int) -> tuple[str, int]:
        hashed, size, waiting = hashlib.sha256(), 0, bytearray()
        async for chunk in chunks:
            size += len(chunk)
            if size > limit_bytes:
                raise PayloadTooLarge(f"the file is larger than the limit of {limit_bytes} bytes")
            hashed.update(chunk)
            waiting += chunk
            if len(waiting) >= _MEMORY_BYTES:
                await asyncio.to_thread(self._append, incoming, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(self._append, incoming, bytes(waiting))
        return hashed.hexdigest(), size

    def _append(self, incoming: IO[bytes], content: bytes) -> None:
        with _disk_errors(self._root):
            incoming.write(content)

    def _open_incoming(self) -> IO[bytes]:
        with _disk_errors(self._root):
            return tempfile.NamedTemporaryFile(dir=self._incoming, delete=False)

    def _keep(self, incoming: IO[bytes], digest: str) -> None:
        """Give the received file its name, surviving a power loss after each step."""
        target = self.path(digest)
        with _disk_errors(self._root):
            incoming.flush()
            os.fsync(incoming.fileno())
            crash_point("files.synced")
            for directory in (target.parent.parent, target.parent):
                _make_directory(directory)
            Path(incoming.name).replace(target)
            _fsync_directory(target.parent)
        crash_point("files.named")

    def _discard(self, incoming: IO[bytes]) -> None:
        """Close the received file and remove it unless it has been given its name."""
        with contextlib.suppress(OSError):  # closing flushes, which fails again on the full disk that brought us here
            incoming.close()
        Path(incoming.name).unlink(missing_ok=True)

    def _refresh(self, digest: str) -> bool:
        """Say whether the file is here, making it young so that no sweep takes it before its row commits."""
        try:
            os.utime(self.path(digest))
        except FileNotFoundError:
            return False
        return True

    def _directories(self) -> list[Path]:
        return sorted(self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"))

    def _file_system_time(self) -> float:
        with tempfile.NamedTemporaryFile(dir=self._incoming) as probe:
            return os.fstat(probe.fileno()).st_mtime

    def _remove(self, orphans: Collection[str], before: float) -> int:
        return sum(self._remove_old(self.path(digest), before) for digest in orphans)

    def _remove_old(self, path: Path, before: float) -> bool:
        """Remove one orphan; moved aside first, so that a writer who just made it young gets it back."""
        aside = self._incoming / path.name
        try:
            path.rename(aside)
            if aside.stat().st_mtime < before:
                aside.unlink()
                return True
            aside.rename(path)
        except FileNotFoundError:  # another machine sweeps too
            return False
        return False

    def _tidy_incoming(self, before: float) -> None:
        """Remove what killed writers left, put back what a killed sweep had moved aside."""
        for path in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if _DIGEST.fullmatch(path.name):
                    path.rename(self.path(path.name))
                elif path.stat().st_mtime < before:
                    path.unlink()


def _older(directory: Path, before: float) -> frozenset[str]:
    return frozenset(path.name for path in directory.iterdir() if path.stat().st_mtime < before)


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        return
    _fsync_directory(directory.parent)


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_errors(root: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound("there is no file of this name") from error
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise ConfigError(
            f"the file store {root} is not usable: {error.strerror}; fix its owner or HUB_FILES"
        ) from error
    except OSError as error:
        raise StorageUnavailable(f"the file store {root} cannot take it now: {error.strerror}") from error
