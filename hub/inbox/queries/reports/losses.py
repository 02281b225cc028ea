"""RP-4: why leads were lost, and on which stage they stood before. Leads that began in the period."""

from collections import Counter

from hub.domain.lead_story import LeadStory
from hub.domain.metrics import share
from hub.domain.stages import StageState
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.leads_told import stage_name, stream_told_leads
from hub.inbox.queries.reports.tables import Column, Form, Report, Table
from hub.store.pool import Connection

NAME = Words("Причины отказа", "Reasons of loss")
_COUNT = Column("lost", Words("потеряно", "lost"), Form.whole)
_SHARE = Column("share", Words("доля", "share"), Form.share)
_REASON = Column("reason", Words("причина", "reason"))
_STAGE = Column("stage", Words("на этапе", "on the stage"))


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-4)."""
    reasons: Counter[str] = Counter()
    stages: Counter[str] = Counter()
    async for lead in stream_told_leads(connection, question):
        if lead.state is StageState.lost:
            reasons[_reason(lead, question)] += 1
            stages[_stage_before(lead, question)] += 1
    tables = (
        _counted("reasons", NAME, _REASON, reasons),
        _counted("stages", Words("На каком этапе", "On which stage"), _STAGE, stages),
    )
    return Report("rp-4", NAME, tables, question.period.since, question.period.until)


def _counted(key: str, name: Words, what: Column, counts: "Counter[str]") -> Table:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    rows = tuple((word, count, share(count, counts.total())) for word, count in ordered)
    return Table(key, name, (what, _COUNT, _SHARE), rows, keys=1)


def _reason(lead: LeadStory, question: Question) -> str:
    known = next((each for each in question.policy.leads.reasons if each.key == lead.reason), None)
    return known.name.say(question.language) if known else lead.reason or "—"


def _stage_before(lead: LeadStory, question: Question) -> str:
    return stage_name(question, lead.standings[-2].stage) if len(lead.standings) > 1 else "—"
