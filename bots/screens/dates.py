"""Choosing a day and an hour by buttons: a month as a grid, then the hours at which the line works on that day.

What lies behind now, beyond 90 days, or on a day on which the line is closed stands in its place and cannot be pressed.
All of it is in the zone of the line's calendar; where clocks change, a missing hour is not offered and a doubled one
once. An instant travels in a button as seconds since 1970, so that it means the same however late it is pressed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bots.screens.action import Action, StaleButton, from_base36, to_base36
from bots.screens.screen import Button, Row, Screen, bold, line
from bots.texts import Texts
from hub.domain.calendar import Calendar

MONTH, DAY, AT, NOTHING = "m.", "d.", "at-", "-"
LONGEST = timedelta(days=90)
_HOUR = timedelta(hours=1)
_HOURS_IN_ROW = 6
_NAMED = re.compile(r"(20\d\d)(\d\d)(\d\d)?", re.ASCII)
_LAST_SECOND = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Dates:
    """What a choice of dates is about: whose hours, from when, what a press says (`act` gets the argument)."""

    calendar: Calendar
    now: datetime
    act: Callable[[str], Action]

    @property
    def today(self) -> date:
        """Return the day it is where the line works."""
        return self.now.astimezone(self.calendar.zone).date()

    @property
    def last(self) -> date:
        """Return the last day that may be chosen."""
        return (self.now + LONGEST).astimezone(self.calendar.zone).date()


def month_screen(texts: Texts, dates: Dates, month: date) -> Screen:
    """Return a month as a grid, Monday first; a day that can be chosen leads to its hours."""
    first = month.replace(day=1)
    title = line(bold(f"{texts(f'calendar.month_{first.month}')} {first.year}"), texts("calendar.pick"))
    names = tuple(_dead(dates, texts(f"calendar.day_{number}")) for number in range(7))
    weeks = [_week(dates, first, monday) for monday in _mondays(first)]
    return Screen((title,), (names, *weeks, *_turning(texts, dates, first)))


def hours_screen(texts: Texts, dates: Dates, day: date) -> Screen:
    """Return the hours of a day at which the line works and that lie ahead."""
    zone = dates.calendar.zone
    buttons = [
        Button(f"{at.astimezone(zone):%H:%M}", dates.act(f"{AT}{_seconds(at)}")) for at in list_hours(dates, day)
    ]
    rows = [tuple(buttons[at : at + _HOURS_IN_ROW]) for at in range(0, len(buttons), _HOURS_IN_ROW)]
    back = Button(texts("button.other_day"), dates.act(f"{MONTH}{day:%Y%m}"))
    asked = texts("calendar.hour" if buttons else "calendar.closed", date=f"{day:%d.%m.%Y}")
    return Screen((line(asked),), (*rows, (back,)))


def list_hours(dates: Dates, day: date) -> list[datetime]:
    """Return the instants of a day (UTC) at which one may be reminded: each opening, and every full hour while open."""
    zone = dates.calendar.zone
    begins, ends = (datetime.combine(each, time.min, zone) for each in (day, day + timedelta(days=1)))
    shown: dict[time, datetime] = {}
    for opens, closes in dates.calendar.list_open_spans(begins, ends):
        for at in _full_hours(opens, closes, dates):
            shown.setdefault(at.astimezone(zone).time(), at)
    return list(shown.values())


def read_day(arg: str) -> date:
    """Return the month (its first day) or the day that an argument names behind its mark.

    Raises:
        StaleButton: it names none.
    """
    named = _NAMED.fullmatch(arg)
    if named is None:
        raise StaleButton("the button's date is none")
    try:
        return date(int(named[1]), int(named[2]), int(named[3] or 1))
    except ValueError as error:
        raise StaleButton("the button's date is none") from error


def read_instant(arg: str) -> datetime:
    """Return the instant of a button's argument behind its mark. Raises: StaleButton: it names none."""
    seconds = from_base36(arg)
    if seconds > _LAST_SECOND:
        raise StaleButton("the button's instant is behind the last one there is")
    return datetime.fromtimestamp(seconds, UTC)


def _full_hours(opens: datetime, closes: datetime, dates: Dates) -> Iterator[datetime]:
    at = opens
    while at < closes:
        if dates.now < at <= dates.now + LONGEST:
            yield at
        past = at.astimezone(dates.calendar.zone)
        at += _HOUR - timedelta(minutes=past.minute, seconds=past.second, microseconds=past.microsecond)


def _mondays(first: date) -> Iterator[date]:
    monday = first - timedelta(days=first.weekday())
    while monday < first or monday.month == first.month:
        yield monday
        monday += timedelta(days=7)


def _week(dates: Dates, first: date, monday: date) -> Row:
    return tuple(_day(dates, first, monday + timedelta(days=number)) for number in range(7))


def _day(dates: Dates, first: date, day: date) -> Button:
    if day.month != first.month:
        return _dead(dates, " ")
    if not dates.today <= day <= dates.last or not list_hours(dates, day):
        return _dead(dates, "·")
    return Button(str(day.day), dates.act(f"{DAY}{day:%Y%m%d}"))


def _dead(dates: Dates, label: str) -> Button:
    """Return a button that does nothing: Telegram knows no place in a grid without one."""
    return Button(label, dates.act(NOTHING))


def _turning(texts: Texts, dates: Dates, first: date) -> tuple[Row, ...]:
    before, behind = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    row = []
    if before >= dates.today.replace(day=1):
        row.append(Button(texts("button.month_before"), dates.act(f"{MONTH}{before:%Y%m}")))
    if behind <= dates.last:
        row.append(Button(texts("button.month_behind"), dates.act(f"{MONTH}{behind:%Y%m}")))
    return (tuple(row),) if row else ()


def _seconds(at: datetime) -> str:
    return to_base36(int(at.timestamp()))
