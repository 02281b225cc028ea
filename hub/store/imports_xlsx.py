"""XLSX as rows of text: the first sheet of a workbook, streamed, with the values people see.

A formula counts with the value that was last computed for it. A number that is a phone comes as its digits, a date as
ISO 8601, yes and no as words; of merged cells only the first has the value. What a broken or hostile file could do is
bounded before it is parsed: sizes as the archive declares them (it unpacks no more than that), no document types in any
part, so no entities; numbers of rows and columns while reading.

Source: ECMA-376 Part 1 §18 (5th edition); openpyxl 3.1.5, read-only mode (both read 2026-11-22).
"""

import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hub.domain.errors import PayloadInvalid, PayloadTooLarge

MAX_UNPACKED_BYTES = 1024**3
MAX_HELD_BYTES = 128 * 1024**2
"""Of a part that is held in memory as a whole, as the texts of all cells are; sheets are streamed."""
MAX_SHEET_ROWS = 1_048_576
MAX_READ_COLUMNS = 201
_SHEETS = "xl/worksheets/"
_WORKBOOK = "xl/workbook.xml"
_CHUNK = 64 * 1024
_ROWS_AT_ONCE = 500
_BROKEN = (
    BadZipFile,
    InvalidFileException,
    SyntaxError,  # of the XML parsers, whichever is there
    expat.ExpatError,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    RuntimeError,
    OSError,
    OverflowError,
)
"""What the library lets out where a part is missing, damaged or says what it may not."""
Cell = str | int | float | bool | date | datetime | time | timedelta | None


def read_xlsx(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (number, cells) of every row of the first sheet, empty ones too; blocking.

    Raises:
        PayloadInvalid: it is no workbook, is damaged, or has a document type in it.
        PayloadTooLarge: it unpacks to more than can be taken.
    """
    with path.open("rb") as file:
        with _readable(path):
            _check(path)
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = next((each for each in book.worksheets if each.sheet_state == "visible"), book.worksheets[0])
        sheet.reset_dimensions()  # programs write wrong ones, and rows behind them would be lost
        lines = enumerate(islice(sheet.iter_rows(max_col=MAX_READ_COLUMNS, values_only=True), MAX_SHEET_ROWS), start=1)
        while chunk := _read_some(path, lines):
            yield from chunk


def _read_some(path: Path, lines: Iterator[tuple[int, tuple[Cell, ...]]]) -> list[tuple[int, tuple[str, ...]]]:
    with _readable(path):
        return [(number, tuple(map(to_text, cells))) for number, cells in islice(lines, _ROWS_AT_ONCE)]


def to_text(value: Cell) -> str:
    """Return what a cell says: digits of a number without a decimal point where it is whole."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value).strip()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Translate whatever a broken workbook makes the library raise; what it warns of concerns looks, not values."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except _BROKEN as error:
        raise PayloadInvalid(
            f"{path.name} is no Excel workbook that can be read ({type(error).__name__}): save it as .xlsx anew"
        ) from error


def _check(path: Path) -> None:
    """Refuse an archive that would unpack to too much, or whose parts declare a document type."""
    with ZipFile(path) as archive:
        parts = archive.infolist()
        if _WORKBOOK not in {part.filename.lower() for part in parts}:
            raise PayloadInvalid(f"{path.name} is an archive but no Excel workbook: save it as .xlsx")
        held = max(part.file_size for part in parts if not part.filename.lower().startswith(_SHEETS))
        if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or held > MAX_HELD_BYTES:
            raise PayloadTooLarge(f"{path.name} unpacks to more than can be taken: split it, or save it as CSV")
        for part in parts:
            _refuse_document_type(path, archive, part.filename)


def _refuse_document_type(path: Path, archive: ZipFile, name: str) -> None:
    """Read a part up to its first element; a document type can only stand before it (XML 1.0 §2.8).

    Whatever its name: the workbook's own table says which parts are XML. Pictures end at their first byte.
    """
    began: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: began.append("doctype")
    parser.StartElementHandler = lambda *_: began.append("element")
    with archive.open(name) as part, suppress(expat.ExpatError):
        while not began and (chunk := part.read(_CHUNK)):
            parser.Parse(chunk, False)
    if began[:1] == ["doctype"]:
        raise PayloadInvalid(f"{path.name} has a document type in it, as no Excel workbook does: save it as .xlsx anew")
