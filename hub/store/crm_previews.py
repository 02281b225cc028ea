"""Which clients a draft of the rules for a CRM is shown on, and which of their leads are there already. Reads only."""

import asyncpg

_LATEST = """
SELECT c.id FROM contacts c LEFT JOIN conversations v ON v.contact_id = c.id
WHERE c.merged_into IS NULL AND NOT c.is_provisional AND NOT c.is_anonymous
GROUP BY c.id ORDER BY coalesce(max(v.last_message_at), c.created_at) DESC, c.id DESC LIMIT $1
"""


async def list_latest(connection: asyncpg.Connection, *, limit: int) -> list[int]:
    """Return the clients that were last in touch and whose cards go to CRMs at all, the latest first."""
    return [row["id"] for row in await connection.fetch(_LATEST, limit)]


async def list_brought_leads(connection: asyncpg.Connection, connection_id: int, contact_ids: list[int]) -> set[int]:
    """Return the leads of clients that an account has and that were not deleted there."""
    rows = await connection.fetch(
        "SELECT hub_id FROM crm_items WHERE connection_id = $1 AND contact_id = ANY($2::bigint[]) "
        "AND entity = 'request' AND ref <> '' AND state <> 'gone'",
        connection_id,
        contact_ids,
    )
    return {row["hub_id"] for row in rows}
