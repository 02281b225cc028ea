"""The queue of one bot's updates, with the rules programs must live with.

An update is confirmed only by a later call with a higher offset. Kinds not allowed at the moment of creation are lost
for good. Messages wait 24 hours after their own date, presses 150 seconds, inline
queries 30 (tdlib/telegram-bot-api, Client.cpp, 2026).
After a week without updates the real ids go on at a random number; here at a lower one, which is the harder case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.testing.telegram.state import Json

_MESSAGE_LIFE = timedelta(hours=24)
_LIVES = {"callback_query": timedelta(seconds=150), "inline_query": timedelta(seconds=30)}
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_QUIET_WEEK = timedelta(days=7)
_FIRST_UPDATE_ID = 700_000_001
_LOWER = 1_000_000


@dataclass(frozen=True, slots=True)
class Update:
    """One update; `order_key` names the queue it is delivered in: chats and pressing users have their own."""

    update_id: int
    kind: str
    payload: Json
    expires_at: datetime
    order_key: str

    def as_json(self) -> Json:
        """Return the provider's Update object."""
        return {"update_id": self.update_id, self.kind: self.payload}


class UpdateQueue:
    """Updates that the bot has not confirmed yet, oldest first."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()
        self._updates: list[Update] = []
        self._next_id = _FIRST_UPDATE_ID
        self._last_at: datetime | None = None

    def add(self, kind: str, payload: Json, *, order_key: str, at: datetime) -> None:
        """Queue an update dated `at`, unless its kind is not allowed now."""
        if not self._is_allowed(kind):
            return
        if self._last_at is not None and at - self._last_at >= _QUIET_WEEK:
            self._next_id -= _LOWER
        self._last_at = at
        life = _LIVES.get(kind, _MESSAGE_LIFE)
        self._updates.append(Update(self._next_id, kind, payload, at + life, order_key))
        self._next_id += 1

    def pending(self, now: datetime) -> Sequence[Update]:
        """Return what is still worth delivering; the expired are forgotten."""
        self._updates = [update for update in self._updates if update.expires_at > now]
        return tuple(self._updates)

    def confirm_before(self, offset: int) -> None:
        """Forget updates with ids under `offset`; a negative one keeps only that many of the newest."""
        if offset < 0:
            self._updates = self._updates[offset:]
        else:
            self._updates = [update for update in self._updates if update.update_id >= offset]

    def remove(self, update: Update) -> None:
        """Forget one update that a webhook took."""
        self._updates = [kept for kept in self._updates if kept.update_id != update.update_id]

    def clear(self) -> None:
        """Forget everything (`drop_pending_updates`)."""
        self._updates = []

    def _is_allowed(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT
