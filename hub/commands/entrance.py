"""The program `hub`: finds the command, runs it, and turns an error of the hub into one line and exit code 1.

Only the module of the command that was asked for is imported: `hub --help` shows the catalogue's lines. Wrong usage is
answered by typer with exit code 2, Ctrl-C with 130.
"""

import errno
import importlib
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand, TyperGroup

from hub.commands.catalogue import CATALOGUE, Entry
from hub.commands.language import LANGUAGE, in_language
from hub.domain.errors import HubError

FAILED = 1
_ENTRIES = {entry.name: entry for entry in CATALOGUE}


class Program(TyperGroup):
    """The group of all commands; knows their names, imports the one that is asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {entry.name: TyperCommand(entry.name, help=entry.line) for entry in CATALOGUE}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the real command in place of its line in the list."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, load_command(_ENTRIES[name]) if name else found, rest

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what the hub or the system refuses becomes one line."""
        try:
            return super().invoke(ctx)
        except HubError as error:
            if ctx.params["debug"]:
                raise
            _refuse(ctx, str(error))
        except OSError as error:
            if ctx.params["debug"] or error.errno == errno.EPIPE:
                raise
            _refuse(ctx, f"{error.filename or 'the system'}: {error.strerror}; correct that and try again")


def load_command(entry: Entry) -> Any:
    """Return the command of an entry, or the family that has its name."""
    group = typer.main.get_group(importlib.import_module(f"hub.commands.{entry.module}").app)
    found = group.commands.get(entry.name, group)
    found.name = entry.name
    return found


def _refuse(ctx: Any, message: str) -> None:
    """Print one line for the person, in the language of the settings as far as they were read; end with exit code 1."""
    language = ctx.meta.get(LANGUAGE) or ctx.params["language"] or "ru"
    line = "; ".join(in_language(part.strip(), language) for part in message.splitlines() if part.strip())
    typer.echo(f"hub: {line}", err=True)
    raise typer.Exit(FAILED)


program = typer.Typer(
    cls=Program, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
)


@program.callback()
def _hub(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
    language: Annotated[
        Literal["ru", "en"] | None,
        typer.Option("--language", envvar="HUB_LANGUAGE", help="Language of what commands say; ru if left out."),
    ] = None,
) -> None:
    """Every request of a business in one place: Telegram, e-mail, forms, calls. One owner, one clock, nothing lost."""
    del debug, language
