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
    """Use a link up; False if it is used or over. Of two at once one gets it. Commits by itself."""
    done = await connection.execute(
        "UPDATE connect_links SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2", link_id, now
    )
    return bool(done == "UPDATE 1")


async def give_back(connection: asyncpg.Connection, link_id: int) -> None:
    """Let a link be used after all: what was tried with it failed; not if a later one has ended it. Commits by itself."""
    await connection.execute(
        "UPDATE connect_links given SET used_at = NULL WHERE id = $1 AND NOT EXISTS (SELECT FROM connect_links later "
        "WHERE later.manager_id = given.manager_id AND later.id <> given.id AND later.expires_at >= given.expires_at)",
        link_id,
    )
