"""Managers, their other addresses, their load and their invitations."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import asyncpg

from hub.domain.manager import Manager
from hub.domain.workset import ManagerLoad
from hub.store.pool import lock_key
from hub.store.rows import codec_of

_HAS_MAILBOX = """m.id IN (SELECT manager_id FROM staff_identities WHERE type = 'email')
    AND EXISTS (SELECT FROM connections WHERE kind = 'email' AND state <> 'paused')"""
# A full join is never made row by row with row: a server without statistics takes what is open for a few rows, plans for
# those, and keeps the plan (measured: 195 ms for 2,000 clients instead of 1.5).
_LOAD = f"""
WITH open_waits AS MATERIALIZED (
  SELECT contact_id, line, assignee_id FROM waits WHERE state = 'open'
), waiting AS MATERIALIZED (
  SELECT assignee_id, count(*) AS waits FROM open_waits WHERE assignee_id IS NOT NULL GROUP BY 1
), owned AS MATERIALIZED (
  SELECT c.assignee_id, count(*) AS conversations, count(*) FILTER (
    WHERE last_response_at > $1::timestamptz AND last_responder_id = c.assignee_id AND w.contact_id IS NULL) AS answered
  FROM (SELECT * FROM conversations WHERE state = 'open' AND assignee_id IS NOT NULL) c
  FULL JOIN open_waits w ON w.contact_id = c.contact_id AND w.line = c.line GROUP BY 1
), speaking AS MATERIALIZED (
  SELECT manager_id, count(*) AS calls FROM calls WHERE state = 'talking' AND manager_id IS NOT NULL GROUP BY 1
)
SELECT m.*, coalesce(waits, 0) AS waits, coalesce(conversations, 0) AS conversations, coalesce(answered, 0) AS answered,
  coalesce(calls, 0) AS calls, {_HAS_MAILBOX} AS has_mailbox
FROM managers m LEFT JOIN waiting ON waiting.assignee_id = m.id LEFT JOIN owned ON owned.assignee_id = m.id
LEFT JOIN speaking ON speaking.manager_id = m.id
WHERE m.is_active ORDER BY m.id
"""

_ANSWERED_RECENTLY = timedelta(minutes=10)


async def load_facts(connection: asyncpg.Connection, *, now: datetime) -> dict[int, ManagerLoad]:
    """Return all active managers by id with their load at `now` (R-7: open waits, and answered in the last 10 min)."""
    loads = {}
    for record in await connection.fetch(_LOAD, now - _ANSWERED_RECENTLY):
        manager = codec_of(Manager).decode(record)
        loads[int(manager.id)] = ManagerLoad(
            manager,
            record["waits"],
            record["conversations"],
            recently_answered=record["answered"],
            voice_calls=record["calls"],
            has_mailbox=record["has_mailbox"],
        )
    return loads


async def find_by_telegram(connection: asyncpg.Connection, tg_user_id: int) -> Manager | None:
    """Return the active manager with this Telegram account, read afresh at every press (RG-4)."""
    record = await connection.fetchrow("SELECT * FROM managers WHERE tg_user_id = $1 AND is_active", tg_user_id)
    return None if record is None else codec_of(Manager).decode(record)


async def list_active(connection: asyncpg.Connection, ids: Iterable[int]) -> dict[int, Manager]:
    """Return managers by id as of now; those who left are absent."""
    rows = await connection.fetch("SELECT * FROM managers WHERE id = ANY($1::bigint[]) AND is_active", list(ids))
    return {row["id"]: codec_of(Manager).decode(row) for row in rows}


async def list_managers(connection: asyncpg.Connection) -> list[Manager]:
    """Return everybody, those who left included, by id."""
    return [codec_of(Manager).decode(record) for record in await connection.fetch("SELECT * FROM managers ORDER BY id")]


async def list_untold(connection: asyncpg.Connection, below: str, *, key: str) -> list[Manager]:
    """Return who can be told of another role than `below`, for whom no delivery has this key with their id behind."""
    rows = await connection.fetch(
        f"SELECT m.* FROM managers m WHERE m.is_active AND m.role <> $1 AND (m.tg_user_id IS NOT NULL OR {_HAS_MAILBOX}) "
        "AND NOT EXISTS (SELECT FROM deliveries d WHERE d.key = $2 || m.id) ORDER BY m.id",
        below,
        key,
    )
    return [codec_of(Manager).decode(row) for row in rows]


async def hold_keys(connection: asyncpg.Connection) -> None:
    """Let nobody else invite a new person until the caller's transaction ends: who looks first gets the key."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", lock_key("managers"))


async def add_manager(connection: asyncpg.Connection, manager: Manager, *, at: datetime) -> None:
    """Add a person; the caller commits."""
    await connection.execute(
        "INSERT INTO managers (id, key, name, role, is_active, language, presence, is_reachable, tg_user_id, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        manager.id,
        manager.key,
        manager.name,
        manager.role,
        manager.is_active,
        manager.language,
        manager.presence,
        manager.is_reachable,
        manager.tg_user_id,
        at,
    )


async def set_presence(connection: asyncpg.Connection, manager_id: int, presence: str, until: datetime | None) -> None:
    """Store what the person said last; the caller commits."""
    await connection.execute(
        "UPDATE managers SET presence = $2, presence_until = $3 WHERE id = $1", manager_id, presence, until
    )


async def set_reachable(connection: asyncpg.Connection, tg_user_id: int, *, is_reachable: bool) -> None:
    """Store whether the person's messenger takes our messages (R-6); the caller commits."""
    await connection.execute("UPDATE managers SET is_reachable = $2 WHERE tg_user_id = $1", tg_user_id, is_reachable)


async def set_left(connection: asyncpg.Connection, manager_id: int, at: datetime) -> None:
    """End a person's access at once (RG-4); the caller commits."""
    await connection.execute(
        "UPDATE managers SET is_active = false, tg_user_id = NULL, left_at = $2 WHERE id = $1", manager_id, at
    )


async def add_invite(
    connection: asyncpg.Connection, invite_id: int, token_hash: str, manager_id: int, expires_at: datetime
) -> None:
    """Store an invitation by the hash of its token; the caller commits."""
    await connection.execute(
        "INSERT INTO invites (id, token_hash, manager_id, expires_at) VALUES ($1, $2, $3, $4)",
        invite_id,
        token_hash,
        manager_id,
        expires_at,
    )


async def use_invite(connection: asyncpg.Connection, token_hash: str, tg_user_id: int, at: datetime) -> Manager | None:
    """Bind a Telegram account to the invited manager; None if the token is unknown, used or expired. The caller commits.

    One statement decides, so of two people who use a token at once one wins.
    """
    manager_id = await connection.fetchval(
        "UPDATE invites SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING manager_id",
        token_hash,
        at,
    )
    if manager_id is None:
        return None
    record = await connection.fetchrow(
        "UPDATE managers SET tg_user_id = $2, is_active = true, is_reachable = true WHERE id = $1 RETURNING *",
        manager_id,
        tg_user_id,
    )
    manager: Manager = codec_of(Manager).decode(record)
    return manager


async def load_staff(connection: asyncpg.Connection) -> dict[tuple[str, str, str], int]:
    """Return all addresses of the business's own people: (type, scope, value) to manager id (M-15)."""
    rows = await connection.fetch(
        "SELECT type, scope, value, manager_id FROM staff_identities "
        "UNION ALL SELECT 'tg_user', '', tg_user_id::text, id FROM managers WHERE tg_user_id IS NOT NULL"
    )
    return {(row["type"], row["scope"], row["value"]): row["manager_id"] for row in rows}


async def add_staff_identity(
    connection: asyncpg.Connection, identity_id: int, manager_id: int, *, address: tuple[str, str, str]
) -> None:
    """Credit calls and answers from `address` (type, scope, value) to a manager; a moved one changes hands (M-15)."""
    await connection.execute(
        "INSERT INTO staff_identities (id, manager_id, type, scope, value) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (type, scope, value) DO UPDATE SET manager_id = excluded.manager_id",
        identity_id,
        manager_id,
        *address,
    )


async def clear_staff_identities(connection: asyncpg.Connection, manager_id: int, address: tuple[str, str]) -> None:
    """Forget a manager's addresses of a type within a scope (type, scope); the caller commits."""
    await connection.execute(
        "DELETE FROM staff_identities WHERE manager_id = $1 AND type = $2 AND scope = $3", manager_id, *address
    )


async def remove_staff_identity(connection: asyncpg.Connection, address: tuple[str, str, str]) -> int | None:
    """Forget whose an address (type, scope, value) is; return whose it was, None if nobody's. The caller commits."""
    found: int | None = await connection.fetchval(
        "DELETE FROM staff_identities WHERE (type, scope, value) = ($1, $2, $3) RETURNING manager_id", *address
    )
    return found


async def find_manager(connection: asyncpg.Connection, manager_id: int) -> Manager | None:
    """Return an active manager as of now, None for one who left."""
    record = await connection.fetchrow("SELECT * FROM managers WHERE id = $1 AND is_active", manager_id)
    return None if record is None else codec_of(Manager).decode(record)
