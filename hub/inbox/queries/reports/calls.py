"""RP-6: calls by hour, and what became of the missed ones.

Calls are counted as the history shows them, one message a session; callbacks by the wait that the first missed call of
a number opened or joined: several of one number are one callback (C-4). In time means by the callback's own clock, or
in writing where the line takes that (C-5).
"""

from collections import Counter
from dataclasses import dataclass, field

from hub.domain.metrics import Measured, share
from hub.domain.rebuilding import Ending
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.heat import Heat, heat_table
from hub.inbox.queries.reports.measuring import stream_measured
from hub.inbox.queries.reports.tables import Column, Form, Report, Table, upright
from hub.store.pool import Connection
from hub.store.reports import CallRow, stream_calls

NAME = Words("Звонки", "Calls")
_VALUE = Column("value", Words("звонки", "calls"))
_FIGURES = (
    Column("inbound", Words("входящих", "inbound"), Form.whole),
    Column("answered", Words("отвечено", "answered"), Form.whole),
    Column("missed", Words("пропущено", "missed"), Form.whole),
    Column("outbound", Words("исходящих разговоров", "outgoing talks"), Form.whole),
    Column("not_reached", Words("не дозвонились", "attempts nobody took"), Form.whole),
    Column("callbacks", Words("нужно перезвонить", "callbacks due"), Form.whole),
    Column("called_back_within", Words("перезвонили в срок", "called back in time"), Form.whole),
    Column("called_back_late", Words("перезвонили позже", "called back late"), Form.whole),
    Column("never_called_back", Words("не перезвонили", "never called back"), Form.whole),
    Column("callback_dismissed", Words("звонить не нужно", "no callback needed"), Form.whole),
    Column("within_share", Words("в срок", "in time"), Form.share),
)


@dataclass(slots=True)
class _Sums:
    question: Question
    counts: "Counter[str]" = field(default_factory=Counter)
    answered: Heat = field(default_factory=Heat)
    missed: Heat = field(default_factory=Heat)

    def add_call(self, call: CallRow) -> None:
        at = call.occurred_at.astimezone(self.question.zone)
        if call.is_inbound:
            self.counts["inbound"] += 1
            self.counts["answered" if call.is_answered else "missed"] += 1
            (self.answered if call.is_answered else self.missed).add(at)
        else:
            self.counts["outbound" if call.is_answered else "not_reached"] += 1

    def add_callback(self, measured: Measured) -> None:
        wait = measured.story.wait
        if not wait.missed_calls or wait.callback_due_at is None or measured.story.ending is Ending.cancelled:
            return
        self.counts["callbacks"] += 1
        if measured.story.ending is Ending.dismissed:
            self.counts["callback_dismissed"] += 1
        elif measured.is_answered and wait.ended_at is not None:
            self.counts["called_back_within" if wait.ended_at <= wait.callback_due_at else "called_back_late"] += 1
        elif self.question.now > wait.callback_due_at:
            self.counts["never_called_back"] += 1


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-6)."""
    sums = _Sums(question)
    async for call in stream_calls(connection, question.period):
        if question.takes_line(call.line) and question.takes_person(call.manager_id):
            sums.add_call(call)
    async for measured in stream_measured(connection, question):
        sums.add_callback(measured)
    heats = (
        heat_table("missed_by_hour", Words("Пропущенные по часам", "Missed by hour"), sums.missed.counts()),
        heat_table("answered_by_hour", Words("Принятые по часам", "Answered by hour"), sums.answered.counts()),
    )
    return Report("rp-6", NAME, (_summary(sums.counts), *heats), question.period.since, question.period.until)


def _summary(counts: "Counter[str]") -> Table:
    due = counts["called_back_within"] + counts["called_back_late"] + counts["never_called_back"]
    within = share(counts["called_back_within"], due)
    rows = ((each, (within if each.key == "within_share" else counts[each.key],)) for each in _FIGURES)
    return upright("summary", NAME, rows, (_VALUE,))
