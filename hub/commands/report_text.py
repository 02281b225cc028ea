"""How a report looks: tables of at most 100 columns for people, CSV and JSON for programs.

People read lengths as `1 ч 5 мин`, shares in per cent, instants in the calendar's zone; the week is drawn with bars.
Programs get seconds, shares between 0 and 1 and ISO 8601. CSV cells that a spreadsheet would take for a formula begin
with an apostrophe (OWASP, CSV Injection, read 2026-11-22).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.commands.language import in_language
from hub.domain.words import Words
from hub.inbox.queries.reports.heat import DAYS
from hub.inbox.queries.reports.tables import Cell, Column, Form, Report, Row, Table

WIDTH = 100
_BARS = " ▁▂▃▄▅▆▇█"
_GAP = "  "
_NOTHING = "—"
_EMPTY = Words("пусто", "nothing")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_HOUR, _MINUTE, _SECOND = Words("ч", "h"), Words("мин", "min"), Words("с", "s")
_DAY = Words("дн", "d")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is written down: language, and the zone of instants."""

    language: str
    zone: ZoneInfo

    def say(self, words: Words) -> str:
        """Return words in the reader's language."""
        return words.say(self.language)

    def day(self, at: datetime) -> str:
        """Return a local date."""
        return f"{at.astimezone(self.zone):%d.%m.%Y}"


def to_lines(report: Report, reader: Reader) -> Iterator[str]:
    """Yield a report as lines of at most `WIDTH` columns."""
    yield _title(report, reader)
    for table in report.tables:
        yield ""
        yield reader.say(table.name)
        if not table.rows:
            yield f"{_GAP}{reader.say(_EMPTY)}"
        elif table.is_heat and _numbers(table):
            yield from _heat(table, reader)
        elif table.is_heat:
            yield f"{_GAP}{reader.say(_EMPTY)}"
        else:
            yield from _grid(table, reader)


def _title(report: Report, reader: Reader) -> str:
    name = f"{report.key.upper()} {reader.say(report.name)}"
    if report.since is None or report.until is None:
        return name
    last = report.until.timestamp() - 1
    return f"{name}: {reader.day(report.since)} – {reader.day(datetime.fromtimestamp(last, reader.zone))}"


def _grid(table: Table, reader: Reader) -> Iterator[str]:
    heads = [reader.say(column.name) for column in table.columns]
    cells = [_shown_row(table, row, reader) for row in table.rows]
    widths = _fitted([max(len(line[place]) for line in [heads, *cells]) for place in range(len(heads))])
    is_text = [column.form in {Form.text, Form.reason} for column in table.columns]
    for line in (heads, *cells):
        fitted = [_fit(cell, width, left=left) for cell, width, left in zip(line, widths, is_text, strict=True)]
        yield (_GAP + _GAP.join(fitted)).rstrip()


def _shown_row(table: Table, row: Row, reader: Reader) -> list[str]:
    if not table.figures:
        return [_shown(cell, column.form, reader) for cell, column in zip(row, table.columns, strict=True)]
    figure = next(each for each in table.figures if each.key == row[0])
    return [reader.say(figure.name), *(_shown(cell, figure.form, reader) for cell in row[1:])]


def _fitted(widths: list[int]) -> list[int]:
    """Return widths that fit the page: the widest columns give way. There are never more than a dozen."""
    widths = list(widths)
    while sum(widths) + len(_GAP) * len(widths) > WIDTH:
        widths[max(range(len(widths)), key=lambda place: widths[place])] -= 1
    return widths


def _fit(cell: str, width: int, *, left: bool) -> str:
    text = cell if len(cell) <= width else cell[: width - 1] + "…"
    return text.ljust(width) if left else text.rjust(width)


def _numbers(table: Table) -> list[int | float]:
    return [value for row in table.rows for value in row[1:] if isinstance(value, int | float)]


def _heat(table: Table, reader: Reader) -> Iterator[str]:
    """Draw rows of hours with bars; the scale says what a full bar is."""
    highest = max(_numbers(table))
    hours = " ".join(column.key[1:] for column in table.columns[1:])
    firsts = [_shown(row[0], table.columns[0].form, reader) for row in table.rows]
    width = min(max((len(first) for first in firsts), default=0), WIDTH - len(hours) - 2 * len(_GAP))
    yield f"{_GAP}{' ' * width}{_GAP}{hours}"
    for first, row in zip(firsts, table.rows, strict=True):
        bars = " ".join(_bar(value, highest) for value in row[1:])
        yield f"{_GAP}{_fit(first, width, left=True)}{_GAP}{bars}"
    yield f"{_GAP}{' ' * width}{_GAP}█ = {_shown(highest, table.columns[-1].form, reader)}"


def _bar(value: Cell, highest: float) -> str:
    if not isinstance(value, int | float) or not highest:
        return " ·"
    step = round(value / highest * (len(_BARS) - 1))
    return f" {_BARS[max(step, 1)]}" if value else " ▁"


def _shown(cell: Cell, form: Form, reader: Reader) -> str:
    """Return a value as people read it."""
    match form:
        case _ if cell is None:
            return _NOTHING
        case Form.seconds:
            return _length(int(float(str(cell))), reader)
        case Form.share:
            return f"{float(str(cell)):.0%}".replace("%", " %")
        case Form.instant:
            return _moment(cell, reader)
        case Form.number:
            return f"#{cell}"
        case Form.money:
            return f"{float(str(cell)):,.0f}".replace(",", " ")
        case Form.weekday:
            return reader.say(DAYS[int(str(cell))])
        case _:
            text = " ".join(str(cell).split()) or _NOTHING
            return in_language(text, reader.language) if form is Form.reason else text


def _moment(cell: Cell, reader: Reader) -> str:
    return f"{cell.astimezone(reader.zone):%d.%m.%y %H:%M}" if isinstance(cell, datetime) else str(cell)


def _length(seconds: int, reader: Reader) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours >= 72 else (0, hours)
    if days:
        return f"{days} {reader.say(_DAY)} {hours} {reader.say(_HOUR)}"
    if hours:
        return f"{hours} {reader.say(_HOUR)} {minutes} {reader.say(_MINUTE)}"
    return f"{minutes} {reader.say(_MINUTE)}" if minutes else f"{rest} {reader.say(_SECOND)}"


def to_csv(report: Report) -> str:
    """Return a report as CSV: a block a table with its own header, blocks apart by an empty line."""
    text = io.StringIO()
    writer = csv.writer(text)
    for place, table in enumerate(report.tables):
        writer.writerows([[]] if place else [])
        writer.writerow(["table", *(column.key for column in table.columns)])
        writer.writerows([table.key, *(_safe(cell) for cell in row)] for row in table.rows)
    return text.getvalue()


def _safe(cell: Cell) -> str | int | float:
    """Return a cell that no spreadsheet takes for a formula."""
    match cell:
        case None:
            return ""
        case datetime():
            return cell.isoformat()
        case str() if cell.startswith(_FORMULAS):
            return f"'{cell}"
        case _:
            return cell


def to_record(report: Report) -> dict[str, object]:
    """Return a report as JSON has it: every row an object."""
    return {
        "report": report.key,
        "since": report.since,
        "until": report.until,
        "tables": {table.key: [_named(table.columns, row) for row in table.rows] for table in report.tables},
    }


def _named(columns: Sequence[Column], row: Row) -> dict[str, Cell]:
    return {column.key: cell for column, cell in zip(columns, row, strict=True)}
