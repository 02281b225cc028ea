"""Links by which an administrator connects something in a browser: stored by the hash of their token, used once."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg


@dataclass(frozen=True, slots=True)
class ConnectLink:
    """A stored link: whose it is, what kind of connection it makes, until when."""

    id: int
    token_hash: str
    manager_id: int
    kind: str
    expires_at: datetime
    used_at: datetime | None = None


async def add(connection: asyncpg.Connection, link: ConnectLink) -> None:
    """Store a link; earlier ones of the same person that were not used end. The caller commits."""
    await connection.execute("DELETE FROM connect_links WHERE manager_id = $1 AND used_at IS NULL", link.manager_id)
    await connection.execute(
        "INSERT INTO connect_links (id, token_hash, manager_id, kind, expires_at) VALUES ($1, $2, $3, $4, $5)",
        link.id,
        link.token_hash,
        link.manager_id,
        link.kind,
        link.expires_at,
    )


async def find(connection: asyncpg.Connection, token_hash: str) -> ConnectLink | None:
    """Return the link of a token, used or over as it may be."""
    row = await connection.fetchrow(
        "SELECT id, token_hash, manager_id, kind, expires_at, used_at FROM connect_links WHERE token_hash = $1",
        token_hash,
    )
    return None if row is None else ConnectLink(**row)


async def take(connection: asyncpg.Connection, link_id: int, *, now: datetime) -> bool:
    """Use a link up; False if it is used or gone. Of two at once one gets it, the other waits. The caller commits.

    One that was opened in time may have run out while its settings were tried.
    """
    done = await connection.execute(
        "UPDATE connect_links SET used_at = $2 WHERE id = $1 AND used_at IS NULL", link_id, now
    )
    return bool(done == "UPDATE 1")
