"""Working time against a slow, obvious oracle: minute by minute, with seconds at the edges (semantics §4, invariant 9).

Calendars are generated: several intervals a day, nights, exceptions, zones that change their clocks in both
hemispheres. The Russian years 2024 to 2027 stand here as literal dates of the decrees on exchanged days off, and are
compared with the norm of working hours that is published for a week of forty hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from hub.domain.calendar import HORIZON, Calendar, DayException, Hours
from hub.domain.production_calendar import has_production_calendar, production_year
from tests.proven import proven

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "America/Santiago",
    "Asia/Kolkata",
    "Europe/Moscow",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "America/Havana",
)
CHANGES = (
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 9, 6),
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2026, 6, 11),
)


# ---------------------------------------------------------------- the oracle


def is_counted(calendar: Calendar, minute: datetime) -> bool:
    """Say whether a UTC minute counts: its wall-clock label is in the hours, and is shown for the first time."""
    local = minute.astimezone(calendar.zone)
    label = timedelta(hours=local.hour, minutes=local.minute)
    today, evening = hours_of(calendar, local.date()), hours_of(calendar, local.date() - DAY)
    is_open = any(h.opens <= label < h.closes for h in today) or any(label + DAY < h.closes for h in evening)
    return is_open and local.fold == 0


def hours_of(calendar: Calendar, day: date) -> tuple[Hours, ...]:
    for exception in calendar.exceptions:
        if exception.day == day:
            return exception.hours
    return russian_hours(calendar, day) if calendar.country else calendar.week[day.weekday()]


def minutes_from(start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the rest of the minute that `start` is in, then every minute."""
    minute = start.replace(second=0, microsecond=0)
    yield start, minute + MINUTE
    while True:
        minute += MINUTE
        yield minute, minute + MINUTE


def count_open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    counted = timedelta()
    for begins, ends in minutes_from(start):
        if begins >= end:
            return counted
        if is_counted(calendar, begins.replace(second=0)):
            counted += min(ends, end) - begins
    raise AssertionError("minutes do not end")


def find_deadline(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """Walk until the amount is used up; with no open minute for 60 days it is the wall clock's (D-5)."""
    left, last = amount, start
    for begins, ends in minutes_from(start):
        if begins - last >= HORIZON:
            return start + amount
        if is_counted(calendar, begins.replace(second=0)):
            if left <= ends - begins:
                return begins + left
            left, last = left - (ends - begins), ends
    raise AssertionError("minutes do not end")


# ---------------------------------------------------------------- what is generated


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Up to three intervals on five-minute marks, sorted, apart or touching; the last may reach past midnight."""
    marks = sorted(draw(st.lists(st.integers(0, 288), unique=True, max_size=6)))
    found = [
        Hours(5 * MINUTE * opens, 5 * MINUTE * closes) for opens, closes in zip(marks[::2], marks[1::2], strict=False)
    ]
    if found and found[-1].opens < DAY and draw(st.integers(0, 3)) == 0:
        found[-1] = Hours(
            found[-1].opens, DAY + 5 * MINUTE * draw(st.integers(1, found[-1].opens // (5 * MINUTE) or 1))
        )
    return tuple(found)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = tuple(draw(day_hours()) for _ in range(7))
    around = draw(st.sampled_from(CHANGES))
    days = draw(st.lists(st.integers(-3, 3), unique=True, max_size=3))
    exceptions = tuple(DayException(around + DAY * n, draw(day_hours())) for n in days)
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), week, exceptions)


@dataclass(frozen=True)
class Case:
    """A calendar and an instant worth asking about."""

    calendar: Calendar
    start: datetime


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """An instant around a change of clocks; every second one a second before, at or after an edge of the hours."""
    calendar = draw(calendars())
    day = draw(st.sampled_from(CHANGES)) + DAY * draw(st.integers(-2, 2))
    is_at_an_edge: bool = draw(st.booleans())
    edges = [edge for hours in hours_of(calendar, day) for edge in (hours.opens, hours.closes)]
    if edges and is_at_an_edge:
        label = draw(st.sampled_from(edges))
        local = datetime(day.year, day.month, day.day) + label
        edge = local.replace(tzinfo=calendar.zone, fold=draw(st.integers(0, 1))).astimezone(UTC)
        return Case(calendar, edge + SECOND * draw(st.sampled_from((-1, 0, 1))))
    return Case(calendar, datetime(day.year, day.month, day.day, tzinfo=UTC) + SECOND * draw(st.integers(0, 86399)))


SPANS = st.one_of(st.integers(0, 120), st.integers(0, 200_000)).map(lambda seconds: SECOND * seconds)
TARGETS = st.one_of(st.integers(1, 120), st.integers(1, 40_000)).map(lambda seconds: SECOND * seconds)


# ---------------------------------------------------------------- properties


@proven(cases(), SPANS)
def test_d4_open_time_equals_a_minute_by_minute_count(case: Case, span: timedelta):
    counted = case.calendar.open_time_between(case.start, case.start + span)

    assert counted == count_open_time(case.calendar, case.start, case.start + span)


@proven(cases().filter(lambda case: sum(map(bool, case.calendar.week)) > 1), TARGETS)
def test_d2_a_deadline_equals_a_minute_by_minute_walk(case: Case, target: timedelta):
    assert case.calendar.add_open_time(case.start, target).at == find_deadline(case.calendar, case.start, target)


@proven(cases(), SPANS, SPANS)
def test_invariant9_case81_open_time_is_additive_and_monotone(case: Case, first: timedelta, second: timedelta):
    calendar, start = case.calendar, case.start
    middle, end = start + first, start + first + second
    whole = calendar.open_time_between(start, end)

    assert calendar.open_time_between(start, middle) + calendar.open_time_between(middle, end) == whole
    assert timedelta(0) <= calendar.open_time_between(start, middle) <= whole <= end - start


@proven(cases(), TARGETS, SPANS)
def test_d2_adding_open_time_is_the_inverse_of_counting_it(case: Case, target: timedelta, more: timedelta):
    calendar, start = case.calendar, case.start
    deadline, later = calendar.add_open_time(start, target), calendar.add_open_time(start + more, target)

    assert start <= deadline.at <= later.at
    if not deadline.is_fallback:
        assert calendar.open_time_between(start, deadline.at) == target
        assert calendar.add_open_time(calendar.add_open_time(start, target / 2).at, target / 2).at == deadline.at


@proven(cases())
def test_d2_openings_and_closings_agree_with_is_open(case: Case):
    opening, closing = case.calendar.next_opening(case.start), case.calendar.next_closing(case.start)

    assert case.calendar.is_open(case.start) == (opening == case.start)
    if opening is not None:
        assert case.calendar.is_open(opening)
    if closing is not None:
        assert not case.calendar.is_open(closing)
        assert case.calendar.is_open(closing - SECOND)


@pytest.mark.parametrize("opens_after", [HORIZON - SECOND, HORIZON])
def test_d5_open_time_that_begins_after_exactly_sixty_days_is_too_late(opens_after: timedelta):
    opening = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    hours = Hours(9 * HOUR, 10 * HOUR)
    calendar = Calendar(ZoneInfo("UTC"), exceptions=(DayException(opening.date(), (hours,)),))
    start = opening - opens_after

    assert calendar.add_open_time(start, MINUTE).at == find_deadline(calendar, start, MINUTE)
    assert calendar.add_open_time(start, MINUTE).is_fallback == (opens_after == HORIZON)


# ---------------------------------------------------------------- Russian years


def dates(year: int, *written: str) -> frozenset[date]:
    """Read days written as `1-8.01 23.02`."""
    found = set()
    for piece in " ".join(written).split():
        days, month = piece.split(".")
        first, _, last = days.partition("-")
        found |= {date(year, int(month), day) for day in range(int(first), int(last or first) + 1)}
    return frozenset(found)


@dataclass(frozen=True)
class RussianYear:
    """A year as it was decreed: holidays and days off beside weekends, weekends worked, days shorter by an hour."""

    free: frozenset[date]
    worked: frozenset[date]
    short: frozenset[date]


YEARS = {
    2024: RussianYear(
        dates(2024, "1-8.01 23.02 8.03 29-30.04 1.05 9-10.05 12.06 4.11 30-31.12"),
        dates(2024, "27.04 2.11 28.12"),
        dates(2024, "22.02 7.03 8.05 11.06 2.11"),
    ),
    2025: RussianYear(
        dates(2025, "1-8.01 1-2.05 8-9.05 12-13.06 3-4.11 31.12"),
        dates(2025, "1.11"),
        dates(2025, "7.03 30.04 11.06 1.11"),
    ),
    2026: RussianYear(
        dates(2026, "1-9.01 23.02 9.03 1.05 11.05 12.06 4.11 31.12"),
        frozenset(),
        dates(2026, "30.04 8.05 11.06 3.11"),
    ),
    2027: RussianYear(
        dates(2027, "1-8.01 22-23.02 8.03 3.05 10.05 14.06 4-5.11 31.12"),
        dates(2027, "20.02"),
        dates(2027, "20.02 30.04 11.06 3.11"),
    ),
}
NORMS = {2024: (248, 1979), 2025: (247, 1972), 2026: (247, 1972), 2027: (247, 1972)}
NORMS_OF_2026 = (120, 152, 168, 175, 151, 167, 184, 168, 176, 176, 159, 176)
EIGHT_HOURS = (Hours(9 * HOUR, 13 * HOUR), Hours(14 * HOUR, 18 * HOUR))
RUSSIAN = Calendar(ZoneInfo("Europe/Moscow"), (EIGHT_HOURS,) * 5 + ((), ()), country="RU", shortened_by=HOUR)


def russian_hours(calendar: Calendar, day: date) -> tuple[Hours, ...]:
    year = YEARS[day.year]
    is_workday = day in year.worked or (day.weekday() < 5 and day not in year.free)
    if not is_workday:
        return ()
    return (EIGHT_HOURS[0], Hours(14 * HOUR, 17 * HOUR)) if day in year.short else EIGHT_HOURS


def midnight(year: int, month: int) -> datetime:
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=RUSSIAN.zone)


@pytest.mark.parametrize("year", YEARS)
def test_d2_every_day_of_the_russian_years_has_its_hours(year: int):
    first = datetime(year, 1, 1, tzinfo=RUSSIAN.zone)
    for number in range((midnight(year, 12) - first).days):
        start = first + DAY * number
        spent = sum((h.closes - h.opens for h in russian_hours(RUSSIAN, start.date())), timedelta())
        assert RUSSIAN.open_time_between(start, start + DAY) == spent, start


@pytest.mark.parametrize("year", YEARS)
def test_d2_the_russian_years_have_the_published_number_of_working_days_and_hours(year: int):
    spans = RUSSIAN.list_open_spans(midnight(year, 0), midnight(year, 12))
    days = {opens.astimezone(RUSSIAN.zone).date() for opens, _ in spans}

    assert (len(days), sum((closes - opens for opens, closes in spans), timedelta()) / HOUR) == NORMS[year]


@pytest.mark.parametrize("month", range(12))
def test_d2_every_month_of_2026_has_the_published_number_of_working_hours(month: int):
    assert RUSSIAN.open_time_between(midnight(2026, month), midnight(2026, month + 1)) / HOUR == NORMS_OF_2026[month]


RUSSIAN_DAYS = sorted(day for year in YEARS.values() for day in year.free | year.worked | year.short)


@st.composite
def russian_cases(draw: st.DrawFn) -> Case:
    """A second of a day around a day off, a worked weekend or a short day, in any zone of the country."""
    zone = draw(st.sampled_from(("Europe/Kaliningrad", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Kamchatka")))
    day = min(max(draw(st.sampled_from(RUSSIAN_DAYS)), date(2024, 1, 2)), date(2027, 12, 24))
    calendar = replace(RUSSIAN, zone=ZoneInfo(zone))
    return Case(calendar, datetime(day.year, day.month, day.day, tzinfo=UTC) + SECOND * draw(st.integers(0, 86399)))


@proven(russian_cases(), TARGETS)
def test_d2_deadlines_over_russian_holidays_equal_a_minute_by_minute_walk(case: Case, target: timedelta):
    deadline = case.calendar.add_open_time(case.start, min(target, 2 * HOUR)).at

    assert deadline == find_deadline(case.calendar, case.start, min(target, 2 * HOUR))
    assert case.calendar.open_time_between(case.start, deadline) == count_open_time(case.calendar, case.start, deadline)


def test_d2_a_year_before_its_decree_is_told_from_one_after_it():
    assert all(production_year("RU", year).is_decreed for year in YEARS)
    assert not production_year("RU", 2029).is_decreed
    assert production_year("DE", 2029).is_decreed


def test_d2_countries_without_a_production_calendar_are_known():
    assert has_production_calendar("RU")
    assert not has_production_calendar("XX")
