"""What a head sees of the people of their lines: plain values, made by `hub.inbox.queries.team`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.domain.ids import ManagerId
from hub.inbox.views import RowView


@dataclass(frozen=True, slots=True)
class MemberView:
    """One person's work on the lines the viewer leads.

    `presence` is `Presence` by name. `median` is of the `answered` first answers of today in working time, `None`
    without any; `oldest_at` is when the longest wait began, `None` if nobody waits.
    """

    id: ManagerId
    name: str
    presence: str
    is_on_shift: bool
    conversations: int
    waiting: int
    overdue: int
    oldest_at: datetime | None
    answered: int
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class TeamView:
    """The people of the viewer's lines, those at work first, and what waits for nobody yet."""

    zone: ZoneInfo
    members: Sequence[MemberView]
    queue: int
    queue_oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldView:
    """What one person has open on the lines the viewer leads: the most urgent `rows`, and how many wait in all."""

    id: ManagerId
    name: str
    rows: Sequence[RowView]
    waiting: int
