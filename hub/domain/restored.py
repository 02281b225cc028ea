"""A hub that was restored from a backup is older than the world: what it holds back until a person lets it go on.

What the backup has not sent yet may have left after it was made, and deadlines that passed meanwhile concern people who
may have been answered long ago. So nothing leaves and no timer fires until somebody has looked (reliability case 38).
"""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.delivery import Lane
from hub.domain.timer import TimerKind

HELD_LANES = frozenset(Lane) - {Lane.media}
"""Everything that speaks to somebody; files of clients are still fetched."""

UNFIRED = frozenset(
    {
        TimerKind.first_response,
        TimerKind.next_response,
        TimerKind.level,
        TimerKind.callback,
        TimerKind.resolution,
        TimerKind.task,
        TimerKind.accept,
        TimerKind.call_confirmation,
        TimerKind.automation,
    }
)
"""Kinds whose old timers never fire: they speak of lateness, move clients on, or write to them.

The others put the house in order, as the end of a shift or of a call does, and run when the hub goes on.
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """The last restore of an installation: at which instant, from a backup made when (both UTC).

    Rows with an id up to `last_id` came from the backup. `released_at` is None as long as the hub is held.
    """

    at: datetime
    made_at: datetime
    last_id: int
    released_at: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether nobody has let the hub go on yet."""
        return self.released_at is None
