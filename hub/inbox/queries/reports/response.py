"""RP-1: how long clients wait for the first answer of a person; working time, with elapsed time beside it.

Definitions are semantics §9. The first table tells first and further answers apart (FR-4), everything below is about
first answers. A request that came late through no fault of ours counts for clients and for nobody's own figures (case
29). Lines that only observe are in, and named (FR-8).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nlargest

from hub.domain.line import LineMode
from hub.domain.metrics import Measured, ResponseFigures
from hub.domain.rebuilding import Ending
from hub.domain.wait import WaitKind
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.heat import Heat, heat_table
from hub.inbox.queries.reports.measuring import Calendars, holder_in, stream_measured
from hub.inbox.queries.reports.tables import Cell, Column, Form, Report, Row, Table, upright
from hub.inbox.queries.reports.waits_told import WAIT_COLUMNS, list_wait_rows
from hub.store.pool import Connection

NAME = Words("Время первого ответа", "Time to first response")
_WORST = 10
_CHANNEL, _MANAGER = Words("канал", "channel"), Words("менеджер", "manager")
_FIRST = Column("first", Words("первый ответ", "first answer"))
_NEXT = Column("next", Words("следующий", "further answer"))

_FIGURES = (
    Column("waits", Words("обращений", "requests"), Form.whole),
    Column("answered", Words("отвечено", "answered"), Form.whole),
    Column("reached_share", Words("из них «дозвонился»", "of them by «reached by phone»"), Form.share),
    Column("elsewhere_share", Words("из них ответ вне хаба", "of them answered elsewhere"), Form.share),
    Column("unconfirmed", Words("из них без звонка на АТС", "of them the PBX shows no call"), Form.whole),
    Column("at_once", Words("звонков, принятых сразу", "calls answered at once"), Form.whole),
    Column("dismissed", Words("ответ не нужен", "no reply needed"), Form.whole),
    Column("never_answered", Words("без ответа после срока", "not answered, overdue"), Form.whole),
    Column("running", Words("ждут, срок не вышел", "waiting, not due yet"), Form.whole),
    Column("within_share", Words("в срок", "within target"), Form.share),
    Column("median", Words("медиана, рабочее время", "median, working time"), Form.seconds),
    Column("p90", Words("90 % быстрее, рабочее", "p90, working time"), Form.seconds),
    Column("p95", Words("95 % быстрее, рабочее", "p95, working time"), Form.seconds),
    Column("mean", Words("среднее, рабочее", "mean, working time"), Form.seconds),
    Column("median_elapsed", Words("медиана, по часам", "median, elapsed"), Form.seconds),
    Column("p90_elapsed", Words("90 % быстрее, по часам", "p90, elapsed"), Form.seconds),
    Column("p95_elapsed", Words("95 % быстрее, по часам", "p95, elapsed"), Form.seconds),
    Column("handed_over", Words("сначала говорил бот", "a bot talked first"), Form.whole),
    Column(
        "median_from_bot", Words("с первого слова боту, медиана", "from the first word to it, median"), Form.seconds
    ),
    Column("late_delivery", Words("дошло до нас после срока", "reached us after the deadline"), Form.whole),
)
_GROUPED = (
    Column("waits", Words("обращ.", "requests"), Form.whole),
    Column("answered", Words("отвечено", "answered"), Form.whole),
    Column("never_answered", Words("без ответа", "overdue"), Form.whole),
    Column("within_share", Words("в срок", "within"), Form.share),
    Column("median", Words("медиана", "median"), Form.seconds),
    Column("p90", Words("90 %", "p90"), Form.seconds),
    Column("p95", Words("95 %", "p95"), Form.seconds),
)
_WORST_COLUMNS = (
    *WAIT_COLUMNS,
    Column("working", Words("рабочее", "working"), Form.seconds),
    Column("elapsed", Words("по часам", "elapsed"), Form.seconds),
    Column("responder", Words("ответил", "answered by")),
)

Split = Callable[[Measured, Question], str | None]


def _line(measured: Measured, question: Question) -> str:
    line = measured.story.wait.line
    known = question.policy.lines.get(line)
    observes = known is not None and known.mode is LineMode.observe
    mark = Words(" (наблюдение)", " (observes)").say(question.language) if observes else ""
    return question.line_name(line) + mark


def _response_channel(measured: Measured, _: Question) -> str | None:
    return measured.story.wait.response_channel if measured.is_answered else None


def _sender(measured: Measured, question: Question) -> str | None:
    if not measured.is_answered or measured.story.wait.is_late_delivery:
        return None
    return question.name_of(measured.story.wait.responder_id)


def _assignee(measured: Measured, question: Question) -> str | None:
    return None if measured.story.wait.is_late_delivery else question.name_of(holder_in(measured, question.now))


_SPLITS: Mapping[str, tuple[Words, Words, Split]] = {
    "line": (Words("По линиям", "By line"), Words("линия", "line"), _line),
    "channel": (Words("По каналу обращения", "By channel of the request"), _CHANNEL, lambda m, _: m.story.wait.channel),
    "response_channel": (Words("По каналу ответа", "By channel of the response"), _CHANNEL, _response_channel),
    "source": (
        Words("По источникам", "By source"),
        Words("источник", "source"),
        lambda m, _: m.story.wait.source or "—",
    ),
    "sender": (Words("По тому, кто ответил", "By who answered"), _MANAGER, _sender),
    "assignee": (Words("По ответственному к сроку", "By who was responsible at the deadline"), _MANAGER, _assignee),
}


@dataclass(slots=True)
class _Sums:
    """Everything that is added up in one pass over the waits."""

    question: Question
    first: ResponseFigures
    further: ResponseFigures
    groups: dict[str, dict[str, ResponseFigures]] = field(default_factory=lambda: defaultdict(dict))
    asked: Heat = field(default_factory=Heat)
    answered: Heat = field(default_factory=Heat)
    worst: list[tuple[int, int, Measured]] = field(default_factory=list)

    def add(self, measured: Measured, length: int) -> None:
        if not measured.is_counted:
            return
        if measured.story.wait.kind is WaitKind.next_response and measured.story.ending is not Ending.at_once:
            self.further.add(measured)
            return
        self.first.add(measured)
        self._add_to_groups(measured)
        at = measured.story.wait.started_at.astimezone(self.question.zone)
        self.asked.add(at)
        if measured.is_answered:
            self.answered.add(at, length)
        if measured.is_answered or measured.is_overdue(self.question.now):
            self.worst = nlargest(_WORST, [*self.worst, (length, int(measured.story.wait.id), measured)])

    def _add_to_groups(self, measured: Measured) -> None:
        for name, (_, _, split) in _SPLITS.items():
            value = split(measured, self.question)
            if value is not None:
                group = self.groups[name].setdefault(value, ResponseFigures(self.question.now))
                group.add(measured)


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-1)."""
    now = question.now
    sums = _Sums(question, ResponseFigures(now), ResponseFigures(now))
    calendars = Calendars(connection, question.policy)
    async for measured in stream_measured(connection, question):
        sums.add(measured, await _length(measured, question, calendars))
    tables = [_summary(sums), *_grouped(sums), *_heats(sums), await _worst(connection, sums)]
    return Report("rp-1", NAME, tuple(tables), question.period.since, question.period.until)


async def _length(measured: Measured, question: Question, calendars: Calendars) -> int:
    """Return the working seconds until the answer, or until now for who still waits."""
    wait = measured.story.wait
    if measured.working is None:
        calendar = await calendars.get(wait.policy_revision, wait.line)
        return int(calendar.open_time_between(wait.started_at, question.now).total_seconds())
    return int(measured.working.total_seconds())


def _summary(sums: _Sums) -> Table:
    first, further = _figures(sums.first), _figures(sums.further)
    rows = ((figure, (first[figure.key], further[figure.key])) for figure in _FIGURES)
    return upright("summary", Words("Итоги", "Summary"), rows, (_FIRST, _NEXT))


def _figures(figures: ResponseFigures) -> dict[str, Cell]:
    working, elapsed = figures.working(), figures.elapsed()
    answered = figures.answered or None
    return {
        "waits": figures.waits,
        "answered": figures.answered,
        "reached_share": figures.reached / answered if answered else None,
        "elsewhere_share": figures.elsewhere / answered if answered else None,
        "unconfirmed": figures.unconfirmed,
        "at_once": figures.at_once,
        "dismissed": figures.dismissed,
        "never_answered": figures.overdue,
        "running": figures.running,
        "within_share": figures.within_share,
        "median": working.median,
        "p90": working.p90,
        "p95": working.p95,
        "mean": working.mean,
        "median_elapsed": elapsed.median,
        "p90_elapsed": elapsed.p90,
        "p95_elapsed": elapsed.p95,
        "handed_over": figures.handed_over,
        "median_from_bot": figures.from_bot().median,
        "late_delivery": figures.late_delivery,
    }


def _grouped(sums: _Sums) -> Iterator[Table]:
    for key, (name, what, _) in _SPLITS.items():
        columns = (Column(key, what), *_GROUPED)
        groups = sorted(sums.groups[key].items(), key=lambda each: (-each[1].waits, each[0]))
        yield Table(f"by_{key}", name, columns, tuple(_group_row(*each) for each in groups), keys=1)


def _group_row(value: str, figures: ResponseFigures) -> Row:
    told = figures.working()
    counts = (figures.waits, figures.answered, figures.overdue)
    return (value, *counts, figures.within_share, told.median, told.p90, told.p95)


def _heats(sums: _Sums) -> Iterator[Table]:
    yield heat_table("by_hour", Words("Обращения по часам недели", "Requests by hour of week"), sums.asked.counts())
    name = Words("Медиана ответа по часам недели", "Median answer by hour of week")
    yield heat_table("median_by_hour", name, sums.answered.medians(), form=Form.seconds)


async def _worst(connection: Connection, sums: _Sums) -> Table:
    worst = list(sums.worst)
    told = await list_wait_rows(connection, sums.question, [measured.story.wait for _, _, measured in worst])
    rows = tuple(
        (*row, length, *_worst_end(measured, sums.question))
        for row, (length, _, measured) in zip(told, worst, strict=True)
    )
    return Table("worst", Words("Худшие десять", "Worst ten"), _WORST_COLUMNS, rows)


def _worst_end(measured: Measured, question: Question) -> Row:
    wait = measured.story.wait
    elapsed = (wait.ended_at or question.now) - wait.started_at
    nobody = Words("ждёт", "waiting").say(question.language)
    responder = nobody if measured.story.ending is Ending.running else question.name_of(wait.responder_id)
    return (int(elapsed.total_seconds()), responder)
