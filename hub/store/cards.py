"""What cards show, read only: conversations with their surroundings, each part of any number of them in one query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from hub.domain.contact import Contact, ContactIdentity, MatchCandidate, Merge
from hub.domain.conversation import Conversation, Thread
from hub.domain.wait import Wait
from hub.store.identities import decode_identities
from hub.store.rows import codec_of

_CARDS = """
SELECT c.*, k.name AS contact_name, coalesce(o.name, '') AS company, coalesce(a.name, '') AS assignee_name,
  EXISTS (SELECT 1 FROM conversations b WHERE b.contact_id = c.contact_id AND b.id < c.id) AS is_regular,
  coalesce((SELECT stage FROM leads l WHERE l.contact_id = c.contact_id AND l.line = c.line
    ORDER BY state = 'open' DESC, created_at DESC, id DESC LIMIT 1), '') AS lead_stage,
  (SELECT id FROM match_candidates q WHERE q.contact_id = c.contact_id AND q.state = 'open' LIMIT 1) AS candidate_id,
  d.assignee_id AS decided_for, coalesce(d.reasons, '[]') AS reasons,
  m.due_at AS matter_due_at, coalesce(m.is_paused, false) AS is_matter_paused,
  coalesce((SELECT facts->'readers' FROM timers t WHERE t.kind = 'reading' AND t.subject = 'conversation:' || c.id
    AND t.state = 'armed'), '[]') AS readers,
  coalesce((SELECT facts->>'extension' FROM timers t WHERE t.kind = 'call_order'
    AND t.subject = 'conversation:' || c.id AND t.state = 'armed'), '') AS calling,
  (SELECT (l.facts->>'mark')::int FROM ledger l WHERE l.conversation_id = c.id AND l.kind = 'rated'
    AND l.recorded_at >= c.closed_at ORDER BY l.recorded_at DESC, l.id DESC LIMIT 1) AS rating
FROM conversations c JOIN contacts k ON k.id = c.contact_id LEFT JOIN companies o ON o.id = k.company_id
LEFT JOIN managers a ON a.id = c.assignee_id
LEFT JOIN LATERAL (SELECT assignee_id, reasons FROM routing_decisions r WHERE r.conversation_id = c.id
  ORDER BY decided_at DESC, id DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (SELECT CASE WHEN state <> 'cancelled' THEN due_at END AS due_at,
  state = 'cancelled' AND facts ? 'left' AS is_paused
  FROM timers WHERE kind = 'resolution' AND subject = 'conversation:' || c.id LIMIT 1) m ON true
WHERE c.id = ANY($1::bigint[])
"""
_SURROUNDINGS = """
SELECT ARRAY(SELECT x FROM identities x WHERE contact_id = ANY($1::bigint[]) ORDER BY id) AS identities,
  ARRAY(SELECT x FROM threads x WHERE contact_id = ANY($1::bigint[])
    ORDER BY coalesce(last_inbound_at, created_at) DESC, id) AS threads,
  ARRAY(SELECT w FROM unnest($1::bigint[], $2::text[]) AS u(contact_id, line)
    JOIN waits w ON w.contact_id = u.contact_id AND w.line = u.line AND w.state = 'open') AS waits
"""
_WAIT = "SELECT * FROM waits WHERE contact_id = $1 AND line = $2 AND state = 'open'"


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A conversation with what stands around it. `is_regular`: the client had a conversation before this one.

    `reasons` are those of the last routing decision, in Russian and English; `decided_for` whom it chose.
    `matter_due_at` is until when the whole matter is to be closed, `None` where the line has no such time or it stands
    (`is_matter_paused`, P-2). `readers` are the heads who read along today.
    `calling` is the extension that a call ordered from the card rings now, `rating` the mark given since the close.
    """

    conversation: Conversation
    contact_name: str
    company: str
    assignee_name: str
    is_regular: bool
    lead_stage: str
    candidate_id: int | None
    decided_for: int | None
    reasons: tuple[Mapping[str, str], ...]
    matter_due_at: datetime | None = None
    is_matter_paused: bool = False
    readers: tuple[int, ...] = ()
    calling: str = ""
    rating: int | None = None


async def list_cards(connection: asyncpg.Connection, ids: Iterable[int]) -> dict[int, StoredCard]:
    """Return conversations with their surroundings, by id; those there are none of are absent."""
    rows = await connection.fetch(_CARDS, list(ids))
    return {row["id"]: _card(row) for row in rows}


async def find_card(connection: asyncpg.Connection, conversation_id: int) -> StoredCard | None:
    """Return a conversation with its surroundings, `None` if there is none."""
    return (await list_cards(connection, [conversation_id])).get(conversation_id)


def _card(row: Mapping[str, Any]) -> StoredCard:
    return StoredCard(
        codec_of(Conversation).decode(row),
        contact_name=row["contact_name"],
        company=row["company"],
        assignee_name=row["assignee_name"],
        is_regular=row["is_regular"],
        lead_stage=row["lead_stage"],
        candidate_id=row["candidate_id"],
        decided_for=row["decided_for"],
        reasons=tuple(row["reasons"]),
        matter_due_at=row["matter_due_at"],
        is_matter_paused=row["is_matter_paused"],
        readers=tuple(row["readers"]),
        calling=row["calling"],
        rating=row["rating"],
    )


async def list_contacts(connection: asyncpg.Connection, ids: Iterable[int]) -> list[Contact]:
    """Return cards of clients by id, oldest first."""
    rows = await connection.fetch("SELECT * FROM contacts WHERE id = ANY($1::bigint[]) ORDER BY id", list(ids))
    return [codec_of(Contact).decode(row) for row in rows]


async def list_identities(connection: asyncpg.Connection, contact_ids: Iterable[int]) -> list[ContactIdentity]:
    """Return the addresses of clients, oldest first."""
    rows = await connection.fetch(
        "SELECT * FROM identities WHERE contact_id = ANY($1::bigint[]) ORDER BY id", list(contact_ids)
    )
    return decode_identities(rows)


async def list_surroundings(
    connection: asyncpg.Connection, of: Iterable[tuple[int, str]]
) -> tuple[list[ContactIdentity], list[Thread], list[Wait]]:
    """Return what stands around clients, each on a line, in one round trip.

    Their addresses, oldest first; their threads, where they were heard last first; their open waits, of each at most one.
    """
    clients = list(of)
    found = await connection.fetchrow(_SURROUNDINGS, [each[0] for each in clients], [line for _, line in clients])
    identities = decode_identities(found["identities"])
    threads = [codec_of(Thread).decode(row) for row in found["threads"]]
    return identities, threads, [codec_of(Wait).decode(row) for row in found["waits"]]


async def find_open_wait(connection: asyncpg.Connection, contact_id: int, line: str) -> Wait | None:
    """Return the open wait of a client on a line."""
    row = await connection.fetchrow(_WAIT, contact_id, line)
    return None if row is None else codec_of(Wait).decode(row)


async def find_candidate(connection: asyncpg.Connection, candidate_id: int) -> MatchCandidate | None:
    """Return a question whether cards are one client (M-5)."""
    row = await connection.fetchrow("SELECT * FROM match_candidates WHERE id = $1", candidate_id)
    return None if row is None else codec_of(MatchCandidate).decode(row)


async def list_latest_conversations(connection: asyncpg.Connection, contact_id: int) -> list[Conversation]:
    """Return the conversations of a client, open ones first, then the newest."""
    rows = await connection.fetch(
        "SELECT * FROM conversations WHERE contact_id = $1 ORDER BY state = 'open' DESC, id DESC", contact_id
    )
    return [codec_of(Conversation).decode(row) for row in rows]


async def list_kept_contacts(connection: asyncpg.Connection, ids: Iterable[int]) -> list[int]:
    """Return the cards that these cards are part of by now, each once (M-10)."""
    rows = await connection.fetch(
        "WITH RECURSIVE chain AS (SELECT id, merged_into FROM contacts WHERE id = ANY($1::bigint[]) "
        "UNION SELECT k.id, k.merged_into FROM contacts k JOIN chain ON k.id = chain.merged_into) "
        "SELECT id FROM chain WHERE merged_into IS NULL ORDER BY id",
        list(ids),
    )
    return [row["id"] for row in rows]


async def find_merge(connection: asyncpg.Connection, merge_id: int) -> Merge | None:
    """Return a merge with its map."""
    row = await connection.fetchrow("SELECT * FROM merges WHERE id = $1", merge_id)
    return None if row is None else codec_of(Merge).decode(row)


async def find_last_merge(connection: asyncpg.Connection, manager_id: int) -> int | None:
    """Return the newest merge of a manager that was not taken back."""
    found: int | None = await connection.fetchval(
        "SELECT id FROM merges WHERE manager_id = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1", manager_id
    )
    return found


async def find_merge_of(connection: asyncpg.Connection, kept_ids: Iterable[int], candidate_id: int) -> int | None:
    """Return the standing merge by which a question was answered."""
    found: int | None = await connection.fetchval(
        "SELECT id FROM merges WHERE kept_id = ANY($1::bigint[]) AND undone_at IS NULL "
        "AND map->'question' = to_jsonb($2::bigint) ORDER BY id DESC LIMIT 1",
        list(kept_ids),
        candidate_id,
    )
    return found
