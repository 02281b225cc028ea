"""Figures by hour of week: seven rows of 24 cells, in local time."""

from array import array
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.metrics import spread_of
from hub.domain.words import Words
from hub.inbox.queries.reports.tables import Column, Form, Table

Cells = Mapping[tuple[int, int], int | None]
DAYS = (
    Words("пн", "Mon"),
    Words("вт", "Tue"),
    Words("ср", "Wed"),
    Words("чт", "Thu"),
    Words("пт", "Fri"),
    Words("сб", "Sat"),
    Words("вс", "Sun"),
)


@dataclass(slots=True)
class Heat:
    """Lengths in seconds by (weekday, hour)."""

    _lengths: "dict[tuple[int, int], array[int]]" = field(
        default_factory=lambda: defaultdict(lambda: array("I")),
    )

    def add(self, local: datetime, length: int = 0) -> None:
        """Count one thing at a local time."""
        self._lengths[local.weekday(), local.hour].append(max(length, 0))

    def counts(self) -> Cells:
        """Return how many there were."""
        return {cell: len(lengths) for cell, lengths in self._lengths.items()}

    def medians(self) -> Cells:
        """Return the median lengths."""
        return {cell: spread_of(lengths).median for cell, lengths in self._lengths.items()}


def heat_table(key: str, name: Words, cells: Cells, *, form: Form = Form.whole) -> Table:
    """Return the week as a table: an hour a column."""
    hours = tuple(Column(f"h{hour:02}", Words(f"{hour:02}", f"{hour:02}"), form) for hour in range(24))
    rows = tuple((day, *(cells.get((day, hour)) for hour in range(24))) for day in range(7))
    return Table(key, name, (Column("weekday", Words("день", "day"), Form.weekday), *hours), rows, keys=1, is_heat=True)
