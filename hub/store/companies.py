"""Companies by their tax number and name; they are written through working sets."""

from collections.abc import Sequence

import asyncpg

from hub.domain.company import Company
from hub.domain.ids import CompanyId
from hub.store.rows import codec_of


async def find_by_inn(connection: asyncpg.Connection, inn: str) -> CompanyId | None:
    """Return the company with a tax number."""
    found: int | None = await connection.fetchval("SELECT id FROM companies WHERE inn = $1", inn)
    return None if found is None else CompanyId(found)


async def list_named(connection: asyncpg.Connection, name: str, *, limit: int) -> Sequence[Company]:
    """Return the companies whose name holds these words, whatever the case, by name."""
    rows = await connection.fetch(
        "SELECT * FROM companies WHERE strpos(lower(name), lower($1)) > 0 ORDER BY name, id LIMIT $2", name, limit
    )
    return [codec_of(Company).decode(row) for row in rows]
