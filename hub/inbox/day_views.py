"""A day and a week of the lines somebody leads: plain values, made by `hub.inbox.queries.day`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hub.domain.ids import ConversationId


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests by what became of them: answered within their time, late, or waiting with time left.

    `late` counts whatever missed its deadline, answered since or not.
    """

    in_time: int = 0
    late: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.in_time + self.late + self.waiting


@dataclass(frozen=True, slots=True)
class SpanView:
    """The figures of a span of time.

    `leads` are those that began in it. `median` and `p90` are of first answers in working time, `None` without any.
    `missed` counts numbers whose call was missed, `called_back` those somebody talked or wrote to since (C-4, C-5).
    """

    leads: int
    asked: Asked
    answered: int
    median: timedelta | None
    p90: timedelta | None
    missed: int
    called_back: int


@dataclass(frozen=True, slots=True)
class LateView:
    """A request that missed its deadline: `manager` was responsible then, empty for nobody."""

    conversation_id: ConversationId
    number: int
    contact_name: str
    manager: str
    is_answered: bool


@dataclass(frozen=True, slots=True)
class PersonDay:
    """What one person did: answers sent with their median in working time, and deadlines missed while responsible."""

    name: str
    answered: int
    median: timedelta | None
    late: int


@dataclass(frozen=True, slots=True)
class UsualDay:
    """The average of the same weekday in the weeks before, up to the same time of day; `days` had any request."""

    days: int
    leads: float
    late: float
    missed: float
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class DayView:
    """Today up to now, on the lines the viewer leads.

    `by_channel` counts new leads by kind of channel, most first. `late` are the worst of `span.asked.late`. `hours`
    holds what was asked in each hour of the day, `usual_hours` the average of each on such days before. `weekdays` are
    those days up to the same time, the oldest first, today last. `waiting` and `overdue` count everybody who waits now.
    """

    day: date
    zone: ZoneInfo
    is_day_off: bool
    span: SpanView
    by_channel: Sequence[tuple[str, int]]
    late: Sequence[LateView]
    people: Sequence[PersonDay]
    usual: UsualDay | None
    hours: Sequence[Asked]
    usual_hours: Sequence[float]
    weekdays: Sequence[tuple[date, Asked]]
    waiting: int
    overdue: int

    @property
    def says_nothing(self) -> bool:
        """Tell whether nothing happened on a day on which nobody was to work."""
        is_empty = not (self.span.leads or self.span.asked.total or self.span.missed or self.overdue)
        return self.is_day_off and is_empty


@dataclass(frozen=True, slots=True)
class WeekView:
    """The last seven days with today up to now, the oldest first, and the seven before them up to the same time."""

    zone: ZoneInfo
    days: Sequence[tuple[date, SpanView]]
    whole: SpanView
    before: SpanView
