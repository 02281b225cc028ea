"""Choosing a day and an hour by buttons: closed and past ones cannot be pressed, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bots.screens.action import Action, Press, StaleButton, decode, encode
from bots.screens.dates import (
    AT,
    DAY,
    LONGEST,
    MONTH,
    NOTHING,
    Dates,
    hours_screen,
    list_hours,
    month_screen,
    read_day,
    read_instant,
)
from bots.texts import Texts
from hub.domain.calendar import WHOLE_DAY, Calendar, DayException, Hours

MOSCOW, BERLIN, KOLKATA = (ZoneInfo(name) for name in ("Europe/Moscow", "Europe/Berlin", "Asia/Kolkata"))
RU = Texts("ru")
HOUR = timedelta(hours=1)
OFFICE = ((Hours(9.5 * HOUR, 13 * HOUR), Hours(14 * HOUR, 18 * HOUR)),)
NOON = datetime(2026, 11, 25, 9, 10, tzinfo=UTC)  # Wednesday, 12:10 in Moscow


def act(arg: str) -> Action:
    return Action(Press.sleep, 77_000, 12, arg)


def dates(calendar: Calendar | None = None, now: datetime = NOON) -> Dates:
    return Dates(calendar or Calendar(MOSCOW, (*OFFICE * 5, (), ())), now, act)


def pressable(screen) -> dict[str, str]:
    return {each.label: each.action.arg for each in screen.buttons if each.action.arg != NOTHING}


def clock(instants, zone=MOSCOW) -> list[str]:
    return [f"{at.astimezone(zone):%H:%M}" for at in instants]


def test_a_month_shows_monday_first_and_only_open_days_ahead_can_be_pressed():
    screen = month_screen(RU, dates(), date(2026, 11, 25))
    labels = [button.label for button in screen.buttons]
    assert labels[:7] == ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"]
    days = {label: arg for label, arg in pressable(screen).items() if label.isdigit()}
    assert days == {"25": "d.20261125", "26": "d.20261126", "27": "d.20261127", "30": "d.20261130"}


def test_a_day_on_which_the_line_is_closed_by_exception_cannot_be_pressed():
    closed = Calendar(MOSCOW, (*OFFICE * 5, (), ()), exceptions=(DayException(date(2026, 11, 26)),))
    assert "26" not in pressable(month_screen(RU, dates(closed), date(2026, 11, 1)))


def test_one_turns_to_months_within_ninety_days_and_never_back_into_the_past():
    turning = [m for m in pressable(month_screen(RU, dates(), date(2026, 11, 1))).values() if m.startswith(MONTH)]
    assert turning == ["m.202612"]
    last = [m for m in pressable(month_screen(RU, dates(), date(2027, 2, 1))).values() if m.startswith(MONTH)]
    assert last == ["m.202701"]


def test_the_hours_are_those_at_which_the_line_works_and_that_lie_ahead():
    assert clock(list_hours(dates(), date(2026, 11, 26))) == [
        "09:30", "10:00", "11:00", "12:00", "14:00", "15:00", "16:00", "17:00",
    ]  # fmt: skip
    assert clock(list_hours(dates(), date(2026, 11, 25))) == ["14:00", "15:00", "16:00", "17:00"]


def test_a_day_that_passed_meanwhile_says_so_and_leads_back():
    screen = hours_screen(RU, dates(), date(2026, 11, 20))
    assert "20.11.2026" in screen.text and list(pressable(screen).values()) == ["m.202611"]


def test_a_missing_hour_is_not_offered_and_a_doubled_one_once():
    always = Calendar(BERLIN, is_always_open=True)
    spring = clock(list_hours(dates(always, datetime(2027, 3, 1, tzinfo=UTC)), date(2027, 3, 28)), BERLIN)
    autumn = clock(list_hours(dates(always, datetime(2026, 10, 1, tzinfo=UTC)), date(2026, 10, 25)), BERLIN)
    assert "02:00" not in spring and len(spring) == 23
    assert autumn.count("02:00") == 1 and len(autumn) == 24


def test_full_hours_are_those_of_the_wall_also_in_a_zone_of_half_hours():
    calendar = Calendar(KOLKATA, (WHOLE_DAY,) * 7)
    assert clock(list_hours(dates(calendar), date(2026, 11, 27)), KOLKATA)[:2] == ["00:00", "01:00"]


@given(some.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=some.just(UTC)), some.integers(0, 95))
def test_every_button_fits_and_every_hour_lies_ahead_within_reach(now, days):
    shown = dates(now=now)
    day = shown.today + timedelta(days=days)
    for screen in (month_screen(RU, shown, day), hours_screen(RU, shown, day)):
        assert all(decode(encode(each.action or act(""))) == each.action for each in screen.buttons)
    assert all(now < at <= now + LONGEST for at in list_hours(shown, day))


def test_an_instant_travels_in_a_button_whole():
    first = pressable(hours_screen(RU, dates(), date(2026, 11, 26)))["09:30"]
    assert read_instant(first.removeprefix(AT)) == datetime(2026, 11, 26, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("arg", ["", "2026", "20261", "20261301", "20260230", "x", "99999999"])
def test_a_date_that_is_none_is_a_stale_button(arg):
    with pytest.raises(StaleButton):
        read_day(arg)


@pytest.mark.parametrize("arg", ["", "-1", "zzzzzzzzzzzz", "x!"])
def test_an_instant_that_is_none_is_a_stale_button(arg):
    with pytest.raises(StaleButton):
        read_instant(arg)


def test_a_day_and_its_month_read_back():
    assert read_day("20261126") == date(2026, 11, 26)
    assert read_day("202612") == date(2026, 12, 1)
    assert f"{DAY}20261126".startswith(DAY)
