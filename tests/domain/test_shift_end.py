"""When a shift ends: breaks do not end it, a person's own word comes first (R-6, R-13)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.domain.calendar import Calendar, Hours
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Presence, shift_end
from hub.routing.build import to_policy
from hub.routing.document import parse_policy

MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE = """
[calendars.office]
[calendars.office.hours]
mon-thu = ["09:00-13:00", "14:00-18:00"]
fri = ["09:00-12:00", "16:00-18:00"]
[calendars.always]
always_open = true
[lines.sales]
name = "Продажи"
calendar = "office"
[lines.night]
name = "Ночь"
calendar = "always"
"""


def on(day: int, clock: str) -> datetime:
    """A moment of the week of Monday 2 March 2026 in Moscow."""
    hours, minutes = map(int, clock.split(":"))
    return datetime(2026, 3, 2 + day, hours, minutes, tzinfo=MOSCOW)


def calendar(line: str) -> Calendar:
    policy = to_policy(parse_policy(OFFICE), 1)
    return next(each.calendar for key, each in policy.lines.items() if key == line)


def manager(presence: Presence = Presence.schedule, until: datetime | None = None) -> Manager:
    return Manager(ManagerId(1), "anna", "Анна", presence=presence, presence_until=until)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (on(0, "10:00"), on(0, "18:00")),  # lunch is a break
        (on(0, "17:59"), on(0, "18:00")),
        (on(4, "10:00"), on(4, "12:00")),  # four hours off end the shift
        (on(0, "13:30"), None),  # at lunch nobody's shift is running
        (on(0, "20:00"), None),
    ],
)
def test_r13_a_shift_ends_where_a_pause_is_longer_than_a_break(at: datetime, ends: datetime | None) -> None:
    assert shift_end(manager(), calendar("sales"), at) == ends


@pytest.mark.parametrize(
    ("presence", "until", "ends"),
    [
        (Presence.working, on(0, "21:00"), on(0, "21:00")),
        (Presence.working, on(0, "15:00"), on(0, "18:00")),  # then the schedule goes on
        (Presence.working, on(0, "13:30"), on(0, "18:00")),
        (Presence.working, None, None),
        (Presence.off, on(0, "15:00"), None),
        (Presence.paused, on(0, "12:30"), on(0, "18:00")),
    ],
)
def test_r13_the_word_of_the_person_comes_before_the_schedule(
    presence: Presence, until: datetime | None, ends: datetime | None
) -> None:
    assert shift_end(manager(presence, until), calendar("sales"), on(0, "12:00")) == ends


def test_r13_a_shift_round_the_clock_has_no_end() -> None:
    assert shift_end(manager(), calendar("night"), on(0, "12:00") + timedelta(days=3)) is None


def test_r13_a_shift_that_only_ever_pauses_for_minutes_has_no_end_in_sight():
    day = (Hours(timedelta(0), timedelta(hours=4)), Hours(timedelta(hours=4, minutes=1), timedelta(hours=24)))

    assert shift_end(manager(), Calendar(MOSCOW, (day,) * 7), on(0, "10:00")) is None
