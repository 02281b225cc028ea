"""The wall clock of the business: every time a command prints for people is of the default line's zone.

JSON keeps instants in UTC with their offset.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.app.ground import Ground
from hub.app.rules import Rules
from hub.domain.errors import ConfigError


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


def refuse_backward(first: date | None, last: date | None) -> None:
    """Refuse days that no instant lies in: an empty answer would read as good news.

    Raises:
        ConfigError: the last day is before the first.
    """
    if first and last and last < first:
        raise ConfigError(f"the last day {last:%Y-%m-%d} is before the first, {first:%Y-%m-%d}: change places")


async def read_wall_time(ground: Ground) -> WallTime:
    """Return the wall clock by the policy in force."""
    rules = Rules(ground)
    await rules.reload()
    policy = rules()
    return WallTime(policy.get_line(policy.default_line).calendar.zone)
