"""Which stored files some row names: read once for a sweep, then asked per directory.

Rows are read a month at a time (a partition each), so that no statement grows with the age of the hub and each stays
within the limits that end a statement (`hub.store.pool`).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

import asyncpg

_COLLECT = {
    "receipt_bodies": "SELECT file_sha256 FROM {month} WHERE file_sha256 <> ''",
    "messages": "SELECT part->>'sha256' FROM {month}, jsonb_array_elements(attachments) AS part "
    "WHERE attachments <> '[]'::jsonb AND part->>'sha256' <> ''",
}
"""What names files: a partitioned table, and the digests in one month of it."""

_MONTHS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::text::regclass ORDER BY 1"

Known = Callable[[Collection[str]], Awaitable[Collection[str]]]


@asynccontextmanager
async def named_files(connection: asyncpg.Connection) -> AsyncIterator[Known]:
    """Give what tells which of some digests are named by a row, as of now.

    What is named later is safe from a sweep all the same: writing a file makes it young.
    """
    await connection.execute("CREATE TEMP TABLE named_files (sha256 text PRIMARY KEY)")
    try:
        await _collect(connection)

        async def known(digests: Collection[str]) -> Collection[str]:
            rows = await connection.fetch(
                "SELECT sha256 FROM named_files WHERE sha256 = ANY($1::text[])", list(digests)
            )
            return {row["sha256"] for row in rows}

        yield known
    finally:
        await connection.execute("DROP TABLE IF EXISTS named_files")


async def _collect(connection: asyncpg.Connection) -> None:
    for table, digests in _COLLECT.items():
        for row in await connection.fetch(_MONTHS, table):
            found = digests.format(month=row[0])
            await connection.execute(f"INSERT INTO named_files {found} ON CONFLICT DO NOTHING")
