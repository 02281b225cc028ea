"""`hub parked` and `hub replay`: payloads that could not be understood, and deliveries that did not succeed."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from hub.app.ground import Ground
from hub.commands.ground import run_on_ground, run_with_time
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table
from hub.commands.texts import columns, say, word
from hub.commands.wall_time import WallTime
from hub.config import Config
from hub.domain.errors import ConfigError, NotFound
from hub.inbox.set_aside import SetAside, list_set_aside, put_back
from hub.store.receipts import ParkedReceipt

app = typer.Typer()
Numbers = Annotated[list[str] | None, typer.Argument(help="Numbers as `hub parked` shows them.")]
Every = Annotated[bool, typer.Option("--all", help="Everything that is parked; failed deliveries only by number.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most, oldest first.")]
_LONGEST = 18
_COLUMNS = ("number", "since", "what", "state", "tries", "reason")


@app.command()
@with_config()
def parked(config: Config, *, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List payloads and deliveries that were set aside or failed, with the reason; nothing of them is lost."""
    found, time = run_with_time(config, lambda ground: _list(ground, limit))
    if as_json:
        print_json([_plain(each) for each in found])
    elif found:
        print_table(
            columns(config.language, *_COLUMNS, zone=time.zone), [_row(each, time, config.language) for each in found]
        )
    else:
        typer.echo(say(config.language, "parked.none"))


@app.command()
@with_config()
def replay(config: Config, numbers: Numbers = None, *, every: Every = False) -> None:
    """Put parked payloads and deliveries back into work; what they already caused is not caused again."""
    if bool(numbers) == every:
        raise ConfigError("say which: numbers as `hub parked` shows them, or --all")
    wanted = None if every else [_read(each) for each in numbers or ()]
    count = run_on_ground(config, lambda ground: _replay(ground, wanted))
    if numbers and not count:
        raise NotFound("none of these numbers can be put back; `hub parked` lists what can")
    typer.echo(say(config.language, "parked.back", count=count))


def _read(number: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST):
        raise ConfigError(f"'{number}' is no number: write numbers as `hub parked` shows them")
    return int(number)


async def _list(ground: Ground, limit: int) -> list[SetAside]:
    async with open_office(ground) as office:
        return await list_set_aside(office, THE_OPERATOR, limit=limit)


async def _replay(ground: Ground, numbers: list[int] | None) -> int:
    async with open_office(ground) as office:
        return await put_back(office, THE_OPERATOR, numbers)


def _plain(each: SetAside) -> dict[str, Any]:
    if isinstance(each, ParkedReceipt):
        return {"what": "payload", "state": "parked", **asdict(each)}
    return {"what": "delivery", **asdict(each)}


def _row(each: SetAside, time: WallTime, language: str) -> tuple[str, ...]:
    if isinstance(each, ParkedReceipt):
        at, what, state = each.received_at, f"{each.kind} {each.connection}", "parked"
    else:
        at, what, state = each.created_at, word(language, "lane", each.lane), each.state
    return str(each.id), time.minute(at), what, word(language, "state", state), str(each.attempt), each.reason
