"""RP-11: does the hub do what it was bought for? Each promise passes or fails, with the list behind it.

A lead is made of every request by itself; its first move follows from what happened; every open lead has a task with
deadline and responsible; nobody's deadline passed without a reminder before it; the figures need no hands, because
every row can be told again from its facts; nothing was led outside; and, if an earlier period is named, the same rules
show whether answers became more punctual.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hub.domain.ladder import Ladder
from hub.domain.lead import MANUAL
from hub.domain.lead_story import LeadStory, Standing
from hub.domain.line import LineMode
from hub.domain.metrics import Measured, ResponseFigures
from hub.domain.rebuilding import Ending
from hub.domain.wait import Wait
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.leads_told import stage_name, stream_told_leads
from hub.inbox.queries.reports.measuring import stream_measured
from hub.inbox.queries.reports.quality import LIST_COLUMNS, fault_rows
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table
from hub.inbox.queries.reports.verify import Difference, Verdict, stream_differences
from hub.inbox.queries.reports.waits_told import list_wait_rows
from hub.store import reports
from hub.store.pool import Connection
from hub.store.report_lists import list_faults, list_leadless

NAME = Words("Приёмка", "Acceptance")
_SHOWN = 200
_LAG = timedelta(minutes=1)
_COLUMNS = (
    Column("check", Words("обещание", "promise")),
    Column("result", Words("итог", "result")),
    Column("faults", Words("нарушений", "faults"), Form.whole),
)
_PASS, _FAIL = Words("да", "pass"), Words("нет", "fail")
_UNASKED = Words("нет периода «до»", "no period before")
_CHECKS = {
    "lead_made": Words("лид создаётся сам", "a lead is made by itself"),
    "moved_by_action": Words("этап меняется по событию", "stages follow what happened"),
    "task_set": Words("есть задача со сроком и ответственным", "a task with deadline and responsible"),
    "reminded": Words("напоминание до срока", "reminded before the deadline"),
    "no_hands": Words("отчёт без рук: всё выводится из журнала", "figures without hands: all derives from facts"),
    "nothing_outside": Words("ничего мимо хаба", "nothing led outside"),
    "before_after": Words("стало не хуже, чем до", "not worse than before"),
}
_SUBJECTS = {"wait": Words("ожидание", "wait"), "lead": Words("лид", "lead")}
_WHOLE = Words("строка или её факты", "the row or its facts")


@dataclass(slots=True)
class _Check:
    """One promise: how often it was broken, and where. `faults` is `None` if it cannot be judged."""

    faults: int | None = 0
    rows: list[Row] = field(default_factory=list)

    def add(self, *rows: Row, total: int | None = None) -> None:
        self.faults = (self.faults or 0) + (len(rows) if total is None else total)
        self.rows.extend(rows[: max(_SHOWN - len(self.rows), 0)])


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-11)."""
    checks = {name: _Check() for name in _CHECKS}
    leadless = await list_leadless(connection, question.period, question.lines)
    checks["lead_made"].add(*fault_rows(question, leadless), total=leadless.total)
    for name in ("no_next_step", "nobodys_task"):
        found = await list_faults(connection, name, question.lines)
        checks["task_set"].add(*fault_rows(question, found, name=name), total=found.total)
    await _check_moves(connection, question, checks["moved_by_action"])
    await _check_waits(connection, question, checks)
    await _check_facts(connection, question, checks["no_hands"])
    checks["before_after"] = await _check_before(connection, question)
    lists = (
        Table(name, _CHECKS[name], LIST_COLUMNS, tuple(check.rows)) for name, check in checks.items() if check.rows
    )
    table = Table("checks", NAME, _COLUMNS, tuple(_judged(question, *each) for each in checks.items()), keys=1)
    return Report("rp-11", NAME, (table, *lists), question.period.since, question.period.until)


def _judged(question: Question, name: str, check: _Check) -> Row:
    word = _UNASKED if check.faults is None else _FAIL if check.faults else _PASS
    return (_CHECKS[name].say(question.language), word.say(question.language), check.faults)


async def _check_moves(connection: Connection, question: Question, check: _Check) -> None:
    """Count leads whose first move was made by hand (L-4)."""
    moved: dict[int, tuple[LeadStory, Standing]] = {}
    total = 0
    async for lead in stream_told_leads(connection, question):
        first = lead.standings[1] if len(lead.standings) > 1 else None
        if first is not None and first.cause == MANUAL:
            total += 1
            if total <= _SHOWN:
                moved[int(lead.id)] = (lead, first)
    known = await reports.list_leads_named(connection, list(moved))
    rows: list[Row] = [
        (*known.get(each, (None, "")), question.line_name(lead.line), stage_name(question, first.stage), first.since)
        for each, (lead, first) in moved.items()
    ]
    check.add(*rows, total=total)


async def _check_waits(connection: Connection, question: Question, checks: dict[str, _Check]) -> None:
    """Count breaches nobody was reminded of in time (B-2), and answers given elsewhere (S11)."""
    found: dict[str, list[Wait]] = {"reminded": [], "nothing_outside": []}
    totals: Counter[str] = Counter()
    async for measured in stream_measured(connection, question):
        broken = {
            "reminded": _is_unreminded(measured, question),
            "nothing_outside": measured.story.ending is Ending.elsewhere,
        }
        for name in (each for each, is_broken in broken.items() if is_broken):
            totals[name] += 1
            found[name].extend([measured.story.wait] if totals[name] <= _SHOWN else ())
    for name, waits in found.items():
        checks[name].add(*await list_wait_rows(connection, question, waits), total=totals[name])


def _is_unreminded(measured: Measured, question: Question) -> bool:
    wait = measured.story.wait
    line = question.policy.get_line(wait.line)
    if wait.breached_at is None or wait.is_late_delivery or line.mode is LineMode.observe:
        return False
    target = timedelta(seconds=wait.target_seconds)
    return _reminds(line.ladder, target) and not any(at <= wait.deadline_at + _LAG for at in measured.story.levels_at)


def _reminds(ladder: Ladder, target: timedelta) -> bool:
    """Tell whether the line wants a reminder by the deadline at all."""
    return any(offset <= target for offset, _ in ladder.plan(target))


async def _check_facts(connection: Connection, question: Question, check: _Check) -> None:
    """Count stored values that facts do not bear out; whose they are is for administrators."""
    shown: list[Difference] = []
    total = 0
    async for found in stream_differences(connection, Verdict()):
        total += len(found)
        shown.extend(found[: max(_SHOWN - len(shown), 0)] if question.lines is None else ())
    known = await reports.list_conversations(connection, [each.conversation_id or 0 for each in shown])
    rows: list[Row] = [
        (*known.get(each.conversation_id or 0, (None, "")), "", _say_difference(question, each), question.now)
        for each in shown
    ]
    check.add(*rows, total=total)


def _say_difference(question: Question, found: Difference) -> str:
    return f"{_SUBJECTS[found.subject].say(question.language)}: {found.field or _WHOLE.say(question.language)}"


async def _check_before(connection: Connection, question: Question) -> _Check:
    """Compare the share within target with that of the earlier period."""
    if question.compared is None:
        return _Check(faults=None)
    now = await _within(connection, question)
    before = await _within(connection, replace(question, period=question.compared))
    return _Check(faults=None if now is None or before is None else int(now < before))


async def _within(connection: Connection, question: Question) -> float | None:
    figures = ResponseFigures(question.now)
    async for measured in stream_measured(connection, question):
        figures.add(measured)
    return figures.within_share
