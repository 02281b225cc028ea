"""CSV as people have it: UTF-8 with and without its mark, UTF-16 of Excel, cp1251; `;`, comma or tab.

The encoding is found by trying: what is valid UTF-8 throughout is UTF-8, all else Windows-1251. The separator is the one
that cuts the first rows into the same number of cells, more than one. A leading apostrophe that protects a cell from
being run as a formula is taken off again (`hub.store.exports_file` puts it on).

Sources: RFC 4180; OWASP, CSV Injection (both read 2026-11-22).
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from hub.domain.errors import PayloadInvalid

DELIMITERS = (";", "\t", ",")
_CHUNK = 1024**2
_SAMPLE_ROWS = 20
_LONGEST_LINE = 4 * 1024**2
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DIRECTIVE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_PROTECTED = re.compile(r"'+[=+\-@\t\r\n]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written: `skipped` first rows say only what the separator is."""

    encoding: str
    delimiter: str
    skipped: int = 0


def find_dialect(path: Path) -> Dialect:
    """Return how a file is written; reads it once. Raises: PayloadInvalid, it is no text."""
    encoding = find_encoding(path)
    return Dialect(encoding, *_find_delimiter(path, encoding))


def read_csv(path: Path, dialect: Dialect) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (number, cells) of every row, empty ones too; blocking, memory flat.

    Raises:
        PayloadInvalid: it is no text, or a quote is never closed.
    """
    number = 0
    try:
        with path.open(encoding=dialect.encoding, newline="") as file:
            for number, cells in enumerate(csv.reader(_lines(file), delimiter=dialect.delimiter), start=1):
                if number > dialect.skipped:
                    yield number, tuple(map(clean_cell, cells))
    except UnicodeError as error:
        raise PayloadInvalid(f"{path.name} is no table of text: save it as CSV or XLSX") from error
    except csv.Error as error:
        raise PayloadInvalid(
            f"{path.name}, row {number + 1}: a quote is opened and never closed, or a cell is larger than 128 KB"
        ) from error


def _lines(file: TextIO) -> Iterator[str]:
    """Yield lines; one without an end is never read as a whole. Raises: csv.Error."""
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise csv.Error("line too long")
        yield line


def clean_cell(cell: str) -> str:
    """Return a cell without spaces around it and without the apostrophe that kept it from being a formula."""
    stripped = cell.strip()
    return stripped[1:] if _PROTECTED.match(stripped) else stripped


def find_encoding(path: Path) -> str:
    """Return the encoding of a text file.

    Raises:
        PayloadInvalid: it holds what no text holds.
    """
    with path.open("rb") as file:
        start = file.read(4)
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        if marked is not None:
            return marked
        file.seek(0)
        return _unmarked(path, iter(lambda: file.read(_CHUNK), b""))


def _unmarked(path: Path, chunks: Iterator[bytes]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding = "utf-8"
    for chunk in chunks:
        if b"\x00" in chunk:
            raise PayloadInvalid(f"{path.name} is no table of text: save it as CSV or XLSX")
        if encoding == "utf-8":
            encoding = _still(decoder, chunk)
    return encoding if encoding != "utf-8" else _still(decoder, b"", is_last=True)


def _still(decoder: codecs.IncrementalDecoder, chunk: bytes, *, is_last: bool = False) -> str:
    """Return UTF-8 for as long as everything is."""
    try:
        decoder.decode(chunk, is_last)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def _find_delimiter(path: Path, encoding: str) -> tuple[str, int]:
    """Return the separator, and how many rows say only which it is."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            sample = [file.readline(_LONGEST_LINE) for _ in range(_SAMPLE_ROWS)]
    except UnicodeError as error:
        raise PayloadInvalid(f"{path.name} is no table of text: save it as CSV or XLSX") from error
    if sample and (named := _DIRECTIVE.fullmatch(sample[0])):
        return named[1], 1
    return max(DELIMITERS, key=lambda delimiter: _fitness(sample, delimiter)), 0


def _fitness(sample: list[str], delimiter: str) -> tuple[float, int]:
    """Return how evenly a separator cuts the sample, and into how many cells."""
    try:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] == 1:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]
