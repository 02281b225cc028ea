"""The lane of calls ordered from cards: a PBX is asked to ring the manager, then the client, at most once.

A telephone that rings twice, or an hour later, is worse than one that does not: a request without an answer is never
repeated but told as it is. What cannot be placed before a second press could order another call is given up in words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from hub.channels.base import Originates
from hub.crash import crash_point
from hub.delivery.retry import PLANS
from hub.delivery.worker import LaneWork
from hub.domain.delivery import Lane
from hub.domain.outbound import Failed, Later, SendResult
from hub.domain.workset import Settled
from hub.inbox.calling import settle_order
from hub.inbox.folds.call_orders import ONE_ORDER_IN
from hub.inbox.office import Office
from hub.store.deliveries import ClaimedDelivery
from hub.store.flush import LeaseLost

WITHIN = ONE_ORDER_IN
_LATE = Failed("too_late", "the order is too old: a second press may have ordered another call")
_GONE = Failed("no_pbx", "the connection is gone or places no calls any more")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CallHandler:
    """Places ordered calls. `channel_of` gives a connection's adapter, if it is there."""

    office: Office
    channel_of: Callable[[int], object | None]

    def as_lane(self) -> LaneWork:
        """Return the call lane's work."""
        return LaneWork(self.place, self.finish, is_repeatable=lambda _: False)

    async def place(self, claimed: ClaimedDelivery) -> SendResult:
        """Ask the provider for one call. A connection is never paused for it: clients still call in by it."""
        if self.office.clock.now() >= claimed.created_at + WITHIN:
            return _LATE
        channel = self.channel_of(claimed.connection_id or 0)
        if not isinstance(channel, Originates):
            return _GONE
        extension, phone = str(claimed.payload["extension"]), str(claimed.payload["phone"])
        crash_point("call.before_originate")
        result = await channel.originate(extension, phone, f"hub-{claimed.id}")
        crash_point("call.after_originate")
        return self._give_up(claimed, result) if isinstance(result, Later) else result

    async def finish(self, claimed: ClaimedDelivery, result: SendResult, settled: Settled) -> None:
        """Write the end of the attempt, and tell who ordered the call what went wrong."""
        del result
        try:
            await settle_order(self.office, claimed, settled)
        except LeaseLost:
            _log.info("call.left_to_the_holder", delivery_id=claimed.id)

    def _give_up(self, claimed: ClaimedDelivery, result: Later) -> SendResult:
        """Return the refusal that a wait has come to if there is no time left for it."""
        is_last = claimed.attempt >= PLANS[Lane.call].attempts
        until = self.office.clock.now() + (result.retry_after or timedelta(0))
        return Failed("busy", result.reason) if is_last or until >= claimed.created_at + WITHIN else result
