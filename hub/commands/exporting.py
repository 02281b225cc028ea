"""`hub export WHAT`: everything out, in formats anything reads: CSV, JSON Lines, and XLSX for contacts and leads."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from hub.app.ground import Ground
from hub.commands.data_texts import tell
from hub.commands.ground import run_on_ground
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json
from hub.config import Config
from hub.domain.errors import ConfigError
from hub.inbox.exporting import Place, check_kinds, export
from hub.store.exports import KINDS
from hub.store.exports_file import Form, WriteRow, open_rows

app = typer.Typer()
ALL = "all"
_IN_XLSX = ("contacts", "leads")
What = Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}; or {ALL}, each into a file of its own.")]


@dataclass(frozen=True, slots=True)
class Choices:
    """Where to, and how."""

    out: Annotated[
        Path | None,
        typer.Option("--out", help="New file, or new directory for all; the standard output if left out."),
    ] = None
    form: Annotated[
        Form | None, typer.Option("--format", help="csv if left out, or what the name of the file says.")
    ] = None


@app.command("export")
@with_config()
def export_(config: Config, choices: Choices, *, what: What = ALL, as_json: AsJson = False) -> None:
    """Write what the hub holds, as it is at one instant; an audit fact is kept of it."""
    names = list(KINDS) if what == ALL else [what]
    check_kinds(names)
    form = choices.form or _form_of(choices.out)
    _refuse_misfit(what, names, form, choices.out, as_json=as_json)
    if what == ALL and choices.out is not None:
        choices.out.mkdir(mode=0o700, parents=True, exist_ok=False)

    def place(name: str, columns: Sequence[str]) -> AbstractContextManager[WriteRow]:
        return open_rows(_target(choices.out, what, name, form), form, columns)

    written = _run(config, names, place, as_json=as_json)
    if as_json:
        print_json({"files": {name: str(_target(choices.out, what, name, form)) for name in names}, "rows": written})
    elif choices.out is not None:
        for name, rows in written.items():
            file = _target(choices.out, what, name, form)
            typer.echo(tell(config.language, "export.done", what=name, rows=rows, file=file))


def _form_of(out: Path | None) -> Form:
    suffix = out.suffix.lower().removeprefix(".") if out is not None else ""
    return Form(suffix) if suffix in list(Form) else Form.csv


def _refuse_misfit(what: str, names: Sequence[str], form: Form, out: Path | None, *, as_json: bool) -> None:
    """Refuse what cannot be had. Raises: ConfigError with what to do instead."""
    if form is Form.xlsx and not set(names) <= set(_IN_XLSX):
        raise ConfigError(f"XLSX is for {' and '.join(_IN_XLSX)}: take csv or jsonl for the rest")
    if out is None and (what == ALL or form is Form.xlsx or as_json):
        raise ConfigError("say where to with --out: only one kind in csv or jsonl goes to the standard output")


def _target(out: Path | None, what: str, name: str, form: Form) -> Path | None:
    return out / f"{name}.{form.value}" if out is not None and what == ALL else out


def _run(config: Config, names: Sequence[str], place: Place, *, as_json: bool) -> dict[str, int]:
    """Export with a bar on the standard error; none where a script or nobody reads."""
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    is_silent = as_json or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_silent) as bar:
        task = bar.add_task(tell(config.language, "export.running"), total=None)

        async def work(ground: Ground) -> dict[str, int]:
            async with open_office(ground) as office:
                return await export(
                    office,
                    THE_OPERATOR,
                    names,
                    place,
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                )

        return run_on_ground(config, work)
