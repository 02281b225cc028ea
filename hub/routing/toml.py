"""Writes the plain values of a policy document as TOML (v1.0.0), the same text for the same values.

Only what the document holds: tables, lists of tables, lists, text, whole numbers, booleans and dates. Reading is the
standard library's `tomllib`.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
Table = Mapping[str, Any]


def write_toml(table: Table) -> str:
    """Return a table as TOML text: plain values first, then sub-tables, each in the order given."""
    return "\n".join(_lines(table, "")).strip() + "\n"


def _lines(table: Table, path: str) -> Iterator[str]:
    for key, value in table.items():
        if not _is_table(value) and not _is_table_list(value):
            yield f"{write_key(key)} = {write_value(value)}"
    for key, value in table.items():
        name = f"{path}.{write_key(key)}" if path else write_key(key)
        if _is_table(value):
            yield from ("", f"[{name}]") if _needs_header(value) else ()
            yield from _lines(value, name)
        elif _is_table_list(value):
            for each in value:
                yield from ("", f"[[{name}]]", *_lines(each, name))


def _needs_header(table: Table) -> bool:
    """Tell whether the header says more than those of the tables inside."""
    return not table or not all(_is_table(each) or _is_table_list(each) for each in table.values())


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_table_list(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(_is_table(each) for each in value)


def write_key(key: str) -> str:
    """Return a key as it stands before an equals sign or in a header."""
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else _text(key)


def write_value(value: object) -> str:
    """Return a value on one line; tables within it are written inline."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(write_value(each) for each in value)}]"
        case Mapping():
            return f"{{ {', '.join(f'{write_key(key)} = {write_value(each)}' for key, each in value.items())} }}"
        case _:
            return _text(str(value))


def _text(value: str) -> str:
    """Quote text; control characters as TOML wants them."""
    escaped = "".join(_ESCAPES.get(c, c if c.isprintable() or ord(c) > 0x7F else f"\\u{ord(c):04x}") for c in value)
    return f'"{escaped}"'
