"""Changing single values in a document's own text, so that its comments and order survive.

Where a value stands in a form that cannot be replaced in place (a table written inline, a list of tables), the whole
document is written anew and its comments are lost; `Edited` says so. What comes out always means exactly what was
wanted: it is read back and compared.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from hub.domain.errors import PolicyInvalid
from hub.routing.document import parse_policy
from hub.routing.toml import write_key, write_toml, write_value
from hub.routing.tree import PolicyDocument

_NEXT_TABLE = re.compile(r"^\s*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Edit:
    """One value: the table it stands in, its key there, and what is wanted; `None` takes it away."""

    table: tuple[str, ...]
    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Edited:
    """The text of a changed document, and whether its comments are still there."""

    text: str
    keeps_comments: bool


def edit(text: str, edits: Iterable[Edit], *, at: datetime) -> Edited:
    """Return the text of a document with these values, in force from an instant.

    Raises:
        PolicyInvalid: the document would be wrong with them; every fault with its place.
    """
    edits = list(edits)
    values = _whole(text)
    for each in edits:
        _put(values, each)
    plain = write_toml(values)
    wanted = parse_policy(plain, at=at)
    written = text
    for each in edits:
        written = _write(written, each)
    return Edited(written, keeps_comments=True) if _means(written, wanted) else Edited(plain, keeps_comments=False)


def _whole(text: str) -> dict[str, Any]:
    """Return the values of a text; lines and calendars it leaves to the defaults are written out to be changed."""
    values, document = tomllib.loads(text), parse_policy(text)
    written_out: dict[str, Mapping[str, BaseModel]] = {"calendars": document.calendars, "lines": document.lines}
    for name, parts in written_out.items():
        if name not in values:
            values[name] = {key: part.model_dump(exclude_defaults=True) for key, part in parts.items()}
    return values


def _put(values: dict[str, Any], wanted: Edit) -> None:
    table = values
    for name in wanted.table:
        table = table.setdefault(name, {})
    if wanted.value is None:
        table.pop(wanted.key, None)
    else:
        table[wanted.key] = wanted.value


def _means(text: str, wanted: PolicyDocument) -> bool:
    try:
        return parse_policy(text) == wanted
    except PolicyInvalid:
        return False


def _write(text: str, wanted: Edit) -> str:
    """Return the text with one value written, as far as its form allows."""
    assignment = "" if wanted.value is None else f"{write_key(wanted.key)} = {write_value(wanted.value)}"
    header = _header(wanted.table).search(text)
    if header is None:
        name = ".".join(map(write_key, wanted.table))
        return f"{text.rstrip()}\n\n[{name}]\n{assignment}\n" if assignment else text
    rest = text[header.end() :]
    end = _NEXT_TABLE.search(rest)
    body, after = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    return text[: header.end()] + _assign(body, wanted.key, assignment) + after


def _assign(body: str, key: str, assignment: str) -> str:
    """Return the lines of a table with one assignment replaced, added or taken away."""
    lines = body.splitlines()
    begins = re.compile(rf"\s*{_name(key)}\s*=")
    at = next((n for n, line in enumerate(lines) if begins.match(line)), None)
    if at is None:
        return "\n".join([assignment, *lines]) + "\n" if assignment else body
    until = _end_of(lines, at)
    comment = _comment_of(lines[at]) if until == at + 1 else ""
    lines[at:until] = [f"{assignment}{comment}"] if assignment else []
    return "".join(f"{line}\n" for line in lines)


def _end_of(lines: list[str], at: int) -> int:
    """Return where an assignment ends that begins on a line: lists and texts may go over several."""
    for until in range(at + 1, len(lines) + 1):
        if _reads("\n".join(lines[at:until])):
            return until
    return len(lines)


def _comment_of(line: str) -> str:
    """Return what stands behind the value of a line, with the spaces before it."""
    marks = (n for n, character in enumerate(line) if character == "#")
    at = next((n for n in marks if _reads(line[:n])), None)
    return "" if at is None else "  " + line[at:].rstrip()


def _reads(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _header(table: tuple[str, ...]) -> re.Pattern[str]:
    name = r"\s*\.\s*".join(map(_name, table))
    return re.compile(rf"^[ \t]*\[\s*{name}\s*\][^\n]*(?:\n|\Z)", re.MULTILINE)


def _name(key: str) -> str:
    """Return a pattern of a key, bare or quoted."""
    plain = re.escape(key)
    return rf"(?:{plain}|\"{plain}\"|'{plain}')"
