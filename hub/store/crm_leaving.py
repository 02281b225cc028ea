"""What the hub keeps of a CRM, counted and forgotten when a person takes the connection away."""

from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True, slots=True)
class Known:
    """How much is known of a CRM: records there, users somebody named, clients that wait to be brought there."""

    records: int
    people: int
    waiting: int


_COUNT = """
SELECT (SELECT count(*) FROM crm_items WHERE connection_id = $1 AND ref <> '') AS records,
  (SELECT count(*) FROM staff_identities WHERE type = 'crm_id' AND scope = $1::bigint::text) AS people,
  (SELECT count(DISTINCT order_hash) FROM deliveries
    WHERE lane = 'crm' AND connection_id = $1 AND state IN ('queued', 'sending')) AS waiting
"""
_FORGET = (
    "DELETE FROM connections WHERE id = $1",
    "DELETE FROM crm_accounts WHERE connection_id = $1",
    "DELETE FROM crm_items WHERE connection_id = $1",
    "DELETE FROM staff_identities WHERE type = 'crm_id' AND scope = $1::bigint::text",
    "DELETE FROM attempts WHERE connection_id = $1",
    "UPDATE deliveries SET state = 'cancelled', reason = 'connection_gone', finished_at = clock_timestamp() "
    "WHERE lane = 'crm' AND connection_id = $1 AND state IN ('queued', 'failed', 'unknown', 'parked')",
    "UPDATE receipts SET state = 'done', reason = 'connection_gone', finished_at = clock_timestamp() "
    "WHERE connection_id = $1 AND state IN ('new', 'parked')",
)


async def count_known(connection: asyncpg.Connection, connection_id: int) -> Known:
    """Return how much is known of a CRM."""
    return Known(**await connection.fetchrow(_COUNT, connection_id))


async def forget(connection: asyncpg.Connection, connection_id: int) -> None:
    """Forget a CRM: settings and tokens first, so that no secret outlives them; the caller commits."""
    for statement in _FORGET:
        await connection.execute(statement, connection_id)
