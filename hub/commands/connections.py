"""`hub connections` and `hub attempts`: what is connected, and what providers sent of late."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from hub.app.adapters import find_fault, get_row, public_address
from hub.app.ground import Ground
from hub.commands.ground import run_on_ground, run_with_time
from hub.commands.language import in_language
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table
from hub.commands.texts import columns, say, word
from hub.commands.wall_time import WallTime
from hub.config import Config
from hub.store import connections as stored
from hub.store.connections import AttemptRow, ConnectionRow
from hub.store.pool import acquire

app = typer.Typer()
_COLUMNS = ("number", "kind", "name", "line", "state", "last_event")
_ATTEMPT_COLUMNS = ("at", "from", "method", "status", "bytes", "verdict", "fields")
OneName = Annotated[str | None, typer.Argument(help="Name or number of one connection.")]
Name = Annotated[str, typer.Argument(help="Name or number of the connection, as `hub connections` shows it.")]


@app.command()
@with_config("public_url")
def connections(config: Config, name: OneName = None, *, as_json: AsJson = False) -> None:
    """List connections and how they are; with a name print the address its provider calls (keep it secret)."""
    if name:
        typer.echo(run_on_ground(config, lambda ground: get_address(ground, name)))
        return
    rows, time = run_with_time(config, _list_with_faults)
    if as_json:
        print_json([_describe(row) for row in rows])
    elif rows:
        print_table(
            columns(config.language, *_COLUMNS, zone=time.zone), [_cells(row, time, config.language) for row in rows]
        )
    else:
        typer.echo(say(config.language, "connections.none"))


@app.command()
@with_config()
def attempts(config: Config, name: Name, *, as_json: AsJson = False) -> None:
    """Show the last 50 requests of a connection within 24 hours: names, sizes and why one was refused, never values."""
    rows, time = run_with_time(config, lambda ground: _list_attempts(ground, name))
    if as_json:
        print_json([{"at": row.at, "remote": row.remote, "verdict": row.verdict, **row.shape} for row in rows])
    elif rows:
        titles = columns(config.language, *_ATTEMPT_COLUMNS, zone=time.zone)
        print_table(titles, [_attempt(row, time, config.language) for row in rows])
    else:
        typer.echo(say(config.language, "attempts.none"))


async def get_address(ground: Ground, name: str) -> str:
    """Return the address a provider calls for a connection; without a public URL the one on this machine."""
    return address_of(ground, get_row(await _list_rows(ground), name))


def address_of(ground: Ground, row: ConnectionRow) -> str:
    """Return the address of a stored connection with its key in clear."""
    base = ground.config.public_url or f"http://{ground.config.host}:{ground.config.port}"
    key = ground.secrets.decrypt(row.key_encrypted) if row.key_encrypted else ""
    return public_address(base, row.kind, key)


async def _list_rows(ground: Ground) -> list[ConnectionRow]:
    async with acquire(ground.pool) as connection:
        return await stored.list_connections(connection)


async def _list_with_faults(ground: Ground) -> list[ConnectionRow]:
    """Return the rows; one that this hub cannot open is down, whatever it was when it still could."""
    found = [(row, find_fault(ground, row)) for row in await _list_rows(ground)]
    return [replace(row, state="down", state_reason=fault) if fault else row for row, fault in found]


async def _list_attempts(ground: Ground, name: str) -> list[AttemptRow]:
    row = get_row(await _list_rows(ground), name)
    async with acquire(ground.pool) as connection:
        return await stored.list_attempts(connection, row.id)


def _describe(row: ConnectionRow) -> dict[str, Any]:
    shown = ("id", "kind", "name", "line", "state", "state_reason", "created_at", "last_success_at")
    return {name: getattr(row, name) for name in shown}


def _cells(row: ConnectionRow, time: WallTime, language: str) -> tuple[str, ...]:
    state = word(language, "state", row.state)
    if row.state_reason:
        state = f"{state}: {in_language(row.state_reason, language)}"
    return str(row.id), row.kind, row.name, row.line, state, time.minute(row.last_success_at)


def _attempt(row: AttemptRow, time: WallTime, language: str) -> tuple[str, ...]:
    shape: Mapping[str, Any] = row.shape
    return (
        time.second(row.at),
        row.remote,
        str(shape.get("method", "")),
        str(shape.get("status", "")),
        str(shape.get("size_bytes", "")),
        word(language, "verdict", in_language(str(shape.get("reason", row.verdict)), language)),
        ", ".join(shape.get("fields", ())),
    )
