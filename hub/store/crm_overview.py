"""What people look at of the synchronisation with CRMs: what waits, what was refused, who is not known. Reads only.

One account at a time: a business has one or two. What is written while an account works is in `crm_items` and
`crm_accounts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from hub.store.rows import codec_of

UNKNOWN_OWNER = "owner_there"
"""Key in the `base` of an item: the CRM's user who is responsible there and is none of our people."""


@dataclass(frozen=True, slots=True)
class CrmQueue:
    """What the crm lane has to do for an account: `clients` (and records to look at), the oldest waits `since`."""

    clients: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class WrongRecord:
    """A thing that a CRM refused (`refused`), or of which nobody knows whether it is there (`unsure`).

    `number` is that of the client's latest conversation, None without one. `url` is the record's or else the card's.
    """

    entity: str
    hub_id: int
    contact_id: int
    name: str
    number: int | None
    state: str
    reason: str
    url: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FrozenRecord:
    """A record of which `fields` are not written any more: two programs corrected each other."""

    entity: str
    hub_id: int
    contact_id: int
    name: str
    number: int | None
    fields: tuple[str, ...]
    url: str


_CLIENT = """
  coalesce(k.name, '') AS name,
  (SELECT v.number FROM conversations v WHERE v.contact_id = coalesce(k.merged_into, k.id) ORDER BY v.id DESC LIMIT 1)
    AS number
"""
_URL = """
  coalesce(nullif(i.url, ''), (SELECT c.url FROM crm_items c WHERE c.connection_id = i.connection_id
    AND c.contact_id = i.contact_id AND c.entity = 'contact' LIMIT 1), '') AS url
"""


async def read_queue(connection: asyncpg.Connection, connection_id: int) -> CrmQueue:
    """Return what waits for an account in the crm lane; several deliveries of one client count once."""
    row = await connection.fetchrow(
        "SELECT count(DISTINCT order_hash) AS clients, min(created_at) AS since FROM deliveries "
        "WHERE lane = 'crm' AND state IN ('queued', 'sending') AND connection_id = $1",
        connection_id,
    )
    return CrmQueue(row["clients"], row["since"])


async def list_wrong_records(
    connection: asyncpg.Connection, connection_id: int, *, limit: int = 50
) -> list[WrongRecord]:
    """Return what an account refused, or of which nobody knows whether it is there, the latest first."""
    rows = await connection.fetch(
        f"SELECT i.entity, i.hub_id, i.contact_id, i.state, i.reason, i.changed_at, {_CLIENT}, {_URL} "
        "FROM crm_items i LEFT JOIN contacts k ON k.id = i.contact_id "
        "WHERE i.connection_id = $1 AND i.state IN ('refused', 'unsure') ORDER BY i.changed_at DESC, i.hub_id LIMIT $2",
        connection_id,
        limit,
    )
    return [codec_of(WrongRecord).decode(row) for row in rows]


async def list_frozen(connection: asyncpg.Connection, connection_id: int, *, limit: int = 50) -> list[FrozenRecord]:
    """Return records with fields that the runaway guard stopped, the latest first."""
    rows = await connection.fetch(
        f"SELECT i.entity, i.hub_id, i.contact_id, i.guard->'frozen' AS fields, {_CLIENT}, {_URL} "
        "FROM crm_items i LEFT JOIN contacts k ON k.id = i.contact_id "
        "WHERE i.connection_id = $1 AND i.guard ? 'frozen' ORDER BY i.changed_at DESC, i.hub_id LIMIT $2",
        connection_id,
        limit,
    )
    return [codec_of(FrozenRecord).decode(row) for row in rows]


async def count_unknown_owners(connection: asyncpg.Connection, connection_id: int) -> Mapping[str, int]:
    """Return how many clients there have a responsible who is none of our people, by the CRM's user id."""
    rows = await connection.fetch(
        "SELECT base->>$2 AS owner, count(DISTINCT contact_id) AS clients FROM crm_items "
        "WHERE connection_id = $1 AND entity <> 'entry' AND base->>$2 <> '' GROUP BY 1 ORDER BY 2 DESC, 1",
        connection_id,
        UNKNOWN_OWNER,
    )
    return {row["owner"]: row["clients"] for row in rows}


async def list_of_unknown_owner(connection: asyncpg.Connection, connection_id: int, owner: str) -> list[int]:
    """Return the clients for whom a CRM user is responsible there of whom nobody here knew who it is."""
    rows = await connection.fetch(
        "SELECT DISTINCT contact_id FROM crm_items WHERE connection_id = $1 AND entity <> 'entry' AND base->>$2 = $3 "
        "ORDER BY contact_id",
        connection_id,
        UNKNOWN_OWNER,
        owner,
    )
    return [row["contact_id"] for row in rows]
