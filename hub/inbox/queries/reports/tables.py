"""What a report answers with: tables of plain values, each column with its form; how they look is the caller's.

The same tables become text, CSV and JSON. `keys` are the leading columns by which rows of two periods are the same, 0
for lists, which are not compared. In an upright table every figure has a row of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.words import Words

Cell = str | int | float | datetime | None
Row = tuple[Cell, ...]


class Form(StrEnum):
    """How a value is read.

    `seconds` are a length, `share` lies between 0 and 1, `number` is a conversation's, `weekday` is 0 on Monday. A
    `reason` is a sentence as it was stored: the hub's own are English.
    """

    text = "text"
    whole = "whole"
    seconds = "seconds"
    share = "share"
    instant = "instant"
    number = "number"
    money = "money"
    weekday = "weekday"
    reason = "reason"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `key` is its name in CSV and JSON."""

    key: str
    name: Words
    form: Form = Form.text


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind. `is_heat`: all columns after the first are one scale, shown as bars.

    An upright table names in `figures` what the first cell of each row means, and the form of the other cells.
    """

    key: str
    name: Words
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    keys: int = 0
    figures: tuple[Column, ...] = ()
    is_heat: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """An answer: `since` and `until` are the period, `None` where it asks about now."""

    key: str
    name: Words
    tables: tuple[Table, ...]
    since: datetime | None = None
    until: datetime | None = None


WHEN = Column("period", Words("период", "period"))
_NOW, _BEFORE = Words("сейчас", "now"), Words("до", "before")


def beside(report: Report, before: Report, *, language: str) -> Report:
    """Return a report with the figures of an earlier period beside its own, under the same rules; lists stay as are."""
    earlier = {table.key: table for table in before.tables}
    tables = (_beside(table, earlier.get(table.key), language) for table in report.tables)
    return replace(report, tables=tuple(tables))


def _beside(table: Table, before: Table | None, language: str) -> Table:
    if before is None or not table.keys:
        return table
    return _in_columns(table, before) if table.figures else _in_rows(table, before, language)


def _in_columns(table: Table, before: Table) -> Table:
    """Put the earlier figures into columns of their own."""
    known = {row[: table.keys]: row[table.keys :] for row in before.rows}
    blank: Row = (None,) * (len(table.columns) - table.keys)
    added = tuple(
        Column(f"{column.key}_before", Words(f"{column.name.ru} (до)", f"{column.name.en} (before)"), column.form)
        for column in table.columns[table.keys :]
    )
    rows = tuple((*row, *known.get(row[: table.keys], blank)) for row in table.rows)
    return replace(table, columns=(*table.columns, *added), rows=rows)


def _in_rows(table: Table, before: Table, language: str) -> Table:
    """Put the earlier figures into rows below."""
    columns = (*table.columns[: table.keys], WHEN, *table.columns[table.keys :])
    return replace(table, columns=columns, rows=tuple(_paired(table, before, language)))


def _paired(table: Table, before: Table, language: str) -> Iterator[Row]:
    now, then = (_by_key(each) for each in (table, before))
    for key in dict.fromkeys((*now, *then)):
        for word, rows in ((_NOW, now), (_BEFORE, then)):
            blank: Row = (None,) * (len(table.columns) - table.keys)
            yield (*key, word.say(language), *rows.get(key, blank))


def _by_key(table: Table) -> dict[Row, Row]:
    return {row[: table.keys]: row[table.keys :] for row in table.rows}


def upright(key: str, name: Words, figures: Iterable[tuple[Column, Row]], values: tuple[Column, ...]) -> Table:
    """Return a table of figures, each with its values in the order of `values`."""
    listed = tuple(figures)
    columns = (Column("figure", Words("показатель", "figure")), *values)
    rows = tuple((figure.key, *cells) for figure, cells in listed)
    return Table(key, name, columns, rows, keys=1, figures=tuple(figure for figure, _ in listed))
