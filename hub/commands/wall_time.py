"""The wall clock of the business: every time a command prints for people is of the default line's zone.

JSON keeps instants in UTC with their offset.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.app.ground import Ground
from hub.app.rules import Rules
from hub.commands.machine import MachineClock
from hub.domain.errors import ConfigError

_DAYS = ("%Y-%m-%d", "%d.%m.%Y")
_YEARS = range(2000, 2101)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WallTime:
    """How instants are shown; `zone` is named beside them."""

    zone: ZoneInfo

    def minute(self, at: datetime | None) -> str:
        """Return date and time to the minute; nothing for nothing."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}" if at else ""

    def second(self, at: datetime) -> str:
        """Return the time of day to the second."""
        return f"{at.astimezone(self.zone):%H:%M:%S}"


def read_day(written: str | None) -> date | None:
    """Return the day somebody typed, `2026-11-22` or `22.11.2026`; `None` for none.

    Raises:
        ConfigError: it is no day, or one in which no hub was or will be.
    """
    if written is None:
        return None
    for form in _DAYS:
        with suppress(ValueError):
            day = datetime.strptime(written.strip(), form).date()  # noqa: DTZ007 - a day of the business, not an instant
            if day.year not in _YEARS:
                raise ConfigError(f"the year of {written} is out of reach: name a day of {_YEARS[0]} to {_YEARS[-1]}")
            return day
    raise ConfigError(f"'{written}' is no day: write it like 2026-11-22 or 22.11.2026")


def refuse_empty(first: date | None, last: date | None) -> None:
    """Refuse days in which nothing can have happened: an empty answer would read as good news.

    Raises:
        ConfigError: the last day is before the first, or the first is still ahead wherever on earth one stands.
    """
    if first and last and last < first:
        raise ConfigError(f"the last day {last} is before the first, {first}: change places")
    if first and first > MachineClock().now().date() + _ONE_DAY:
        raise ConfigError(f"the first day {first} is still ahead: name one that has come")


async def read_wall_time(ground: Ground) -> WallTime:
    """Return the wall clock by the policy in force."""
    rules = Rules(ground)
    await rules.reload()
    policy = rules()
    return WallTime(policy.get_line(policy.default_line).calendar.zone)
