"""How commands print: JSON for scripts, tables for people, always UTF-8 whatever the terminal claims."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def print_json(value: object) -> None:
    """Print one JSON value. Instants are ISO 8601, lengths of time seconds, letters stay letters."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    # A lone surrogate, which clients do send, becomes its JSON escape.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text as they are."""
    for line in lines:
        typer.echo(line)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table that fits the terminal; cells are plain text."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, markup=False)
    console.print(table)


def _plain(value: Any) -> Any:
    """Return what JSON has no form for."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return dict(value)
