"""What came over one connection of late, with its body: for the person who has just connected it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.store.pool import Connection

_LATEST = """
SELECT r.id, r.received_at, b.body, b.file_sha256, b.head
FROM receipts r JOIN receipt_bodies b ON b.receipt_id = r.id AND b.received_at = r.received_at
WHERE r.connection_id = $1 AND r.received_at >= $2 ORDER BY r.received_at DESC, r.id DESC LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A stored payload; `file_sha256` names the file that replaces a large `body`."""

    id: int
    received_at: datetime
    body: bytes | None
    file_sha256: str
    head: Mapping[str, Any]


async def list_arrivals(
    connection: Connection, connection_id: int, *, since: datetime, limit: int = 50
) -> list[Arrival]:
    """Return the latest payloads received at or after `since`, oldest first."""
    rows = await connection.fetch(_LATEST, connection_id, since, limit)
    return [Arrival(**row) for row in reversed(rows)]


async def list_newest_files(connection: Connection, *, limit: int = 20) -> list[str]:
    """Return the names of files that the latest stored payloads lie in, newest first."""
    rows = await connection.fetch(
        "SELECT file_sha256 FROM receipt_bodies WHERE file_sha256 <> '' ORDER BY received_at DESC LIMIT $1", limit
    )
    return [row["file_sha256"] for row in rows]
