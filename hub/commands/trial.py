"""`hub policy try`: what a draft of the rules would have done with the requests of a period (R-15).

And what it would write of clients into a CRM whose section it changes (`hub.commands.crm_preview`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from hub.app.crm_rules import CrmPreview, compare_with_crms, preview_crms
from hub.app.ground import Ground
from hub.commands.crm_preview import print_previews, record_of
from hub.commands.ground import run_with_time
from hub.commands.opened_office import THE_OPERATOR, open_building
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_lines
from hub.commands.rules_file import RulesFile, print_doubts, refusing, right_text
from hub.commands.texts import say
from hub.commands.wall_time import WallTime, read_day, refuse_empty
from hub.config import Config
from hub.inbox.trial import Change, Trial, try_policy
from hub.inbox.trial import Progress as Progressed
from hub.routing.build import to_policy
from hub.routing.crm_known import list_crm_doubts
from hub.routing.document import parse_policy
from hub.routing.fault import Fault
from hub.routing.tree import PolicyDocument
from hub.store.reports import Period

_DAYS = 30
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Which requests are replayed, how many of the changed ones are listed, and clients for a CRM."""

    since: Annotated[
        str | None, typer.Option("--from", help="First day, 2026-11-22 or 22.11.2026; 30 days if left out.")
    ] = None
    until: Annotated[str | None, typer.Option("--to", help="Last day, included.")] = None
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many changed requests to list.")] = 30
    clients: Annotated[
        int, typer.Option("--clients", min=0, max=1000, help="Show so many clients for a CRM whose section changed.")
    ] = 20


@with_config()
def try_(config: Config, file: RulesFile, span: Span, *, as_json: AsJson = False) -> None:
    """Replay stored requests under a file: who would have got what, which deadlines would move; writes nothing.

    For a CRM whose section changed: what would be written there of the last clients.
    """
    first, last = read_day(span.since), read_day(span.until)
    refuse_empty(first, last)
    document = parse_policy(right_text(file, config.language))
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with refusing(file, config.language), Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say(config.language, "trial.running"), total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        wanted = _Wanted(document, first, last, span.clients, progress)
        outcome, time_ = run_with_time(config, lambda ground: _try(ground, wanted))
    print_doubts(file, outcome.doubts, config.language)
    if as_json:
        print_json({**_record(outcome.trial), "crms": [record_of(each) for each in outcome.previews]})
    else:
        trial = outcome.trial
        print_lines([*_summary(config.language, trial), *_changes(config.language, trial, time_, span.limit)])
        print_previews(config.language, outcome.previews)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is tried: a document, over these days, on so many clients for a CRM."""

    document: PolicyDocument
    first: date | None
    last: date | None
    clients: int
    progress: Progressed


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of it."""

    trial: Trial
    previews: Sequence[CrmPreview]
    doubts: Sequence[Fault]


async def _try(ground: Ground, wanted: _Wanted) -> _Outcome:
    """Try a document. Raises: PolicyInvalid: a CRM does not have what it names."""
    document = wanted.document
    async with open_building(ground) as building:
        crms = await compare_with_crms(building, document) if document.crm else {}
        policy = building.office.policy()
        zone = policy.lines[policy.default_line].calendar.zone
        period = _period(wanted.first, wanted.last or ground.clock.now().astimezone(zone).date(), zone)
        draft = to_policy(document, policy.revision + 1)
        trial = await try_policy(building.office, THE_OPERATOR, draft, period, progress=wanted.progress)
        previews = await preview_crms(building, draft, limit=wanted.clients)
    return _Outcome(trial, previews, list(list_crm_doubts(document.crm, draft.leads, crms)))


def _record(trial: Trial) -> dict[str, object]:
    """Return the whole outcome for scripts; people by number, with their names beside."""
    changes = [{**asdict(change), "moved": change.moved} for change in trial.changes]
    counted = {"got": dict(trial.got), "would_get": dict(trial.would_get), "names": trial.names}
    return {"requests": trial.requests, "agreeing": trial.agreeing, **counted, "changes": changes}


def _period(first: date | None, last: date, zone: ZoneInfo) -> Period:
    since = first or last - timedelta(days=_DAYS)
    return Period(datetime.combine(since, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone))


def _summary(language: str, trial: Trial) -> Iterator[str]:
    if not trial.requests:
        yield say(language, "trial.none")
        return
    moved = [change.moved for change in trial.changes if change.moved]
    lines = sum(change.was.line != change.becomes.line for change in trial.changes)
    people = sum(change.was.people != change.becomes.people for change in trial.changes)
    yield say(language, "trial.requests", count=trial.requests, lines=lines, people=people)
    yield say(language, "trial.deadlines", earlier=_count(moved, -1), later=_count(moved, 1))
    yield say(language, "trial.agreeing", percent=round(100 * trial.agreeing / trial.requests))
    for manager_id in sorted({*trial.got, *trial.would_get}, key=lambda each: trial.names.get(each, "")):
        name = trial.names.get(manager_id, str(manager_id))
        counts = {"was": trial.got[manager_id], "becomes": trial.would_get[manager_id]}
        yield say(language, "trial.person", name=name, **counts)


def _count(moved: Iterable[timedelta], sign: int) -> int:
    return sum((span > timedelta(0)) == (sign > 0) for span in moved)


def _changes(language: str, trial: Trial, time_: WallTime, limit: int) -> Iterator[str]:
    for change in trial.changes[:limit]:
        yield _line(language, trial, change, time_)
    if len(trial.changes) > limit > 0:
        yield say(language, "trial.more", count=len(trial.changes) - limit)


def _line(language: str, trial: Trial, change: Change, time_: WallTime) -> str:
    """Return one request: what it was, what it becomes, why."""
    was, becomes = change.was, change.becomes
    parts = []
    if was.line != becomes.line:
        parts.append(f"{was.line} → {becomes.line}")
    if was.people != becomes.people:
        parts.append(f"{_names(language, trial, was.people)} → {_names(language, trial, becomes.people)}")
    if change.moved:
        parts.append(say(language, "trial.moved", minutes=f"{round(change.moved / _MINUTE):+}"))
    why = "; ".join(becomes.reasons_in(language))
    return f"#{change.number} {time_.minute(change.started_at)}  {', '.join(parts)}  ({why})"


def _names(language: str, trial: Trial, people: Iterable[int]) -> str:
    named = ", ".join(trial.names.get(each, str(each)) for each in people)
    return named or say(language, "trial.queue")
