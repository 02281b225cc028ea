"""An inbound event with where and when it came in."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.inbound import InboundEvent
from hub.domain.wait import accepted_instant
from hub.inbox.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event with where and when it came in. `is_history`: older than the connection, imported quietly (FR-7)."""

    endpoint: Endpoint
    event: InboundEvent
    received_at: datetime
    is_history: bool = False

    @property
    def at(self) -> datetime:
        """Return the instant to count from (semantics §1)."""
        return self.event.occurred_at if self.is_history else accepted_instant(self.event.occurred_at, self.received_at)
