"""`hub report NAME`: response times, leads, people, calls, promises; `hub report verify` proves the figures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from hub.app.ground import Ground
from hub.channels.registry import list_kinds
from hub.commands.ground import run_on_ground
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_lines
from hub.commands.report_text import Reader, to_csv, to_lines, to_record
from hub.commands.texts import say, word
from hub.commands.wall_time import read_day, refuse_empty
from hub.config import Config
from hub.domain.errors import ConfigError, NotFound
from hub.inbox.queries.reports.asking import Asked, Question
from hub.inbox.queries.reports.catalogue import REPORTS, get_kind, run_report
from hub.inbox.queries.reports.tables import Report
from hub.inbox.queries.reports.verify import Difference, Verdict, verify

app = typer.Typer(no_args_is_help=True)
VERIFY = "verify"
_NAMES = ", ".join(f"{kind.word} ({kind.rule.upper()})" for kind in REPORTS)
Name = Annotated[str, typer.Argument(help=f"One of: {_NAMES}; or {VERIFY}: tell everything again from the facts.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV for spreadsheets.")]


@dataclass(frozen=True, slots=True)
class Filters:
    """The options of a report."""

    since: Annotated[
        str | None, typer.Option("--from", help="First day, 2026-11-22 or 22.11.2026; 30 days if left out.")
    ] = None
    until: Annotated[str | None, typer.Option("--to", help="Last day, included.")] = None
    compare_since: Annotated[
        str | None, typer.Option("--compare-from", help="First day of an earlier period beside it.")
    ] = None
    compare_until: Annotated[str | None, typer.Option("--compare-to", help="Last day of that period.")] = None
    line: Annotated[str, typer.Option("--line", help="Key of a line.")] = ""
    channel: Annotated[str, typer.Option("--channel", help="Channel by which clients asked.")] = ""
    source: Annotated[str, typer.Option("--source", help="Where they came from.")] = ""
    campaign: Annotated[str, typer.Option("--campaign", help="utm_campaign.")] = ""
    manager: Annotated[str, typer.Option("--manager", help="Key of a manager.")] = ""
    team: Annotated[str, typer.Option("--team", help="Key of a line whose team is meant.")] = ""

    def asked(self, language: str) -> Asked:
        """Return what is asked. Raises: ConfigError, NotFound for days and a channel that cannot be meant."""
        if self.channel and self.channel not in list_kinds():
            raise NotFound(f"no channel of the kind '{self.channel}'; there are: {', '.join(list_kinds())}")
        asked = Asked(
            since=read_day(self.since),
            until=read_day(self.until),
            line=self.line,
            channel=self.channel,
            source=self.source,
            campaign=self.campaign,
            manager=self.manager,
            team=self.team,
            compare_since=read_day(self.compare_since),
            compare_until=read_day(self.compare_until),
            language=language,
        )
        refuse_empty(asked.since, asked.until)
        refuse_empty(asked.compare_since, asked.compare_until)
        return asked


@app.command()
@with_config()
def report(config: Config, name: Name, filters: Filters, *, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Print a report, computed from the ledger alone; `verify` proves it and ends with 1 if anything differs."""
    if as_json and as_csv:
        raise ConfigError("--json and --csv are two forms of one answer: give one of them")
    if name.lower() == VERIFY:
        if as_csv or filters != Filters():
            raise ConfigError("verify looks at everything there is: leave out --csv, the days and the filters")
        _verify(config, as_json=as_json)
        return
    get_kind(name)
    asked = filters.asked(config.language)
    found, question = run_on_ground(config, lambda ground: _ask(ground, name, asked))
    if as_json:
        print_json(to_record(found))
    elif as_csv:
        typer.echo(to_csv(found), nl=False)
    else:
        print_lines(to_lines(found, Reader(config.language, question.zone)))


async def _ask(ground: Ground, name: str, asked: Asked) -> tuple[Report, Question]:
    async with open_office(ground) as office:
        return await run_report(office, THE_OPERATOR, name, asked)


def _verify(config: Config, *, as_json: bool) -> None:
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say(config.language, "report.verifying"), total=None)

        async def work(ground: Ground) -> Verdict:
            async with open_office(ground) as office:
                return await verify(
                    office, THE_OPERATOR, progress=lambda done, total: bar.update(task, completed=done, total=total)
                )

        verdict = run_on_ground(config, work)
    if as_json:
        print_json(verdict)
    else:
        print_lines(_say(config.language, each) for each in verdict.differences)
        typer.echo(_summary(config.language, verdict))
    if not verdict.is_right:
        raise typer.Exit(1)


def _say(language: str, found: Difference) -> str:
    """Return a difference as one line: what, its field, both values, the entries concerned."""
    entries = ", ".join(f"{kind} {number}" for number, kind in found.entries) or "—"
    where = f"{word(language, 'verified', found.subject)} {found.id}" + (f" (#{found.number})" if found.number else "")
    values = f"{_value(language, found.stored)} ≠ {_value(language, found.told)}"
    return f"{where} {found.field}: {values} [{entries}]"


def _value(language: str, value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else word(language, "verified", str(value))


def _summary(language: str, verdict: Verdict) -> str:
    counts = {"waits": verdict.waits, "leads": verdict.leads, "facts": verdict.facts}
    told = say(language, "report.verified", **counts, differences=len(verdict.differences))
    return f"{told} {say(language, 'report.unprovable', count=verdict.unprovable)}" if verdict.unprovable else told
