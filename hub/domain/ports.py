"""What lower rooms need from above, as Protocols; `hub.app` binds them once.

Each has two implementations that run: in this process and over Redis (`hub.hints`), or the real and the demo one.
None of them carries the truth: losing every one of their messages makes the hub slower, never wrong.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from hub.domain.ids import ConversationId, ManagerId
from hub.domain.outbound import SendResult


class Clock(Protocol):
    """The one source of business instants: database time + monotonic elapsed + an offset that is 0 in production."""

    def now(self) -> datetime:
        """Return the instant in UTC."""
        ...


class Wakeup(Protocol):
    """A hint that there is work in a lane (`receipts`, `reply`, `notify`, `crm`, `webhook`, `timers`)."""

    def wake(self, lane: str) -> None:
        """Tell whoever waits on `lane`, in any process, to look now. Never blocks, never fails."""
        ...

    async def wait(self, lane: str, timeout: timedelta) -> None:
        """Return at the next `wake(lane)` since the last call, or after `timeout`."""
        ...


class LiveFeed(Protocol):
    """Live updates for open screens."""

    def publish(self, topic: str, event: Mapping[str, str]) -> None:
        """Tell open screens that `topic` (for instance `conversation:12`) changed. Never blocks, never fails."""
        ...


class RateBuckets(Protocol):
    """Outgoing limits shared by all workers."""

    async def take(self, bucket: str, *, per_second: float, burst: int) -> timedelta:
        """Take one token from `bucket`; return how long to wait before using it (zero: now)."""
        ...

    async def block(self, bucket: str, until: timedelta) -> None:
        """Close `bucket` for `until` from now: the provider said 429 with a wait."""
        ...


class SoftLocks(Protocol):
    """Who is composing an answer (R-11). A hint for people, never a guard."""

    async def touch(self, conversation_id: ConversationId, manager_id: ManagerId) -> ManagerId | None:
        """Mark the conversation for 90 s; return another manager who holds the mark, if any."""
        ...

    async def release(self, conversation_id: ConversationId, manager_id: ManagerId) -> None:
        """Take the manager's mark away; another's stays."""
        ...


class Notifier(Protocol):
    """Brings a notice to a manager's messenger. Built from `bots` by `hub.app`, called by `hub.delivery`."""

    async def notify(self, payload: Mapping[str, object], *, key: str) -> SendResult:
        """Send or refresh what `payload` describes (see `hub.domain.notice`); `key` is the delivery's identity."""
        ...
