"""Revisions of the policy document."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg


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


async def add_revision(
    connection: asyncpg.Connection, document: str, *, comment: str, manager_id: int | None, at: datetime
) -> int:
    """Store the next revision and return its number. Commits by itself."""
    return int(
        await connection.fetchval(
            "INSERT INTO policy_revisions (number, document, comment, manager_id, applied_at) "
            "SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4 FROM policy_revisions RETURNING number",
            document,
            comment,
            manager_id,
            at,
        )
    )
