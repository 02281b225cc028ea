"""`hub demo`: the sandbox. The only module outside `hub.testing` that imports it."""

import asyncio
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


@app.command()
def demo(*, data: Data = None, host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """Play with the hub in the browser: you are the client and the manager; no token, no Internet."""
    asyncio.run(run_sandbox(data=data, host=host, port=port))
