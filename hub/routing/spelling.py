"""How people write durations, hours and days in the policy document, and how we write them back.

`15m`, `1h30m`, `7d`; `09:00-13:00`, up to `24:00`; `mon`, `mon-fri`. YAML would read 18:00 as 1080, TOML does not.
"""

import re
from datetime import time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from hub.domain.calendar import Hours
from hub.routing.fault import Misspelt

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
OFF = "off"
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")


def read_duration(written: object) -> timedelta:
    """Return a duration written as `15m`, `1h30m`, `20s` or `7d`.

    Raises:
        ValueError: it is written in another way.
    """
    found = _DURATION.fullmatch(str(written).replace(" ", "").lower())
    if found is None or not any(found.groups()):
        raise Misspelt(
            f"«{written}» не длительность; пишите 20s, 15m, 1h30m или 7d",
            f"'{written}' is no duration; write 20s, 15m, 1h30m or 7d",
        )
    return sum((int(n or 0) * unit for n, unit in zip(found.groups(), _UNITS.values(), strict=True)), timedelta(0))


def write_duration(duration: timedelta) -> str:
    """Return a duration as people write it, whole seconds."""
    left, written = duration, ""
    for letter, unit in _UNITS.items():
        number, left = divmod(left, unit)
        written += f"{number}{letter}" if number else ""
    return written or "0s"


def read_hours(written: str) -> Hours:
    """Return opening hours written as `09:00-13:00`; `22:00-06:00` closes after 24 hours, on the next day.

    Raises:
        ValueError: it is written in another way or is empty.
    """
    found = _HOURS.fullmatch(written.strip())
    if found is None:
        raise Misspelt(f"«{written}» не часы; пишите 09:00-13:00", f"'{written}' are no hours; write 09:00-13:00")
    opens, closes = (timedelta(hours=int(found[i]), minutes=int(found[i + 1])) for i in (1, 3))
    day = timedelta(days=1)
    if opens >= day or closes > day or int(found[2]) > 59 or int(found[4]) > 59 or opens == closes:
        raise Misspelt(
            f"«{written}» не часы суток; самое позднее 24:00",
            f"'{written}' are no hours of a day; the latest end is 24:00",
        )
    return Hours(opens, closes if opens < closes else closes + day)


def read_days(written: str) -> list[int]:
    """Return the days of `mon`, `mon-fri` or `sat,sun` as numbers, Monday 0.

    Raises:
        ValueError: a day is unknown.
    """
    days: list[int] = []
    for piece in written.lower().replace(" ", "").split(","):
        first, _, last = piece.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise Misspelt(
                f"«{written}» не дни; пишите mon, mon-fri или sat,sun",
                f"'{written}' are no days; write mon, mon-fri or sat,sun",
            )
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)]
    return days


def read_clock(written: str) -> time | None:
    """Return the time of day that `18:30` means, `None` for `off`.

    Raises:
        ValueError: it is neither.
    """
    if written.strip().lower() == OFF:
        return None
    found = _CLOCK.fullmatch(written.strip())
    if found is None:
        raise Misspelt(
            f"«{written}» не время дня; пишите, например, 18:30 или off",
            f"'{written}' is no time of day; write for instance 18:30, or off",
        )
    return time(int(found[1]), int(found[2]))


def _checked_clock(written: str) -> str:
    read_clock(written)
    return written


def _checked_hours(written: str) -> str:
    read_hours(written)
    return written


def _checked_days(written: str) -> str:
    read_days(written)
    return written


Duration = Annotated[timedelta, BeforeValidator(read_duration), PlainSerializer(write_duration, return_type=str)]
HoursText = Annotated[str, AfterValidator(_checked_hours)]
DaysText = Annotated[str, AfterValidator(_checked_days)]
ClockText = Annotated[str, AfterValidator(_checked_clock)]
