"""Live connections: stored rows made into adapters, found by key, rebuilt when they change.

A row that cannot be opened (another secret key, settings of another version) is down by itself; the others work.

The manager bot is a connection too, of the kind `manager_bot`: its updates are receipts of a lane of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from pydantic import ValidationError

from hub.app.ground import Ground
from hub.channels.base import Channel, ChannelSettings, CheckResult, Checks, Closes, Explains, Originates
from hub.channels.registry import get_channel_class, list_kinds
from hub.crash import crash_point
from hub.crm_sync.base import CrmSettings
from hub.crm_sync.calling import CrmContext
from hub.crm_sync.registry import get_crm_class, is_crm, list_crms
from hub.crm_sync.tokens import StoredTokens
from hub.domain.errors import ConfigError, NotFound
from hub.domain.ids import ConnectionId
from hub.domain.ports import RateBuckets
from hub.hints.local import LocalRates
from hub.inbox.endpoint import Endpoint
from hub.net.http import Http
from hub.store import accounts, connections, crm_accounts, crm_items
from hub.store.connections import ConnectionRow
from hub.store.pool import Connection, acquire, storage_errors
from hub.store.secrets import new_token, token_hash
from hub.web.entrance import Connected

MANAGER_BOT = "manager_bot"
LONGEST_SEND = timedelta(minutes=10)
LOOKED_UP_WITHIN = timedelta(seconds=1)
UNSAVED = "…"
"""Stands for the key in the address of a connection that is not saved: it has none."""
_log = structlog.get_logger()
_NO_RATES = LocalRates()
_LINES_OF_REASON = 6


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


def channel_class(kind: str) -> type[Channel[Any]]:
    """Return the adapter of a kind, the manager bot's and CRMs' included.

    Raises:
        ConfigError: there is none; names those there are.
    """
    if kind == MANAGER_BOT:
        from hub.channels.telegram.manager_bot import ManagerBotChannel  # noqa: PLC0415 - its kind is no client channel

        return ManagerBotChannel
    if is_crm(kind):
        return get_crm_class(kind)
    if kind not in list_kinds():
        raise ConfigError(
            f"no channel of the kind '{kind}'; there are: {', '.join(list_kinds())}; the managers' bot: {MANAGER_BOT}; "
            f"CRMs: {', '.join(list_crms())}"
        )
    return get_channel_class(kind)


class Connections:
    """All connections of this process. `reload` after anything changed; reading is from memory."""

    def __init__(self, ground: Ground, http: Http, rates: RateBuckets) -> None:
        self._ground = ground
        self._http = http
        self._rates = rates
        self._rows: dict[ConnectionId, ConnectionRow] = {}
        self._live: dict[ConnectionId, Connected] = {}
        self._keys: dict[tuple[str, str], ConnectionId] = {}
        self._endpoints: dict[ConnectionId, Endpoint] = {}
        self._replaced: list[tuple[datetime, Connected]] = []
        self._turn = asyncio.Lock()

    async def reload(self) -> None:
        """Read the rows and rebuild what changed; what was replaced or removed is closed when its sends are over."""
        async with self._turn:
            await self._reload()

    async def _reload(self) -> None:
        async with acquire(self._ground.pool) as connection:
            rows = {ConnectionId(row.id): row for row in await connections.list_connections(connection)}
            behind = await accounts.list_accounts(connection)
        before, known = self._live, self._rows
        self._live = {key: live for key, live in before.items() if key in rows and _is_same(known.get(key), rows[key])}
        for key, row in rows.items():
            if not _is_same(known.get(key), row):
                self._open(row)
        self._rows = rows
        self._keys = {
            (row.kind, digest): key
            for key, row in rows.items()
            for digest in (row.key_hash, row.old_key_hash)
            if digest
        }
        self._endpoints = {
            key: replace(_endpoint(row), accounts=behind.get(row.id, {}), can_call=self._can_call(key))
            for key, row in rows.items()
            if row.kind != MANAGER_BOT
        }
        await self._close_replaced([live for key, live in before.items() if self._live.get(key) is not live])

    def _can_call(self, key: ConnectionId) -> bool:
        live = self._live.get(key)
        return live is not None and isinstance(live.channel, Originates) and live.channel.can_call

    def _open(self, row: ConnectionRow) -> None:
        """Build the adapter of a row; one that cannot be built is told once and takes nobody else down."""
        key = ConnectionId(row.id)
        try:
            channel = build_channel(self._ground, row, http=self._http, rates=self._rates)
        except ConfigError as error:
            _log.error("connection.opening_failed", connection=row.id, kind=row.kind, code=error.code)
        else:
            self._live[key] = Connected(key, row.kind, channel)

    async def _close_replaced(self, gone: list[Connected]) -> None:
        """Close what was replaced long enough ago that no send of it can be under way."""
        now = self._ground.clock.now()
        self._replaced += [(now + LONGEST_SEND, live) for live in gone]
        due = [live for until, live in self._replaced if until <= now]
        self._replaced = [(until, live) for until, live in self._replaced if until > now]
        await _close(due)

    async def close(self) -> None:
        """End what the adapters keep open; only when no job uses them any more."""
        await _close([live for _, live in self._replaced] + list(self._live.values()))

    async def find(self, kind: str, key: str) -> Connected | None:
        """Return the connection with this key in its path; a key made a moment ago by another process is looked up.

        A key that nobody knows costs one look into an index, never a reading of all connections.
        """
        digest = token_hash(key)
        if (kind, digest) not in self._keys and await self._is_stored(kind, digest):
            await self.reload()
        connection_id = self._keys.get((kind, digest))
        return self._live.get(connection_id) if connection_id is not None else None

    async def _is_stored(self, kind: str, digest: str) -> bool:
        """Ask the database; giving up on one that is deaf takes as long again, and providers wait three seconds."""
        within = LOOKED_UP_WITHIN
        with storage_errors():
            async with asyncio.timeout(within.total_seconds()), acquire(self._ground.pool, within=within) as connection:
                return await connections.has_key(connection, kind, digest)

    def channel_of(self, connection_id: int) -> Channel[Any] | None:
        """Return the adapter of a connection."""
        live = self._live.get(ConnectionId(connection_id))
        return live.channel if live else None

    def endpoints(self) -> Mapping[ConnectionId, Endpoint]:
        """Return the clients' connections as decisions see them."""
        return self._endpoints

    def rows(self) -> list[ConnectionRow]:
        """Return the rows that could be opened, as last read."""
        return [row for key, row in self._rows.items() if key in self._live]


def _endpoint(row: ConnectionRow) -> Endpoint:
    return Endpoint(ConnectionId(row.id), row.kind, row.name, row.line, row.created_at, is_crm=is_crm(row.kind))


async def _close(gone: list[Connected]) -> None:
    for live in gone:
        if isinstance(live.channel, Closes):
            await live.channel.close()


def build_channel(ground: Ground, row: ConnectionRow, *, http: Http, rates: RateBuckets) -> Channel[Any]:
    """Return the adapter of a stored connection with its decrypted settings."""
    found = channel_class(row.kind)
    settings = validate_settings(row.kind, ground.secrets.decrypt_json(row.settings_encrypted))
    key = ground.secrets.decrypt(row.key_encrypted) if row.key_encrypted else ""
    context = CrmContext(
        connection_id=ConnectionId(row.id),
        name=row.name,
        clock=ground.clock,
        http=http,
        rates=rates,
        read_file=ground.files.read,
        public_url=public_address(ground.config.public_url, row.kind, key),
        prove=ground.secrets.prove,
        find_known=partial(_find_known, ground, row.id),
        connected_at=row.created_at,
        tokens=StoredTokens(ground.pool, ground.secrets, ConnectionId(row.id)),
    )
    return found(settings, context)


async def _find_known(ground: Ground, connection_id: int, ids: Sequence[str]) -> frozenset[str]:
    async with acquire(ground.pool) as connection:
        return await connections.find_known(connection, connection_id, ids)


def find_fault(ground: Ground, row: ConnectionRow) -> str:
    """Return why a stored connection cannot be opened here; empty if it can."""
    try:
        build_channel(ground, row, http=Http(), rates=_NO_RATES)
    except ConfigError as error:
        return str(error)
    return ""


def public_address(public_url: str, kind: str, key: str) -> str:
    """Return the address a provider calls for a connection, empty without a public URL."""
    return f"{public_url.rstrip('/')}/in/{kind}/{key}" if public_url and key else ""


def validate_settings(kind: str, given: Mapping[str, Any]) -> ChannelSettings:
    """Return settings as the adapter's own model.

    Raises:
        ConfigError: names every field that is wrong and what it should be.
    """
    try:
        return channel_class(kind).settings_model.model_validate(dict(given))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc'])) or kind}: {each['msg']}" for each in error.errors()]
        raise ConfigError(f"{kind}: " + "; ".join(faults[:_LINES_OF_REASON])) from error


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


def _steps_of(ground: Ground, row: ConnectionRow) -> tuple[str, ...]:
    """Return what is left to press at the provider. Raises: ConfigError: the adapter cannot work with its settings."""
    channel = build_channel(ground, row, http=Http(ground.config.proxy), rates=_NO_RATES)
    return tuple(channel.setup_steps(ground.config.language)) if isinstance(channel, Explains) else ()


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


def open_settings(model: ChannelSettings) -> dict[str, Any]:
    """Return settings as plain JSON values with their secrets in clear, to be encrypted at once."""
    return {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else model.model_dump(mode="json")[name]
        for name, value in model
    }


def stored_settings(ground: Ground, row: ConnectionRow) -> dict[str, Any]:
    """Return the settings of a stored connection with their secrets in clear, to be corrected."""
    return dict(ground.secrets.decrypt_json(row.settings_encrypted))


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


async def check_connection(ground: Ground, kind: str, settings: Mapping[str, Any], http: Http) -> CheckResult:
    """Try a connection's credentials without saving anything; its address is one that nobody has yet."""
    url = public_address(ground.config.public_url, kind, UNSAVED)
    context = CrmContext(ConnectionId(0), kind, ground.clock, http, _NO_RATES, ground.files.read, public_url=url)
    channel = channel_class(kind)(validate_settings(kind, settings), context)
    return await channel.check() if isinstance(channel, Checks) else CheckResult(is_ok=True, lines=())


def get_row(rows: list[ConnectionRow], name: str) -> ConnectionRow:
    """Return the row of a name or number. Raises: NotFound."""
    for row in rows:
        if name in (row.name, str(row.id)):
            return row
    raise NotFound(f"no connection '{name}'; there are: {', '.join(row.name for row in rows) or 'none'}")


def _is_same(old: ConnectionRow | None, new: ConnectionRow) -> bool:
    return old is not None and (old.settings_encrypted, old.key_hash, old.name) == (
        new.settings_encrypted,
        new.key_hash,
        new.name,
    )
