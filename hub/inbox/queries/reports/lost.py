"""RP-7: every request that nobody answered after its deadline, newest first: the list that must be empty.

Without dates it is about all time. Hidden numbers are in it, since somebody did call (C-8).
"""

from heapq import nlargest

from hub.domain.metrics import Measured
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.measuring import Calendars, stream_measured
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table
from hub.inbox.queries.reports.waits_told import WAIT_COLUMNS, list_wait_rows
from hub.store.pool import Connection

NAME = Words("Потерянные клиенты", "Lost clients")
_SHOWN = 1000
_COLUMNS = (
    *WAIT_COLUMNS,
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
    told = await list_wait_rows(connection, question, [measured.story.wait for measured in newest])
    calendars = Calendars(connection, question.policy)
    ends = [await _end(measured, question, calendars) for measured in newest]
    rows = tuple((*row, *end) for row, end in zip(told, ends, strict=True))
    table = Table("lost", NAME, _COLUMNS, rows)
    since, until = (question.period.since, question.period.until) if question.has_dates else (None, None)
    return Report("rp-7", NAME, (table,), since, until)


async def _end(measured: Measured, question: Question, calendars: Calendars) -> Row:
    wait = measured.story.wait
    calendar = await calendars.get(wait.policy_revision, wait.line)
    overdue = int(calendar.open_time_between(wait.deadline_at, question.now).total_seconds())
    return (wait.deadline_at, overdue, question.name_of(wait.assignee_id))
