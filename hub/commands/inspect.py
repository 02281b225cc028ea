"""`hub inspect`: reads a letter or a webhook request as the hub would. Touches no database and no network."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.channels.email.inspection import inspect_letter
from hub.commands.printing import print_json

app = typer.Typer(
    no_args_is_help=True, help="Read a letter or a webhook from a file as the hub would; touches no database."
)
Source = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, allow_dash=True, help="File; standard input if left out."),
]


@app.command()
def email(source: Source = None) -> None:
    """Print a raw letter (.eml) as one JSON object."""
    print_json(inspect_letter(_read(source)))


@app.command()
def webhook(
    kind: Annotated[str, typer.Argument(help="Kind of the connection, for instance webform.")],
    source: Source = None,
    *,
    settings: Annotated[Path, typer.Option(help="TOML or JSON file with the settings of the connection.")],
    remote: Annotated[str, typer.Option(help="Address the request came from, where settings list networks.")] = "",
) -> None:
    """Print what the hub makes of a raw HTTP request: is it proven, its id and order, its events.

    The exit code is 0 for a refused request too: the verdict stands in "verification".
    """
    from hub.commands.webhook_reading import inspect_webhook  # noqa: PLC0415 - letters need nothing of it

    print_json(inspect_webhook(kind, _read(source), settings=settings, remote=remote))


def _read(source: Path | None) -> bytes:
    """Return the bytes of a file, or of standard input."""
    return sys.stdin.buffer.read() if source is None or str(source) == "-" else source.read_bytes()
