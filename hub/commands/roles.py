"""`hub up` and the same roles apart: `web`, `work`, `poll`, `bot`. SIGTERM and Ctrl-C let running work finish."""

import asyncio

import typer

from hub.app.roles import ALL_ROLES, run_roles
from hub.app.speech import Speech
from hub.commands.language import in_language
from hub.commands.options import with_config
from hub.commands.questions import question_of
from hub.config import Config

app = typer.Typer()
SPEECH = Speech(say=in_language, ask=question_of)


@app.command()
@with_config("redis", "public_url", "host", "port")
def up(config: Config) -> None:
    """Run the whole hub in this process, with an embedded database unless --dsn is given."""
    asyncio.run(run_roles(config, ALL_ROLES, SPEECH))


@app.command()
@with_config("redis", "public_url", "host", "port")
def web(config: Config) -> None:
    """Run only webhooks, forms and API; other processes do the rest over the same database."""
    asyncio.run(run_roles(config, frozenset({"web"}), SPEECH))


@app.command()
@with_config("redis")
def work(config: Config) -> None:
    """Run only processing, delivery and timers; start as many as needed."""
    asyncio.run(run_roles(config, frozenset({"work"}), SPEECH))


@app.command()
@with_config("redis")
def poll(config: Config) -> None:
    """Run only mailboxes and long polling; a second one waits until the first is gone."""
    asyncio.run(run_roles(config, frozenset({"poll"}), SPEECH))


@app.command()
@with_config("redis")
def bot(config: Config) -> None:
    """Run only the receiving side of the manager bot."""
    asyncio.run(run_roles(config, frozenset({"bot"}), SPEECH))
