"""RP-8: what people have to put right, as it is now: the period does not matter.

Cards that lack something, duplicates to decide, leads without a next step or without what their stage asks for, answers
that did not arrive.
"""

from collections.abc import Callable, Mapping

from hub.domain.lead import list_missing
from hub.domain.stages import BuiltIn
from hub.domain.words import Words
from hub.inbox.lead_words import name_field
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.leads_told import stage_name
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table, upright
from hub.inbox.state_words import say_failure, say_send
from hub.store.pool import Connection
from hub.store.report_lists import FaultList, list_faults
from hub.store.reports import stream_leads

NAME = Words("Качество данных", "Data quality")
_KINDS = {
    "nameless": Words("карточки без имени", "cards without a name"),
    "unreachable": Words("карточки без телефона и почты", "cards without telephone and e-mail"),
    "duplicates": Words("возможные дубли, решить", "possible duplicates to decide"),
    "no_next_step": Words("лиды без следующего шага", "leads without a next step"),
    "unsent": Words("не отправлено или неизвестно", "not sent, or nobody knows"),
}
_FIELDS = Words("лиды без обязательных полей", "leads without required fields")
LIST_COLUMNS = (
    Column("number", Words("№", "no."), Form.number),
    Column("client", Words("клиент", "client")),
    Column("line", Words("линия", "line")),
    Column("what", Words("что", "what")),
    Column("at", Words("с", "since"), Form.instant),
)
_IN_LISTS = frozenset({BuiltIn.next_step.value, BuiltIn.next_contact.value})
_VALUE = Column("value", Words("сейчас", "now"), Form.whole)


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-8)."""
    found = {name: await list_faults(connection, name, question.lines) for name in _KINDS}
    missing = await _count_missing(connection, question)
    figures = [(Column(name, words, Form.whole), (found[name].total,)) for name, words in _KINDS.items()]
    figures += [(_without(question, name), (count,)) for name, count in sorted(missing.items())]
    summary = upright("summary", NAME, figures, (_VALUE,))
    lists = (_fault_table(question, name, listed=found[name]) for name in _KINDS)
    return Report("rp-8", NAME, (summary, *(each for each in lists if each.rows)))


def _without(question: Question, key: str) -> Column:
    name = name_field(question.policy.leads, key)
    return Column(f"without:{key}", Words(f"{_FIELDS.ru}: {name.ru}", f"{_FIELDS.en}: {name.en}"))


def _fault_table(question: Question, key: str, *, listed: FaultList) -> Table:
    return Table(key, _KINDS[key], LIST_COLUMNS, tuple(fault_rows(question, listed, name=key)))


def fault_rows(question: Question, listed: FaultList, *, name: str = "") -> list[Row]:
    """Return faults as rows of `LIST_COLUMNS`, in the words of the list of this name."""
    say = _SAID.get(name, _as_it_is)
    return [
        (row.number, row.client, question.line_name(row.line), say(question, row.what), row.at) for row in listed.rows
    ]


def _as_it_is(question: Question, what: str) -> str:
    return what


def _say_unsent(question: Question, what: str) -> str:
    state, _, reason = what.partition(": ")
    told = (say_send(state).say(question.language), say_failure(reason).say(question.language))
    return ": ".join(filter(None, told))


_SAID: Mapping[str, Callable[[Question, str], str]] = {"no_next_step": stage_name, "unsent": _say_unsent}


async def _count_missing(connection: Connection, question: Question) -> dict[str, int]:
    """Return how many open leads lack each thing that the stage they stand on asks for (L-3)."""
    counts: dict[str, int] = {}
    async for lead in stream_leads(connection, may_be_closed=False):
        stage = question.policy.leads.find_stage(lead.stage)
        if stage is not None and question.takes_line(lead.line):
            for name in list_missing(lead, stage, (), at=question.now):
                counts[name] = counts.get(name, 0) + 1
    return {name: count for name, count in counts.items() if name not in _IN_LISTS}
