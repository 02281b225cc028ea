"""Everything a hub holds about clients and work, as named columns, streamed with a cursor inside the caller's snapshot.

Each kind is one statement in the order of its primary key, so nothing is sorted and nothing is held. Columns that an
import understands carry the names by which it knows them (`hub.inbox.importing.columns`); own fields are columns of
their own. Cards that a merge has absorbed are part of those they went into and are left out.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

_AT_ONCE = 500
_PATIENCE_SECONDS = 600
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


def _addresses(owner: str) -> str:
    """Return the addresses of a card as a joined row, the oldest of each type first.

    Found by the card alone, and ordered after that: a server without statistics would else read the addresses of all
    cards for each, in the order or of the type that is asked for.
    """
    columns = ", ".join(
        f"string_agg(value, '; ' ORDER BY id) FILTER (WHERE type = '{kind}') AS {name}"
        for kind, name in (("phone", "phone"), ("email", "email"), ("tg_user", "telegram"))
    )
    own = f"SELECT id, type, value FROM identities WHERE contact_id = {owner} OFFSET 0"
    return f"LEFT JOIN LATERAL (SELECT {columns} FROM ({own}) own) a ON true"


_CONTACTS = f"""
SELECT k.id, k.name, a.phone, a.email, a.telegram, o.name AS company, o.inn, m.name AS responsible, k.tags, k.language,
  k.is_provisional, k.is_anonymous, k.is_blocked, k.created_at, k.fields AS own
FROM contacts k LEFT JOIN companies o ON o.id = k.company_id LEFT JOIN managers m ON m.id = k.crm_owner_id
{_addresses("k.id")} WHERE k.merged_into IS NULL ORDER BY k.id
"""
_LEADS = f"""
SELECT l.id, l.contact_id, k.name, a.phone, a.email, a.telegram, l.line, l.stage, l.state, l.amount, l.source, l.channel,
  {", ".join(f"l.origin->>'{name}' AS {name}" for name in _UTM)}, l.origin, m.name AS responsible, l.loss_reason,
  l.loss_note, l.tags AS lead_tags, l.conversation_id, l.created_at AS created, l.stage_at, l.closed_at, l.fields AS own
FROM leads l LEFT JOIN contacts k ON k.id = l.contact_id LEFT JOIN managers m ON m.id = l.responsible_id
{_addresses("l.contact_id")} ORDER BY l.id
"""
_IDENTITIES = """
SELECT id, contact_id, type, scope, value, original, level, is_shared, evidence, created_at FROM identities ORDER BY id
"""
_COMPANIES = """
SELECT o.id, o.name, o.inn, o.domains, o.phones, m.name AS owner, o.created_at
FROM companies o LEFT JOIN managers m ON m.id = o.owner_id ORDER BY o.id
"""
_CONVERSATIONS = """
SELECT c.id, c.number, c.contact_id, c.line, c.state, m.name AS assignee, c.subject, c.source, c.opened_at, c.closed_at,
  c.outcome, c.outcome_note, c.last_message_at, c.last_response_at
FROM conversations c LEFT JOIN managers m ON m.id = c.assignee_id ORDER BY c.id
"""
_MESSAGES = """
SELECT g.id, g.conversation_id, g.contact_id, n.name AS connection, g.direction, g.kind, g.author, m.name AS manager,
  g.subject, g.text, g.html, g.automatic, g.fields, g.attachments, g.occurred_at, g.received_at, g.edited_at, g.deleted_at
FROM messages g LEFT JOIN threads t ON t.id = g.thread_id LEFT JOIN connections n ON n.id = t.connection_id
LEFT JOIN managers m ON m.id = g.manager_id ORDER BY g.id
"""
_CALLS = """
SELECT c.id, n.name AS connection, c.external_id, c.state, c.contact_id, c.conversation_id, c.message_id,
  m.name AS manager, c.events, c.created_at
FROM calls c LEFT JOIN connections n ON n.id = c.connection_id LEFT JOIN managers m ON m.id = c.manager_id ORDER BY c.id
"""
_TASKS = """
SELECT t.id, t.what, m.name AS manager, t.contact_id, t.lead_id, t.conversation_id, t.line, t.due_at, t.cause, t.state,
  t.result, t.created_at, t.done_at
FROM tasks t LEFT JOIN managers m ON m.id = t.manager_id ORDER BY t.id
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that is exported. `own` is the prefix of the columns its own fields become, empty for none."""

    name: str
    statement: str
    own: str = ""


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("contacts", _CONTACTS, "contact."),
        Kind("identities", _IDENTITIES),
        Kind("companies", _COMPANIES),
        Kind("leads", _LEADS, "lead."),
        Kind("conversations", _CONVERSATIONS),
        Kind("messages", _MESSAGES),
        Kind("calls", _CALLS),
        Kind("tasks", _TASKS),
    )
}
_OWN_KEYS = "SELECT DISTINCT jsonb_object_keys(fields) AS key FROM {} ORDER BY 1"


async def prefer_indexes(connection: asyncpg.Connection) -> None:
    """Let the caller's transaction read in the order of keys: rows come at once, and the server sorts nothing on disk."""
    await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")


async def list_columns(connection: asyncpg.Connection, kind: Kind) -> list[str]:
    """Return the titles of a kind, own fields last; reads their keys once where there are any."""
    statement = await connection.prepare(kind.statement, timeout=_PATIENCE_SECONDS)
    named = [attribute.name for attribute in statement.get_attributes()]
    if not kind.own:
        return named
    keys = await connection.fetch(_OWN_KEYS.format(kind.name), timeout=_PATIENCE_SECONDS)
    return [*named[:-1], *(kind.own + row["key"] for row in keys)]


async def count(connection: asyncpg.Connection, kind: Kind) -> int:
    """Return how many rows a kind has."""
    counted = f"SELECT count(*) FROM {kind.name}"
    absorbed = " WHERE merged_into IS NULL" if kind.name == "contacts" else ""
    return int(await connection.fetchval(counted + absorbed, timeout=_PATIENCE_SECONDS))


async def stream(connection: asyncpg.Connection, kind: Kind, columns: Sequence[str]) -> AsyncIterator[list[Any]]:
    """Yield the rows of a kind in the order of `columns`; the caller's transaction is their snapshot."""
    keys = [column.removeprefix(kind.own) for column in columns if kind.own and column.startswith(kind.own)]
    async for row in connection.cursor(kind.statement, prefetch=_AT_ONCE, timeout=_PATIENCE_SECONDS):
        if kind.own:
            *values, own = row.values()
            yield [*values, *(own.get(key, "") for key in keys)]
        else:
            yield list(row.values())
