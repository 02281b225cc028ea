"""Connections saved and corrected: validated, told apart from those there are, their settings encrypted."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.app.adapters import (
    NO_RATES,
    build_channel,
    channel_class,
    open_settings,
    public_address,
    stored_settings,
    validate_settings,
)
from hub.app.ground import Ground
from hub.channels.base import ChannelSettings, Explains
from hub.crash import crash_point
from hub.crm_sync.base import CrmSettings
from hub.domain.errors import ConfigError
from hub.domain.ids import ConnectionId
from hub.net.http import Http
from hub.store import connections, crm_accounts, crm_items
from hub.store.connections import ConnectionRow
from hub.store.pool import Connection, acquire
from hub.store.secrets import new_token, token_hash


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A connection just saved: its address for the provider, and what to press there."""

    id: ConnectionId
    name: str
    url: str
    steps: tuple[str, ...]


Also = Callable[[Connection, NewConnection], Awaitable[None]]
"""What is to be written in the transaction that saves a connection; what it raises undoes that, and goes before a name
or an account that is taken: whoever sends a form twice has taken both themselves."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection that somebody wants: its kind, its name for people, its settings as typed, the key of its line."""

    kind: str
    name: str
    settings: Mapping[str, Any]
    line: str = ""


class NameTaken(ConfigError):
    """Another connection is called so already."""

    code = "config.name_taken"


async def create_connection(
    ground: Ground, kind: str, *, name: str, settings: Mapping[str, Any], line: str = ""
) -> NewConnection:
    """Save a connection as whoever works at the machine. Commits. Raises: as `save_connection`."""
    return await save_connection(ground, Wanted(kind, name, settings, line))


async def save_connection(ground: Ground, wanted: Wanted, also: Also | None = None) -> NewConnection:
    """Validate and save a connection, its settings encrypted, and what `also` writes. Commits.

    Raises:
        ConfigError: the settings are wrong, the account of a CRM is connected already, or the kind needs a public
            address and there is none; nothing is saved then.
        NameTaken: another connection is called so.
    """
    kind, name, url = wanted.kind, wanted.name, ground.config.public_url
    model = validate_settings(kind, wanted.settings)
    if channel_class(kind).capabilities.needs_public_url and not url:
        raise ConfigError(
            f"{kind} can only call us: set HUB_PUBLIC_URL to an address reachable from outside "
            "(a server with a domain, or a tunnel), then connect again"
        )
    key = new_token()
    async with acquire(ground.pool) as connection, connection.transaction():
        await connections.hold_names(connection)
        new_id = ConnectionId((await ground.ids.reserve(connection, 1))())
        row = _row(ground, new_id, model, key=key, named=(kind, name, wanted.line))
        new = NewConnection(new_id, name, public_address(url, kind, key), _steps_of(ground, row))
        if also is not None:
            await also(connection, new)
        present = await connections.list_connections(connection)
        _refuse_twice(ground, kind, model, present)
        if name in {each.name for each in present}:
            raise NameTaken(
                f"a connection named '{name}' exists already: choose another name with --name, or correct it with "
                "--again"
            )
        await connections.add_connection(connection, row)
        crash_point("connections.before_add")
    crash_point("connections.after_add")
    return new


async def correct_connection(
    ground: Ground, row: ConnectionRow, settings: Mapping[str, Any], *, is_renamed: bool = False
) -> NewConnection:
    """Save corrected settings of a connection, which is used again at once; its address stays. Commits.

    Tokens that were renewed under the old settings are forgotten. `is_renamed`: somebody knows that an account of a CRM
    under another address is the same one; links to its records are moved there.

    Raises:
        ConfigError: the settings are wrong, or of another account of a CRM: its records are not those we know.
    """
    model = validate_settings(row.kind, settings)
    moved = _moved(ground, row, model)
    if moved and not is_renamed:
        raise ConfigError(
            f"these settings are of {moved[1]}, and '{row.name}' is {moved[0]}, whose records are known by their "
            "numbers there: if it is the same account under a new address, add --renamed; connect another account "
            "under a name of its own with --name"
        )
    sealed = ground.secrets.encrypt_json(open_settings(model))
    async with acquire(ground.pool) as connection:
        others = [each for each in await connections.list_connections(connection) if each.id != row.id]
        _refuse_twice(ground, row.kind, model, others)
        crash_point("connections.before_correct")
        async with connection.transaction():
            await connections.correct(connection, row.id, settings=sealed, at=ground.clock.now())
            await crm_accounts.forget_tokens(connection, row.id)
            if moved:
                await crm_items.move_links(connection, row.id, *map(_place_of, moved))
        crash_point("connections.after_correct")
    key = ground.secrets.decrypt(row.key_encrypted) if row.key_encrypted else ""
    url = public_address(ground.config.public_url, row.kind, key)
    return NewConnection(ConnectionId(row.id), row.name, url, steps=())


def _steps_of(ground: Ground, row: ConnectionRow) -> tuple[str, ...]:
    """Return what is left to press at the provider. Raises: ConfigError: the adapter cannot work with its settings."""
    channel = build_channel(ground, row, http=Http(ground.config.proxy), rates=NO_RATES)
    return tuple(channel.setup_steps(ground.config.language)) if isinstance(channel, Explains) else ()


def _row(
    ground: Ground, new_id: ConnectionId, model: ChannelSettings, *, key: str, named: tuple[str, str, str]
) -> ConnectionRow:
    kind, name, line = named
    return ConnectionRow(
        id=new_id,
        kind=kind,
        name=name,
        line=line,
        settings_encrypted=ground.secrets.encrypt_json(open_settings(model)),
        key_hash=token_hash(key),
        old_key_hash="",
        key_encrypted=ground.secrets.encrypt(key),
        state="active",
        state_reason="",
        cursor={},
        created_at=ground.clock.now(),
        last_success_at=None,
    )


def _refuse_twice(ground: Ground, kind: str, model: ChannelSettings, rows: Sequence[ConnectionRow]) -> None:
    """Refuse an account of a CRM that is connected under another name: everything would be there twice."""
    for row in rows:
        if row.kind == kind and isinstance(model, CrmSettings) and model.tells_apart == _tells_apart(ground, row) != "":
            raise ConfigError(
                f"this account is connected already as '{row.name}', and everything would be there twice: correct that "
                f"one with --again --name {row.name}"
            )


def _moved(ground: Ground, row: ConnectionRow, model: ChannelSettings) -> tuple[str, str] | None:
    """Return the former and the new account where settings name another one of a CRM, None if they do not."""
    known = _tells_apart(ground, row)
    is_other = isinstance(model, CrmSettings) and known not in ("", model.tells_apart)
    return (known, model.tells_apart) if is_other and isinstance(model, CrmSettings) else None


def _place_of(account: str) -> str:
    """Return host and port of what tells an account from others: of some kinds that is an address."""
    return account.partition("://")[2] or account


def _tells_apart(ground: Ground, row: ConnectionRow) -> str:
    """Return what tells a stored account of a CRM from others, empty if it cannot be opened here."""
    try:
        model = validate_settings(row.kind, stored_settings(ground, row))
    except ConfigError:
        return ""
    return model.tells_apart if isinstance(model, CrmSettings) else ""
