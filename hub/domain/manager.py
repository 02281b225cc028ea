"""A manager: a person of the business who answers, and whether they work right now.

Presence of an application is never a signal: a person is on shift by schedule or by saying so (R-6).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from hub.domain.calendar import HORIZON, Calendar
from hub.domain.ids import ManagerId

SHORT_BREAK = timedelta(hours=2)
"""A pause in a shift up to here is a break, not its end."""


class Role(StrEnum):
    """What a person of the business may see and do (RG-1)."""

    manager = "manager"
    head = "head"
    admin = "admin"


class Presence(StrEnum):
    """What the person said last: follow the schedule, «я работаю», on a break, or not today."""

    schedule = "schedule"
    working = "working"
    paused = "paused"
    off = "off"


@dataclass(frozen=True, slots=True)
class Manager:
    """A person of the business. `key` is the name in the policy document.

    `presence` holds until `presence_until`, then the schedule again; `None` means until changed. `is_reachable` is
    False once the person has blocked the manager bot.
    """

    id: ManagerId
    key: str
    name: str
    role: Role = Role.manager
    is_active: bool = True
    language: str = "ru"
    presence: Presence = Presence.schedule
    presence_until: datetime | None = None
    tg_user_id: int | None = None
    is_reachable: bool = True
    last_assigned_at: datetime | None = None

    def presence_at(self, at: datetime) -> Presence:
        """Return what holds at `at`: a word that has run out means the schedule."""
        if self.presence_until is not None and at >= self.presence_until:
            return Presence.schedule
        return self.presence


def is_on_shift(manager: Manager, shift: Calendar, at: datetime) -> bool:
    """Tell whether a manager works at `at`: by their own word, else by `shift`, personal or the line's hours (R-6)."""
    match manager.presence_at(at):
        case Presence.working | Presence.paused:
            return True
        case Presence.off:
            return False
        case Presence.schedule:
            return shift.is_open(at)
        case never:
            assert_never(never)


def next_shift_start(manager: Manager, shift: Calendar, at: datetime) -> datetime | None:
    """Return when a manager works next, `at` if now; `None` if not within 60 days or only when they say so (R-3)."""
    if is_on_shift(manager, shift, at):
        return at
    if manager.presence_at(at) is Presence.schedule:
        return shift.next_opening(at)
    return shift.next_opening(manager.presence_until) if manager.presence_until else None


def shift_end(manager: Manager, shift: Calendar, at: datetime) -> datetime | None:
    """Return when a manager who works at `at` stops for longer than a break; `None` if off, or with no end in sight.

    Their own word, «я работаю» until an instant, comes before the schedule (R-6, R-13).
    """
    if not is_on_shift(manager, shift, at):
        return None
    by_word = manager.presence_at(at) is not Presence.schedule
    if by_word and manager.presence_until is None:
        return None
    since = manager.presence_until if by_word and manager.presence_until else at
    return _closing_after(shift, since)


def _closing_after(shift: Calendar, since: datetime) -> datetime | None:
    closing: datetime | None = since
    if shift.is_open(since):
        closing = shift.next_closing(since)
    while closing is not None and closing < since + HORIZON:
        opening = shift.next_opening(closing)
        if opening is None or opening - closing > SHORT_BREAK:
            return closing
        closing = shift.next_closing(opening)
    return None
