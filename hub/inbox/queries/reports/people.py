"""RP-5: what each manager has, answered, missed and held.

Answers are credited to who sent them (S7), breaches to who was responsible at the deadline, holding to whoever had the
wait how long; a request that reached us late is nobody's fault and left out (case 29). Tasks are as they are now. Marks
are clients', the last one of each conversation in the period, for whoever was asked about.
"""

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.metrics import Measured, holding_shares, spread_of
from hub.domain.rebuilding import Ending
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.measuring import holder_in, stream_measured
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table
from hub.store import reports
from hub.store.pool import Connection

NAME = Words("Менеджеры", "Managers")
_COLUMNS = (
    Column("manager", Words("менеджер", "manager")),
    Column("open", Words("ждут", "open"), Form.whole),
    Column("answered", Words("отв.", "answered"), Form.whole),
    Column("median", Words("медиана", "median"), Form.seconds),
    Column("breached", Words("просрочил", "breached"), Form.whole),
    Column("held_share", Words("держал", "held"), Form.share),
    Column("declined", Words("отказ", "declined"), Form.whole),
    Column("expired", Words("не взял", "expired"), Form.whole),
    Column("tasks_overdue", Words("задач проср.", "tasks late"), Form.whole),
    Column("tasks", Words("задач", "tasks"), Form.whole),
    Column("rated", Words("оценок", "rated"), Form.whole),
    Column("liked", Words("4–5", "4–5"), Form.share),
)
_FACTS = (Fact.declined.value, Fact.offer_expired.value, Fact.rated.value)
_LIKED = 4


@dataclass(slots=True)
class _Work:
    """One manager's figures; lengths in working seconds."""

    open: int = 0
    breached: int = 0
    declined: int = 0
    expired: int = 0
    held: timedelta = timedelta(0)
    answers: "array[int]" = field(default_factory=lambda: array("I"))
    marks: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Desk:
    question: Question
    of: dict[int | None, _Work] = field(default_factory=lambda: defaultdict(_Work))

    def add(self, measured: Measured) -> None:
        wait, now = measured.story.wait, self.question.now
        if not measured.is_counted:
            return
        if measured.story.ending is Ending.running:
            self.of[wait.assignee_id].open += 1
        for manager_id, held in holding_shares(measured.story.holdings, wait.started_at, wait.ended_at or now).items():
            self.of[manager_id].held += held
        if wait.is_late_delivery:
            return
        if measured.is_answered and measured.working is not None:
            self.of[wait.responder_id].answers.append(max(int(measured.working.total_seconds()), 0))
        if wait.breached_at is not None:
            self.of[holder_in(measured, now)].breached += 1

    def add_fact(self, entry: LedgerEntry) -> None:
        """Count who let a client go; a mark takes the place of an earlier one of the same conversation."""
        if entry.kind is Fact.rated:
            self.of[entry.manager_id].marks[entry.conversation_id or 0] = int(str(entry.facts["mark"]))
            return
        for manager_id in people_of(entry):
            self.of[manager_id].declined += entry.kind is Fact.declined
            self.of[manager_id].expired += entry.kind is Fact.offer_expired


def people_of(entry: LedgerEntry) -> list[int]:
    """Return who declined or let an offer pass: one person, or all to whom it was offered."""
    offered = entry.facts.get("offered_to")
    if entry.manager_id is not None or not isinstance(offered, list):
        return [] if entry.manager_id is None else [int(entry.manager_id)]
    return [int(each) for each in offered]


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-5)."""
    desk = _Desk(question)
    async for measured in stream_measured(connection, question):
        desk.add(measured)
    async for entry in reports.stream_facts(connection, question.period, _FACTS):
        if question.takes_line(entry.line):
            desk.add_fact(entry)
    tasks = await reports.count_tasks(connection, question.now, question.lines)
    whole = sum((work.held for work in desk.of.values()), timedelta(0))
    shown = [each for each in {*desk.of, *tasks} if question.takes_person(each)]
    rows = [_row(question, desk.of[each], whole, tasks.get(each, (0, 0)), manager_id=each) for each in shown]
    table = Table("managers", NAME, _COLUMNS, tuple(sorted(rows, key=lambda row: str(row[0]))), keys=1)
    return Report("rp-5", NAME, (table,), question.period.since, question.period.until)


def _row(question: Question, work: _Work, whole: timedelta, tasks: tuple[int, int], *, manager_id: int | None) -> Row:
    held = work.held / whole if whole else None
    liked = sum(mark >= _LIKED for mark in work.marks.values()) / len(work.marks) if work.marks else None
    counts = (work.breached, held, work.declined, work.expired, *tasks, len(work.marks), liked)
    return (question.name_of(manager_id), work.open, len(work.answers), spread_of(work.answers).median, *counts)
