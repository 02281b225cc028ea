"""R-14: how work is dealt out: offers, assignments, takes, declines and expired offers, by person and hour of day."""

from collections import Counter, defaultdict
from datetime import datetime

from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.people import people_of
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table
from hub.store.pool import Connection
from hub.store.reports import stream_facts

NAME = Words("Справедливость распределения", "Fairness")
_MANAGER = Column("manager", Words("менеджер", "manager"))
_KINDS = {
    Fact.offered: Words("предложено", "offered"),
    Fact.assigned: Words("назначено", "assigned"),
    Fact.taken: Words("взял", "taken"),
    Fact.declined: Words("отказ", "declined"),
    Fact.offer_expired: Words("не взял вовремя", "expired"),
}
_HOURS = tuple(Column(f"h{hour:02}", Words(f"{hour:02}", f"{hour:02}"), Form.whole) for hour in range(24))


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (R-14)."""
    dealt: dict[int, Counter[Fact]] = defaultdict(Counter)
    hours: dict[tuple[Fact, int], Counter[int]] = defaultdict(Counter)
    async for entry in stream_facts(connection, question.period, [kind.value for kind in _KINDS]):
        if question.takes_line(entry.line):
            _count(entry, question, dealt, hours)
    people = sorted(dealt, key=question.name_of)
    by_kind = (
        _by_hour(kind, people, hours, question) for kind in _KINDS if any(kind in dealt[each] for each in people)
    )
    tables = (_by_person(people, dealt, question), *by_kind)
    return Report("r-14", NAME, tables, question.period.since, question.period.until)


def _count(
    entry: LedgerEntry,
    question: Question,
    dealt: "dict[int, Counter[Fact]]",
    hours: "dict[tuple[Fact, int], Counter[int]]",
) -> None:
    hour = _hour(entry.occurred_at, question)
    for manager_id in people_of(entry):
        if question.takes_person(manager_id):
            dealt[manager_id][entry.kind] += 1
            hours[entry.kind, manager_id][hour] += 1


def _hour(at: datetime, question: Question) -> int:
    return at.astimezone(question.zone).hour


def _by_person(people: list[int], dealt: "dict[int, Counter[Fact]]", question: Question) -> Table:
    columns = (_MANAGER, *(Column(kind.value, name, Form.whole) for kind, name in _KINDS.items()))
    rows: list[Row] = [(question.name_of(each), *(dealt[each][kind] for kind in _KINDS)) for each in people]
    return Table("people", Words("По людям", "By person"), columns, tuple(rows), keys=1)


def _by_hour(kind: Fact, people: list[int], hours: "dict[tuple[Fact, int], Counter[int]]", question: Question) -> Table:
    name = Words(f"По часам: {_KINDS[kind].ru}", f"By hour: {_KINDS[kind].en}")
    rows: list[Row] = [
        (question.name_of(each), *(hours[kind, each][hour] or None for hour in range(24))) for each in people
    ]
    return Table(f"{kind.value}_by_hour", name, (_MANAGER, *_HOURS), tuple(rows), keys=1, is_heat=True)
