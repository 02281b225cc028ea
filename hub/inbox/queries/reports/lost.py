"""RP-7: every request that nobody answered after its deadline, newest first: the list that must be empty.

Without dates it is about all time. Hidden numbers are in it, since somebody did call (C-8).
"""

from heapq import nlargest

from hub.domain.metrics import Measured
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.measuring import Calendars, stream_measured
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table
from hub.store import reports
from hub.store.pool import Connection

NAME = Words("Потерянные клиенты", "Lost clients")
_SHOWN = 1000
_COLUMNS = (
    Column("number", Words("№", "no."), Form.number),
    Column("client", Words("клиент", "client")),
    Column("line", Words("линия", "line")),
    Column("channel", Words("канал", "channel")),
    Column("started_at", Words("обратился", "asked"), Form.instant),
    Column("deadline_at", Words("срок", "due"), Form.instant),
    Column("overdue", Words("сверх срока", "overdue by"), Form.seconds),
    Column("manager", Words("ответственный", "responsible")),
)


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-7)."""
    found: list[tuple[float, int, Measured]] = []
    async for measured in stream_measured(connection, question, may_be_ended=False):
        wait = measured.story.wait
        if measured.is_overdue(question.now):
            found.append((wait.started_at.timestamp(), int(wait.id), measured))
    newest = [measured for _, _, measured in nlargest(_SHOWN, found)]
    known = await reports.list_conversations(connection, [int(each.story.wait.conversation_id) for each in newest])
    calendars = Calendars(connection, question.policy)
    rows = tuple([await _row(measured, question, calendars, known) for measured in newest])
    table = Table("lost", NAME, _COLUMNS, rows)
    since, until = (question.period.since, question.period.until) if question.has_dates else (None, None)
    return Report("rp-7", NAME, (table,), since, until)


async def _row(measured: Measured, question: Question, calendars: Calendars, known: dict[int, tuple[int, str]]) -> Row:
    wait = measured.story.wait
    calendar = await calendars.get(wait.policy_revision, wait.line)
    overdue = int(calendar.open_time_between(wait.deadline_at, question.now).total_seconds())
    number, name = known.get(int(wait.conversation_id), (None, ""))
    told = (question.line_name(wait.line), wait.channel, wait.started_at, wait.deadline_at)
    return (number, name, *told, overdue, question.name_of(wait.assignee_id))
