"""Deadlines in every zone there is, over clock changes and changes of the law (case 81)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar import Calendar, Hours

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Zones that are names of the machine or of a file, not of places.
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("posix/", "right/")))
OFFICE = ((Hours(9 * HOUR, 18 * HOUR),),) * 7
STARTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


def office(zone: str) -> Calendar:
    return Calendar(ZoneInfo(zone), OFFICE)


@given(zone=st.sampled_from(ZONES), start=STARTS, minutes=st.integers(1, 1200), later=st.integers(0, 3000))
def test_case81_in_every_zone_and_year_a_deadline_counts_exactly_the_open_time_and_never_goes_back(
    zone: str, start: datetime, minutes: int, later: int
) -> None:
    calendar, target = office(zone), timedelta(minutes=minutes)
    deadline = calendar.add_open_time(start, target).at

    assert calendar.open_time_between(start, deadline) == target
    assert start < deadline <= start + 5 * DAY
    assert calendar.add_open_time(start + timedelta(minutes=later), target).at >= deadline


@given(zone=st.sampled_from(ZONES), start=STARTS)
def test_case81_no_deadline_falls_into_the_night(zone: str, start: datetime) -> None:
    deadline = office(zone).add_open_time(start, 2 * HOUR).at.astimezone(ZoneInfo(zone))

    assert (9, 0) < (deadline.hour, deadline.minute) <= (18, 0)


@pytest.mark.parametrize(
    ("zone", "start", "deadline", "why"),
    [
        ("Asia/Almaty", "2024-02-29 17:00", "2024-03-01T05:00Z", "one hour today at UTC+6, one tomorrow at UTC+5"),
        ("Asia/Almaty", "2024-02-28 17:00", "2024-02-29T04:00Z", "the day before: both at UTC+6"),
        ("Europe/Moscow", "2014-10-25 17:00", "2014-10-26T07:00Z", "from UTC+4 to UTC+3 for good, a Sunday at work"),
        ("Europe/Volgograd", "2020-12-26 17:00", "2020-12-27T07:00Z", "from UTC+4 to UTC+3 for good"),
        ("Europe/Berlin", "2026-03-28 17:00", "2026-03-29T08:00Z", "into summer time"),
        ("Europe/Berlin", "2026-10-24 17:00", "2026-10-25T09:00Z", "out of summer time"),
    ],
)
def test_case81_laws_that_move_the_clock_move_the_instant_and_not_the_hours(
    zone: str, start: str, deadline: str, why: str
) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))

    assert office(zone).add_open_time(begun, 2 * HOUR).at == datetime.fromisoformat(deadline), why
