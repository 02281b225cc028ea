"""Connections: configured endpoints with encrypted settings, found by the hash of the key in their path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from hub.crash import crash_point
from hub.store.pool import lock_key
from hub.store.rows import to_json_text

ATTEMPTS_KEPT = 50
ATTEMPTS_KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection as stored. `settings_encrypted` and `key_encrypted` open with `hub.store.secrets`."""

    id: int
    kind: str
    name: str
    line: str
    settings_encrypted: bytes
    key_hash: str
    old_key_hash: str
    key_encrypted: bytes | None
    state: str
    state_reason: str
    cursor: Mapping[str, Any]
    created_at: datetime
    last_success_at: datetime | None


_COLUMNS = (
    "id, kind, name, line, settings_encrypted, key_hash, old_key_hash, key_encrypted, state, state_reason, cursor, "
    "created_at, last_success_at"
)


async def list_connections(connection: asyncpg.Connection) -> list[ConnectionRow]:
    """Return all connections by id."""
    return [ConnectionRow(**row) for row in await connection.fetch(f"SELECT {_COLUMNS} FROM connections ORDER BY id")]


async def has_key(connection: asyncpg.Connection, kind: str, digest: str) -> bool:
    """Tell whether a connection of this kind has a key with this hash, its present or its former one."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM connections WHERE key_hash = $2 AND key_hash <> '' AND kind = $1) "
            "OR EXISTS (SELECT 1 FROM connections WHERE old_key_hash = $2 AND old_key_hash <> '' AND kind = $1)",
            kind,
            digest,
        )
    )


async def hold_names(connection: asyncpg.Connection) -> None:
    """Let nobody else add a connection until the caller's transaction ends: who looks first adds first."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", lock_key("connections"))


async def add_connection(connection: asyncpg.Connection, row: ConnectionRow) -> None:
    """Insert a connection; the caller commits. A name that is taken raises the driver's unique violation."""
    await connection.execute(
        "INSERT INTO connections (id, kind, name, line, settings_encrypted, key_hash, key_encrypted, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        row.id,
        row.kind,
        row.name,
        row.line,
        row.settings_encrypted,
        row.key_hash,
        row.key_encrypted,
        row.created_at,
    )


async def correct(connection: asyncpg.Connection, connection_id: int, *, settings: bytes, at: datetime) -> None:
    """Store settings a person has corrected: the connection is used again, paused or not. The caller commits."""
    await connection.execute(
        "UPDATE connections SET settings_encrypted = $2, state = 'active', state_reason = '', state_at = $3 WHERE id = $1",
        connection_id,
        settings,
        at,
    )


async def save_cursor(
    connection: asyncpg.Connection, connection_id: int, cursor: Mapping[str, object], *, at: datetime | None
) -> None:
    """Store how far a poll has come, together with what came `at`, None if nothing did; the caller commits."""
    await connection.execute(
        "UPDATE connections SET cursor = $2::text::jsonb, last_success_at = coalesce($3, last_success_at) WHERE id = $1",
        connection_id,
        to_json_text(cursor),
        at,
    )


async def save_comparison(connection: asyncpg.Connection, connection_id: int, waiting: int, overlooked: int) -> None:
    """Store that a connection was compared with its provider just now (database time); the caller commits.

    `waiting` events are still there; `overlooked` ones are added to those that only comparisons have found.
    """
    await connection.execute(
        "UPDATE connections SET compared_at = clock_timestamp(), waiting = $2, overlooked = overlooked + $3 WHERE id = $1",
        connection_id,
        waiting,
        overlooked,
    )


async def find_known(connection: asyncpg.Connection, connection_id: int, ids: Sequence[str]) -> frozenset[str]:
    """Return which ids of events or calls this connection has brought already."""
    found = await connection.fetch(
        "SELECT external_id FROM receipts WHERE connection_id = $1 AND external_id = ANY($2::text[]) "
        "UNION SELECT external_id FROM calls WHERE connection_id = $1 AND external_id = ANY($2::text[])",
        connection_id,
        list(ids),
    )
    return frozenset(str(row["external_id"]) for row in found)


async def get_cursor(connection: asyncpg.Connection, connection_id: int) -> dict[str, Any]:
    """Return how far a poll has come; empty at first contact."""
    return dict(await connection.fetchval("SELECT cursor FROM connections WHERE id = $1", connection_id) or {})


async def set_state(
    connection: asyncpg.Connection, connection_id: int, state: str, *, reason: str, at: datetime
) -> None:
    """Store that a connection is `active`, `paused` or `down`, and why. Commits by itself."""
    await connection.execute(
        "UPDATE connections SET state = $2, state_reason = $3, state_at = $4 WHERE id = $1",
        connection_id,
        state,
        reason,
        at,
    )


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How a connection is, and since when."""

    id: int
    name: str
    state: str
    since: datetime


async def find_state(connection: asyncpg.Connection, connection_id: int) -> ConnectionState | None:
    """Return how a connection is."""
    row = await connection.fetchrow(
        "SELECT id, name, state, coalesce(state_at, created_at) AS since FROM connections WHERE id = $1", connection_id
    )
    return None if row is None else ConnectionState(**row)


async def enter_state(
    connection: asyncpg.Connection, connection_id: int, state: str, *, reason: str, at: datetime
) -> None:
    """Store a state; a paused connection stays paused, `correct` alone ends that. Commits by itself."""
    await connection.execute(
        "UPDATE connections SET state = $2, state_reason = $3, state_at = $4 WHERE id = $1 AND state NOT IN ($2, 'paused')",
        connection_id,
        state,
        reason,
        at,
    )


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One request at a connection: names and sizes, never values (architecture §6)."""

    id: int
    connection_id: int
    at: datetime
    remote: str
    verdict: str
    shape: Mapping[str, Any]


async def add_attempts(connection: asyncpg.Connection, attempts: list[AttemptRow]) -> None:
    """Store attempts and forget all but the last 50 of each connection, and all older than a day. Commits by itself.

    The latest accepted one is the last success of its connection, as a poll that brought something is.
    """
    async with connection.transaction():
        await connection.executemany(
            "INSERT INTO attempts (id, connection_id, at, remote, verdict, shape) VALUES ($1, $2, $3, $4, $5, $6::text::jsonb)",
            [(a.id, a.connection_id, a.at, a.remote, a.verdict, to_json_text(a.shape)) for a in attempts],
        )
        await connection.execute(
            "DELETE FROM attempts a USING (SELECT id, at, row_number() OVER (PARTITION BY connection_id ORDER BY at DESC, id DESC) "
            "AS place FROM attempts WHERE connection_id = ANY($1::bigint[])) r "
            "WHERE a.id = r.id AND (r.place > $2 OR r.at < $3)",
            list({a.connection_id for a in attempts}),
            ATTEMPTS_KEPT,
            attempts[-1].at - ATTEMPTS_KEPT_FOR,
        )
        await connection.executemany(
            "UPDATE connections SET last_success_at = greatest(last_success_at, $2) WHERE id = $1",
            sorted({a.connection_id: a.at for a in attempts if a.verdict == "accepted"}.items()),
        )
        crash_point("attempts.before_commit")
    crash_point("attempts.after_commit")


async def forget_attempts(connection: asyncpg.Connection, *, before: datetime) -> None:
    """Forget attempts of connections that nobody has called since `before`. Commits by itself."""
    await connection.execute("DELETE FROM attempts WHERE at < $1", before)


async def list_attempts(connection: asyncpg.Connection, connection_id: int) -> list[AttemptRow]:
    """Return the kept attempts of a connection, newest first."""
    rows = await connection.fetch(
        "SELECT id, connection_id, at, remote, verdict, shape FROM attempts WHERE connection_id = $1 ORDER BY at DESC, id DESC",
        connection_id,
    )
    return [AttemptRow(**row) for row in rows]


async def count_endless_calls(connection: asyncpg.Connection, connection_id: int, *, since: datetime) -> int:
    """Return how many calls that began since then never ended for us (case 36)."""
    found = await connection.fetchval(
        "SELECT count(*) FROM calls WHERE connection_id = $1 AND state = 'unknown' AND created_at >= $2",
        connection_id,
        since,
    )
    return int(found)


async def holds_secrets(connection: asyncpg.Connection) -> bool:
    """Tell whether the database holds anything encrypted."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT 1 FROM connections)"))


async def replace_secrets(
    connection: asyncpg.Connection, connection_id: int, *, settings: bytes, key: bytes | None
) -> None:
    """Store re-encrypted or changed settings and key of a connection; the caller commits."""
    await connection.execute(
        "UPDATE connections SET settings_encrypted = $2, key_encrypted = $3 WHERE id = $1", connection_id, settings, key
    )
