"""Receipts: raw inbound payloads with their state, claimed in order per order key under a lease.

A receipt is `new`, `claimed` (lease, token, attempt counted at the claim), then `done` or `parked`. Claiming goes one
process at a time per lane: with row locks alone two processes can split a key, since neither sees what the other has
just taken. Leases live in database time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from hub.crash import crash_point
from hub.domain.errors import PayloadInvalid
from hub.store.pool import lock_key
from hub.store.rows import to_json_text

MAX_ATTEMPTS = 3
_PARKED_AFTER = {"manager_bot": 2 * MAX_ATTEMPTS}
_OF_STRANGERS = frozenset({"client"})
_WORN_OUT = f"{MAX_ATTEMPTS} attempts did not finish; look into the log, then `hub replay`"

_STORE = """
WITH given AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[], $7::bool[],
    $8::bool[], $9::text[], $10::bytea[], $11::text[], $12::text[])
  AS g(id, connection_id, external_id, order_hash, lane, received_at, is_unkeyed, is_history, body_hash, body, file, head)
), stored AS (
  INSERT INTO receipts (id, connection_id, external_id, order_hash, lane, received_at, is_unkeyed, is_history, body_hash)
  SELECT id, connection_id, external_id, order_hash, lane, received_at, is_unkeyed, is_history, body_hash FROM given
  ON CONFLICT (connection_id, external_id) DO NOTHING RETURNING id
)
INSERT INTO receipt_bodies (receipt_id, received_at, body, file_sha256, head)
SELECT g.id, g.received_at, g.body, g.file, g.head::jsonb FROM given g JOIN stored USING (id)
"""

_PARK_WORN_OUT = """
UPDATE receipts SET state = 'parked', finished_at = clock_timestamp(), reason = $2
WHERE lane = $1 AND state = 'claimed' AND lease_until < clock_timestamp() AND attempt >= $3
"""

_NOBODY_HAS_ITS_KEY = """NOT EXISTS (SELECT 1 FROM receipts b WHERE b.state = 'claimed' AND b.order_hash = r.order_hash
      AND (b.lease_until >= statement_timestamp()
        OR (b.attempt < $5 AND (b.received_at, b.id) < (r.received_at, r.id))) OFFSET 0)"""

# One instant for the whole statement: a lease that ran out half-way would let newer payloads pass the one it held.
# Of what processes died of, that with one attempt goes before what had its turn alone, and waits for last tries only.
# What is new and what is in work are looked for apart, each by an index that holds nothing else: a server that counted
# its rows in a quiet hour believes that nothing waits, and would walk all that waits for each payload it looks at.
# OFFSET 0 keeps the question about a key a question, not a join over all that is in work.
_CLAIM = f"""
WITH fresh AS (
  SELECT id, attempt, token, received_at FROM receipts r
  WHERE lane = $1 AND state = 'new'
    AND {_NOBODY_HAS_ITS_KEY}
  ORDER BY received_at, id LIMIT $2
), tried AS (
  SELECT id, attempt, token, received_at FROM receipts r
  WHERE lane = $1 AND state = 'claimed' AND lease_until < statement_timestamp() AND attempt < $5
    AND {_NOBODY_HAS_ITS_KEY}
    AND (token = 0 OR NOT $6 OR attempt + (SELECT coalesce(max(s.attempt), 0) FROM receipts s
      WHERE s.lane = $1 AND s.state = 'claimed' AND s.token <> 0 AND s.lease_until >= statement_timestamp()) <= $5)
  ORDER BY received_at, id LIMIT $2
), candidates AS (
  SELECT * FROM fresh UNION ALL SELECT * FROM tried ORDER BY received_at, id LIMIT $2
), ranked AS (
  SELECT id, row_number() OVER w AS place, max(attempt) OVER w AS worst FROM candidates
  WHERE attempt < 2 OR token = 0 OR NOT EXISTS (SELECT 1 FROM candidates f WHERE f.attempt = 1 AND f.token <> 0)
  WINDOW w AS (ORDER BY received_at, id ROWS UNBOUNDED PRECEDING)
), taken AS (
  UPDATE receipts r SET state = 'claimed', attempt = r.attempt + 1, token = $3,
    lease_until = clock_timestamp() + $4::interval
  FROM ranked WHERE ranked.id = r.id AND (ranked.place = 1 OR ranked.worst = 0)
  RETURNING r.id, r.connection_id, r.attempt, r.received_at, r.is_unkeyed, r.is_history, r.body_hash
)
SELECT taken.*, b.body, b.file_sha256, b.head FROM taken
JOIN receipt_bodies b ON b.receipt_id = taken.id AND b.received_at = taken.received_at
ORDER BY taken.received_at, taken.id
"""

_TAKE_WORN_OUT = """
WITH taken AS (
  UPDATE receipts r SET attempt = r.attempt + 1, token = $2, lease_until = clock_timestamp() + $3::interval
  WHERE lane = $1 AND state = 'claimed' AND lease_until < clock_timestamp() AND attempt >= $4
  RETURNING r.id, r.connection_id, r.attempt, r.received_at, r.is_unkeyed, r.is_history, r.body_hash
)
SELECT taken.*, b.body, b.file_sha256, b.head FROM taken
JOIN receipt_bodies b ON b.receipt_id = taken.id AND b.received_at = taken.received_at
ORDER BY taken.received_at, taken.id
"""

_SAME_BODY = """
SELECT u.id FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::interval[])
  AS u(id, connection_id, body_hash, received_at, span)
WHERE EXISTS (SELECT 1 FROM receipts r WHERE r.is_unkeyed AND r.connection_id = u.connection_id
  AND r.body_hash = u.body_hash AND (r.received_at, r.id) < (u.received_at, u.id) AND r.received_at >= u.received_at - u.span)
"""
_BODIES = """
SELECT b.body, b.file_sha256 FROM receipt_bodies b JOIN receipts r ON r.id = b.receipt_id AND r.connection_id = $1
WHERE b.received_at = $2 LIMIT 2
"""
BODIES_KEPT_FOR = timedelta(days=90)
"""How long payloads stay at least; then their month is dropped."""


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A payload to store. `external_id` is unique per connection; `file_sha256` replaces `body` when it is large."""

    connection_id: int
    external_id: str
    order_hash: int
    lane: str
    received_at: datetime
    is_unkeyed: bool
    is_history: bool
    body_hash: str
    body: bytes | None
    file_sha256: str
    head: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ClaimedReceipt:
    """A payload in work, with the token that proves the lease."""

    id: int
    token: int
    connection_id: int
    attempt: int
    received_at: datetime
    is_unkeyed: bool
    is_history: bool
    body_hash: str
    body: bytes | None
    file_sha256: str
    head: Mapping[str, Any]


async def store(connection: asyncpg.Connection, receipts: Sequence[NewReceipt], new_id: Callable[[], int]) -> int:
    """Insert payloads in one statement, a new id each; return how many are new: those already there stay as they are.

    Commits by itself unless the caller has a transaction open. Repeatable.

    Raises:
        PayloadInvalid: the database does not take one of them as it is, so none was stored.
    """
    columns: list[list[Any]] = [
        [new_id() for _ in receipts],
        [r.connection_id for r in receipts],
        [r.external_id for r in receipts],
        [r.order_hash for r in receipts],
        [r.lane for r in receipts],
        [r.received_at for r in receipts],
        [r.is_unkeyed for r in receipts],
        [r.is_history for r in receipts],
        [r.body_hash for r in receipts],
        [r.body for r in receipts],
        [r.file_sha256 for r in receipts],
        [to_json_text(r.head) for r in receipts],
    ]
    try:
        status = await connection.execute(_STORE, *columns)
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        raise PayloadInvalid(f"the database does not take it: {type(error).__name__}") from error
    return int(str(status).rpartition(" ")[2])


async def claim(
    connection: asyncpg.Connection, *, lane: str, limit: int, token: int, lease: timedelta
) -> list[ClaimedReceipt]:
    """Take the next payloads in received order, none of whose key is in work elsewhere. Commits.

    A payload that did not finish before comes alone, so that a poison one takes nobody with it. Of those whose process
    died, each is tried once before one is tried again; in the lane of strangers a last try waits until no other such
    one is in work, and the others wait for it. After three attempts it is parked with its reason; in a lane whose people
    are told of it first, `claim_worn_out` has three tries for that.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", lock_key(f"claim:{lane}"))
        rows = await connection.fetch(_CLAIM, lane, limit, token, lease, MAX_ATTEMPTS, lane in _OF_STRANGERS)
        if len(rows) < limit:  # not while much waits: that is one statement less a claim
            await connection.execute(_PARK_WORN_OUT, lane, _WORN_OUT, _PARKED_AFTER.get(lane, MAX_ATTEMPTS))
        crash_point("receipts.before_claim_commit")
    crash_point("receipts.after_claim_commit")
    return [ClaimedReceipt(token=token, **row) for row in rows]


async def claim_worn_out(
    connection: asyncpg.Connection, *, lane: str, token: int, lease: timedelta
) -> list[ClaimedReceipt]:
    """Take the payloads that three attempts did not finish, to tell of them before they are parked. Commits."""
    rows = await connection.fetch(_TAKE_WORN_OUT, lane, token, lease, MAX_ATTEMPTS)
    return [ClaimedReceipt(token=token, **row) for row in rows]


async def park(connection: asyncpg.Connection, claimed: Sequence[ClaimedReceipt]) -> None:
    """Set payloads of one claim aside that three attempts did not finish; `replay` brings them back. Commits."""
    await connection.execute(
        "UPDATE receipts SET state = 'parked', finished_at = clock_timestamp(), reason = $3, lease_until = NULL "
        "WHERE id = ANY($1::bigint[]) AND token = $2 AND state = 'claimed'",
        [receipt.id for receipt in claimed],
        claimed[0].token,
        _WORN_OUT,
    )


async def extend(connection: asyncpg.Connection, claimed: Sequence[ClaimedReceipt], *, lease: timedelta) -> None:
    """Renew the leases of payloads of one claim that are still in work. Commits."""
    await connection.execute(
        "UPDATE receipts SET lease_until = clock_timestamp() + $3::interval "
        "WHERE id = ANY($1::bigint[]) AND token = $2 AND state = 'claimed'",
        [receipt.id for receipt in claimed],
        claimed[0].token,
        lease,
    )


async def release(
    connection: asyncpg.Connection, claimed: Sequence[ClaimedReceipt], *, after: timedelta = timedelta(0)
) -> None:
    """Give payloads back, so that they come again after a pause; until then their keys wait. Commits.

    The token goes with it: nobody holds them, and their process did not die of them.
    """
    await connection.execute(
        "UPDATE receipts SET lease_until = clock_timestamp() + $3::interval, token = 0 "
        "WHERE id = ANY($1::bigint[]) AND token = $2 AND state = 'claimed'",
        [receipt.id for receipt in claimed],
        claimed[0].token,
        after,
    )


async def put_back(connection: asyncpg.Connection, claimed: ClaimedReceipt) -> None:
    """Make a payload what it was before its claim: nothing was tried, and it comes with those of its key. Commits."""
    await connection.execute(
        "UPDATE receipts SET state = 'new', attempt = attempt - 1, token = 0, lease_until = NULL "
        "WHERE id = $1 AND token = $2 AND state = 'claimed'",
        claimed.id,
        claimed.token,
    )


async def give_back(connection: asyncpg.Connection, token: int, *, is_tried: bool) -> int:
    """Give back at once whatever is unfinished of a claim; return how many. Commits.

    Unless it counts as tried, the claim's attempt is taken back: nothing was wrong with the payloads.
    """
    rows = await connection.fetch(
        "UPDATE receipts SET lease_until = clock_timestamp(), token = 0, attempt = attempt - $2 "
        "WHERE token = $1 AND state = 'claimed' RETURNING id",
        token,
        int(not is_tried),
    )
    return len(rows)


async def finish(connection: asyncpg.Connection, ids: Sequence[int], token: int) -> None:
    """Mark payloads done whose effects are committed already; the caller commits."""
    await connection.execute(
        "UPDATE receipts SET state = 'done', finished_at = clock_timestamp(), lease_until = NULL "
        "WHERE id = ANY($1::bigint[]) AND token = $2 AND state = 'claimed'",
        list(ids),
        token,
    )


async def find_repeated(
    connection: asyncpg.Connection, claimed: Sequence[ClaimedReceipt], spans: Sequence[timedelta]
) -> set[int]:
    """Return the ids of unkeyed payloads whose equal body came earlier over the same connection within its span."""
    rows = await connection.fetch(
        _SAME_BODY,
        [r.id for r in claimed],
        [r.connection_id for r in claimed],
        [r.body_hash for r in claimed],
        [r.received_at for r in claimed],
        list(spans),
    )
    return {row["id"] for row in rows}


@dataclass(frozen=True, slots=True)
class StoredBody:
    """A payload as it came: its bytes, or the name of the file that holds them."""

    body: bytes | None
    file_sha256: str


async def find_body(connection: asyncpg.Connection, connection_id: int, received_at: datetime) -> StoredBody | None:
    """Return the payload a connection brought at that instant; `None` once it is dropped, or if there were two.

    Meant for a rare question of a person: it walks an index of the month.
    """
    rows = await connection.fetch(_BODIES, connection_id, received_at)
    return StoredBody(rows[0]["body"], rows[0]["file_sha256"]) if len(rows) == 1 else None


@dataclass(frozen=True, slots=True)
class ParkedReceipt:
    """A payload set aside, as people see it."""

    id: int
    connection: str
    kind: str
    received_at: datetime
    attempt: int
    reason: str


async def list_parked(connection: asyncpg.Connection, *, limit: int = 100) -> list[ParkedReceipt]:
    """Return what is set aside, oldest first."""
    rows = await connection.fetch(
        "SELECT r.id, c.name AS connection, c.kind, r.received_at, r.attempt, r.reason FROM receipts r "
        "JOIN connections c ON c.id = r.connection_id WHERE r.state = 'parked' ORDER BY r.id LIMIT $1",
        limit,
    )
    return [ParkedReceipt(**row) for row in rows]


async def count_parked(connection: asyncpg.Connection) -> int:
    """Return how many payloads are set aside."""
    return int(await connection.fetchval("SELECT count(*) FROM receipts WHERE state = 'parked'"))


async def replay(connection: asyncpg.Connection, ids: Sequence[int] | None) -> int:
    """Put parked payloads (all, if `ids` is None) back into work; returns how many. Commits by itself."""
    rows = await connection.fetch(
        "UPDATE receipts SET state = 'new', attempt = 0, reason = '', finished_at = NULL "
        "WHERE state = 'parked' AND ($1::bigint[] IS NULL OR id = ANY($1)) RETURNING id",
        None if ids is None else list(ids),
    )
    return len(rows)
