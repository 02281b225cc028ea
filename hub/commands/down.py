"""`hub down`: stops the embedded database, which outlives a killed hub on purpose."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from hub.app.ground import keep_down
from hub.commands.asking import ask_consent
from hub.commands.ground import ensure_hub
from hub.commands.options import with_config
from hub.commands.quiet import keep_quiet
from hub.commands.texts import say
from hub.config import Config
from hub.domain.errors import ConfigError
from hub.store.embedded import ServerClient, list_clients, stop_embedded

app = typer.Typer()
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, though somebody uses the database.")]


@app.command()
@with_config()
def down(config: Config, *, yes: Yes = False) -> None:
    """Stop the embedded database if it still runs; asks first if a hub or anybody else is using it."""
    if config.dsn.get_secret_value():
        raise ConfigError("the database is given by --dsn or HUB_DSN: it is stopped where it runs")
    keep_quiet()
    ensure_hub(config)
    if not yes and not _may_stop(config):
        typer.echo(say(config.language, "down.kept"))
        raise typer.Exit(1)
    keep_down(config)
    was_running = asyncio.run(stop_embedded(config.data, bin_dir=config.pg_bin))
    typer.echo(say(config.language, "down.stopped" if was_running else "down.nothing", data=config.data))


def _may_stop(config: Config) -> bool:
    """Tell whether nobody uses the database, or a person says that this does not matter."""
    clients = asyncio.run(list_clients(config.data))
    if not clients:
        return True
    users = _name(clients, config.language)
    return ask_consent(
        say(config.language, "down.used", data=config.data, users=users),
        language=config.language,
        refusal=f"the database in {config.data} is in use by: {users}; end that first, or give --yes",
    )


def _name(clients: Sequence[ServerClient], language: str) -> str:
    """Return who uses the database; times are this machine's, the rules are not read for it."""
    said = []
    for client in clients:
        facts = {"name": client.name, "count": client.connections, "since": _minute(client.since)}
        said.append(say(language, "down.hub" if client.name == "hub" else "down.other", **facts))
    return ", ".join(said)


def _minute(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}"
