"""`hub demo`: the sandbox. The only module outside `hub.testing` that imports it."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.testing.sandbox import run_sandbox

app = typer.Typer()
Data = Annotated[
    Path | None, typer.Option("--data", help="Directory to keep the play in; forgotten at the end if left out.")
]
Host = Annotated[str, typer.Option("--host", help="Address to listen at.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at; 0 takes a free one.")]
Terminal = Annotated[
    bool, typer.Option("--terminal", help="Manage here by typed lines as well; works with a script on standard input.")
]


class Language(StrEnum):
    """What is spoken at the start and at the terminal; the page has its own switch."""

    ru = "ru"
    en = "en"


Spoken = Annotated[
    Language, typer.Option("--language", envvar="HUB_LANGUAGE", help="Language at the start and at the terminal.")
]


@app.command()
def demo(
    *,
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    terminal: Terminal = False,
    language: Spoken = Language.ru,
) -> None:
    """Play with the hub in the browser or at the terminal: you are client and manager; no token, no Internet."""
    asyncio.run(run_sandbox(data=data, host=host, port=port, language=language.value, has_terminal=terminal))
