"""What a stored connection is made of: its adapter, its settings, its address; which kinds there are.

The manager bot is a connection too, of the kind `manager_bot`: its updates are receipts of a lane of their own.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import ValidationError

from hub.app.ground import Ground
from hub.channels.base import Channel, ChannelSettings, CheckResult, Checks
from hub.channels.registry import get_channel_class, list_kinds
from hub.crm_sync.calling import CrmContext
from hub.crm_sync.registry import get_crm_class, is_crm, list_crms
from hub.crm_sync.tokens import StoredTokens
from hub.domain.errors import ConfigError, NotFound
from hub.domain.ids import ConnectionId
from hub.domain.ports import RateBuckets
from hub.hints.local import LocalRates
from hub.net.http import Http
from hub.store import connections
from hub.store.connections import ConnectionRow
from hub.store.pool import acquire

MANAGER_BOT = "manager_bot"
UNSAVED = "…"
"""Stands for the key in the address of a connection that is not saved: it has none."""
NO_RATES = LocalRates()
_LINES_OF_REASON = 6


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
        build_channel(ground, row, http=Http(), rates=NO_RATES)
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


def open_settings(model: ChannelSettings) -> dict[str, Any]:
    """Return settings as plain JSON values with their secrets in clear, to be encrypted at once."""
    return {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else model.model_dump(mode="json")[name]
        for name, value in model
    }


def stored_settings(ground: Ground, row: ConnectionRow) -> dict[str, Any]:
    """Return the settings of a stored connection with their secrets in clear, to be corrected."""
    return dict(ground.secrets.decrypt_json(row.settings_encrypted))


async def check_connection(ground: Ground, kind: str, settings: Mapping[str, Any], http: Http) -> CheckResult:
    """Try a connection's credentials without saving anything; its address is one that nobody has yet."""
    url = public_address(ground.config.public_url, kind, UNSAVED)
    context = CrmContext(ConnectionId(0), kind, ground.clock, http, NO_RATES, ground.files.read, public_url=url)
    channel = channel_class(kind)(validate_settings(kind, settings), context)
    return await channel.check() if isinstance(channel, Checks) else CheckResult(is_ok=True, lines=())


def get_row(rows: list[ConnectionRow], name: str) -> ConnectionRow:
    """Return the row of a name or number. Raises: NotFound."""
    for row in rows:
        if name in (row.name, str(row.id)):
            return row
    raise NotFound(f"no connection '{name}'; there are: {', '.join(row.name for row in rows) or 'none'}")
