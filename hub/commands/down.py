"""`hub down`: stops the embedded database, which outlives a killed hub on purpose."""

import asyncio

import typer

from hub.commands.options import with_config
from hub.commands.quiet import keep_quiet
from hub.commands.texts import say
from hub.config import Config
from hub.domain.errors import ConfigError
from hub.store.embedded import stop_embedded

app = typer.Typer()


@app.command()
@with_config()
def down(config: Config) -> None:
    """Stop the embedded database if it still runs; a hub that uses it loses its connections."""
    if config.dsn.get_secret_value():
        raise ConfigError("the database is given by --dsn or HUB_DSN: it is stopped where it runs")
    keep_quiet()
    was_running = asyncio.run(stop_embedded(config.data, bin_dir=config.pg_bin))
    typer.echo(say(config.language, "down.stopped" if was_running else "down.nothing", data=config.data))
