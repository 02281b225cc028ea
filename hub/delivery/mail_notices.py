"""Notices by e-mail while the messenger is away, or for a manager who has no chat with the bot (telegram 12.44).

A notice that the messenger has not taken for `after` goes to the manager's own mailbox as a card; so do all that
follow, at once, until the messenger takes something again. What went by mail is not told again as new: a quiet redraw
of the card is owed to the chat instead, on a key of its own, so that it holds up nobody; what only redraws or asks is
owed as it is. Owed notices are tried every minute for ever, and that is how the messenger's return is noticed.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from hub.crash import crash_point
from hub.delivery.retry import PLANS
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import ConversationId, DeliveryId, ManagerId
from hub.domain.order import order_hash
from hub.domain.outbound import Failed, Later, SendResult, Sent, Unknown
from hub.domain.ports import Notifier
from hub.domain.workset import WorkingSet
from hub.inbox.office import Office
from hub.store.deliveries import CONNECTION_PAUSED, ClaimedDelivery
from hub.store.scope import Scope

OWED = "owed"
"""The mark in the payload of a notice that waits for the messenger, however long, and never goes by mail."""

OWED_AFTER = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(minutes=5)
"""Silence that nothing has confirmed for so long is forgotten: another process may have met the messenger since."""

_NO_CHAT = frozenset({"not_found", "blocked"})
_ONLY_IN_CHAT = frozenset(
    {
        Notice.card_changed,
        Notice.taken_away,
        Notice.match_question,
        Notice.call_result,
        Notice.call_state,
        Notice.recording,
        Notice.restored,
        Notice.offers_changed,
        Notice.overheard,
        Notice.overheard_burst,
        Notice.chat_ended,
        Notice.room_farewell,
    }
)
_log = structlog.get_logger()
Try = Callable[[ClaimedDelivery], Awaitable[SendResult]]


@dataclass(slots=True)
class Silence:
    """Since when the messenger takes nothing, as this process knows it, and when it was asked last."""

    since: datetime | None = None
    confirmed_at: datetime | None = None

    def heed(self, result: SendResult, now: datetime) -> None:
        """Take note of what an attempt said; a wish to be asked later is an answer too."""
        is_mute = isinstance(result, Unknown) or (isinstance(result, Later) and result.retry_after is None)
        self.since = (self.present(now) or now) if is_mute else None
        self.confirmed_at = now if is_mute else None

    def present(self, now: datetime) -> datetime | None:
        """Return since when it is silent, `None` if it is not or nobody knows."""
        is_known = self.confirmed_at is not None and now - self.confirmed_at <= FORGOTTEN_AFTER
        return self.since if is_known else None


@dataclass(frozen=True, slots=True)
class MailNotices:
    """Decides by which way a notice goes. `letters` sends a card to the manager's mailbox.

    `has_mailbox` tells whether a manager can be told so at all: a mailbox of their own, and one of ours to write from.
    """

    office: Office
    letters: Notifier
    has_mailbox: Callable[[ManagerId], bool]
    after: timedelta
    silence: Silence = field(default_factory=Silence)

    async def send(self, claimed: ClaimedDelivery, by_messenger: Try) -> SendResult:
        """Bring a notice to its manager by the messenger, else by mail. Commits what is owed before it mails."""
        if _notice_of(claimed) is Notice.mail_refused:
            return await self._mail(claimed)
        if claimed.payload.get(OWED) or not self.has_mailbox(ManagerId(claimed.manager_id or 0)):
            return await self._by_messenger(claimed, by_messenger)
        if not self._is_over(self.silence.present(self.office.clock.now())):
            result = await self._by_messenger(claimed, by_messenger)
            if isinstance(result, Failed) and result.reason in _NO_CHAT:
                return result if _notice_of(claimed) in _ONLY_IN_CHAT else await self._mail(claimed)
            if not isinstance(result, Later | Unknown):
                return result
            if not self._is_over(self._silent_since(claimed)):
                return self._until_over(claimed, result)
        return await self._instead(claimed)

    async def _by_messenger(self, claimed: ClaimedDelivery, by_messenger: Try) -> SendResult:
        result = await by_messenger(claimed)
        self.silence.heed(result, self.office.clock.now())
        is_waiting = isinstance(result, Unknown) or (isinstance(result, Later) and result.retry_after is None)
        return Later(CONNECTION_PAUSED) if claimed.payload.get(OWED) and is_waiting else result

    async def _instead(self, claimed: ClaimedDelivery) -> SendResult:
        """Owe the chat what is right, and mail the rest; a letter that cannot go leaves the notice where it was."""
        await self._owe(claimed)
        if _notice_of(claimed) in _ONLY_IN_CHAT:
            return Sent((), self.office.clock.now())
        return await self._mail(claimed)

    async def _mail(self, claimed: ClaimedDelivery) -> SendResult:
        crash_point("notice.before_mail")
        result = await self.letters.notify(claimed.payload, key=claimed.key)
        crash_point("notice.after_mail")
        _log.info("notice.mailed", delivery_id=claimed.id, outcome=type(result).__name__.lower())
        return Later(f"mail: {result.reason}") if isinstance(result, Failed) and result.is_connection_fault else result

    async def _owe(self, claimed: ClaimedDelivery) -> None:
        payload = _owed(claimed)
        if payload is None:
            return
        key = f"{OWED}:{claimed.key}"

        def fold(rows: WorkingSet) -> None:
            rows.deliveries[key] = Delivery(
                id=DeliveryId(rows.new_id()),
                lane=Lane.notify,
                order_hash=order_hash(OWED, claimed.manager_id, claimed.conversation_id or claimed.key),
                key=key,
                due_at=rows.now + OWED_AFTER,
                created_at=rows.now,
                payload=payload,
                conversation_id=ConversationId(claimed.conversation_id) if claimed.conversation_id else None,
                manager_id=ManagerId(claimed.manager_id or 0),
            )

        await self.office.change(Scope(ids=1), fold)

    def _silent_since(self, claimed: ClaimedDelivery) -> datetime:
        known = self.silence.present(self.office.clock.now())
        return min(claimed.first_attempt_at, known or claimed.first_attempt_at)

    def _is_over(self, since: datetime | None) -> bool:
        return since is not None and self.office.clock.now() - since >= self.after

    def _until_over(self, claimed: ClaimedDelivery, result: Later | Unknown) -> SendResult:
        """Return the result, or a wait that ends with the patience where the usual one would pass its end."""
        left = self._silent_since(claimed) + self.after - self.office.clock.now()
        usual = PLANS[Lane.notify].first * 2.0 ** min(claimed.attempt - 1, 20)
        has_wish = isinstance(result, Later) and result.retry_after is not None
        return result if has_wish or usual <= left else Later(CONNECTION_PAUSED, left)


def _notice_of(claimed: ClaimedDelivery) -> Notice:
    return Notice(str(claimed.payload["notice"]))


def _owed(claimed: ClaimedDelivery) -> Mapping[str, object] | None:
    """Return what the chat is owed for a notice: itself where it only belongs there, else its card drawn quietly."""
    if _notice_of(claimed) in _ONLY_IN_CHAT:
        return {**claimed.payload, OWED: True}
    if not claimed.conversation_id:
        return None
    about = {"manager_id": claimed.manager_id, "conversation_id": claimed.conversation_id}
    return {"notice": Notice.card_changed.value, **about, OWED: True}
