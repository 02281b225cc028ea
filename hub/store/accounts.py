"""Personal accounts of our people that connections may answer for: as they are now, one row an access.

Every call commits by itself unless the caller has a transaction.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from hub.domain.account import Account, AccountState

_PUT = """
INSERT INTO accounts (connection_id, key, owner, name, state, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (connection_id, key) DO UPDATE SET owner = excluded.owner, name = excluded.name, state = excluded.state,
  changed_at = excluded.changed_at
"""
_MOVE = """
WITH moved AS (
  UPDATE threads t SET external_id = split_part(t.external_id, '@', 1) || '@' || $3, version = t.version + 1
  WHERE t.connection_id = $1 AND split_part(t.external_id, '@', 2) = $2 AND NOT EXISTS (
    SELECT FROM threads x WHERE x.connection_id = $1 AND x.external_id = split_part(t.external_id, '@', 1) || '@' || $3)
  RETURNING t.external_id AS now, split_part(t.external_id, '@', 1) || '@' || $2 AS before)
UPDATE message_keys k SET thread = moved.now FROM moved
WHERE k.connection_id = $1 AND k.thread = moved.before AND NOT EXISTS (
  SELECT FROM message_keys x WHERE x.connection_id = $1 AND x.external_id = k.external_id AND x.thread = moved.now)
"""
"""Messages keep the key of their thread: what is edited or deleted later names the new one."""


async def list_accounts(connection: asyncpg.Connection) -> dict[int, dict[str, Account]]:
    """Return the accounts of every connection that has any, by their keys."""
    found: dict[int, dict[str, Account]] = {}
    for row in await connection.fetch("SELECT connection_id, key, owner, name, state FROM accounts"):
        account = Account(row["key"], row["owner"], row["name"], AccountState(row["state"]))
        found.setdefault(row["connection_id"], {})[account.key] = account
    return found


async def find_account(connection: asyncpg.Connection, connection_id: int, key: str) -> Account | None:
    """Return an account as it was last told of."""
    row = await connection.fetchrow(
        "SELECT key, owner, name, state FROM accounts WHERE connection_id = $1 AND key = $2", connection_id, key
    )
    return None if row is None else Account(row["key"], row["owner"], row["name"], AccountState(row["state"]))


async def list_former_keys(connection: asyncpg.Connection, connection_id: int, account: Account) -> Sequence[str]:
    """Return the keys by which the same person's account was known before."""
    rows = await connection.fetch(
        "SELECT key FROM accounts WHERE connection_id = $1 AND owner = $2 AND key <> $3 ORDER BY changed_at",
        connection_id,
        account.owner,
        account.key,
    )
    return [str(row["key"]) for row in rows]


async def put_account(connection: asyncpg.Connection, connection_id: int, account: Account, *, at: datetime) -> None:
    """Store how an account is now."""
    await connection.execute(_PUT, connection_id, account.key, account.owner, account.name, account.state.value, at)


async def move_threads(connection: asyncpg.Connection, connection_id: int, *, before: str, now: str) -> None:
    """Let the threads over an account go on under its new key, and forget the former one.

    A chat that has a thread under the new key already keeps both: the former one can only be read.
    """
    await connection.execute(_MOVE, connection_id, before, now)
    await connection.execute("DELETE FROM accounts WHERE connection_id = $1 AND key = $2", connection_id, before)
