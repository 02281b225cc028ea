"""RP-12: five closed conversations a week, drawn at random, for the head to grade.

The week is the seed, so whoever asks again gets the same five. Without dates it is the last whole week; a longer period
gives five of each week that begins in it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from hub.domain.ledger import LedgerEntry
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table
from hub.inbox.state_words import say_outcome
from hub.store import reports
from hub.store.pool import Connection
from hub.store.reports import Period

NAME = Words("Разобрать диалоги", "Conversations to grade")
DRAWN = 5
_WEEK = timedelta(days=7)
_COLUMNS = (
    Column("week", Words("неделя", "week")),
    Column("number", Words("№", "no."), Form.number),
    Column("client", Words("клиент", "client")),
    Column("line", Words("линия", "line")),
    Column("closed_at", Words("закрыт", "closed"), Form.instant),
    Column("manager", Words("закрыл", "closed by")),
    Column("outcome", Words("итог", "outcome")),
)


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-12)."""
    weeks = list(_weeks(question))
    rows = [row for week in weeks for row in await _draw(connection, question, week)]
    table = Table("conversations", NAME, _COLUMNS, tuple(rows))
    return Report("rp-12", NAME, (table,), weeks[0].since if weeks else None, weeks[-1].until if weeks else None)


def _weeks(question: Question) -> Iterator[Period]:
    """Yield the whole weeks asked about, Monday to Sunday in local time."""
    last = question.now if not question.has_dates else question.period.until
    monday = _monday(last, question) - (_WEEK if not question.has_dates else timedelta(0))
    since = monday if not question.has_dates else _monday(question.period.since, question)
    while since <= monday and since < last:
        until = _monday(since + _WEEK + timedelta(hours=12), question)
        yield Period(since, until)
        since = until


def _monday(at: datetime, question: Question) -> datetime:
    local = at.astimezone(question.zone)
    day = (local - timedelta(days=local.weekday())).date()
    return datetime(day.year, day.month, day.day, tzinfo=question.zone)


async def _draw(connection: Connection, question: Question, week: Period) -> list[Row]:
    closed = {entry.conversation_id: entry async for entry in reports.stream_closed(connection, week)}
    fitting = [entry for entry in closed.values() if _is_asked(entry, question)]
    name = week.since.astimezone(question.zone).strftime("%G-W%V")
    drawn = Random(name).sample(fitting, min(DRAWN, len(fitting)))  # noqa: S311 - chance, not secrecy
    ids = [int(entry.conversation_id or 0) for entry in drawn]
    known = await reports.list_conversations(connection, ids)
    return [_row(entry, name, known, question) for entry in drawn]


def _is_asked(entry: LedgerEntry, question: Question) -> bool:
    return question.takes_line(entry.line) and question.takes_person(entry.manager_id)


def _row(entry: LedgerEntry, week: str, known: dict[int, tuple[int, str]], question: Question) -> Row:
    number, client = known.get(int(entry.conversation_id or 0), (None, ""))
    told = (question.line_name(entry.line), entry.occurred_at, question.name_of(entry.manager_id))
    return (week, number, client, *told, say_outcome(str(entry.facts.get("outcome", ""))).say(question.language))
