"""RP-2: how far leads get, how long they stand on each stage, and where they stand still.

Leads that began in the period. A stage counts as reached by every lead that ever stood on it; the conversion is of all
that entered, so stages that are skipped do not hide anybody.
"""

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from hub.domain.lead_story import LeadStory
from hub.domain.metrics import share, spread_of
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.leads_told import stage_name, stream_told_leads
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table
from hub.store.pool import Connection

NAME = Words("Воронка", "Funnel")
_COLUMNS = (
    Column("stage", Words("этап", "stage")),
    Column("reached", Words("дошли", "reached"), Form.whole),
    Column("conversion", Words("от всех", "of all"), Form.share),
    Column("median", Words("на этапе, медиана", "on it, median"), Form.seconds),
    Column("p90", Words("90 %", "p90"), Form.seconds),
    Column("standing", Words("стоят сейчас", "standing now"), Form.whole),
    Column("standing_median", Words("стоят уже, медиана", "for, median"), Form.seconds),
)


@dataclass(slots=True)
class _Stages:
    """What is added up of each stage."""

    question: Question
    entered: int = 0
    reached: "Counter[str]" = field(default_factory=Counter)
    left: "dict[str, array[int]]" = field(default_factory=lambda: defaultdict(lambda: array("I")))
    standing: "dict[str, array[int]]" = field(default_factory=lambda: defaultdict(lambda: array("I")))

    def add(self, lead: LeadStory) -> None:
        self.entered += 1
        self.reached.update({standing.stage for standing in lead.standings})
        for standing in lead.standings:
            seconds = max(int(standing.length(self.question.now).total_seconds()), 0)
            (self.standing if standing.until is None else self.left)[standing.stage].append(seconds)


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-2)."""
    stages = _Stages(question)
    async for lead in stream_told_leads(connection, question):
        stages.add(lead)
    order = [stage.key for stage in question.policy.leads.stages]
    keys = [*order, *sorted(set(stages.reached) - set(order))]
    rows = tuple(_row(stages, key) for key in keys)
    table = Table("stages", Words("Этапы", "Stages"), _COLUMNS, rows, keys=1)
    return Report("rp-2", NAME, (table,), question.period.since, question.period.until)


def _row(stages: _Stages, key: str) -> Row:
    spent, standing = spread_of(stages.left[key]), spread_of(stages.standing[key])
    reached = stages.reached[key]
    now = len(stages.standing[key])
    conversion = share(reached, stages.entered)
    return (stage_name(stages.question, key), reached, conversion, spent.median, spent.p90, now, standing.median)
