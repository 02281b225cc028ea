"""Opens a file of contacts, CSV or XLSX, as rows of text: whatever it claims to be, its first bytes decide.

The whole file is read once before anybody imports a row of it, so that a file that is broken, too large or no table is
refused before anything has happened. Row numbers are those that spreadsheet programs show. What cells mean is not known
here (`hub.inbox.importing`).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.domain.errors import PayloadInvalid, PayloadTooLarge
from hub.store.imports_csv import find_dialect, read_csv
from hub.store.imports_xlsx import read_xlsx

MAX_FILE_BYTES = 256 * 1024**2
MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
Cells = tuple[str, ...]
NumberedRow = tuple[int, Cells]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table in a file: its name and SHA-256, the first row that holds anything, and how many rows follow it.

    `read` yields those rows anew from the beginning, without empty ones, as (number in the file, cells).
    """

    name: str
    sha256: str
    headers: Cells
    rows: int
    read: Callable[[], Iterator[NumberedRow]]


def open_sheet(path: Path) -> Sheet:
    """Return the table of a file, read through once; blocking.

    Raises:
        PayloadInvalid: it is no CSV and no XLSX, is broken, or has no row under its headers.
        PayloadTooLarge: more bytes, rows or columns than can be taken.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise PayloadTooLarge(f"{path.name} has more than {MAX_FILE_BYTES // 1024**2} MB: split it into several files")
    lines = _reader(path)
    headers, first = _headers(path, lines())
    rows = sum(1 for _ in _below(path, lines(), first))
    if not rows:
        raise PayloadInvalid(f"{path.name} has no row below its headers: is it the right file?")
    return Sheet(path.name, _sha256(path), headers, rows, lambda: _below(path, lines(), first))


def _reader(path: Path) -> Callable[[], Iterator[NumberedRow]]:
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLD_OFFICE:
        raise PayloadInvalid(f"{path.name} is of the old Excel format or has a password: save it as .xlsx without one")
    if start == _ZIP:
        return lambda: _without_disk_errors(path, read_xlsx(path))
    dialect = find_dialect(path)
    return lambda: _without_disk_errors(path, read_csv(path, dialect))


def _without_disk_errors(path: Path, lines: Iterator[NumberedRow]) -> Iterator[NumberedRow]:
    """Say whose error it is: behind a database's connection it would pass for one of the database."""
    try:
        yield from lines
    except OSError as error:
        raise PayloadInvalid(f"{path.name} cannot be read: {error.strerror}") from error


def _headers(path: Path, lines: Iterator[NumberedRow]) -> tuple[Cells, int]:
    """Return the headers and the number of their row."""
    for number, cells in lines:
        if any(cells):
            return _trimmed(path, cells), number
    raise PayloadInvalid(f"{path.name} is empty: is it the right file?")


def _below(path: Path, lines: Iterator[NumberedRow], first: int) -> Iterator[NumberedRow]:
    count = 0
    for number, cells in lines:
        if number <= first or not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise PayloadTooLarge(f"{path.name} has more than {MAX_ROWS} rows: split it into several files")
        yield number, _trimmed(path, cells)


def _trimmed(path: Path, cells: Cells) -> Cells:
    """Return the cells without the empty ones at the end."""
    last = len(cells)
    while last and not cells[last - 1]:
        last -= 1
    if last > MAX_COLUMNS:
        raise PayloadTooLarge(f"{path.name} has more than {MAX_COLUMNS} columns: delete those nobody needs")
    return cells[:last]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
