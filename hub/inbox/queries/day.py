"""Today and the last week of the lines somebody leads: RP-1, RP-5, RP-6 and RP-7 in a few figures.

Definitions are those of the reports (semantics §9), told from the same ledgers: working time by the calendar frozen in
a wait, credit to who sent an answer (S7), a breach to who was responsible. Days before are looked at up to the same
time of day, so that a morning is compared with mornings. Dates are of the default line's zone.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from heapq import nlargest
from zoneinfo import ZoneInfo

from hub.domain.audit import Deed
from hub.domain.ids import ConversationId
from hub.domain.metrics import Measured, ResponseFigures, spread_of
from hub.domain.rebuilding import Ending
from hub.domain.rights import Person
from hub.domain.wait import WaitKind
from hub.inbox.auditing import note
from hub.inbox.day_views import Asked, DayView, LateView, PersonDay, SpanView, UsualDay, WeekView
from hub.inbox.office import Office
from hub.inbox.queries.reports import asking
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.leads_told import stream_told_leads
from hub.inbox.queries.reports.measuring import holder_in, stream_measured
from hub.inbox.queries.team import lines_led
from hub.inbox.viewer import reach_of
from hub.store import reports, team
from hub.store.pool import Connection
from hub.store.reports import Period

WEEKS = 4
LATE_SHOWN = 8
HOURS = 24
_DAY = timedelta(days=1)


async def open_day(office: Office, actor: Person) -> DayView:
    """Return `get_day` to who asks for it; that it was read is an audit fact (RG-6), committed at the end."""
    seen = await get_day(office, actor)
    await note(office, actor, Deed.report_read, "report:day")
    return seen


async def open_week(office: Office, actor: Person) -> WeekView:
    """Return the last seven days beside the seven before; the audit fact is committed at the end (RG-6).

    Raises:
        PermissionDenied: the actor leads no line.
    """
    lines_led(office, actor)
    async with reports.reading(office.pool) as connection:
        question = await asking.resolve(connection, office, actor, asking.Asked())
        today = question.now.astimezone(question.zone).date()
        days = [today - _DAY * back for back in range(6, -1, -1)]
        spans = [(day, await _add_up(connection, _about(question, day, day))) for day in days]
        whole = await _add_up(connection, _about(question, days[0], today))
        before = await _add_up(connection, _about(question, days[0] - 7 * _DAY, today - 7 * _DAY))
    await note(office, actor, Deed.report_read, "report:week")
    return WeekView(question.zone, [(day, sums.view()) for day, sums in spans], whole.view(), before.view())


async def get_day(office: Office, actor: Person) -> DayView:
    """Return today up to now on the lines the actor leads, all as of one instant.

    Raises:
        PermissionDenied: the actor leads no line.
    """
    led, reach = lines_led(office, actor), reach_of(actor)
    async with reports.reading(office.pool) as connection:
        question = await asking.resolve(connection, office, actor, asking.Asked())
        day = question.now.astimezone(question.zone).date()
        today = await _add_up(connection, _about(question, day, day))
        days = [day - 7 * _DAY * back for back in range(WEEKS, 0, -1)]
        before = [await _add_up(connection, _about(question, each, each)) for each in days]
        late = await _list_late(connection, today)
        work = await team.list_work(connection, reach, since=question.now, now=question.now)
    weekdays = [*zip(days, (sums.asked() for sums in before), strict=True), (day, today.asked())]
    calendars = [office.policy().get_line(line).calendar for line in led]
    midnight = _midnight(day, question.zone)
    return DayView(
        day=day,
        zone=question.zone,
        is_day_off=not any(each.list_open_spans(midnight, midnight + _DAY) for each in calendars),
        span=today.view(),
        by_channel=today.leads.most_common(),
        late=late,
        people=today.people(),
        usual=_usual(before),
        hours=[today.hours[hour].asked() for hour in range(HOURS)],
        usual_hours=_usual_hours(before),
        weekdays=weekdays,
        waiting=sum(each.waiting for each in work),
        overdue=sum(each.overdue for each in work),
    )


@dataclass(slots=True)
class _Fates:
    """What became of requests, counted."""

    in_time: int = 0
    late: int = 0
    waiting: int = 0

    def add(self, measured: Measured, *, is_late: bool) -> None:
        self.late += is_late
        self.waiting += measured.story.ending is Ending.running and not is_late
        self.in_time += measured.story.ending is not Ending.running and not is_late

    def asked(self) -> Asked:
        return Asked(self.in_time, self.late, self.waiting)


@dataclass(slots=True)
class _Work:
    """One person's answers in working seconds, and missed deadlines."""

    late: int = 0
    answers: list[int] = field(default_factory=list)

    def told_of(self, name: str) -> PersonDay:
        return PersonDay(name, len(self.answers), _length(spread_of(self.answers).median), self.late)


@dataclass(slots=True)
class _Sums:
    """Everything of a span that is added up in one pass over its leads and waits."""

    question: Question
    first: ResponseFigures
    leads: "Counter[str]" = field(default_factory=Counter)
    hours: dict[int, _Fates] = field(default_factory=lambda: defaultdict(_Fates))
    of: dict[int | None, _Work] = field(default_factory=lambda: defaultdict(_Work))
    late: list[tuple[float, int, Measured]] = field(default_factory=list)
    missed: int = 0
    called_back: int = 0

    def add(self, measured: Measured) -> None:
        wait = measured.story.wait
        self._add_call(measured)
        if not measured.is_counted:
            return
        is_late = wait.breached_at is not None or measured.is_overdue(self.question.now)
        self.hours[wait.started_at.astimezone(self.question.zone).hour].add(measured, is_late=is_late)
        if wait.kind is WaitKind.first_response:
            self.first.add(measured)
        if is_late:
            lateness = ((wait.ended_at or self.question.now) - wait.deadline_at).total_seconds()
            self.late = nlargest(LATE_SHOWN, [*self.late, (lateness, int(wait.id), measured)])
        if not wait.is_late_delivery:
            self._credit(measured, is_late=is_late)

    def _add_call(self, measured: Measured) -> None:
        wait = measured.story.wait
        if wait.missed_calls and wait.callback_due_at is not None and measured.story.ending is not Ending.cancelled:
            self.missed += 1
            self.called_back += measured.is_answered

    def _credit(self, measured: Measured, *, is_late: bool) -> None:
        if measured.is_answered and measured.working is not None:
            seconds = max(int(measured.working.total_seconds()), 0)
            self.of[measured.story.wait.responder_id].answers.append(seconds)
        if is_late:
            self.of[holder_in(measured, self.question.now)].late += 1

    def asked(self) -> Asked:
        fates = [each.asked() for each in self.hours.values()]
        in_time, late = sum(each.in_time for each in fates), sum(each.late for each in fates)
        return Asked(in_time, late, sum(each.waiting for each in fates))

    def view(self) -> SpanView:
        spread = self.first.working()
        return SpanView(
            leads=self.leads.total(),
            asked=self.asked(),
            answered=self.first.answered,
            median=_length(spread.median),
            p90=_length(spread.p90),
            missed=self.missed,
            called_back=self.called_back,
        )

    def people(self) -> list[PersonDay]:
        """Return what each person did, who missed most deadlines first; nobody's own are left out."""
        told = [work.told_of(self.question.name_of(each)) for each, work in self.of.items() if each is not None]
        return sorted(told, key=lambda each: (-each.late, -each.answered, each.name))


async def _add_up(connection: Connection, question: Question) -> _Sums:
    sums = _Sums(question, ResponseFigures(question.now))
    async for lead in stream_told_leads(connection, question):
        sums.leads[lead.channel] += 1
    async for measured in stream_measured(connection, question):
        sums.add(measured)
    return sums


async def _list_late(connection: Connection, sums: _Sums) -> list[LateView]:
    """Return the worst first."""
    worst = [measured for _, _, measured in sums.late]
    known = await reports.list_conversations(connection, [int(each.story.wait.conversation_id) for each in worst])
    return [_late(sums.question, each, known.get(int(each.story.wait.conversation_id), (0, ""))) for each in worst]


def _late(question: Question, measured: Measured, known: tuple[int, str]) -> LateView:
    holder = holder_in(measured, question.now)
    return LateView(
        conversation_id=ConversationId(measured.story.wait.conversation_id),
        number=known[0],
        contact_name=known[1],
        manager="" if holder is None else question.name_of(holder),
        is_answered=measured.is_answered,
    )


def _usual(before: Sequence[_Sums]) -> UsualDay | None:
    """Return the average of those days on which anything was asked, `None` if there are none."""
    lived = [sums.view() for sums in before if sums.asked().total or sums.leads]
    if not lived:
        return None
    medians = [each.median for each in lived if each.median is not None]
    return UsualDay(
        days=len(lived),
        leads=sum(each.leads for each in lived) / len(lived),
        late=sum(each.asked.late for each in lived) / len(lived),
        missed=sum(each.missed for each in lived) / len(lived),
        median=sum(medians, timedelta(0)) / len(medians) if medians else None,
    )


def _usual_hours(before: Sequence[_Sums]) -> list[float]:
    lived = [sums for sums in before if sums.asked().total]
    return [sum(sums.hours[hour].asked().total for sums in lived) / max(len(lived), 1) for hour in range(HOURS)]


def _about(question: Question, first: date, last: date) -> Question:
    """Return the question about some days, the last of them up to the present time of day."""
    now = question.now.astimezone(question.zone)
    until = datetime.combine(last, now.time(), question.zone).astimezone(question.now.tzinfo)
    period = Period(_midnight(first, question.zone), min(until, question.now) + timedelta(microseconds=1))
    return replace(question, period=period)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
