"""Load, fold, flush: the one way in which contacts, conversations, waits and assignments change.

`apply` opens a transaction, locks what the scope names (identity keys, then contacts, then lines; each sorted), loads
the working set with a handful of set-based queries, lets the fold change it in memory, and writes the differences in
one statement. Every written row must still have the version it was loaded with; a miss, or a lost race for a unique
key, rolls back and runs again from the load, so a fold must be repeatable and have no effects of its own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import asyncpg

from hub.crash import crash_point
from hub.domain.errors import Conflict
from hub.domain.workset import WorkingSet
from hub.store import flush, loading
from hub.store.ids import IdBlocks
from hub.store.pool import acquire
from hub.store.scope import Scope

R = TypeVar("R")
_TRIES = 6


class LinesNeeded(Exception):
    """A fold wants to assign on a line that was not locked: `apply` runs it again with the lines locked."""


class MoreNeeded(Exception):
    """A fold has widened its own scope: `apply` runs it again with what it asks for."""


async def apply(
    pool: asyncpg.Pool, ids: IdBlocks, scope: Scope, fold: Callable[[WorkingSet], R], *, now: Callable[[], datetime]
) -> R:
    """Run `fold` over the scope's working set and commit what it changed; returns what the fold returned.

    `now` is asked under the locks: what waited for its turn happens after what it waited for, and the ledger's order is
    that of the commits. Commits; the fold's own errors roll back and pass through.

    Raises:
        Conflict: somebody else kept changing the same rows.
        LeaseLost: what is being settled belongs to somebody else by now.
        StorageUnavailable: the database is away or its locks are held too long; nothing or everything was written.
    """
    for _ in range(_TRIES):
        try:
            async with acquire(pool) as connection:
                return await _attempt(connection, ids, scope, fold, now)
        except LinesNeeded:
            scope.always_lines = True
        except (MoreNeeded, flush.VersionMissed, loading.ScopeMoved, asyncpg.UniqueViolationError):
            continue
    raise Conflict("somebody else is changing the same client's card; try again in a moment")


async def _attempt(
    connection: asyncpg.Connection,
    ids: IdBlocks,
    scope: Scope,
    fold: Callable[[WorkingSet], R],
    now: Callable[[], datetime],
) -> R:
    new_id = await ids.reserve(connection, scope.ids)
    transaction = connection.transaction()
    await transaction.start()
    try:
        contact_ids = await loading.lock(connection, scope)
        workset = await loading.load(connection, scope, WorkingSet(now=now(), new_id=new_id), contact_ids)
        result = fold(workset)
        await flush.write(connection, workset)
        crash_point("workset.before_commit")
    except BaseException:
        await transaction.rollback()
        raise
    await transaction.commit()
    crash_point("workset.after_commit")
    return result
