"""The lane of notices: what a manager is told, through the Notifier that `hub.app` binds.

The notifier makes the screen from the state at sending and redraws what it has shown already, so a repeated notice is
no second one. That a manager has blocked the bot is the notifier's to note (R-6).
"""

from dataclasses import dataclass

from hub.crash import crash_point
from hub.delivery.worker import LaneWork
from hub.domain.outbound import SendResult
from hub.domain.ports import Notifier
from hub.store.deliveries import ClaimedDelivery


@dataclass(frozen=True, slots=True)
class NoticeHandler:
    """Brings notices to managers."""

    notifier: Notifier

    def as_lane(self) -> LaneWork:
        """Return the notify lane's work."""
        return LaneWork(self.send)

    async def send(self, claimed: ClaimedDelivery) -> SendResult:
        """Show or refresh what the payload names."""
        crash_point("notice.before_send")
        result = await self.notifier.notify(claimed.payload, key=claimed.key)
        crash_point("notice.after_send")
        return result
