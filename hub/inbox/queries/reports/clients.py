"""RP-10: new and returning clients, repeat requests, what a sale brings and how long it takes.

A client is new in the period of the first request ever; cards that were joined are one client, the kept one.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from hub.domain.lead_story import LeadStory
from hub.domain.metrics import share, spread_of
from hub.domain.rebuilding import Ending
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.leads_told import stream_told_leads
from hub.inbox.queries.reports.measuring import stream_measured
from hub.inbox.queries.reports.tables import Cell, Column, Form, Report, upright
from hub.store import reports
from hub.store.pool import Connection

NAME = Words("Клиенты", "Clients")
_VALUE = Column("value", Words("значение", "value"))
_FIGURES = (
    Column("clients", Words("клиентов обратилось", "clients who asked"), Form.whole),
    Column("new", Words("новых", "new"), Form.whole),
    Column("returning", Words("вернулись", "returning"), Form.whole),
    Column("requests", Words("обращений", "requests"), Form.whole),
    Column("repeat_share", Words("повторных обращений", "repeat requests"), Form.share),
    Column("won", Words("сделок", "sales"), Form.whole),
    Column("amount", Words("на сумму", "worth"), Form.money),
    Column("average", Words("средний чек", "average amount"), Form.money),
    Column("cycle_median", Words("от обращения до сделки, медиана", "from request to sale, median"), Form.seconds),
)


@dataclass(slots=True)
class _Sales:
    amounts: list[Decimal] = field(default_factory=list)
    won: int = 0
    cycle: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, lead: LeadStory) -> None:
        if not lead.is_won:
            return
        self.won += 1
        self.cycle.append(max(int((lead.last.since - lead.began_at).total_seconds()), 0))
        if lead.amount is not None:
            self.amounts.append(lead.amount)


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-10)."""
    asked = await _count_requests(connection, question)
    before = await reports.list_seen_before(connection, asked, question.period.since)
    sales = _Sales()
    async for lead in stream_told_leads(connection, question):
        sales.add(lead)
    told = _figures(asked, before, sales)
    table = upright("summary", NAME, ((figure, (told[figure.key],)) for figure in _FIGURES), (_VALUE,))
    return Report("rp-10", NAME, (table,), question.period.since, question.period.until)


async def _count_requests(connection: Connection, question: Question) -> "Counter[int]":
    """Return how often each client asked, by the card that was kept."""
    counts: Counter[int] = Counter()
    async for measured in stream_measured(connection, question):
        if measured.story.ending not in (Ending.cancelled, Ending.joined):
            counts[int(measured.story.wait.contact_id)] += 1
    kept = await reports.list_kept(connection, counts)
    joined: Counter[int] = Counter()
    for contact_id, count in counts.items():
        joined[kept.get(contact_id, contact_id)] += count
    return joined


def _figures(asked: "Counter[int]", before: set[int], sales: _Sales) -> dict[str, Cell]:
    returning = sum(1 for contact_id in asked if contact_id in before)
    new = len(asked) - returning
    return {
        "clients": len(asked),
        "new": new,
        "returning": returning,
        "requests": asked.total(),
        "repeat_share": share(asked.total() - new, asked.total()),
        "won": sales.won,
        "amount": float(sum(sales.amounts)),
        "average": float(sum(sales.amounts) / len(sales.amounts)) if sales.amounts else None,
        "cycle_median": spread_of(sales.cycle).median,
    }
