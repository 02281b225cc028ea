"""Working time: when a line is open, and arithmetic that counts only open time (semantics §4, D-2 to D-5).

A calendar is wall-clock hours of an IANA zone, dated exceptions, and optionally a country's production calendar
(`hub.domain.production_calendar`). Hours past midnight belong to the date on which they begin, so an exception of that
date takes the part after midnight away too. Where clocks change: a missing hour shortens the day, and of a doubled
hour only its first pass counts, while both count as open for the question "are we open now" (D-4). A 24/7 calendar
counts elapsed time (case 22). Not here: who works when (`hub.domain.manager`) and which calendar a line uses
(`hub.domain.policy`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain.production_calendar import production_year
from hub.domain.replacing import replace

Span = tuple[datetime, datetime]
"""A half-open interval [from, to) of UTC instants."""

HORIZON = timedelta(days=60)
"""No open time for so long is a configuration error (D-5)."""

DAY = timedelta(days=1)
ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Hours:
    """A half-open opening interval, both ends as wall-clock time since midnight of the date on which it begins.

    0 ≤ opens < 24 h, opens < closes ≤ opens + 24 h: what is over 24 h lies in the next date.
    """

    opens: timedelta
    closes: timedelta


WHOLE_DAY = (Hours(ZERO, DAY),)


@dataclass(frozen=True, slots=True)
class DayException:
    """One date that differs from the week: empty `hours` is closed, others replace the usual ones."""

    day: date
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """When counted time is used up, UTC. `is_fallback`: no open time was in sight, so elapsed time was taken (D-5)."""

    at: datetime
    is_fallback: bool = False


@dataclass(frozen=True, slots=True)
class _Day:
    """One local date as UTC spans: `opened` for people's questions, `counted` for arithmetic."""

    opened: tuple[Span, ...]
    counted: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The opening hours of a business, or the shift of a team or person.

    `week` holds seven tuples, Monday first; a day's intervals are sorted and do not overlap. `country` is an ISO 3166
    code whose days off close the line and whose working weekends open it with the hours of the day they were exchanged
    for, empty for none; the day before a public holiday ends earlier by `shortened_by`. Own `exceptions` come first;
    of two for one date the first counts. `is_always_open` means 24/7: everything else is then ignored.
    """

    zone: ZoneInfo
    week: tuple[tuple[Hours, ...], ...] = ((),) * 7
    exceptions: tuple[DayException, ...] = ()
    country: str = ""
    shortened_by: timedelta = ZERO
    is_always_open: bool = False
    # A memo of computed dates, no part of the value: the hot path asks about the same few days again and again.
    _days: dict[date, _Day] = field(default_factory=dict, init=False, compare=False, repr=False)

    def with_exceptions(self, exceptions: tuple[DayException, ...]) -> "Calendar":
        """Return the calendar with more exceptions, which come before its own: a person's day off, an extra shift."""
        week = (WHOLE_DAY,) * 7 if self.is_always_open else self.week
        return replace(self, week=week, exceptions=(*exceptions, *self.exceptions), is_always_open=False)

    def add_open_time(self, start: datetime, amount: timedelta) -> Deadline:
        """Return the instant at which `amount` of open time has passed since `start` (D-2, D-3).

        With nothing to count the deadline is `start` itself. If no open time begins within 60 days of the last counted
        instant, the result is `start + amount` and flagged (D-5).
        """
        start = start.astimezone(UTC)
        if self.is_always_open or amount <= ZERO:
            return Deadline(start + max(amount, ZERO))
        left = amount
        for opens, closes in self._spans_after(start, counted=True):
            if left <= closes - opens:
                return Deadline(opens + left)
            left -= closes - opens
        return Deadline(start + amount, is_fallback=True)

    def open_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the counted open time in [start, end), zero if `end` is not later. Additive over split intervals."""
        return sum((closes - opens for opens, closes in self.list_open_spans(start, end)), ZERO)

    def list_open_spans(self, start: datetime, end: datetime) -> list[Span]:
        """Return the spans whose time counts between two instants, in order: how a deadline came about."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if start >= end:
            return []
        if self.is_always_open:
            return [(start, end)]
        first, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        days = (self._day(first + DAY * n).counted for n in range((last - first).days + 1))
        return [
            (max(opens, start), min(closes, end))
            for spans in days
            for opens, closes in spans
            if closes > start and opens < end
        ]

    def is_open(self, at: datetime) -> bool:
        """Tell whether the wall clock of the zone stands inside opening hours; the closing second is closed."""
        if self.is_always_open:
            return True
        at = at.astimezone(UTC)
        return any(opens <= at < closes for opens, closes in self._day(at.astimezone(self.zone).date()).opened)

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the first open instant from `at` on: `at` itself when open, `None` if there is none within 60 days."""
        at = at.astimezone(UTC)
        if self.is_always_open:
            return at
        return next((opens for opens, _ in self._spans_after(at, counted=False)), None)

    def next_closing(self, at: datetime) -> datetime | None:
        """Return the end of the open stretch at or after `at`, over midnight too; `None` if 60 days show none."""
        if self.is_always_open:
            return None
        limit = at.astimezone(UTC) + HORIZON
        closing = None
        for opens, closes in self._spans_after(at.astimezone(UTC), counted=False):
            if closing is not None and opens > closing:
                return closing
            closing = closes
            if closing > limit:
                return None
        return closing

    def _spans_after(self, at: datetime, *, counted: bool) -> Iterator[Span]:
        """Yield spans that end after `at`, clipped to it, until 60 days pass without one."""
        reach = at + HORIZON
        day = at.astimezone(self.zone).date()
        while day <= (reach + DAY).date():
            plan = self._day(day)
            for opens, closes in plan.counted if counted else plan.opened:
                if closes <= at:
                    continue
                if opens >= reach:
                    return
                yield max(opens, at), closes
                reach = closes + HORIZON
            day += DAY

    def _day(self, day: date) -> _Day:
        plan = self._days.get(day)
        if plan is None:
            plan = self._days[day] = _plan_day(day, self._hours(day), self.zone)
        return plan

    def _hours(self, day: date) -> tuple[Hours, ...]:
        """Return the hours of a date: its own, and what began the evening before."""
        own = self._begun(day)
        tails = tuple(Hours(ZERO, hours.closes - DAY) for hours in self._begun(day - DAY) if hours.closes > DAY)
        return _merge((*tails, *own)) if tails else own

    def _begun(self, day: date) -> tuple[Hours, ...]:
        """Return the hours that begin on a date."""
        for exception in self.exceptions:
            if exception.day == day:
                return exception.hours
        if not self.country:
            return self.week[day.weekday()]
        year = production_year(self.country, day.year)
        if day in year.days_off:
            return ()
        hours = self.week[year.worked.get(day, day).weekday()] or self.week[day.weekday()]
        return _shorten(hours, self.shortened_by) if day in year.eves else hours


def _shorten(hours: tuple[Hours, ...], by: timedelta) -> tuple[Hours, ...]:
    """Take time away from the end of a day."""
    kept = list(hours)
    while kept and by > ZERO:
        last = kept.pop()
        left = last.closes - last.opens - by
        if left > ZERO:
            return (*kept, Hours(last.opens, last.closes - by))
        by = -left
    return tuple(kept)


def _merge(hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
    """Join hours that overlap, so that nothing is counted twice."""
    merged: list[Hours] = []
    for each in sorted(hours, key=lambda one: one.opens):
        if merged and each.opens < merged[-1].closes:
            merged[-1] = Hours(merged[-1].opens, max(merged[-1].closes, each.closes))
        else:
            merged.append(each)
    return tuple(merged)


def _plan_day(day: date, hours: tuple[Hours, ...], zone: ZoneInfo) -> _Day:
    """Lay the wall-clock hours of one local date onto UTC, over a change of the zone's offset if there is one."""
    start, end = _midnight(day, zone), _midnight(day + DAY, zone)
    before, after = _offset(start, zone), _offset(end - timedelta(seconds=1), zone)
    origin = datetime.combine(day, time(), UTC)
    if before == after:
        # Clipped, because a gap at midnight takes the first labels away from a day whose offset is one all through.
        spans = _lay(hours, origin - before, (start, end))
        return _Day(spans, spans)
    change = _find_change(start, end, zone)
    early = _lay(hours, origin - before, (start, change))
    late = _lay(hours, origin - after, (change, end))
    uncounted_until = change + max(before - after, ZERO)
    counted = early + tuple((max(o, uncounted_until), c) for o, c in late if c > uncounted_until)
    return _Day(early + late, counted)


def _lay(hours: tuple[Hours, ...], midnight: datetime, bounds: Span) -> tuple[Span, ...]:
    """Place hours after a midnight in one fixed offset and keep what lies within `bounds`."""
    placed = ((max(midnight + h.opens, bounds[0]), min(midnight + h.closes, bounds[1])) for h in hours)
    return tuple((opens, closes) for opens, closes in placed if opens < closes)


def _find_change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the second between two instants from which the zone has the offset it has at `end`."""
    offset = _offset(start, zone)
    while end - start > timedelta(seconds=1):
        middle = start + timedelta(seconds=int((end - start).total_seconds()) // 2)
        start, end = (middle, end) if _offset(middle, zone) == offset else (start, middle)
    return end


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local date; in a gap the earlier offset gives the gap's start."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or ZERO
