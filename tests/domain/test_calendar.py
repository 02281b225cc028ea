"""Working time: the rules of semantics §4 by example, and its arithmetic against a minute-by-minute oracle."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.calendar import WHOLE_DAY, Calendar, DayException, Hours, has_production_calendar

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)


def hours(opens: float, closes: float) -> Hours:
    return Hours(timedelta(hours=opens), timedelta(hours=closes))


WORKDAY = (hours(9, 13), hours(14, 18))
OFFICE = Calendar(MOSCOW, (WORKDAY,) * 5 + ((), ()), country="RU")
EVERY_DAY_TILL_19 = Calendar(MOSCOW, ((hours(9, 19),),) * 7)
ROUND_THE_CLOCK = Calendar(MOSCOW, is_always_open=True)


def moscow(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("start", "minutes", "deadline", "why"),
    [
        ("2026-11-18 10:00:00", 15, "2026-11-18 10:15:00", "inside open time"),
        ("2026-11-18 12:55:00", 15, "2026-11-18 14:10:00", "over the lunch break"),
        ("2026-11-18 17:55:00", 15, "2026-11-19 09:10:00", "over the night"),
        ("2026-11-20 17:55:00", 15, "2026-11-23 09:10:00", "over the weekend"),
        ("2026-11-18 07:30:00", 15, "2026-11-18 09:15:00", "before opening"),
        ("2026-11-18 17:45:00", 15, "2026-11-18 18:00:00", "used up at the closing second"),
        ("2026-11-18 10:00:00", 60 * 8, "2026-11-19 10:00:00", "a whole working day"),
    ],
)
def test_d2_deadline_counts_open_intervals(start: str, minutes: int, deadline: str, why: str):
    assert OFFICE.add_open_time(moscow(start), timedelta(minutes=minutes)).at == moscow(deadline), why


def test_d3_request_at_the_exact_closing_second_starts_tomorrow():
    assert OFFICE.add_open_time(moscow("2026-11-18 18:00:00"), MINUTE).at == moscow("2026-11-19 09:01:00")


def test_d2_case20_ten_seconds_today_and_the_rest_next_opening():
    start, target = moscow("2026-11-18 18:59:50"), timedelta(minutes=15)

    assert EVERY_DAY_TILL_19.add_open_time(start, target).at == moscow("2026-11-19 09:14:50")
    assert [c - o for o, c in EVERY_DAY_TILL_19.list_open_spans(start, moscow("2026-11-19 09:14:50"))] == [
        timedelta(seconds=10),
        timedelta(minutes=14, seconds=50),
    ]


@pytest.mark.parametrize(
    ("day", "next_working_day"),
    [
        ("2025-05-02", "2025-05-05"),
        ("2025-06-13", "2025-06-16"),
        ("2025-11-03", "2025-11-05"),
        ("2025-12-31", "2026-01-12"),
        ("2026-03-09", "2026-03-10"),
        ("2026-05-11", "2026-05-12"),
    ],
)
def test_d2_case21_holiday_counts_from_the_next_opening(day: str, next_working_day: str):
    assert OFFICE.add_open_time(moscow(f"{day} 10:00"), MINUTE).at == moscow(f"{next_working_day} 09:01")


def test_d2_working_saturday_of_the_production_calendar_has_the_hours_of_a_friday():
    assert OFFICE.is_open(moscow("2025-11-01 10:00"))
    assert not OFFICE.is_open(moscow("2025-11-08 10:00"))


def test_d2_case22_round_the_clock_is_wall_clock_through_holidays_and_clock_changes():
    berlin = Calendar(BERLIN, is_always_open=True)
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert berlin.add_open_time(start, timedelta(hours=3)).at == start + timedelta(hours=3)
    assert ROUND_THE_CLOCK.is_open(moscow("2026-01-01 03:00"))
    assert ROUND_THE_CLOCK.next_closing(moscow("2026-01-01 03:00")) is None
    assert ROUND_THE_CLOCK.next_opening(moscow("2026-01-01 03:00")) == moscow("2026-01-01 03:00")
    assert ROUND_THE_CLOCK.open_time_between(start, start + MINUTE) == MINUTE


def test_d2_own_exceptions_close_shorten_and_open_days_before_the_production_calendar():
    calendar = Calendar(
        MOSCOW,
        (WORKDAY,) * 5 + ((), ()),
        exceptions=(
            DayException(date(2026, 11, 18)),
            DayException(date(2026, 12, 30), (hours(9, 15),)),
            DayException(date(2026, 1, 5), (hours(10, 16),)),
        ),
        country="RU",
    )

    assert not calendar.is_open(moscow("2026-11-18 10:00"))
    assert calendar.next_closing(moscow("2026-12-30 10:00")) == moscow("2026-12-30 15:00")
    assert calendar.is_open(moscow("2026-01-05 11:00"))


def test_d4_missing_hour_shortens_the_day():
    night = Calendar(BERLIN, ((hours(1, 5),),) * 7)
    start = datetime(2026, 3, 29, 0, 30, tzinfo=BERLIN)

    assert night.open_time_between(start, start + timedelta(hours=12)) == timedelta(hours=3)
    assert night.add_open_time(start, timedelta(hours=3)).at == datetime(2026, 3, 29, 5, 0, tzinfo=BERLIN)


def test_d4_doubled_hour_is_counted_once():
    night = Calendar(BERLIN, ((hours(1, 5),),) * 7)
    start = datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN)

    assert night.open_time_between(start, start + timedelta(hours=12)) == timedelta(hours=4)
    assert night.add_open_time(start, timedelta(hours=4)).at == datetime(2026, 10, 25, 5, 0, tzinfo=BERLIN)


def test_d4_a_gap_at_midnight_takes_the_first_hour_of_the_day():
    havana = Calendar(ZoneInfo("America/Havana"), ((hours(0, 2),),) * 7)
    start = datetime(2026, 3, 7, 12, 0, tzinfo=havana.zone)

    assert havana.next_opening(start) == datetime(2026, 3, 8, 1, 0, tzinfo=havana.zone)
    assert havana.open_time_between(start, start + timedelta(days=1)) == timedelta(hours=1)


def test_d4_the_second_pass_of_a_doubled_hour_is_open_though_not_counted():
    night = Calendar(BERLIN, ((hours(1, 5),),) * 7)
    second_pass = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN)

    assert night.is_open(second_pass)
    assert night.add_open_time(second_pass, MINUTE).at == datetime(2026, 10, 25, 3, 1, tzinfo=BERLIN)


def test_d5_no_open_time_in_sixty_days_falls_back_to_the_wall_clock_and_is_flagged():
    start = moscow("2026-11-18 10:00")
    deadline = Calendar(MOSCOW).add_open_time(start, timedelta(minutes=15))

    assert deadline.is_fallback
    assert deadline.at == start + timedelta(minutes=15)
    assert Calendar(MOSCOW).next_opening(start) is None
    assert Calendar(MOSCOW).next_closing(start) is None


def test_d5_one_open_day_within_sixty_days_is_enough():
    calendar = Calendar(MOSCOW, exceptions=(DayException(date(2027, 1, 16), WORKDAY),))

    assert calendar.add_open_time(moscow("2026-11-18 10:00"), MINUTE).at == moscow("2027-01-16 09:01")
    assert calendar.add_open_time(moscow("2026-11-17 08:00"), MINUTE).is_fallback


def test_d2_openings_and_closings_are_told_over_nights_and_midnights():
    shop = Calendar(MOSCOW, (WHOLE_DAY, (hours(0, 3),), *((WORKDAY,) * 5)))

    assert OFFICE.next_opening(moscow("2026-11-20 18:00")) == moscow("2026-11-23 09:00")
    assert OFFICE.next_opening(moscow("2026-11-20 10:00")) == moscow("2026-11-20 10:00")
    assert OFFICE.next_closing(moscow("2026-11-20 10:00")) == moscow("2026-11-20 13:00")
    assert shop.next_closing(moscow("2026-11-23 10:00")) == moscow("2026-11-24 03:00")
    assert Calendar(MOSCOW, (WHOLE_DAY,) * 7).next_closing(moscow("2026-11-23 10:00")) is None


def test_d2_deadline_is_never_before_the_start():
    start = moscow("2026-11-18 20:00")

    assert OFFICE.add_open_time(start, timedelta(0)).at == start
    assert OFFICE.add_open_time(start, -MINUTE).at == start
    assert OFFICE.open_time_between(start, start - timedelta(days=3)) == timedelta(0)


def test_d2_countries_without_a_production_calendar_are_known():
    assert has_production_calendar("RU")
    assert not has_production_calendar("XX")


# ---------------------------------------------------------------- properties

ZONES = ("Europe/Moscow", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Beirut", "America/Havana")
CHANGES = (
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 4, 5, tzinfo=UTC),
    datetime(2026, 9, 6, tzinfo=UTC),
    datetime(2026, 10, 3, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 6, 11, tzinfo=UTC),
)


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Up to three intervals on quarter hours, sorted, apart or touching."""
    marks = sorted(draw(st.lists(st.integers(0, 96), unique=True, max_size=6)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return tuple(hours(opens / 4, closes / 4) for opens, closes in pairs)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = tuple(draw(day_hours()) for _ in range(7))
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), week)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    return draw(st.sampled_from(CHANGES)) + timedelta(minutes=draw(st.integers(-1500, 2500)))


def counts(calendar: Calendar, minute: datetime) -> bool:
    """Say whether a UTC minute is inside its local hours and its wall-clock label is shown for the first time."""
    local = minute.astimezone(calendar.zone)
    since_midnight = timedelta(hours=local.hour, minutes=local.minute)
    is_open = any(h.opens <= since_midnight < h.closes for h in calendar.week[local.weekday()])
    return is_open and local.fold == 0


def counted_minutes(calendar: Calendar, start: datetime, minutes: int) -> timedelta:
    return sum((MINUTE for n in range(minutes) if counts(calendar, start + n * MINUTE)), timedelta())


@settings(deadline=None, max_examples=150)
@given(calendars(), instants(), st.integers(0, 2000))
def test_d4_open_time_equals_a_minute_by_minute_count(calendar: Calendar, start: datetime, minutes: int):
    counted = calendar.open_time_between(start, start + minutes * MINUTE)

    assert counted == counted_minutes(calendar, start, minutes)


@settings(deadline=None, max_examples=150)
@given(calendars(), instants(), st.integers(0, 3000), st.integers(0, 3000))
def test_invariant9_open_time_is_additive_and_monotone(calendar: Calendar, start: datetime, first: int, second: int):
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE
    whole = calendar.open_time_between(start, end)

    assert calendar.open_time_between(start, middle) + calendar.open_time_between(middle, end) == whole
    assert calendar.open_time_between(start, middle) <= whole


@settings(deadline=None, max_examples=150)
@given(calendars(), instants(), st.integers(1, 3000), st.integers(0, 3000))
def test_d2_adding_open_time_is_the_inverse_of_counting_it(calendar: Calendar, start: datetime, amount: int, more: int):
    target = amount * MINUTE
    deadline = calendar.add_open_time(start, target)
    later = calendar.add_open_time(start + more * MINUTE, target)

    assert start <= deadline.at <= later.at
    if not deadline.is_fallback:
        assert calendar.open_time_between(start, deadline.at) == target
        assert calendar.add_open_time(calendar.add_open_time(start, target / 2).at, target / 2).at == deadline.at


@settings(deadline=None, max_examples=150)
@given(calendars(), instants())
def test_d2_openings_and_closings_agree_with_is_open(calendar: Calendar, at: datetime):
    opening = calendar.next_opening(at)
    closing = calendar.next_closing(at)

    assert calendar.is_open(at) == (opening == at)
    if opening is not None:
        assert calendar.is_open(opening)
    if closing is not None:
        assert not calendar.is_open(closing)
        assert calendar.is_open(closing - MINUTE / 60)
