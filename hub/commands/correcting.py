"""Trying the settings of a connection, and correcting those of one there is: a token that ran out, a changed password.

A connection that is made anew instead would be another one: a CRM would get every client a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import typer

from hub.app.adapters import channel_class, check_connection, get_row, stored_settings
from hub.app.connecting import NewConnection, correct_connection
from hub.app.connections import Connections
from hub.app.ground import Ground
from hub.channels.base import Channel, Subscribes
from hub.channels.typed_settings import check_settings
from hub.commands.asking import ask_again
from hub.commands.crm_connect import introduce
from hub.commands.first_steps import tell_first
from hub.commands.ground import run_on_ground
from hub.commands.printing import print_lines
from hub.commands.texts import say
from hub.commands.tried import lines_in_language
from hub.config import Config
from hub.crm_sync.registry import is_crm
from hub.domain.errors import ConfigError
from hub.hints.local import LocalRates
from hub.net.http import Http
from hub.store.connections import ConnectionRow, list_connections
from hub.store.pool import acquire


async def try_settings(ground: Ground, kind: str, settings: Mapping[str, Any], *, http: Http, is_forced: bool) -> None:
    """Try settings; say what the provider answered and what to press there.

    Raises:
        ConfigError: it does not work, and nobody insists.
    """
    result = await check_connection(ground, kind, settings, http)
    lines = lines_in_language(result, ground.config.language)
    print_lines(lines)
    if not result.is_ok and not is_forced:
        reason = lines[-1] if lines else "the test failed"
        if len(lines) > 1:
            reason = "what it answered and what to press stands above"
        raise ConfigError(f"{kind} is not saved: {reason} (--unchecked saves it all the same)")


async def open_live(ground: Ground, new: NewConnection, http: Http) -> Channel[Any]:
    """Return the adapter of a connection just saved. Raises: ConfigError if somebody removed it meanwhile."""
    connections = Connections(ground, http, LocalRates())
    await connections.reload()
    channel = connections.channel_of(new.id)
    if channel is None:
        raise ConfigError(f"the connection {new.name} was removed while it was being made: connect again")
    return channel


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody insists on: saved though the test fails; the same account of a CRM under a new address."""

    is_forced: bool = False
    is_renamed: bool = False


def correct(config: Config, kind: str, name: str, *, given: Mapping[str, Any], how: Correction) -> None:
    """Put what is given over the stored settings of a connection, try them and save them; asks where nothing is given.

    Raises:
        ConfigError, NotFound: there is no such connection, or what is given does not work.
    """
    model = channel_class(kind).settings_model
    stored = run_on_ground(config, lambda ground: _load(ground, kind, name))
    if not given:
        tell_first(config, kind, stored, address=f"`hub connections {name}`")
    settings = {**stored, **given} if given else ask_again(model, stored, language=config.language)
    check_settings(model, settings)
    run_on_ground(config, lambda ground: _save(ground, name, settings, how=how))


async def _load(ground: Ground, kind: str, name: str) -> dict[str, Any]:
    row = await _find(ground, name)
    if row.kind != kind:
        raise ConfigError(
            f"{name} is a connection of the kind {row.kind}: say hub connect {row.kind} --name {name} --again"
        )
    return stored_settings(ground, row)


async def _find(ground: Ground, name: str) -> ConnectionRow:
    async with acquire(ground.pool) as connection:
        return get_row(await list_connections(connection), name)


async def _save(ground: Ground, name: str, settings: Mapping[str, Any], *, how: Correction) -> None:
    row, http = await _find(ground, name), Http(ground.config.proxy)
    try:
        await try_settings(ground, row.kind, settings, http=http, is_forced=how.is_forced)
        new = await correct_connection(ground, row, settings, is_renamed=how.is_renamed)
        typer.echo(say(ground.config.language, "connect.corrected", name=name))
        channel = await open_live(ground, new, http)
        if isinstance(channel, Subscribes):
            print_lines(lines_in_language(await channel.subscribe(), ground.config.language))
        if is_crm(row.kind):
            await introduce(ground, name)
    finally:
        await http.close()
