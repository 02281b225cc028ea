"""RP-3: what each source and campaign brought: leads, contacted, won, money. Leads that began in the period."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.lead_story import LeadStory
from hub.domain.metrics import share
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.leads_told import stream_told_leads
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table
from hub.store.pool import Connection

NAME = Words("Источники", "Sources")
_COLUMNS = (
    Column("source", Words("источник", "source")),
    Column("campaign", Words("кампания", "campaign")),
    Column("leads", Words("лидов", "leads"), Form.whole),
    Column("contacted", Words("отвечено", "contacted"), Form.whole),
    Column("won", Words("сделок", "won"), Form.whole),
    Column("conversion", Words("в сделку", "won of all"), Form.share),
    Column("amount", Words("сумма", "amount"), Form.money),
)


@dataclass(slots=True)
class _Brought:
    leads: int = 0
    contacted: int = 0
    won: int = 0
    amount: Decimal = Decimal(0)

    def add(self, lead: LeadStory) -> None:
        self.leads += 1
        self.contacted += lead.is_answered
        self.won += lead.is_won
        self.amount += (lead.amount or Decimal(0)) if lead.is_won else Decimal(0)


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-3)."""
    brought: dict[tuple[str, str], _Brought] = defaultdict(_Brought)
    async for lead in stream_told_leads(connection, question):
        brought[lead.source or lead.channel, lead.campaign].add(lead)
    ordered = sorted(brought.items(), key=lambda each: (-each[1].leads, each[0]))
    table = Table("sources", NAME, _COLUMNS, tuple(_row(*each) for each in ordered), keys=2)
    return Report("rp-3", NAME, (table,), question.period.since, question.period.until)


def _row(key: tuple[str, str], brought: _Brought) -> Row:
    counts = (brought.leads, brought.contacted, brought.won)
    return (*key, *counts, share(brought.won, brought.leads), float(brought.amount))
