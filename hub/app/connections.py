"""Live connections: stored rows made into adapters, found by key, rebuilt when they change.

A row that cannot be opened (another secret key, settings of another version) is down by itself; the others work.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.app.adapters import MANAGER_BOT, build_channel
from hub.app.ground import Ground
from hub.channels.base import Channel, Closes, Originates
from hub.crm_sync.registry import is_crm
from hub.domain.errors import ConfigError
from hub.domain.ids import ConnectionId
from hub.domain.ports import RateBuckets
from hub.inbox.endpoint import Endpoint
from hub.net.http import Http
from hub.store import accounts, connections
from hub.store.connections import ConnectionRow
from hub.store.pool import acquire, storage_errors
from hub.store.secrets import token_hash
from hub.web.entrance import Connected

LONGEST_SEND = timedelta(minutes=10)
LOOKED_UP_WITHIN = timedelta(seconds=1)
_log = structlog.get_logger()


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


def _is_same(old: ConnectionRow | None, new: ConnectionRow) -> bool:
    return old is not None and (old.settings_encrypted, old.key_hash, old.name) == (
        new.settings_encrypted,
        new.key_hash,
        new.name,
    )
