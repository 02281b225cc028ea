"""Reads what a form sent, whatever its encoding, into named values in order and files.

JSON (nested objects become `contact.phone`; lists of question and answer become fields named by the question),
urlencoded in the page's own charset (`_charset_`, HTML §4.10.21.5), multipart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.channels.base import Raw
from hub.domain.errors import PayloadInvalid
from hub.net.multipart import Part, read_multipart
from hub.net.payloads import Json, clean_text, read_form, read_json_object

Fields = tuple[tuple[str, str], ...]

MAX_DEPTH = 20
_CHARSET = re.compile(r"charset=\"?([\w.:-]{1,40})", re.IGNORECASE)
_FORM_CHARSET = re.compile(rb"(?:^|&)_charset_=([\w.:-]{1,40})")
_QUESTIONS = ("q", "question", "label", "title")
_ANSWERS = ("a", "answer", "value")


@dataclass(frozen=True, slots=True)
class Content:
    """Named values in form order, names repeated where the form repeats them, and the file parts with their number."""

    fields: Fields
    files: tuple[tuple[int, Part], ...] = ()

    def first(self, *names: str) -> str:
        """Return the value of the first of `names` (lower case) that is there and not empty, else an empty text."""
        given = {name.casefold(): value for name, value in reversed(self.fields) if value}
        return next((given[name] for name in names if name in given), "")


def read_content(raw: Raw) -> Content:
    """Return the content of a submission.

    Raises:
        PayloadInvalid: none of the three forms, or cut, or without any field.
    """
    content_type = raw.headers.get("content-type", "").lower()
    if content_type.startswith("multipart/"):
        return _from_parts(read_multipart(raw.body, raw.headers["content-type"]))
    if "json" in content_type or raw.body.lstrip()[:1] in {b"{", b"["}:
        return Content(tuple(_flat("", read_json_object(raw.body), 0)))
    return Content(tuple(read_form(raw.body, encoding=_charset(raw, content_type))))


def _charset(raw: Raw, content_type: str) -> str:
    declared = _FORM_CHARSET.search(raw.body)
    if declared:
        return declared.group(1).decode("ascii", "replace")
    found = _CHARSET.search(content_type)
    return found.group(1) if found else "utf-8"


def _from_parts(parts: Sequence[Part]) -> Content:
    fields = tuple((clean_text(part.name), _text(part)) for part in parts if not part.is_file)
    files = tuple((number, part) for number, part in enumerate(parts) if part.is_file and part.content)
    return Content(fields, files)


def _text(part: Part) -> str:
    try:
        return clean_text(part.content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise PayloadInvalid(f"field '{part.name[:40]}' is not UTF-8") from error


def _flat(name: str, value: Json, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the values inside a JSON value under dotted names."""
    if depth > MAX_DEPTH:
        raise PayloadInvalid(f"the body is nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        yield from _flat_object(name, value, depth)
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for item in value:
            yield from _flat(name, item, depth + 1)
    else:
        yield name, _plain(value)


def _flat_object(name: str, members: Mapping[str, Json], depth: int) -> Iterator[tuple[str, str]]:
    question = next((members[key] for key in _QUESTIONS if isinstance(members.get(key), str)), None)
    answer = next((key for key in _ANSWERS if key in members), None)
    if question is not None and answer is not None:
        yield from _flat(question, members[answer], depth + 1)
        return
    for key, value in members.items():
        yield from _flat(f"{name}.{key}" if name else key, value, depth + 1)


def _plain(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
