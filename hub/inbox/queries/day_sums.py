"""Figures of a span of days, added up in one pass over its leads and waits, for `hub.inbox.queries.day`.

A request is late once its deadline has passed without an answer, whatever became of it since; it belongs to the day
and hour in which it began. What reports do not count is not counted here (P-3, P-4, C-8).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import nlargest

from hub.domain.metrics import Measured, ResponseFigures, spread_of
from hub.domain.rebuilding import Ending
from hub.domain.wait import WaitKind
from hub.inbox.day_views import Asked, PersonDay, SpanView
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.leads_told import stream_told_leads
from hub.inbox.queries.reports.measuring import holder_in, stream_measured
from hub.store.pool import Connection

LATE_SHOWN = 8


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
class DaySums:
    """What was added up: `leads` by channel, `hours` by hour of the day, `of` by person, the worst that was `late`."""

    question: Question
    first: ResponseFigures
    leads: "Counter[str]" = field(default_factory=Counter)
    hours: dict[int, _Fates] = field(default_factory=lambda: defaultdict(_Fates))
    of: dict[int | None, _Work] = field(default_factory=lambda: defaultdict(_Work))
    late: list[tuple[float, int, Measured]] = field(default_factory=list)
    missed: int = 0
    called_back: int = 0

    def add(self, measured: Measured) -> None:
        """Count one wait."""
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
        """Return all requests of the span by what became of them."""
        fates = [each.asked() for each in self.hours.values()]
        in_time, late = sum(each.in_time for each in fates), sum(each.late for each in fates)
        return Asked(in_time, late, sum(each.waiting for each in fates))

    def view(self) -> SpanView:
        """Return the figures as they are shown."""
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


async def add_up(connection: Connection, question: Question) -> DaySums:
    """Return the figures of what began in the question's period."""
    sums = DaySums(question, ResponseFigures(question.now))
    async for lead in stream_told_leads(connection, question):
        sums.leads[lead.channel] += 1
    async for measured in stream_measured(connection, question):
        sums.add(measured)
    return sums


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
