"""What of a client goes into a CRM: card, addresses, leads, tasks, and the entries that are not there yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from hub.domain.contact import Contact, ContactIdentity
from hub.domain.ids import ContactId, ConversationId, ManagerId, MessageId
from hub.domain.lead import Lead, Task
from hub.domain.message import Attachment
from hub.store.crm_items import with_absorbed
from hub.store.identities import decode_identities
from hub.store.rows import codec_of


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An utterance, call, form or note to be written. `channel` is the kind of its connection."""

    id: MessageId
    contact_id: ContactId
    conversation_id: ConversationId | None
    direction: str
    kind: str
    author: str
    text: str
    subject: str
    visible_length: int
    occurred_at: datetime
    attachments: tuple[Attachment, ...]
    fields: tuple[tuple[str, str], ...]
    manager_id: ManagerId | None
    number: int | None
    channel: str
    thread: str


@dataclass(frozen=True, slots=True)
class ClientRows:
    """A client as stored: the card with those it absorbed in `ids`, and everything that hangs on it.

    `came_over` names the connection over which a lead came, by the lead's id; one that is gone is left out.
    """

    contact: Contact
    ids: tuple[int, ...]
    company: str
    assignee_id: ManagerId | None
    identities: tuple[ContactIdentity, ...]
    leads: tuple[Lead, ...]
    tasks: tuple[Task, ...]
    came_over: Mapping[int, str] = field(default_factory=dict)


def _columns(row_class: type, table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in codec_of(row_class).columns)


_CONTACT = f"""
SELECT {_columns(Contact, "c")}, coalesce(f.name, '') AS company_name,
  (SELECT assignee_id FROM conversations v WHERE v.contact_id = c.id AND v.assignee_id IS NOT NULL
    ORDER BY (v.state = 'closed'), v.id DESC LIMIT 1) AS assignee_id,
  ARRAY({with_absorbed("ARRAY[c.id]")}) AS family
FROM contacts c LEFT JOIN companies f ON f.id = c.company_id WHERE c.id = $1
"""

_ENTRY = """
SELECT m.id, m.contact_id, m.conversation_id, m.direction, m.kind, m.author, m.text, m.subject, m.visible_length,
  m.occurred_at, m.attachments, m.fields, m.manager_id, v.number, coalesce(k.kind, '') AS channel,
  coalesce(t.external_id, '') AS thread
FROM messages m
LEFT JOIN conversations v ON v.id = m.conversation_id
LEFT JOIN threads t ON t.id = m.thread_id
LEFT JOIN connections k ON k.id = t.connection_id
"""
_CAME_OVER = """
SELECT DISTINCT ON (l.id) l.id, k.name FROM leads l
JOIN threads t ON t.contact_id = ANY($2::bigint[])
JOIN connections k ON k.id = t.connection_id AND k.kind = l.channel
LEFT JOIN conversations v ON v.id = l.conversation_id
LEFT JOIN messages m ON m.id = l.first_message_id
WHERE l.contact_id = $1
ORDER BY l.id, (t.id = m.thread_id) DESC NULLS LAST, (t.id = v.reply_thread_id) DESC NULLS LAST, t.id
"""
_ORDER = "ORDER BY m.occurred_at, m.received_at, m.id"

# Most messages of a client are there already: those that are not are found before anything is read or joined, and
# what became of an answer is asked message by message (10,000 messages of one client: 20 to 33 ms before, 8 now).
_MISSING = f"""
WITH mine AS MATERIALIZED (
  SELECT m.id, m.occurred_at, m.received_at FROM messages m
  WHERE m.contact_id = ANY($2::bigint[]) AND m.received_at >= $3 AND m.direction <> 'activity' AND m.deleted_at IS NULL
), there AS MATERIALIZED (
  SELECT hub_id FROM crm_items
  WHERE connection_id = $1 AND entity = 'entry' AND state NOT IN ('trying', 'gone')
    AND hub_id = ANY(ARRAY(SELECT id FROM mine))
), missing AS MATERIALIZED (
  SELECT m.* FROM mine m WHERE m.id NOT IN (SELECT hub_id FROM there)
    AND (SELECT d.id FROM deliveries d WHERE d.message_id = m.id AND d.lane = 'reply'
      AND d.state IN ('queued', 'sending', 'failed', 'cancelled', 'parked') LIMIT 1) IS NULL
  {_ORDER} LIMIT $4
)
{_ENTRY} JOIN missing ON missing.id = m.id AND missing.received_at = m.received_at
{_ORDER}
"""


async def find_client(connection: asyncpg.Connection, contact_id: int) -> ClientRows | None:
    """Return a client with everything but the history; None if there is none."""
    row = await connection.fetchrow(_CONTACT, contact_id)
    if row is None:
        return None
    ids = [contact_id, *sorted({*row["family"]} - {contact_id})]
    identities = await connection.fetch(
        f"SELECT {_columns(ContactIdentity, 'i')} FROM identities i WHERE i.contact_id = $1 ORDER BY i.id", contact_id
    )
    leads = await connection.fetch(
        f"SELECT {_columns(Lead, 'l')} FROM leads l WHERE l.contact_id = $1 ORDER BY l.id", contact_id
    )
    tasks = await connection.fetch(
        f"SELECT {_columns(Task, 't')} FROM tasks t WHERE t.contact_id = $1 AND t.state = 'open' UNION "
        f"SELECT {_columns(Task, 't')} FROM crm_items i JOIN tasks t ON t.id = i.hub_id AND t.state <> 'open' "
        "WHERE t.contact_id = $1 AND i.contact_id = ANY($2::bigint[]) AND i.entity = 'task' ORDER BY id",
        contact_id,
        ids,
    )
    return ClientRows(
        contact=codec_of(Contact).decode(row),
        ids=tuple(ids),
        company=row["company_name"],
        assignee_id=row["assignee_id"],
        identities=tuple(decode_identities(identities)),
        leads=tuple(codec_of(Lead).decode(each) for each in leads),
        tasks=tuple(codec_of(Task).decode(each) for each in tasks),
        came_over={each["id"]: each["name"] for each in await connection.fetch(_CAME_OVER, contact_id, ids)},
    )


async def list_entries(
    connection: asyncpg.Connection, connection_id: int, contact_ids: Collection[int], *, since: datetime, limit: int
) -> list[EntryRow]:
    """Return the oldest entries since `since` of which nobody knows that they are there; an answer once it has left.

    Begun ones among them are still in doubt, whoever's client they were of when they were begun. One that was given up
    since its message was deleted is missing again if the message came back.
    """
    rows = await connection.fetch(_MISSING, connection_id, list(contact_ids), since, limit)
    return [codec_of(EntryRow).decode(row) for row in rows]


_WANTED = """
FROM contacts c WHERE c.merged_into IS NULL AND (
  EXISTS (SELECT 1 FROM conversations v WHERE v.contact_id = c.id AND v.last_message_at >= $2)
  OR EXISTS (SELECT 1 FROM crm_items i WHERE i.contact_id = c.id AND i.connection_id = $1))
"""


async def count_wanted(connection: asyncpg.Connection, connection_id: int, *, since: datetime) -> int:
    """Return how many clients an account has, or wrote or were written to since then."""
    found: int = await connection.fetchval(f"SELECT count(*) {_WANTED}", connection_id, since)
    return found


async def list_wanted(
    connection: asyncpg.Connection, connection_id: int, *, since: datetime, after: int, limit: int
) -> list[int]:
    """Return the clients that `count_wanted` counts, by id: for a whole account to be brought up to date."""
    rows = await connection.fetch(
        f"SELECT c.id {_WANTED} AND c.id > $3 ORDER BY c.id LIMIT $4", connection_id, since, after, limit
    )
    return [row["id"] for row in rows]


async def find_client_of(connection: asyncpg.Connection, number: int) -> int | None:
    """Return the client of a conversation by its number, the card it is part of by now; None if there is none."""
    found: int | None = await connection.fetchval(
        "SELECT coalesce(k.merged_into, k.id) FROM conversations v JOIN contacts k ON k.id = v.contact_id "
        "WHERE v.number = $1",
        number,
    )
    return found
