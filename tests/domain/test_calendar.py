"""Working time: the rules of semantics §4 by example; its arithmetic against an oracle is `test_calendar_oracle`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.domain.calendar import WHOLE_DAY, Calendar, DayException, Hours

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


def test_d2_edge20_ten_seconds_today_and_the_rest_next_opening():
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
def test_d2_edge21_holiday_counts_from_the_next_opening(day: str, next_working_day: str):
    assert OFFICE.add_open_time(moscow(f"{day} 10:00"), MINUTE).at == moscow(f"{next_working_day} 09:01")


def test_d2_working_saturday_of_the_production_calendar_has_the_hours_of_the_day_it_was_exchanged_for():
    monday_from_ten = Calendar(MOSCOW, ((hours(10, 18),), *((WORKDAY,) * 4), (), ()), country="RU")

    assert monday_from_ten.next_opening(moscow("2025-11-01 00:00")) == moscow("2025-11-01 10:00")
    assert not monday_from_ten.is_open(moscow("2025-11-08 10:00"))


def test_d2_days_before_public_holidays_end_earlier_where_the_business_says_so():
    shortened = replace(OFFICE, shortened_by=timedelta(hours=1))

    assert shortened.next_closing(moscow("2026-11-03 15:00")) == moscow("2026-11-03 17:00")
    assert shortened.next_closing(moscow("2025-11-01 15:00")) == moscow("2025-11-01 17:00")
    assert shortened.next_closing(moscow("2026-02-20 15:00")) == moscow("2026-02-20 18:00")
    assert OFFICE.next_closing(moscow("2026-11-03 15:00")) == moscow("2026-11-03 18:00")


def test_d2_a_day_that_is_shortened_by_more_than_its_last_hours_loses_earlier_ones():
    calendar = Calendar(MOSCOW, ((hours(9, 13), hours(14, 15)),) * 7, country="RU", shortened_by=timedelta(hours=2))

    assert calendar.next_closing(moscow("2026-11-03 10:00")) == moscow("2026-11-03 12:00")
    assert calendar.next_opening(moscow("2026-11-03 12:00")) == moscow("2026-11-05 09:00")


def test_d2_hours_past_midnight_belong_to_the_date_on_which_they_begin():
    nights = Calendar(MOSCOW, ((hours(22, 30),),) * 7, exceptions=(DayException(date(2026, 11, 20)),))

    assert nights.next_closing(moscow("2026-11-18 23:00")) == moscow("2026-11-19 06:00")
    assert nights.is_open(moscow("2026-11-20 05:00"))
    assert not nights.is_open(moscow("2026-11-21 05:00"))
    assert nights.open_time_between(moscow("2026-11-20 00:00"), moscow("2026-11-22 00:00")) == timedelta(hours=8)


def test_d2_hours_that_reach_into_those_of_the_next_day_count_once():
    calendar = Calendar(MOSCOW, ((hours(20, 33),), (hours(8, 12),), (), (), (), (), ()))

    assert calendar.open_time_between(moscow("2026-11-24 00:00"), moscow("2026-11-25 00:00")) == timedelta(hours=12)


def test_d2_more_exceptions_come_before_those_of_the_calendar():
    extra = (DayException(date(2026, 11, 18), (hours(20, 21),)),)

    assert OFFICE.with_exceptions(extra).next_opening(moscow("2026-11-18 00:00")) == moscow("2026-11-18 20:00")
    assert ROUND_THE_CLOCK.with_exceptions(extra).next_closing(moscow("2026-11-17 00:00")) == moscow("2026-11-18 00:00")
    assert OFFICE.is_open(moscow("2026-11-18 10:00"))


def test_d2_edge22_round_the_clock_is_wall_clock_through_holidays_and_clock_changes():
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


def test_d4_case81_missing_hour_shortens_the_day():
    night = Calendar(BERLIN, ((hours(1, 5),),) * 7)
    start = datetime(2026, 3, 29, 0, 30, tzinfo=BERLIN)

    assert night.open_time_between(start, start + timedelta(hours=12)) == timedelta(hours=3)
    assert night.add_open_time(start, timedelta(hours=3)).at == datetime(2026, 3, 29, 5, 0, tzinfo=BERLIN)


def test_d4_case81_doubled_hour_is_counted_once():
    night = Calendar(BERLIN, ((hours(1, 5),),) * 7)
    start = datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN)

    assert night.open_time_between(start, start + timedelta(hours=12)) == timedelta(hours=4)
    assert night.add_open_time(start, timedelta(hours=4)).at == datetime(2026, 10, 25, 5, 0, tzinfo=BERLIN)


def test_d4_case81_a_gap_at_midnight_takes_the_first_hour_of_the_day():
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
