"""Revisions of the policy document."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from hub.crash import crash_point
from hub.domain.errors import Conflict
from hub.store.pool import lock_key

READ_WITHIN = timedelta(seconds=3)
"""By then every running process has read a new revision."""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """How a document comes into force at `at`: who wants it and why, and what becomes of waits that are open.

    Their deadlines follow the calendars always (D-6). With `selects_targets` their targets are chosen anew too (case
    50); a deadline then gets later only with `allows_later` (D-7). `based_on` is the revision that was read before.
    """

    at: datetime
    comment: str = ""
    manager_id: int | None = None
    selects_targets: bool = False
    allows_later: bool = False
    based_on: int | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One stored revision; `document` is TOML as it was written."""

    number: int
    document: str
    comment: str
    applied_at: datetime


async def get_latest(connection: asyncpg.Connection) -> Revision | None:
    """Return the revision in force, None if none was ever applied."""
    row = await connection.fetchrow(
        "SELECT number, document, comment, applied_at FROM policy_revisions ORDER BY number DESC LIMIT 1"
    )
    return None if row is None else Revision(**row)


async def find_revision(connection: asyncpg.Connection, number: int) -> Revision | None:
    """Return one stored revision."""
    row = await connection.fetchrow(
        "SELECT number, document, comment, applied_at FROM policy_revisions WHERE number = $1", number
    )
    return None if row is None else Revision(**row)


async def get_number(connection: asyncpg.Connection) -> int:
    """Return the number of the revision in force, 0 if none was ever applied."""
    return int(await connection.fetchval("SELECT coalesce(max(number), 0) FROM policy_revisions"))


_ADD = """
WITH revision AS (
  INSERT INTO policy_revisions (number, document, comment, manager_id, applied_at)
  SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4 FROM policy_revisions RETURNING number
), job AS (
  INSERT INTO timers (id, kind, subject, due_at, facts)
  SELECT nextval('hub_ids'), 'recompute', 'policy:' || number, $5, $6 FROM revision)
SELECT number FROM revision
"""


async def add_revision(connection: asyncpg.Connection, document: str, *, change: PolicyChange) -> int:
    """Store the next revision, with the job that renews open waits, and return its number. Commits by itself.

    Of two at once each gets a number of its own, and the later one is in force.

    Raises:
        Conflict: the change was made over another revision than the one in force.
    """
    facts = {
        "applied_at": change.at.isoformat(),
        "selects": change.selects_targets,
        "allows_later": change.allows_later,
    }
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", lock_key("policy"))
        if change.based_on is not None and change.based_on != await get_number(connection):
            raise Conflict("the rules were changed meanwhile: look at the change over those in force, then apply it")
        number = await connection.fetchval(
            _ADD, document, change.comment, change.manager_id, change.at, change.at + READ_WITHIN, facts
        )
        crash_point("policy.before_commit")
    crash_point("policy.after_commit")
    return int(number)
