"""`hub connect KIND`: asks for settings, tries them, saves them encrypted, says what to press, waits for an event.

The settings are those of the adapter's own model, so a new channel needs nothing here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app.adapters import channel_class
from hub.app.connecting import NewConnection, create_connection
from hub.app.ground import Ground
from hub.channels.base import Channel, Receives, Subscribes
from hub.commands.arrival_watch import ArrivalWatch
from hub.commands.asking import ask_settings
from hub.commands.correcting import Correction, correct, open_live, try_settings
from hub.commands.crm_connect import introduce
from hub.commands.crm_texts import tell
from hub.commands.first_steps import is_complete, tell_first
from hub.commands.ground import run_on_ground
from hub.commands.options import with_config
from hub.commands.printing import print_lines
from hub.commands.settings import read_assignments, read_settings_file
from hub.commands.texts import say
from hub.commands.tried import lines_in_language
from hub.commands.wall_time import read_wall_time
from hub.config import Config
from hub.crm_sync.base import Crm
from hub.crm_sync.registry import is_crm
from hub.domain.errors import ConfigError
from hub.net.http import Http

app = typer.Typer()
Kind = Annotated[
    str,
    typer.Argument(
        help="telegram, email, webform, a PBX or a CRM (any other word lists them); manager_bot: that of the managers."
    ),
]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person may say about a new connection."""

    assigned: Annotated[list[str] | None, typer.Option("--set", help="A setting as name=value; may be repeated.")] = (
        None
    )
    settings: Annotated[Path | None, typer.Option("--settings", help="TOML or JSON file with settings.")] = None
    ask_all: Annotated[bool, typer.Option("--ask-all", help="Ask for every setting, not only for what is needed.")] = (
        False
    )
    name: Annotated[str, typer.Option("--name", help="Name for people; the kind if left out.")] = ""
    line: Annotated[str, typer.Option("--line", help="Key of the line its requests go to; rules decide if empty.")] = ""
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Save although the test fails.")] = False
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Do not wait for the first event.")] = False
    again: Annotated[
        bool, typer.Option("--again", help="Correct a connection there is: what is not given stays, secrets are asked.")
    ] = False
    renamed: Annotated[
        bool, typer.Option("--renamed", help="With --again: the same account of a CRM, which has a new address now.")
    ] = False


@app.command()
@with_config("public_url")
def connect(config: Config, kind: Kind, wishes: Wishes) -> None:
    """Connect a bot, mailbox, form, PBX or CRM and wait for its first event.

    Asks for the settings the channel needs, tests them, saves them encrypted, and prints the exact address and the
    fields of the provider's cabinet. Of a CRM also who is who there, and which stage becomes which.
    """
    _refuse_unreachable(config, kind)
    if wishes.again:
        how = Correction(is_forced=wishes.unchecked, is_renamed=wishes.renamed)
        correct(config, kind, wishes.name or kind, given=_read_given(kind, wishes), how=how)
        return
    if wishes.renamed:
        raise ConfigError("--renamed goes with --again: it corrects the address of a CRM that is connected")
    given, model = _read_given(kind, wishes), channel_class(kind).settings_model
    steps: tuple[str, ...] = ()
    if wishes.ask_all or not is_complete(model, given):
        address = say(config.language, "connect.address_later") if config.public_url else ""
        steps = tell_first(config, kind, given, address=address)
    settings = ask_settings(model, given, language=config.language, asks_all=wishes.ask_all)
    try:
        run_on_ground(config, lambda ground: _connect(ground, kind, settings, wishes, told=steps), makes_new=True)
    except KeyboardInterrupt:
        typer.echo("\n" + say(config.language, "connect.stopped"))


def _refuse_unreachable(config: Config, kind: str) -> None:
    """Say what to do before anybody types settings in vain."""
    if channel_class(kind).capabilities.needs_public_url and not config.public_url:
        raise ConfigError(
            f"{kind} only calls us and there is no public address: give --public-url https://hub.example.ru (a server "
            "with a domain, or a tunnel to this machine), or take channels that need none: telegram by polling, email"
        )


def _read_given(kind: str, wishes: Wishes) -> dict[str, Any]:
    """Return settings from the file, with those of `--set` over them."""
    given = read_settings_file(wishes.settings) if wishes.settings else {}
    return given | read_assignments(channel_class(kind).settings_model, wishes.assigned or [])


async def _connect(
    ground: Ground, kind: str, settings: Mapping[str, Any], wishes: Wishes, *, told: Sequence[str]
) -> None:
    """Try and save a connection, and say what is left to do beyond the steps `told` before."""
    http = Http(ground.config.proxy)
    try:
        await try_settings(ground, kind, settings, http=http, is_forced=wishes.unchecked)
        new = await create_connection(ground, kind, name=wishes.name or kind, settings=settings, line=wishes.line)
        channel = await open_live(ground, new, http)
        await _tell(ground, new, channel, told=told)
        if is_crm(kind):
            await introduce(ground, new.name)
        if not wishes.no_wait:
            await _wait(ground, kind, new, channel)
    finally:
        await http.close()


async def _tell(ground: Ground, new: NewConnection, channel: Channel[Any], *, told: Sequence[str]) -> None:
    """Print where the provider calls, what to press there, and what the provider says to our address."""
    language = ground.config.language
    typer.echo(say(language, "connect.saved", name=new.name))
    if new.url:
        typer.echo(say(language, "connect.address", url=new.url))
    print_lines(step for step in new.steps if step not in told)
    if isinstance(channel, Subscribes):
        done = lines_in_language(await channel.subscribe(), language)
        print_lines(line for line in done if line not in new.steps)


async def _wait(ground: Ground, kind: str, new: NewConnection, channel: Channel[Any]) -> None:
    language = ground.config.language
    if isinstance(channel, Crm) and not (new.url and isinstance(channel, Receives)):
        typer.echo(tell(language, "connect.polled", name=new.name))
        return
    typer.echo(say(language, "connect.waiting"))
    if isinstance(channel, Crm):
        typer.echo(tell(language, "connect.change_something"))
    watch = ArrivalWatch(ground, new.id, kind, channel, ground.clock.now(), await read_wall_time(ground))
    async for line in watch.lines():
        typer.echo(line)
    typer.echo(say(language, "connect.works"))
