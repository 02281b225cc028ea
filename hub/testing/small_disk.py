"""A disk that is full after a few megabytes: a tmpfs of its own, mounted for as long as a test needs it.

Mounting needs root (mount(8)); where that is not allowed `DiskNotMounted` says so, and the test has to say that it was
left out. What fills the disk is one file that is made as large as fits.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PIECE = bytes(64 * 1024)
_SMALLEST = bytes(512)


class DiskNotMounted(Exception):
    """Mounting is not allowed on this machine; the message is the mount program's own."""


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A mounted disk at `root`."""

    root: Path

    @property
    def _filler(self) -> Path:
        return self.root / "filler"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._filler.open("ab", buffering=0) as filler:
            for piece in (_PIECE, _SMALLEST):
                _write_until_full(filler.fileno(), piece)

    def free(self) -> None:
        """Give back what `fill` took."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(root: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """Mount an empty disk at `root`, which any account may pass through; unmount it at the end, whoever still uses it.

    Raises:
        DiskNotMounted: it is not allowed here.
    """
    root.mkdir(parents=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(root))
    try:
        yield SmallDisk(root)
    finally:
        _run("umount", "--lazy", str(root))


def _write_until_full(descriptor: int, piece: bytes) -> None:
    with contextlib.suppress(OSError):
        while os.write(descriptor, piece):
            pass


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    except FileNotFoundError as error:
        raise DiskNotMounted(f"there is no program {command[0]}") from error
    except subprocess.CalledProcessError as error:
        raise DiskNotMounted(error.stderr.strip()) from error
