"""The lane of notices: what a manager is told, through the Notifier that `hub.app` binds.

The notifier makes the screen from the state at sending and redraws what it has shown already, so a repeated notice is
no second one. That a manager has blocked the bot is the notifier's to note (R-6). Without a manager bot, or with one
whose token is refused, notices wait: none is lost and no attempt counts. Who can be told by e-mail does not wait long
(`mail_notices`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from hub.crash import crash_point
from hub.delivery.alarms import Alarms
from hub.delivery.mail_notices import MailNotices
from hub.delivery.worker import LaneWork
from hub.domain.delivery import Notice
from hub.domain.ids import ConnectionId
from hub.domain.outbound import Failed, Later, SendResult
from hub.domain.ports import Notifier
from hub.store.connections import ConnectionRow
from hub.store.deliveries import CONNECTION_PAUSED, ClaimedDelivery

_PLACES = 128
"""Notices under way at once: they share their statements, so many cost little more than few (48 carried 160 a second on
two cores, 128 carry 200). A limit of the messenger comes back as a wait."""
_REDRAWS = frozenset({Notice.card_changed, Notice.offers_changed})


@dataclass(frozen=True, slots=True)
class NoticeHandler:
    """Brings notices to managers. `find_bot` returns the manager bot's connection as it is now, if there is one.

    `by_mail` decides for managers who have a mailbox.
    """

    notifier: Notifier
    alarms: Alarms
    find_bot: Callable[[], ConnectionRow | None]
    by_mail: MailNotices | None = None

    def as_lane(self) -> LaneWork:
        """Return the notify lane's work."""
        return LaneWork(self.send, is_merged=_is_redraw, places=_PLACES)

    async def send(self, claimed: ClaimedDelivery) -> SendResult:
        """Show or refresh what the payload names, by the bot or, where that takes nothing, by e-mail."""
        return await (self._show(claimed) if self.by_mail is None else self.by_mail.send(claimed, self._show))

    async def _show(self, claimed: ClaimedDelivery) -> SendResult:
        """Show it in the messenger; a refused token pauses the bot's connection and keeps the notice."""
        bot = self.find_bot()
        if bot is None or bot.state == "paused":
            return Later(CONNECTION_PAUSED)
        crash_point("notice.before_send")
        result = await self.notifier.notify(claimed.payload, key=claimed.key)
        crash_point("notice.after_send")
        if isinstance(result, Failed) and result.is_connection_fault:
            await self.alarms.pause(ConnectionId(bot.id), result.explanation)
            return Later(CONNECTION_PAUSED)
        return result


def _is_redraw(claimed: ClaimedDelivery) -> bool:
    """Tell whether a notice only redraws a card, for the first time: it stands for all that wait for the same card.

    One that is tried again may be near its last attempt, and the last state must not end with it.
    """
    return claimed.attempt == 1 and claimed.payload.get("notice") in _REDRAWS
