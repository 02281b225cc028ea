"""Which stored files some row names: read once for a sweep, then asked per directory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

import asyncpg

_COLLECT = """
CREATE TEMP TABLE named_files AS
SELECT file_sha256 AS sha256 FROM receipt_bodies WHERE file_sha256 <> ''
UNION SELECT part->>'sha256' FROM messages, jsonb_array_elements(attachments) AS part
  WHERE attachments <> '[]'::jsonb AND part->>'sha256' <> ''
"""

Known = Callable[[Collection[str]], Awaitable[Collection[str]]]


@asynccontextmanager
async def named_files(connection: asyncpg.Connection) -> AsyncIterator[Known]:
    """Give what tells which of some digests are named by a row, as of now.

    What is named later is safe from a sweep all the same: writing a file makes it young.
    """
    await connection.execute(_COLLECT)
    try:
        await connection.execute("CREATE INDEX ON named_files (sha256)")

        async def known(digests: Collection[str]) -> Collection[str]:
            rows = await connection.fetch(
                "SELECT sha256 FROM named_files WHERE sha256 = ANY($1::text[])", list(digests)
            )
            return {row["sha256"] for row in rows}

        yield known
    finally:
        await connection.execute("DROP TABLE IF EXISTS named_files")
