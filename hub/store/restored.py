"""What a restored database knows of itself, and what must not leave it before a person has looked (case 38).

The mark is a row of `timers` of a kind that never fires. Every backup since the first version has that table, so the
mark needs no migration and stands in the commit that makes a restored database usable. Until that commit a table that
no hub has says that the restore is unfinished. Rows of the backup are told by their ids: one sequence gives them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from hub.crash import crash_point
from hub.domain.restored import HELD_LANES, UNFIRED, Restored
from hub.domain.timer import TimerKind
from hub.store.deliveries import ClaimedDelivery
from hub.store.timers import DueTimer

UNFINISHED = "unfinished_restore"
"""A table that stands from before the load until the mark is written: no hub works on such a database."""
RESTORED = "restored"
"""Why a delivery ended, and the kind of the mark."""

_LANES = sorted(HELD_LANES)
_SPEAKING = sorted(UNFIRED)
_SILENT = sorted({TimerKind.accept, TimerKind.call_confirmation, TimerKind.automation})
_LEASE = timedelta(minutes=1)

_MARK = """
INSERT INTO timers (id, kind, subject, due_at, state, facts)
VALUES ($1, 'restored', 'hub', clock_timestamp(), 'cancelled', $2)
ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, facts = excluded.facts, fired_at = NULL,
  epoch = timers.epoch + 1
"""
_READ = "SELECT due_at, fired_at, facts FROM timers WHERE kind = 'restored' AND subject = 'hub'"

# An answer that the backup holds may have left since; words that no person wrote are late or second ones.
_FATE = """
CASE WHEN lane <> 'reply' THEN 'goes' WHEN manager_id IS NULL THEN 'dropped' WHEN id <= $2 THEN 'doubtful'
  ELSE 'goes' END
"""
_HELD = f"""
SELECT lane, {_FATE} AS fate, count(*) AS number, min(created_at) AS since FROM deliveries
WHERE lane = ANY($1::text[]) AND state IN ('queued', 'sending') GROUP BY 1, 2 ORDER BY 1, 2
"""
_CLAIM = """
UPDATE deliveries SET state = 'sending', token = $2, lease_until = clock_timestamp() + $3::interval
WHERE id IN (SELECT id FROM deliveries WHERE lane = 'reply' AND state IN ('queued', 'sending')
  AND manager_id IS NOT NULL AND id <= $1 ORDER BY created_at, id LIMIT $4)
RETURNING id, token, lane, key, attempt, due_at, payload, connection_id, conversation_id, message_id, manager_id, part,
  external_ids, reason, created_at, coalesce(first_attempt_at, created_at) AS first_attempt_at
"""
_DROP = """
UPDATE deliveries SET state = 'cancelled', reason = 'restored', finished_at = clock_timestamp()
WHERE lane = 'reply' AND state IN ('queued', 'sending') AND manager_id IS NULL
"""
_OLD = """
SELECT kind, subject, due_at, epoch, facts FROM timers
WHERE state = 'armed' AND due_at <= $1 AND kind = ANY($2::text[]) ORDER BY due_at LIMIT $3
"""
_MISS = """
UPDATE timers t SET state = 'fired', fired_at = $1, epoch = t.epoch + 1
FROM unnest($2::text[], $3::text[], $4::int[]) AS u(kind, subject, epoch)
WHERE t.kind = u.kind AND t.subject = u.subject AND t.epoch = u.epoch AND t.state = 'armed'
"""
_MISS_SILENT = """
UPDATE timers SET state = 'fired', fired_at = $1, epoch = epoch + 1
WHERE state = 'armed' AND due_at <= $2 AND kind = ANY($3::text[])
"""
_OVERDUE = """
SELECT coalesce(w.line, c.line, k.line, l.line, '') AS line, t.kind, count(*) AS number, min(t.due_at) AS since
FROM (SELECT kind, due_at, split_part(subject, ':', 1) AS noun, CASE WHEN split_part(subject, ':', 2) ~ '^[0-9]{1,18}$'
    THEN split_part(subject, ':', 2)::bigint END AS number
  FROM timers WHERE state = 'armed' AND due_at <= $1 AND kind = ANY($2::text[])) t
LEFT JOIN waits w ON t.noun = 'wait' AND w.id = t.number
LEFT JOIN conversations c ON t.noun = 'conversation' AND c.id = t.number
LEFT JOIN tasks k ON t.noun = 'task' AND k.id = t.number
LEFT JOIN leads l ON t.noun = 'lead' AND l.id = t.number
GROUP BY 1, 2 ORDER BY 1, 2
"""
_LATE = "SELECT line, count(*) AS number FROM waits WHERE state = 'open' AND deadline_at <= $1 GROUP BY line"
_DOUBTFUL = "SELECT count(*) FROM deliveries WHERE state = 'unknown' AND reason = 'restored' AND id <= $1"
_UNREAD = """
SELECT (SELECT count(*) FROM receipts WHERE lane = 'client' AND state = 'new')
  + (SELECT count(*) FROM receipts WHERE lane = 'client' AND state = 'claimed')
"""
_RELEASE = """
UPDATE timers SET fired_at = $1, epoch = epoch + 1
WHERE kind = 'restored' AND subject = 'hub' AND fired_at IS NULL RETURNING id
"""


FORGOTTEN_IDS = 10**11
"""More than any hub gives out between a backup and its loss: a thousand a message, a hundred million messages."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Deliveries of a lane that wait, the oldest made at `since`. `fate`: `goes`, `doubtful` or `dropped`."""

    lane: str
    fate: str
    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """Timers of a kind that were due before the restore, on a line (empty for none); the earliest at `since`."""

    line: str
    kind: str
    number: int
    since: datetime


async def begin(connection: asyncpg.Connection) -> None:
    """Keep every hub away from a database that is about to be filled. Repeatable; commits by itself."""
    await connection.execute(f"CREATE TABLE IF NOT EXISTS {UNFINISHED} ()")


async def is_unfinished(connection: asyncpg.Connection) -> bool:
    """Tell whether a restore into this database began and has not come to its end."""
    return await connection.fetchval("SELECT to_regclass($1)", UNFINISHED) is not None


async def mark(connection: asyncpg.Connection, *, made_at: datetime) -> None:
    """Write that this database came from a backup made at `made_at`, and open it to hubs: one commit.

    Ids go on far behind those that were given out after the backup. Providers and CRMs remember what was made with keys
    of them, and would take a new client's card for one of a client this database has never heard of.
    """
    async with connection.transaction():
        last_id = await connection.fetchval("SELECT nextval('hub_ids')")
        await connection.execute("SELECT setval('hub_ids', $1)", last_id + FORGOTTEN_IDS)
        await connection.execute(_MARK, last_id, {"made_at": made_at.isoformat(), "last_id": last_id})
        await connection.execute(f"DROP TABLE IF EXISTS {UNFINISHED}")
        crash_point("restore.before_mark")
    crash_point("restore.after_mark")


async def read(connection: asyncpg.Connection) -> Restored | None:
    """Return the last restore of this database, None if it never was restored; one look into a unique index."""
    row = await connection.fetchrow(_READ)
    if row is None:
        return None
    facts = row["facts"]
    return Restored(row["due_at"], datetime.fromisoformat(facts["made_at"]), int(facts["last_id"]), row["fired_at"])


async def list_held_back(connection: asyncpg.Connection, restored: Restored) -> list[HeldBack]:
    """Return what waits to leave, by lane and by what becomes of it when the hub goes on."""
    return [HeldBack(**row) for row in await connection.fetch(_HELD, _LANES, restored.last_id)]


async def list_overdue(connection: asyncpg.Connection, restored: Restored) -> list[Overdue]:
    """Return the timers that were due before the restore and will not fire, by line and kind."""
    return [Overdue(**row) for row in await connection.fetch(_OVERDUE, restored.at, _SPEAKING)]


async def count_late(connection: asyncpg.Connection, restored: Restored) -> dict[str, int]:
    """Return by line how many clients wait whose deadline passed before the restore."""
    return {row["line"]: row["number"] for row in await connection.fetch(_LATE, restored.at)}


async def count_doubtful(connection: asyncpg.Connection, restored: Restored) -> int:
    """Return how many answers of the backup wait for a person to say whether they arrived."""
    return int(await connection.fetchval(_DOUBTFUL, restored.last_id))


async def count_unread(connection: asyncpg.Connection) -> int:
    """Return how many payloads of clients are stored and not processed yet."""
    return int(await connection.fetchval(_UNREAD))


async def claim_doubtful(
    connection: asyncpg.Connection, restored: Restored, *, token: int, limit: int
) -> list[ClaimedDelivery]:
    """Take answers that the backup holds as unsent, oldest first, to settle them unsent. Commits by itself.

    Only while the hub is held: no worker has any of them then, so a lease of a dead process is no obstacle.
    """
    rows = await connection.fetch(_CLAIM, restored.last_id, token, _LEASE, limit)
    return sorted((ClaimedDelivery(**row) for row in rows), key=lambda each: (each.created_at, each.id))


async def list_old_timers(connection: asyncpg.Connection, restored: Restored, *, limit: int) -> list[DueTimer]:
    """Return timers that were due before the restore and leave a fact or a later instant behind, earliest first."""
    kinds = sorted(set(_SPEAKING) - set(_SILENT))
    return [DueTimer(**row) for row in await connection.fetch(_OLD, restored.at, kinds, limit)]


async def miss(connection: asyncpg.Connection, timers: Sequence[DueTimer], *, now: datetime) -> None:
    """Write that these timers will not fire, as far as they still stand. Commits by itself."""
    columns = [each.kind for each in timers], [each.subject for each in timers], [each.epoch for each in timers]
    await connection.execute(_MISS, now, *columns)


async def miss_silent(connection: asyncpg.Connection, restored: Restored, *, now: datetime) -> None:
    """Write that old timers which leave nothing behind will not fire. Commits by itself."""
    await connection.execute(_MISS_SILENT, now, restored.at, _SILENT)


async def release(connection: asyncpg.Connection, *, now: datetime) -> bool:
    """Drop what no person wrote and let the hub go on, in one commit; False if it goes on already."""
    async with connection.transaction():
        await connection.execute(_DROP)
        is_ours = await connection.fetchval(_RELEASE, now) is not None
        crash_point("resume.before_release")
    crash_point("resume.after_release")
    return is_ours
