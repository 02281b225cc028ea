"""Rows of the domain and rows of the tables: one reads the other by the names of the fields.

A field's type says how it travels: enums as text, tuples and mappings as jsonb, dataclasses inside them as objects.
Field names are column names, so a new field needs a column of the same name and nothing here. PostgreSQL stores neither
NUL nor lone surrogates, which clients do send: the first are left out, the second become replacement characters.
"""

import json
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from hub.domain.inbound import Origin
from hub.domain.replacing import maker_of

R = TypeVar("R")
_PG_TYPES: dict[type, str] = {int: "bigint", bool: "boolean", datetime: "timestamptz"}
Encoder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Codec(Generic[R]):
    """How rows of one class travel: column names, their PostgreSQL types, and the two directions."""

    row_class: type[R]
    make: Callable[..., R]
    columns: tuple[str, ...]
    pg_types: tuple[str, ...]
    encoders: tuple[Encoder | None, ...]
    decoders: tuple[tuple[int, Encoder], ...]
    read_record: Callable[[Mapping[str, Any]], Iterable[Any]]

    def decode(self, record: Mapping[str, Any]) -> R:
        """Return the domain row of a record that has at least the codec's columns."""
        values = list(self.read_record(record))
        for place, read in self.decoders:
            if values[place] is not None:
                values[place] = read(values[place])
        return self.make(*values)

    def encode_column(self, place: int, rows: Sequence[R]) -> list[Any]:
        """Return the values of one column, for `unnest`."""
        values = map(attrgetter(self.columns[place]), rows)
        encode = self.encoders[place]
        return list(values) if encode is None else list(map(encode, values))


@cache
def codec_of(row_class: type[R]) -> Codec[R]:
    """Return the codec of a frozen dataclass. `jsonb` columns travel as text, to be cast by the statement."""
    hints = get_type_hints(row_class)
    names = tuple(field.name for field in fields(row_class))  # type: ignore[arg-type]
    pg_types, encoders, decoders = zip(*(_travel(hints[name]) for name in names), strict=True)
    decoded = tuple((place, read) for place, read in enumerate(decoders) if read is not None)
    make: Callable[..., R] = maker_of(row_class)  # type: ignore[arg-type]
    return Codec(row_class, make, names, pg_types, encoders, decoded, itemgetter(*names))


def _travel(hint: Any) -> tuple[str, Encoder | None, Encoder | None]:
    kind = _plain(hint)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "text", None, {member.value: member for member in kind}.__getitem__
    if kind is str:
        return "text", storable, None
    if kind in _PG_TYPES:
        return _PG_TYPES[kind], None, None
    if get_origin(kind) is tuple:
        return "jsonb", to_json_text, _tuple_reader(get_args(kind)[0])
    return "jsonb", to_json_text, None


def _plain(hint: Any) -> Any:
    """Return the type below `| None` and NewType."""
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    return getattr(hint, "__supertype__", hint)


def _tuple_reader(item: Any) -> Encoder:
    if is_dataclass(item):
        return lambda values: tuple(_read_object(item, value) for value in values)
    if get_origin(item) is tuple:
        return lambda values: tuple(tuple(value) for value in values)
    return tuple


def _read_object(row_class: Any, value: Mapping[str, Any]) -> Any:
    hints = _hints(row_class)
    return row_class(**{name: _read_value(_plain(hints[name]), part) for name, part in value.items() if name in hints})


@cache
def _hints(row_class: Any) -> dict[str, Any]:
    return get_type_hints(row_class)


def _read_value(kind: Any, value: Any) -> Any:
    if value is None or not isinstance(kind, type):
        return value
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is timedelta:
        return timedelta(seconds=value)
    if kind is Origin:
        return Origin(**value)
    return kind(value) if issubclass(kind, StrEnum) else value


def storable(text: str) -> str:
    """Return `text` without what PostgreSQL cannot store."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-8", "replace").decode()
    return text.replace("\x00", "") if "\x00" in text else text


def to_json_text(value: Any) -> str:
    """Return a value as the text of a jsonb column: dataclasses as objects, instants in ISO 8601, durations in seconds."""
    if not value and value is not None:
        return _EMPTY.get(type(value)) or _encode(value)
    text = storable(_encode(value))
    return text.replace("\\u0000", "") if "\\u0000" in text else text


def _to_plain(value: Any) -> Any:
    """Return what JSON knows for a value that it does not."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return list(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no place in a jsonb column")


_EMPTY: dict[type, str] = {dict: "{}", tuple: "[]", list: "[]"}
_encode = json.JSONEncoder(ensure_ascii=False, default=_to_plain).encode
