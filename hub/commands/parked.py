"""`hub parked` and `hub replay`: payloads that were set aside because they could not be understood."""

from dataclasses import asdict
from typing import Annotated

import typer

from hub.app.ground import Ground
from hub.commands.ground import run_on_ground
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table, shown_time
from hub.commands.texts import say
from hub.config import Config
from hub.domain.errors import ConfigError, NotFound
from hub.store import receipts
from hub.store.pool import acquire
from hub.store.receipts import ParkedReceipt

app = typer.Typer()
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers as `hub parked` shows them.")]
Every = Annotated[bool, typer.Option("--all", help="Everything that is parked.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many at most, oldest first.")]


@app.command()
@with_config()
def parked(config: Config, *, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List payloads that were set aside, with the reason; nothing of them is lost."""
    found = run_on_ground(config, lambda ground: _list(ground, limit))
    if as_json:
        print_json([asdict(each) for each in found])
    elif found:
        print_table(("No", "received", "connection", "kind", "tries", "reason"), [_row(each) for each in found])
    else:
        typer.echo(say(config.language, "parked.none"))


@app.command()
@with_config()
def replay(config: Config, numbers: Numbers = None, *, every: Every = False) -> None:
    """Put parked payloads back into work; what they already caused is not caused again."""
    if bool(numbers) == every:
        raise ConfigError("say which: numbers as `hub parked` shows them, or --all")
    count = run_on_ground(config, lambda ground: _replay(ground, None if every else numbers))
    if numbers and not count:
        raise NotFound("none of these numbers is parked; `hub parked` lists what is")
    typer.echo(say(config.language, "parked.back", count=count))


async def _list(ground: Ground, limit: int) -> list[ParkedReceipt]:
    async with acquire(ground.pool) as connection:
        return await receipts.list_parked(connection, limit=limit)


async def _replay(ground: Ground, numbers: list[int] | None) -> int:
    async with acquire(ground.pool) as connection:
        return await receipts.replay(connection, numbers)


def _row(each: ParkedReceipt) -> tuple[str, ...]:
    return str(each.id), shown_time(each.received_at), each.connection, each.kind, str(each.attempt), each.reason
