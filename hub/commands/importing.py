"""`hub import FILE`: contacts and leads from CSV and XLSX; tried out first, taken back as one batch."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from hub.app.ground import Ground
from hub.commands import importing_text as text
from hub.commands.data_texts import tell
from hub.commands.ground import run_on_ground, run_with_time
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json
from hub.config import Config
from hub.domain.errors import ConfigError
from hub.domain.imports import BatchState, ImportBatch, ImportRow
from hub.inbox.importing.plan import Wanted
from hub.inbox.importing.rehearsal import Rehearsal, rehearse
from hub.inbox.importing.run import Imported, find_import, import_sheet, list_imports, read_untaken
from hub.inbox.importing.run import Progress as Tell
from hub.inbox.importing.undoing import undo_import
from hub.inbox.office import Office
from hub.store.exports_file import Form, open_rows
from hub.store.imports import BatchCounts
from hub.store.imports_file import open_sheet

app = typer.Typer()
T = TypeVar("T")
File = Annotated[Path | None, typer.Argument(help="CSV or XLSX with a row of headers.")]


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of an import."""

    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the first rows and count; write nothing.")] = False
    meanings: Annotated[
        list[str] | None,
        typer.Option("--map", help='What a column means: --map "Номер=phone"; a column to leave out: --map "Город=-".'),
    ] = None
    line: Annotated[str, typer.Option("--line", help="Key of the line whose leads they are; the default one.")] = ""
    leads: Annotated[
        bool, typer.Option("--leads", help="Make a lead of every row, not only of those with a stage or an amount.")
    ] = False
    refused: Annotated[
        Path | None, typer.Option("--refused", help="New CSV file for the rows that were not taken, with the reasons.")
    ] = None
    undo: Annotated[int | None, typer.Option("--undo", help="Number of an import to take back as a whole.")] = None
    batch: Annotated[
        int | None, typer.Option("--batch", help="Number of an import to tell again, and to write --refused of.")
    ] = None
    listed: Annotated[bool, typer.Option("--list", help="List what was imported.")] = False


@app.command("import")
@with_config()
def import_(config: Config, choices: Choices, *, file: File = None, as_json: AsJson = False) -> None:
    """Bring in contacts and leads from a file; the same file again goes on where it was broken off."""
    if [file is None, choices.undo is None, choices.batch is None, not choices.listed].count(False) != 1:
        raise ConfigError("say one thing: a FILE to import, --undo NUMBER, --batch NUMBER, or --list")
    if choices.listed:
        _list(config, as_json=as_json)
    elif choices.batch is not None:
        _tell_again(config, choices.batch, choices.refused, as_json=as_json)
    elif choices.undo is not None:
        _undo(config, choices.undo, as_json=as_json)
    elif choices.dry_run:
        _rehearse(config, _wanted(config, file, choices), choices.refused, as_json=as_json)
    else:
        _import(config, _wanted(config, file, choices), choices.refused, as_json=as_json)


def _wanted(config: Config, file: Path | None, choices: Choices) -> Wanted:
    if choices.refused is not None and choices.refused.exists():
        raise ConfigError(f"{choices.refused} exists already: name a new file")
    console = Console(stderr=True)
    looking = (
        console.status(tell(config.language, "import.opening", file=file)) if console.is_terminal else nullcontext()
    )
    with looking:
        sheet = open_sheet(file or Path())
    return Wanted(sheet, _read_map(choices.meanings or ()), choices.line, choices.leads)


def _read_map(said: Sequence[str]) -> Mapping[str, str]:
    pairs = [each.rpartition("=") for each in said]
    if any(not header or not equals for header, equals, _ in pairs):
        raise ConfigError('--map wants a header and what it means, for instance --map "Номер=phone"')
    return {header.strip(): meaning.strip() for header, _, meaning in pairs}


def _with_progress(config: Config, key: str, work: Callable[[Office, Tell], Awaitable[T]], *, as_json: bool) -> T:
    """Run a use-case with a bar on the standard error; none where a script or nobody reads."""
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    is_silent = as_json or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_silent) as bar:
        task = bar.add_task(tell(config.language, key), total=None)

        async def run(ground: Ground) -> T:
            async with open_office(ground) as office:
                return await work(office, lambda done, total: bar.update(task, completed=done, total=total))

        return run_on_ground(config, run)


def _rehearse(config: Config, wanted: Wanted, refused: Path | None, *, as_json: bool) -> None:
    def run(write: Callable[[ImportRow], None]) -> Rehearsal:
        return _with_progress(
            config,
            "import.reading",
            lambda office, progress: rehearse(office, THE_OPERATOR, wanted, progress=progress, untaken=write),
            as_json=as_json,
        )

    if refused is None:
        found = run(lambda row: None)
    else:
        with open_rows(refused, Form.csv, text.refused_titles(config.language, wanted.sheet.headers)) as write:
            found = run(lambda row: write(text.refused_row(config.language, wanted.sheet.headers, row)))
    if as_json:
        print_json(text.rehearsal_record(found))
    else:
        text.print_plan(config, found.plan)
        text.print_preview(config, found.preview)
        text.print_counts(config, "import.would", found.counts, 0)
        text.print_reasons(config, found.reasons, found.remarks, refused)


def _import(config: Config, wanted: Wanted, refused: Path | None, *, as_json: bool) -> None:
    async def work(office: Office, progress: Tell) -> Imported:
        found = await import_sheet(office, THE_OPERATOR, wanted, progress=progress)
        await _write_refused(config, office, found, refused)
        return found

    found = _with_progress(config, "import.running", work, as_json=as_json)
    if found.went_on and not as_json:
        typer.echo(tell(config.language, "import.went_on"))
    _print_import(config, found, refused, as_json=as_json)


def _tell_again(config: Config, batch_id: int, refused: Path | None, *, as_json: bool) -> None:
    async def work(ground: Ground) -> Imported:
        async with open_office(ground) as office:
            found = await find_import(office, THE_OPERATOR, batch_id)
            await _write_refused(config, office, found, refused)
            return found

    _print_import(config, run_on_ground(config, work), refused, as_json=as_json)


async def _write_refused(config: Config, office: Office, found: Imported, refused: Path | None) -> None:
    if refused is None:
        return
    headers = found.batch.headers
    with open_rows(refused, Form.csv, text.refused_titles(config.language, headers)) as write:
        async for row in read_untaken(office, THE_OPERATOR, found.batch.id):
            write(text.refused_row(config.language, headers, row))


def _print_import(config: Config, found: Imported, refused: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(text.import_record(found))
        return
    text.print_counts(config, "import.did", found.counts, found.batch.id)
    text.print_reasons(config, found.reasons, found.remarks, refused)
    if found.batch.state is not BatchState.undone:
        typer.echo(tell(config.language, "import.how_to_undo", batch=found.batch.id))


def _undo(config: Config, batch_id: int, *, as_json: bool) -> None:
    found = _with_progress(
        config,
        "import.undoing",
        lambda office, progress: undo_import(office, THE_OPERATOR, batch_id, progress=progress),
        as_json=as_json,
    )
    if as_json:
        print_json(text.undo_record(found))
    else:
        text.print_undone(config, found)


def _list(config: Config, *, as_json: bool) -> None:
    async def work(ground: Ground) -> list[tuple[ImportBatch, BatchCounts]]:
        async with open_office(ground) as office:
            return await list_imports(office, THE_OPERATOR)

    found, time = run_with_time(config, work)
    if as_json:
        print_json([text.batch_record(batch, counts) for batch, counts in found])
    elif found:
        text.print_batches(config, found, time)
    else:
        typer.echo(tell(config.language, "import.none"))
