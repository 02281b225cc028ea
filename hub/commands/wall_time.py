"""The wall clock of the business: every time a command prints for people is of the default line's zone.

JSON keeps instants in UTC with their offset.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.app.ground import Ground
from hub.app.rules import Rules


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


async def read_wall_time(ground: Ground) -> WallTime:
    """Return the wall clock by the policy in force."""
    rules = Rules(ground)
    await rules.reload()
    policy = rules()
    return WallTime(policy.get_line(policy.default_line).calendar.zone)
