"""Outgoing limits as token buckets: 30 a second per bot, 1 a second per chat with a short burst, 20 a minute per group.

The provider publishes no exact rule (core.telegram.org/bots/faq, 2026); these are its advice. Off unless switched on,
so that ordinary tests are not slowed. Time comes from the world's clock.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from hub.testing.telegram.refusals import too_many
from hub.testing.telegram.state import Chat

_FREE = frozenset({"sendchataction"})


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: datetime

    def take(self, now: datetime, *, per_second: float, burst: int) -> float:
        """Take a token; return the seconds until there is one, 0 if it was taken."""
        self.tokens = min(burst, self.tokens + (now - self.filled_at).total_seconds() * per_second)
        self.filled_at = now
        if self.tokens < 1:
            return (1 - self.tokens) / per_second
        self.tokens -= 1
        return 0.0


class Limits:
    """The buckets of one bot; `refused` counts the calls that met an empty one."""

    def __init__(self) -> None:
        self.is_on = False
        self.refused = 0
        self._buckets: dict[str, _Bucket] = {}

    def charge(self, method: str, chat: Chat, now: datetime) -> None:
        """Count a sending or editing call.

        Raises:
            ApiRefusal: 429 with `retry_after`, if the bot or the chat has used up its share.
        """
        if not self.is_on or method in _FREE or not method.startswith(("send", "edit", "copy", "forward")):
            return
        per_second, burst = (20 / 60, 20) if chat.type != "private" else (1.0, 3)
        wait = self._take("bot", now, per_second=30, burst=30) or self._take(
            f"chat:{chat.id}", now, per_second=per_second, burst=burst
        )
        if wait:
            self.refused += 1
            raise too_many(math.ceil(wait))

    def _take(self, name: str, now: datetime, *, per_second: float, burst: int) -> float:
        bucket = self._buckets.setdefault(name, _Bucket(burst, now))
        return bucket.take(now, per_second=per_second, burst=burst)
