"""Writes rows into open formats: CSV for spreadsheets, JSON Lines for programs, XLSX for people; memory stays flat.

CSV is UTF-8 with its mark and `;`, as Russian Excel opens it. A cell that a spreadsheet would run gets an apostrophe, and
one more if it begins with some already, so that `hub.store.imports_csv` gives back exactly what was there; a phone in
E.164 is digits only and stays as it is. In XLSX every text is of the text type and is never run. A file appears complete
or not at all.

Sources: OWASP, CSV Injection; RFC 4180; https://jsonlines.org (read 2026-11-22).
"""

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from hub.domain.errors import ConfigError

WriteRow = Callable[[Sequence[Any]], None]
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_PHONE = re.compile(r"\+\d{5,15}", re.ASCII)
_LONGEST_CELL = 32_767
STANDARD_OUTPUT = "the standard output"


class Form(StrEnum):
    """In what form rows are written."""

    csv = "csv"
    jsonl = "jsonl"
    xlsx = "xlsx"


@contextmanager
def open_rows(target: Path | None, form: Form, titles: Sequence[str]) -> Iterator[WriteRow]:
    """Give what writes one row; to `target`, which must not exist, or to the standard output. Blocking.

    Raises:
        ConfigError: the file exists already, or it cannot be written.
    """
    if target is None:
        with _guarded(STANDARD_OUTPUT, nullcontext(sys.stdout.buffer), form, titles) as write:
            yield write
        return
    if target.exists():
        raise ConfigError(f"{target} exists already: name a new file")
    unready = target.with_name(f"{target.name}.part")
    with _writing(target):
        file = os.fdopen(_new_private(unready), "wb")
    try:
        with _guarded(str(target), file, form, titles) as write:
            yield write
        with _writing(target):
            unready.rename(target)
    finally:
        unready.unlink(missing_ok=True)


@contextmanager
def _guarded(
    name: str, file: AbstractContextManager[IO[bytes]], form: Form, titles: Sequence[str]
) -> Iterator[WriteRow]:
    """Give what writes one row; whatever the disk refuses is told as such, at once or at the end."""
    with ExitStack() as stack:
        with _writing(name):
            write = stack.enter_context(_opened(stack.enter_context(file), form, titles))

        def write_row(row: Sequence[Any]) -> None:
            with _writing(name):
                write(row)

        yield write_row
        with _writing(name):
            stack.close()


@contextmanager
def _writing(target: Path | str) -> Iterator[None]:
    """Say whose error it is: behind a database's connection it would pass for one of the database."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}") from error


def _new_private(path: Path) -> int:
    """Make a file nobody else may read: clients stand in it."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)


@contextmanager
def _opened(file: IO[bytes], form: Form, titles: Sequence[str]) -> Iterator[WriteRow]:
    match form:
        case Form.csv:
            with _text(file, "utf-8-sig") as text:
                writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
                writer.writerow(map(protect, titles))
                yield lambda row: _ignored(writer.writerow([protect(to_cell(value)) for value in row]))
        case Form.jsonl:
            with _text(file, "utf-8") as text:
                yield lambda row: _ignored(text.write(_to_line(dict(zip(titles, row, strict=True)))))
        case Form.xlsx:
            book = Workbook(write_only=True)
            sheet = book.create_sheet("1")
            sheet.append([_text_cell(sheet, title) for title in titles])
            yield lambda row: sheet.append([_text_cell(sheet, to_cell(value)) for value in row])
            book.save(file)


@contextmanager
def _text(file: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """Give a text over bytes that stay open behind it; a lone surrogate, which clients do send, becomes `?`."""
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="", write_through=False)
    try:
        yield text
    finally:
        text.flush()
        file.flush()
        text.detach()


def _ignored(_: object) -> None:
    """Drop how much was written."""


def to_cell(value: Any) -> str:
    """Return a value as a cell has it: lists of words joined, documents as JSON, instants in ISO 8601."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat()
        case list() | tuple() if all(isinstance(each, str) for each in value):
            return "; ".join(value)
        case Mapping() | list() | tuple():
            return json.dumps(value, ensure_ascii=False) if value else ""
        case _:
            return str(value)


def protect(cell: str) -> str:
    """Return a cell that no spreadsheet runs; phones stay readable."""
    return f"'{cell}" if _FORMULA.match(cell) and not _PHONE.fullmatch(cell) else cell


def _to_line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _text_cell(sheet: Any, text: str) -> Any:
    """Return a cell of the text type, without what XML cannot hold, as long as a cell may be."""
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text.encode("utf-8", "replace").decode())[:_LONGEST_CELL]
    cell.data_type = "s"
    return cell
