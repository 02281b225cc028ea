"""`hub resume`: a hub that was restored from a backup goes on, after a person has seen what leaves it then.

Until that word the hub receives and reads on, but nothing leaves it and no timer fires (case 38).
"""

from collections.abc import Iterator
from typing import Annotated

import typer

from hub.app.ground import Ground
from hub.commands.asking import ask_consent
from hub.commands.ground import run_on_ground, run_with_time
from hub.commands.opened_office import open_office
from hub.commands.options import with_config
from hub.commands.printing import print_table
from hub.commands.texts import columns, say, word
from hub.commands.wall_time import WallTime
from hub.config import Config
from hub.domain.health import ConnectionHealth
from hub.domain.restored import Restored
from hub.inbox.resume import Outlook, look_ahead, resume
from hub.store.pool import acquire
from hub.store.status import read_health

app = typer.Typer()
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_REFUSAL = "nothing was let go: nobody can be asked here; look at what is shown above, then give --yes"


@app.command(name="resume")
@with_config()
def resume_hub(config: Config, *, yes: Yes = False) -> None:
    """Show what a restored hub holds back, ask, and let it go on; answers of the backup are not sent by themselves."""
    seen, time = run_with_time(config, _look)
    if seen is None:
        typer.echo(say(config.language, "resume.not_held"))
        return
    outlook, quiet = seen
    _show(config.language, time, outlook, quiet)
    if not yes and not ask_consent(say(config.language, "resume.asked"), language=config.language, refusal=_REFUSAL):
        typer.echo(say(config.language, "resume.kept"))
        raise typer.Exit(1)
    run_on_ground(config, _resume)
    typer.echo(say(config.language, "resume.done"))


async def _look(ground: Ground) -> tuple[Outlook, list[str]] | None:
    """Return what is held back, and the connections over which nothing has come since the restore."""
    async with open_office(ground) as office:
        outlook = await look_ahead(office)
    if outlook is None:
        return None
    async with acquire(ground.pool) as connection:
        health = await read_health(connection, now=ground.clock.now())
    return outlook, [each.name for each in health.connections if _is_quiet(each, outlook.restored)]


def _is_quiet(each: ConnectionHealth, restored: Restored) -> bool:
    heard = [at for at in (each.last_success_at, each.compared_at) if at is not None]
    return not heard or max(heard) < restored.at


async def _resume(ground: Ground) -> bool:
    async with open_office(ground) as office:
        return await resume(office)


def _show(language: str, time: WallTime, outlook: Outlook, quiet: list[str]) -> None:
    instants = {"at": time.minute(outlook.restored.at), "made": time.minute(outlook.restored.made_at)}
    typer.echo(say(language, "resume.held", zone=time.zone, **instants))
    rows = [*_deliveries(language, time, outlook), *_timers(language, time, outlook)]
    if rows:
        print_table(columns(language, "what", "count", "since", "then", zone=time.zone), rows)
    else:
        typer.echo(say(language, "resume.nothing"))
    if outlook.unread:
        typer.echo(say(language, "resume.unread", count=outlook.unread))
    if quiet:
        typer.echo(say(language, "resume.quiet", names=", ".join(quiet)))


def _deliveries(language: str, time: WallTime, outlook: Outlook) -> Iterator[tuple[str, ...]]:
    for each in outlook.deliveries:
        then = say(language, f"resume.{each.fate}")
        yield word(language, "lane", each.lane), str(each.number), time.minute(each.since), then


def _timers(language: str, time: WallTime, outlook: Outlook) -> Iterator[tuple[str, ...]]:
    for each in outlook.timers:
        what = f"{word(language, 'timer', each.kind)} {each.line}".rstrip()
        yield what, str(each.number), time.minute(each.since), say(language, "resume.missed")
