"""`hub disconnect NAME`: takes a CRM away, after saying what is forgotten, what stays, and what to press there."""

from typing import Annotated

import typer

from hub.app.ground import Ground
from hub.commands.asking import ask_consent
from hub.commands.crm_rooms import pick_crm
from hub.commands.crm_texts import tell
from hub.commands.ground import run_on_ground
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.commands.options import with_config
from hub.config import Config
from hub.crm_sync.leaving import leave
from hub.crm_sync.registry import is_crm
from hub.domain.errors import ConfigError
from hub.domain.ids import ConnectionId
from hub.store import crm_leaving
from hub.store.connections import ConnectionRow, list_connections
from hub.store.crm_leaving import Known
from hub.store.pool import acquire

app = typer.Typer()
Name = Annotated[str, typer.Argument(help="Name or number of the CRM, as `hub connections` shows it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_REFUSAL = "nothing was taken away: nobody can be asked here; look at what is shown above, then give --yes"
_TOLD = ("forgotten", "kept", "by_hand", "again")


@app.command()
@with_config()
def disconnect(config: Config, name: Name, *, yes: Yes = False) -> None:
    """Take a CRM away: its secrets are deleted, clients and their history stay; says what is forgotten, and asks."""
    row, known = run_on_ground(config, lambda ground: _look(ground, name))
    language = config.language
    facts = {"name": row.name, "kind": row.kind, "records": known.records, "people": known.people}
    for key in _TOLD:
        typer.echo(tell(language, f"disconnect.{key}", waiting=known.waiting, **facts))
    asked = tell(language, "disconnect.asked", name=row.name)
    if not yes and not ask_consent(asked, language=language, refusal=_REFUSAL):
        typer.echo(tell(language, "disconnect.left", name=row.name))
        raise typer.Exit(1)
    run_on_ground(config, lambda ground: _leave(ground, row))
    typer.echo(tell(language, "disconnect.done", name=row.name))


async def _look(ground: Ground, name: str) -> tuple[ConnectionRow, Known]:
    """Return the CRM of a name and what is known of it.

    Raises:
        ConfigError: the connection is none to a CRM. NotFound: there is none of that name.
    """
    async with acquire(ground.pool) as connection:
        rows = await list_connections(connection)
        named = next((each for each in rows if name in (each.name, str(each.id))), None)
        if named is not None and not is_crm(named.kind):
            raise ConfigError(
                f"'{named.name}' is no CRM but {named.kind}, over which clients write: their conversations need it"
            )
        row = await pick_crm(ground, name)
        return row, await crm_leaving.count_known(connection, row.id)


async def _leave(ground: Ground, row: ConnectionRow) -> Known:
    async with open_office(ground) as office:
        return await leave(office, THE_OPERATOR, ConnectionId(row.id), name=row.name)
