"""Changes of the rules that somebody wants and nobody has put into force yet: who wants what, over which revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

OPEN = "open"
APPLIED = "applied"
REFUSED = "refused"
LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Draft:
    """A stored draft. `wish` is what is wanted as plain JSON, `base` the revision over which it was proposed."""

    id: int
    wish: Mapping[str, str]
    base: int
    comment: str
    manager_id: int | None
    created_at: datetime
    state: str = OPEN


_COLUMNS = "id, wish, base, comment, manager_id, created_at, state"


async def add(connection: asyncpg.Connection, draft: Draft) -> None:
    """Store a draft; the caller commits."""
    await connection.execute(
        f"INSERT INTO policy_drafts ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        draft.id,
        dict(draft.wish),
        draft.base,
        draft.comment,
        draft.manager_id,
        draft.created_at,
        draft.state,
    )


async def renew(connection: asyncpg.Connection, draft: Draft, *, since: datetime) -> int | None:
    """Let the same proposal of the same person, open since then, be this one; return its id. The caller commits.

    Of one that is decided at this moment there is none: it is asked for its state again once the decision is there.
    """
    renewed: int | None = await connection.fetchval(
        "UPDATE policy_drafts SET base = $3, comment = $4, created_at = $5 WHERE id = (SELECT min(id) FROM policy_drafts "
        "WHERE state = 'open' AND wish = $1 AND manager_id IS NOT DISTINCT FROM $2 AND created_at > $6) "
        "AND state = 'open' RETURNING id",
        dict(draft.wish),
        draft.manager_id,
        draft.base,
        draft.comment,
        draft.created_at,
        since,
    )
    return renewed


async def find(connection: asyncpg.Connection, draft_id: int) -> Draft | None:
    """Return a draft, decided or not."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM policy_drafts WHERE id = $1", draft_id)
    return None if row is None else Draft(**row)


async def list_open(
    connection: asyncpg.Connection, *, limit: int, since: datetime, manager_id: int | None = None
) -> list[Draft]:
    """Return what was proposed after `since` and nobody has decided, oldest first; of one person by `manager_id`."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM policy_drafts WHERE state = 'open' AND ($2::bigint IS NULL OR manager_id = $2) "
        "AND created_at > $3 ORDER BY id LIMIT $1",
        limit,
        manager_id,
        since,
    )
    return [Draft(**row) for row in rows]


async def has_old(connection: asyncpg.Connection, *, before: datetime) -> bool:
    """Tell whether something proposed until `before` is still open."""
    found = "SELECT EXISTS (SELECT FROM policy_drafts WHERE state = 'open' AND created_at <= $1)"
    return bool(await connection.fetchval(found, before))


async def lapse(connection: asyncpg.Connection, *, before: datetime, at: datetime) -> list[Draft]:
    """End what was proposed until `before` and nobody has decided, and return it. The caller commits."""
    rows = await connection.fetch(
        "UPDATE policy_drafts SET state = $3, decided_at = $2 WHERE state = 'open' AND created_at <= $1 "
        f"RETURNING {_COLUMNS}",
        before,
        at,
        LAPSED,
    )
    return [Draft(**row) for row in rows]


async def decide(
    connection: asyncpg.Connection, draft_id: int, *, state: str, manager_id: int | None, at: datetime
) -> bool:
    """End a draft; False if somebody has already. The caller commits."""
    done = await connection.execute(
        "UPDATE policy_drafts SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'open'",
        draft_id,
        state,
        manager_id,
        at,
    )
    return bool(done == "UPDATE 1")
