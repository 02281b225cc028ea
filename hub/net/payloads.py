"""Reads JSON and form bodies that strangers sent: whatever the bytes are, the only error is `PayloadInvalid`.

JSON is RFC 8259 in UTF-8, a byte order mark tolerated; NaN and Infinity are refused. Forms are
`application/x-www-form-urlencoded` as the WHATWG URL standard §5 reads them, in order, repeated names kept. Characters
that no database text can hold (NUL, halves of surrogate pairs) become U+FFFD.
"""

import json
import re
from typing import Any, NoReturn, TypeAlias
from urllib.parse import parse_qsl

from hub.domain.errors import PayloadInvalid

MAX_FIELDS = 1000
Json: TypeAlias = Any
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAYBE_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def clean_text(text: str) -> str:
    """Return `text` with U+FFFD in place of every character that cannot be stored."""
    return _UNSTORABLE.sub("\ufffd", text)


def read_json(body: bytes) -> Json:
    """Return the value of a JSON text.

    Raises:
        PayloadInvalid: not UTF-8, not JSON, or nested deeper than the interpreter bears.
    """
    try:
        value = _DECODER.decode(body.decode("utf-8-sig"))
        return _clean(value) if _MAYBE_UNSTORABLE.search(body) else value
    except (ValueError, RecursionError) as error:
        raise PayloadInvalid(f"the body is not JSON: {type(error).__name__}") from error


def read_json_object(body: bytes) -> dict[str, Json]:
    """Return the members of a JSON object.

    Raises:
        PayloadInvalid: not JSON, or another kind of value.
    """
    value = read_json(body)
    if not isinstance(value, dict):
        raise PayloadInvalid(f"the body is JSON, but no object: {type(value).__name__}")
    return value


def read_form(body: bytes, *, encoding: str = "utf-8") -> list[tuple[str, str]]:
    """Return the pairs of an urlencoded body or query string in order; empty values are kept.

    Raises:
        PayloadInvalid: not text in `encoding`, no `name=value` at all, or over 1000 fields.
    """
    try:
        text = body.decode("ascii" if b"%" in body else encoding)
        pairs = parse_qsl(text, keep_blank_values=True, encoding=encoding, errors="strict", max_num_fields=MAX_FIELDS)
    except (ValueError, LookupError) as error:
        raise PayloadInvalid(f"the body is no form in {encoding}: {type(error).__name__}") from error
    if not any(name and value for name, value in pairs) and "=" not in text:
        raise PayloadInvalid("the body is no form: no field in it")
    return [(clean_text(name), clean_text(value)) for name, value in pairs]


def _clean(value: Json) -> Json:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {clean_text(name): _clean(item) for name, item in value.items()}
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
"""Made once: `json.loads` with a setting of its own makes one at each call, which takes as long as reading the text."""
