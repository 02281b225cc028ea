"""Accounts at CRMs: renewed tokens, how far changes were read, what the account consists of, and whether it rests.

A row appears with the first thing there is to remember; without one everything has its first value. Of a connection
that somebody took away nothing is remembered, whatever is still under way for it.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from hub.store.pool import lock_key
from hub.store.rows import to_json_text


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as stored. `described` is the connector's schema as JSON; `drift` counts records found to differ.

    `tokens_expire_at` is the end of an access token that `is_renewed` by itself, else of credentials that a person has
    to replace.
    """

    connection_id: int
    cursor: Mapping[str, Any]
    compared_at: datetime | None
    drift: int
    described: Mapping[str, Any]
    described_at: datetime | None
    blocked_until: datetime | None
    blocked_reason: str
    tokens_expire_at: datetime | None
    is_renewed: bool = False

    @property
    def ends_at(self) -> datetime | None:
        """Return when somebody has to give new credentials, None if never or not known."""
        return None if self.is_renewed else self.tokens_expire_at


_COLUMNS = (
    "connection_id, cursor, compared_at, drift, described, described_at, blocked_until, blocked_reason, "
    "tokens_expire_at, tokens_encrypted IS NOT NULL AS is_renewed"
)


async def find_account(connection: asyncpg.Connection, connection_id: int) -> AccountRow | None:
    """Return what is remembered of an account."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM crm_accounts WHERE connection_id = $1", connection_id)
    return None if row is None else AccountRow(**row)


async def find_tokens(connection: asyncpg.Connection, connection_id: int) -> bytes | None:
    """Return the renewed tokens, encrypted, None if none were stored."""
    found: bytes | None = await connection.fetchval(
        "SELECT tokens_encrypted FROM crm_accounts WHERE connection_id = $1", connection_id
    )
    return found


@asynccontextmanager
async def renewing(connection: asyncpg.Connection, connection_id: int) -> AsyncIterator[None]:
    """Be the only one who renews the tokens of an account while the block runs; waits for whoever does now.

    The lock belongs to the session and no transaction is open, so a slow vendor holds no rows.
    """
    key = lock_key(f"crm_tokens:{connection_id}")
    await connection.execute("SELECT pg_advisory_lock($1)", key)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", key)


async def save_tokens(
    connection: asyncpg.Connection, connection_id: int, sealed: bytes, *, expires_at: datetime | None
) -> None:
    """Store renewed tokens. Commits by itself."""
    await connection.execute(
        "INSERT INTO crm_accounts (connection_id, tokens_encrypted, tokens_expire_at) "
        "SELECT id, $2, $3 FROM connections WHERE id = $1 "
        "ON CONFLICT (connection_id) DO UPDATE SET tokens_encrypted = $2, tokens_expire_at = $3",
        connection_id,
        sealed,
        expires_at,
    )


async def save_end(connection: asyncpg.Connection, connection_id: int, ends_at: datetime | None) -> None:
    """Store when credentials that nothing renews run out; renewed tokens keep their own end. Commits by itself."""
    await connection.execute(
        "UPDATE crm_accounts SET tokens_expire_at = $2 WHERE connection_id = $1 AND tokens_encrypted IS NULL",
        connection_id,
        ends_at,
    )


async def forget_tokens(connection: asyncpg.Connection, connection_id: int) -> None:
    """Forget renewed tokens and that the account rests: the settings were given anew. The caller commits."""
    await connection.execute(
        "UPDATE crm_accounts SET tokens_encrypted = NULL, tokens_expire_at = NULL, blocked_until = NULL, "
        "blocked_reason = '' WHERE connection_id = $1",
        connection_id,
    )


async def save_described(
    connection: asyncpg.Connection, connection_id: int, described: Mapping[str, object], *, at: datetime
) -> None:
    """Store what an account consists of. Commits by itself."""
    await connection.execute(
        "INSERT INTO crm_accounts (connection_id, described, described_at) "
        "SELECT id, $2::text::jsonb, $3 FROM connections WHERE id = $1 "
        "ON CONFLICT (connection_id) DO UPDATE SET described = $2::text::jsonb, described_at = $3",
        connection_id,
        to_json_text(described),
        at,
    )


async def take_turn(
    connection: asyncpg.Connection, connection_id: int, *, at: datetime, before: datetime
) -> Mapping[str, Any] | None:
    """Be the one who asks an account what changed, if nobody has since `before`; return how far it was read.

    None: somebody else has, or the connection is gone. An instant further ahead than the time between two looks is of a clock that was moved, and
    counts as none. Commits by itself.
    """
    row = await connection.fetchrow(
        "INSERT INTO crm_accounts (connection_id, compared_at) "
        "SELECT id, $2::timestamptz FROM connections WHERE id = $1 ON CONFLICT (connection_id) "
        "DO UPDATE SET compared_at = $2 WHERE crm_accounts.compared_at IS NULL OR crm_accounts.compared_at <= $3 "
        "OR crm_accounts.compared_at > $2 + ($2 - $3::timestamptz) RETURNING cursor",
        connection_id,
        at,
        before,
    )
    return None if row is None else row["cursor"]


async def save_cursor(
    connection: asyncpg.Connection, connection_id: int, cursor: Mapping[str, object], *, drift: int
) -> None:
    """Store how far the changes of an account were read, and add what nobody had told. Commits by itself."""
    await connection.execute(
        "UPDATE crm_accounts SET cursor = $2::text::jsonb, drift = drift + $3 WHERE connection_id = $1",
        connection_id,
        to_json_text(cursor),
        drift,
    )


async def rest_until(connection: asyncpg.Connection, connection_id: int, until: datetime, *, reason: str) -> None:
    """Store that an account is not called before `until`. Commits by itself."""
    await connection.execute(
        "INSERT INTO crm_accounts (connection_id, blocked_until, blocked_reason) "
        "SELECT id, $2, $3 FROM connections WHERE id = $1 "
        "ON CONFLICT (connection_id) DO UPDATE SET blocked_until = $2, blocked_reason = $3",
        connection_id,
        until,
        reason,
    )


async def put_off_waiting(connection: asyncpg.Connection, connection_id: int, until: datetime) -> None:
    """Let nothing that waits for an account be due before `until`, in one statement. Commits by itself.

    Who has waited longest comes first then: one is due a microsecond after the other. What is being claimed at this
    moment is left out: whoever has it puts it off.
    """
    await connection.execute(
        "WITH waiting AS MATERIALIZED (SELECT id, created_at FROM deliveries WHERE lane = 'crm' AND state = 'queued' "
        "AND connection_id = $1 AND due_at < $2::timestamptz FOR UPDATE SKIP LOCKED), "
        "placed AS (SELECT id, row_number() OVER (ORDER BY created_at, id) - 1 AS place FROM waiting) "
        "UPDATE deliveries d SET due_at = $2::timestamptz + placed.place * interval '1 microsecond' "
        "FROM placed WHERE d.id = placed.id",
        connection_id,
        until,
    )
