"""What a card shows, read only: the conversation with its surroundings, each part in one query."""

from collections.abc import Iterable
from dataclasses import dataclass

import asyncpg

from hub.domain.contact import Contact, ContactIdentity, MatchCandidate, Merge
from hub.domain.conversation import Conversation, Thread
from hub.domain.wait import Wait
from hub.domain.workset import Decision
from hub.store.rows import codec_of

_CONVERSATION = """
SELECT c.*,
  coalesce((SELECT o.name FROM contacts k JOIN companies o ON o.id = k.company_id WHERE k.id = c.contact_id), '') AS company,
  EXISTS (SELECT 1 FROM conversations b WHERE b.contact_id = c.contact_id AND b.id < c.id) AS is_regular,
  coalesce((SELECT stage FROM leads l WHERE l.contact_id = c.contact_id AND l.line = c.line
    ORDER BY created_at DESC LIMIT 1), '') AS lead_stage,
  (SELECT id FROM match_candidates q WHERE q.contact_id = c.contact_id AND q.state = 'open' LIMIT 1) AS candidate_id
FROM conversations c WHERE c.id = $1
"""


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A conversation with what stands around it. `is_regular`: the client had a conversation before this one."""

    conversation: Conversation
    company: str
    is_regular: bool
    lead_stage: str
    candidate_id: int | None


async def find_card(connection: asyncpg.Connection, conversation_id: int) -> StoredCard | None:
    """Return a conversation with its surroundings, `None` if there is none."""
    row = await connection.fetchrow(_CONVERSATION, conversation_id)
    if row is None:
        return None
    conversation = codec_of(Conversation).decode(row)
    return StoredCard(conversation, row["company"], row["is_regular"], row["lead_stage"], row["candidate_id"])


async def list_contacts(connection: asyncpg.Connection, ids: Iterable[int]) -> list[Contact]:
    """Return cards of clients by id, oldest first."""
    rows = await connection.fetch("SELECT * FROM contacts WHERE id = ANY($1::bigint[]) ORDER BY id", list(ids))
    return [codec_of(Contact).decode(row) for row in rows]


async def list_identities(connection: asyncpg.Connection, contact_ids: Iterable[int]) -> list[ContactIdentity]:
    """Return the addresses of clients, oldest first."""
    rows = await connection.fetch(
        "SELECT * FROM identities WHERE contact_id = ANY($1::bigint[]) ORDER BY id", list(contact_ids)
    )
    return [codec_of(ContactIdentity).decode(row) for row in rows]


async def list_threads(connection: asyncpg.Connection, contact_id: int) -> list[Thread]:
    """Return the threads of a client, where they were heard last first."""
    rows = await connection.fetch(
        "SELECT * FROM threads WHERE contact_id = $1 ORDER BY coalesce(last_inbound_at, created_at) DESC, id",
        contact_id,
    )
    return [codec_of(Thread).decode(row) for row in rows]


async def find_open_wait(connection: asyncpg.Connection, contact_id: int, line: str) -> Wait | None:
    """Return the open wait of a client on a line."""
    row = await connection.fetchrow(
        "SELECT * FROM waits WHERE contact_id = $1 AND line = $2 AND state = 'open'", contact_id, line
    )
    return None if row is None else codec_of(Wait).decode(row)


async def find_decision(connection: asyncpg.Connection, conversation_id: int) -> Decision | None:
    """Return the last routing decision of a conversation."""
    row = await connection.fetchrow(
        "SELECT * FROM routing_decisions WHERE conversation_id = $1 ORDER BY decided_at DESC, id DESC LIMIT 1",
        conversation_id,
    )
    return None if row is None else codec_of(Decision).decode(row)


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


async def find_merge_of(connection: asyncpg.Connection, kept_ids: Iterable[int], candidate_id: int) -> int | None:
    """Return the standing merge by which a question was answered."""
    found: int | None = await connection.fetchval(
        "SELECT id FROM merges WHERE kept_id = ANY($1::bigint[]) AND undone_at IS NULL "
        "AND map->'question' = to_jsonb($2::bigint) ORDER BY id DESC LIMIT 1",
        list(kept_ids),
        candidate_id,
    )
    return found
