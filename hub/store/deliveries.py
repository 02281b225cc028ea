"""Deliveries: outgoing effects with their state, claimed per lane in order per key under a lease.

As with receipts, claiming goes one process at a time per lane, leases live in database time, the attempt counts at the
claim and the token stands in every finishing write (`hub.store.flush` or `finish` here).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from hub.crash import crash_point
from hub.domain.workset import Settled
from hub.store.pool import lock_key
from hub.store.rows import storable, to_json_text

DOUBTFUL = "unsure:"
CONNECTION_PAUSED = "connection_paused"

_INTERRUPTED = f"{DOUBTFUL}interrupted"
_UNCOUNTED = [CONNECTION_PAUSED, f"{DOUBTFUL}{CONNECTION_PAUSED}"]

# The head of a key is found by a scalar subquery, so that the planner walks in due order and stops early; for an
# anti-join it looks at everything that waits (measured with 4,000 waiting: 12 ms a claim, against 2.6).
# In the order of its index, and no finer: with the id besides, PostgreSQL 15 sorts all that is due for every claim.
_CLAIM = """
WITH due AS (
  SELECT id, state = 'sending' AS was_interrupted, reason FROM deliveries d
  WHERE lane = $1 AND (state = 'queued' AND due_at <= $5 OR state = 'sending' AND lease_until < clock_timestamp())
    AND id = (SELECT b.id FROM deliveries b WHERE b.lane = $1 AND b.order_hash = d.order_hash
      AND b.state IN ('queued', 'sending') ORDER BY b.created_at, b.id LIMIT 1)
  ORDER BY due_at LIMIT $2
)
UPDATE deliveries d SET state = 'sending', token = $3,
  attempt = d.attempt + CASE WHEN d.state = 'queued' AND d.attempt > 0 AND d.reason = ANY($7::text[]) THEN 0 ELSE 1 END,
  lease_until = clock_timestamp() + $4::interval, first_attempt_at = coalesce(first_attempt_at, $5),
  reason = CASE WHEN due.was_interrupted THEN $6 ELSE d.reason END
FROM due WHERE due.id = d.id
RETURNING d.id, d.lane, d.key, d.attempt, d.due_at, d.payload, d.connection_id, d.conversation_id, d.message_id,
  d.manager_id, d.part, d.external_ids, due.reason, d.created_at, d.first_attempt_at, due.was_interrupted
"""

_EXTEND = """
UPDATE deliveries d SET lease_until = clock_timestamp() + $3::interval
FROM unnest($1::bigint[], $2::bigint[]) AS u(id, token) WHERE d.id = u.id AND d.token = u.token AND d.state = 'sending'
"""

_FINISH = """
UPDATE deliveries d SET state = u.state, reason = u.reason, external_ids = u.external_ids::jsonb, part = u.part,
  due_at = coalesce(u.due_at, d.due_at), lease_until = NULL,
  finished_at = CASE WHEN u.state IN ('queued', 'unknown') THEN NULL ELSE clock_timestamp() END
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[])
  AS u(id, token, state, reason, external_ids, part, due_at)
WHERE d.id = u.id AND d.token = u.token AND d.state = 'sending' RETURNING d.id
"""

_MERGE = """
UPDATE deliveries d SET state = 'cancelled', reason = 'merged', finished_at = clock_timestamp()
FROM deliveries c WHERE c.id = ANY($1::bigint[]) AND d.lane = c.lane AND d.order_hash = c.order_hash
  AND d.state = 'queued' AND d.due_at <= $2 AND d.manager_id IS NOT DISTINCT FROM c.manager_id
  AND d.conversation_id IS NOT DISTINCT FROM c.conversation_id
  AND d.payload->>'notice' IS NOT DISTINCT FROM c.payload->>'notice'
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """How a claim is held: the token that proves it, and for how long of the database's time."""

    token: int
    lease: timedelta


_WITHDRAW = """
UPDATE deliveries SET state = 'cancelled', reason = 'withdrawn', finished_at = clock_timestamp()
WHERE message_id = $1 AND lane = 'reply' AND state = 'queued' AND attempt = 0 RETURNING id
"""
_WITHDRAWN = "SELECT id FROM deliveries WHERE message_id = $1 AND lane = 'reply' AND reason = 'withdrawn'"


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """An outgoing effect in work, with the token that proves the lease. `attempt` counts from 1.

    `reason` is what the attempt before left; with the prefix `DOUBTFUL` an earlier one may have arrived.
    `was_interrupted`: the attempt before ended with its process, so nobody knows how far it came.
    """

    id: int
    token: int
    lane: str
    key: str
    attempt: int
    due_at: datetime
    payload: Mapping[str, Any]
    connection_id: int | None
    conversation_id: int | None
    message_id: int | None
    manager_id: int | None
    part: int
    external_ids: Sequence[str]
    reason: str
    created_at: datetime
    first_attempt_at: datetime
    was_interrupted: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as people and use-cases look at it."""

    id: int
    lane: str
    key: str
    state: str
    attempt: int
    reason: str
    connection_id: int | None
    conversation_id: int | None
    message_id: int | None
    manager_id: int | None
    created_at: datetime
    first_attempt_at: datetime | None
    payload: Mapping[str, Any]


_ROW = (
    "id, lane, key, state, attempt, reason, connection_id, conversation_id, message_id, manager_id, created_at, "
    "first_attempt_at, payload"
)


async def claim(
    connection: asyncpg.Connection, *, lane: str, limit: int, hold: Hold, now: datetime
) -> list[ClaimedDelivery]:
    """Take what is due in a lane: only the head of each order key, oldest due first. Commits.

    `now` is business time, for `due_at`; leases are the database's own. Waiting for a paused connection was no attempt,
    so the claim after it does not count again.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", lock_key(f"claim:{lane}"))
        rows = await connection.fetch(_CLAIM, lane, limit, hold.token, hold.lease, now, _INTERRUPTED, _UNCOUNTED)
        crash_point("deliveries.before_claim_commit")
    crash_point("deliveries.after_claim_commit")
    return sorted((ClaimedDelivery(token=hold.token, **row) for row in rows), key=lambda each: (each.due_at, each.id))


async def extend(connection: asyncpg.Connection, claimed: Collection[ClaimedDelivery], *, lease: timedelta) -> None:
    """Keep what is still being worked on; a lease that was lost stays lost. Commits by itself."""
    ordered = sorted(claimed, key=lambda each: each.id)  # as ends are written: two who lock both meet in one order
    await connection.execute(_EXTEND, [each.id for each in ordered], [each.token for each in ordered], lease)


async def merge(connection: asyncpg.Connection, claimed: Iterable[ClaimedDelivery], *, now: datetime) -> None:
    """Let claimed notices stand for equal ones that are due behind them in their keys. Commits by itself.

    What stands behind a claimed delivery is nobody else's. A notice that is drawn from the state at sending loses
    nothing by it, as long as the state is read after this; and a claimed one that is interrupted comes again.
    """
    await connection.execute(_MERGE, [each.id for each in claimed], now)


async def finish(connection: asyncpg.Connection, settled: Iterable[Settled]) -> set[int]:
    """Write the ends of attempts and return which were written; commits.

    Those left out lost their lease to somebody else, whose word counts then.
    """
    ends = sorted(settled, key=lambda each: each.id)
    rows = await connection.fetch(
        _FINISH,
        [each.id for each in ends],
        [each.token for each in ends],
        [each.state for each in ends],
        [storable(each.reason) for each in ends],
        [to_json_text(each.external_ids) for each in ends],
        [each.part for each in ends],
        [each.due_at for each in ends],
    )
    return {row["id"] for row in rows}


async def next_due(connection: asyncpg.Connection, lane: str) -> datetime | None:
    """Return when the next queued delivery of a lane is due, None if there is none."""
    found: datetime | None = await connection.fetchval(
        "SELECT min(due_at) FROM deliveries WHERE lane = $1 AND state = 'queued'", lane
    )
    return found


async def find_by_key(connection: asyncpg.Connection, key: str) -> DeliveryRow | None:
    """Return the delivery with this key."""
    row = await connection.fetchrow(f"SELECT {_ROW} FROM deliveries WHERE key = $1", key)
    return None if row is None else DeliveryRow(**row)


async def find_of_message(connection: asyncpg.Connection, message_id: int) -> DeliveryRow | None:
    """Return the delivery that carries a message to the client."""
    row = await connection.fetchrow(
        f"SELECT {_ROW} FROM deliveries WHERE message_id = $1 AND lane = 'reply'", message_id
    )
    return None if row is None else DeliveryRow(**row)


async def withdraw(connection: asyncpg.Connection, message_id: int) -> bool:
    """Cancel the delivery of an answer that no attempt was made of, and tell whether it is cancelled. Commits."""
    row = await connection.fetchrow(_WITHDRAW, message_id)
    if row is None:
        row = await connection.fetchrow(_WITHDRAWN, message_id)
    return row is not None


async def list_wrong(connection: asyncpg.Connection, *, limit: int = 100) -> list[DeliveryRow]:
    """Return what failed, is parked or may not have arrived, oldest first."""
    rows = await connection.fetch(
        f"SELECT {_ROW} FROM deliveries WHERE state IN ('failed', 'unknown', 'parked') ORDER BY id LIMIT $1", limit
    )
    return [DeliveryRow(**row) for row in rows]


async def count_wrong(connection: asyncpg.Connection) -> Mapping[str, int]:
    """Return how many deliveries failed, are parked or may not have arrived, by state; states without any are absent."""
    rows = await connection.fetch(
        "SELECT state, count(*) AS number FROM deliveries WHERE state IN ('failed', 'unknown', 'parked') GROUP BY state"
    )
    return {row["state"]: row["number"] for row in rows}


async def retry(connection: asyncpg.Connection, ids: Sequence[int] | None, *, now: datetime) -> int:
    """Queue parked or failed deliveries again, of all (`ids` is None) only the parked ones; returns how many.

    What was refused for good is tried again only by name. Commits by itself.
    """
    rows = await connection.fetch(
        "UPDATE deliveries SET state = 'queued', attempt = 0, due_at = $2, reason = '', finished_at = NULL "
        "WHERE state = 'parked' AND $1::bigint[] IS NULL OR state IN ('parked', 'failed') AND id = ANY($1) RETURNING id",
        None if ids is None else list(ids),
        now,
    )
    return len(rows)
