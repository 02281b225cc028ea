"""The program `hub`: finds the command, runs it, and turns an error of the hub into one line and exit code 1.

Only the module of the command that was asked for is imported: `hub --help` shows the catalogue's lines. Wrong usage is
one line too, with exit code 2; Ctrl-C ends with 130. Help and all of these speak Russian unless told otherwise.
"""

import errno
import importlib
from typing import Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from hub.commands.catalogue import CATALOGUE, Entry
from hub.commands.helping import asked_language, speak_russian, what_is_wrong
from hub.commands.language import LANGUAGE, in_language
from hub.domain.errors import HubError

FAILED = 1
MISUSED = 2
_ENTRIES = {entry.name: entry for entry in CATALOGUE}


class Program(TyperGroup):
    """The group of all commands; knows their names, imports the one that is asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {entry.name: TyperCommand(entry.name, help=entry.line) for entry in CATALOGUE}

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the program's own options; where one is wrong, say so in one line."""
        try:
            return super().make_context(info_name, args, parent=parent, **extra)
        except typer.TyperException as error:
            if _is_help(error):
                raise
            return _refuse_usage(error, error.ctx)  # type: ignore[attr-defined]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the list of commands in the reader's language."""
        if asked_language(ctx) == "ru":
            speak_russian(self, ctx)
        super().format_help(ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the real command in place of its line in the list."""
        name, found, rest = super().resolve_command(ctx, args)
        found = load_command(_ENTRIES[name]) if name else found
        if asked_language(ctx) == "ru":
            speak_russian(found, ctx)
        return name, found, rest

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what the hub or the system refuses, or typer of the line, becomes one line."""
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
        except typer.Abort:
            _refuse(ctx, "stopped")
        except typer.TyperException as error:
            if _is_help(error):
                raise
            _refuse_usage(error, ctx)


def load_command(entry: Entry) -> Any:
    """Return the command of an entry, or the family that has its name."""
    group = typer.main.get_group(importlib.import_module(f"hub.commands.{entry.module}").app)
    found = group.commands.get(entry.name, group)
    found.name = entry.name
    return found


def _is_help(error: typer.TyperException) -> bool:
    """Tell whether nothing was typed and the help stands there by now: nothing more is to be said."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _refuse_usage(error: typer.TyperException, ctx: Any) -> NoReturn:
    """Say what is wrong with the line and where the right one is shown; end with exit code 2."""
    _print_refusal(what_is_wrong(error, ctx), ctx.meta.get(LANGUAGE) or asked_language(ctx))
    raise typer.Exit(MISUSED)


def _refuse(ctx: Any, message: str) -> NoReturn:
    """Say what the hub refuses, in the language of the settings as far as they were read; end with exit code 1."""
    _print_refusal(message, ctx.meta.get(LANGUAGE) or asked_language(ctx))
    raise typer.Exit(FAILED)


def _print_refusal(message: str, language: str) -> None:
    """Print one line for the person; each line of `message` is a sentence that is said in the language."""
    line = "; ".join(in_language(part.strip(), language) for part in message.splitlines() if part.strip())
    typer.echo(f"hub: {line}", err=True)


program = typer.Typer(
    cls=Program, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
)


@program.callback()
def _hub(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
    language: Annotated[
        Literal["ru", "en"] | None,
        typer.Option(
            "--language", envvar="HUB_LANGUAGE", is_eager=True, help="Language of what commands say; ru if left out."
        ),
    ] = None,
) -> None:
    """Every request of a business in one place: Telegram, e-mail, forms, calls. One owner, one clock, nothing lost."""
    del debug, language
