"""What of ours is which record in a CRM: rows of `crm_items`, one for each thing, made before its first call.

A client's things are written by one worker at a time, since deliveries of the crm lane are in order per client; one
that stalled past its lease writes nothing any more. Only `is_stale` comes from elsewhere, so `save` leaves it alone once
a row is there. Each mark is counted, so that one which
comes while a record is read outlasts the reading.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from hub.domain.crm import Entity
from hub.domain.ids import ConnectionId, ContactId
from hub.store import cards
from hub.store.rows import codec_of, storable, to_json_text

TRYING, DONE, UNSURE, REFUSED, GONE = "trying", "done", "unsure", "refused", "gone"


@dataclass(frozen=True, slots=True)
class CrmItem:
    """One thing of ours in one account.

    `key` is what every attempt to make it carries. `state`: `trying` (a call may be under way, or ended without an
    answer), `done`, `unsure` (nobody knows, and the CRM cannot be asked), `refused` (`reason` in the vendor's words)
    or `gone` (deleted there; an entry: deleted here before it was there). `base` are the values both sides agreed on
    last, `mark` the digest of what was written or refused, `guard` when which field was written. `tried_at` is when the
    CRM was last asked to make it, to change it or what it is.
    """

    connection_id: ConnectionId
    entity: Entity
    hub_id: int
    contact_id: ContactId
    key: str
    changed_at: datetime
    ref: str = ""
    url: str = ""
    state: str = TRYING
    reason: str = ""
    mark: str = ""
    rev: str = ""
    base: Mapping[str, str] = field(default_factory=dict)
    guard: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_stale: bool = False
    attempt: int = 0
    tried_at: datetime | None = None
    stale_marks: int = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """Under what a worker writes: the delivery it carries out, and the token of its claim."""

    delivery_id: int
    token: int


def with_absorbed(ids: str) -> str:
    """Return a query of cards, `ids` an SQL array of them, and of all that they absorbed, directly or through others.

    One merge may have absorbed several cards: the row names the first of them, its map all (M-10).
    """
    return f"""
WITH RECURSIVE family(id) AS (
  SELECT unnest({ids})
  UNION SELECT a.id FROM family f JOIN merges g ON g.kept_id = f.id AND g.undone_at IS NULL
    CROSS JOIN LATERAL (SELECT g.absorbed_id
      UNION SELECT e::bigint FROM jsonb_array_elements_text(coalesce(g.map->'absorbed', '[]')) e) a(id))
SELECT id FROM family
"""


_COLUMNS = ", ".join(codec_of(CrmItem).columns)
_HELD = "SELECT 1 FROM deliveries WHERE id = $1 AND token = $2 AND state = 'sending'"
_SAVE = """
INSERT INTO crm_items (connection_id, entity, hub_id, contact_id, key, ref, url, state, reason, mark, rev, base, guard,
  attempt, tried_at, changed_at, is_stale)
SELECT c.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::jsonb, $13::text::jsonb, $14, $15, $16, $17
FROM connections c WHERE c.id = $1 AND ($18::bigint IS NULL OR EXISTS (
  SELECT 1 FROM deliveries d WHERE d.id = $18 AND d.token = $19::bigint AND d.state = 'sending'))
FOR KEY SHARE OF c
ON CONFLICT (connection_id, entity, hub_id) DO UPDATE SET contact_id = $4, ref = $6, url = $7, state = $8, reason = $9,
  mark = $10, rev = $11, base = $12::text::jsonb, guard = $13::text::jsonb, attempt = $14, tried_at = $15,
  changed_at = $16
RETURNING 1
"""

_MARK = """
UPDATE crm_items i SET is_stale = true, stale_marks = i.stale_marks + 1
FROM (SELECT k.entity, k.hub_id, NOT k.is_stale AND coalesce(k.tried_at, 'epoch') < told.at - interval '1 minute' AS is_new
  FROM crm_items k JOIN unnest($2::text[], $3::timestamptz[]) told(ref, at) ON k.ref = told.ref
  WHERE k.connection_id = $1 AND k.ref <> '' AND k.entity <> 'entry'
  ORDER BY k.entity, k.hub_id FOR UPDATE OF k) named
WHERE i.connection_id = $1 AND i.entity = named.entity AND i.hub_id = named.hub_id
RETURNING named.is_new, coalesce(
  (SELECT l.contact_id FROM leads l WHERE i.entity = 'request' AND l.id = i.hub_id),
  (SELECT t.contact_id FROM tasks t WHERE i.entity = 'task' AND t.id = i.hub_id), i.contact_id) AS contact_id
"""

_MARK_ALL = f"""
UPDATE crm_items SET is_stale = ref <> '', stale_marks = stale_marks + 1, mark = '', guard = '{{}}',
  attempt = CASE state WHEN 'trying' THEN attempt ELSE 0 END,
  state = CASE WHEN state NOT IN ('refused', 'unsure', 'gone') THEN state WHEN ref <> '' THEN 'done'
    WHEN entity = 'entry' THEN 'trying' ELSE state END
WHERE connection_id = $1 AND contact_id IN ({with_absorbed("$2::bigint[]")})
  AND (entity <> 'entry' OR state <> 'done') AND (state <> 'unsure' OR $3)
RETURNING 1
"""


_OF_CONTACTS = f"""
SELECT {_COLUMNS} FROM crm_items WHERE connection_id = $1 AND contact_id = ANY($2::bigint[]) AND entity <> 'entry'
UNION SELECT {_COLUMNS} FROM crm_items WHERE connection_id = $1 AND entity = 'request'
  AND hub_id IN (SELECT id FROM leads WHERE contact_id = ANY($2::bigint[]))
UNION SELECT {_COLUMNS} FROM crm_items WHERE connection_id = $1 AND entity = 'task'
  AND hub_id IN (SELECT id FROM tasks WHERE contact_id = ANY($2::bigint[]) AND state = 'open')
"""


_TOLD_APART = """
WITH RECURSIVE linked(ref, id) AS (
  SELECT i.ref, i.contact_id FROM crm_items i WHERE i.connection_id = $1 AND i.entity = 'contact'
    AND i.ref = ANY($2::text[]) AND i.state <> 'gone' AND i.contact_id <> ALL($3::bigint[])
  UNION SELECT l.ref, k.merged_into FROM linked l JOIN contacts k ON k.id = l.id WHERE k.merged_into IS NOT NULL
)
SELECT DISTINCT l.ref FROM linked l WHERE EXISTS (
  SELECT 1 FROM merges g CROSS JOIN LATERAL (
    SELECT to_jsonb(ARRAY[g.kept_id, g.absorbed_id]) || coalesce(g.map->'absorbed', '[]') AS ids) named
  WHERE g.undone_at IS NOT NULL AND named.ids @> to_jsonb(l.id)
    AND EXISTS (SELECT 1 FROM unnest($3::bigint[]) own WHERE named.ids @> to_jsonb(own))
) OR EXISTS (
  SELECT 1 FROM match_candidates q WHERE q.state = 'apart' AND (
    q.contact_id = ANY($3::bigint[]) AND q.candidates @> to_jsonb(l.id)
    OR q.contact_id = l.id AND EXISTS (SELECT 1 FROM unnest($3::bigint[]) own WHERE q.candidates @> to_jsonb(own)))
)
"""


_OF_DELETED = f"""
SELECT {_COLUMNS} FROM crm_items WHERE connection_id = $1 AND entity = 'entry' AND state = 'trying'
  AND contact_id = ANY($2::bigint[])
  AND NOT EXISTS (SELECT FROM messages m WHERE m.id = crm_items.hub_id AND m.deleted_at IS NULL)
ORDER BY hub_id
"""


_HOLDER = """
WITH RECURSIVE linked(id) AS (
  SELECT i.contact_id FROM crm_items i WHERE i.connection_id = $1 AND i.entity = 'contact' AND i.ref = $2
    AND i.state <> 'gone' AND i.contact_id <> ALL($3::bigint[])
  UNION SELECT k.merged_into FROM linked l JOIN contacts k ON k.id = l.id WHERE k.merged_into IS NOT NULL
)
SELECT coalesce((SELECT '#' || max(v.number) FROM conversations v WHERE v.contact_id = c.id), 'id:' || c.id)
FROM linked l JOIN contacts c ON c.id = l.id
WHERE c.merged_into IS NULL AND NOT c.is_anonymous AND c.id <> ALL($3::bigint[]) ORDER BY c.id LIMIT 1
"""


async def list_of_contacts(
    connection: asyncpg.Connection, connection_id: int, contact_ids: Collection[int]
) -> list[CrmItem]:
    """Return the cards, sales chances and tasks of clients in an account, also those made while others had them."""
    rows = await connection.fetch(_OF_CONTACTS, connection_id, list(contact_ids))
    return [codec_of(CrmItem).decode(row) for row in rows]


async def find_holder(
    connection: asyncpg.Connection, connection_id: int, ref: str, *, contact_ids: Collection[int]
) -> str | None:
    """Return how people name the living client, other than these, who has a card there; None if nobody has."""
    found: str | None = await connection.fetchval(_HOLDER, connection_id, ref, list(contact_ids))
    return found


async def is_at_work(connection: asyncpg.Connection, connection_id: int, contact_ids: Collection[int]) -> bool:
    """Tell whether the lane holds one of these clients against an account right now."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM deliveries WHERE lane = 'crm' AND state = 'sending' AND connection_id = $1 "
        "AND (payload->>'contact_id')::bigint = ANY($2::bigint[]))",
        connection_id,
        list(contact_ids),
    )
    return found


async def list_of_told_apart(
    connection: asyncpg.Connection, connection_id: int, refs: Collection[str], *, contact_ids: Collection[int]
) -> set[str]:
    """Return which of these cards are linked to clients of whom a person said that they are not this one.

    Said it is by taking a merge back, or by keeping apart whom a question named. `contact_ids` are the client's card
    and all it absorbed.
    """
    rows = await connection.fetch(_TOLD_APART, connection_id, list(refs), list(contact_ids))
    return {row["ref"] for row in rows}


async def list_of_entries(
    connection: asyncpg.Connection, connection_id: int, message_ids: Collection[int]
) -> list[CrmItem]:
    """Return what is known of these entries in an account; of one never begun there is nothing."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM crm_items WHERE connection_id = $1 AND entity = 'entry' AND hub_id = ANY($2::bigint[])",
        connection_id,
        list(message_ids),
    )
    return [codec_of(CrmItem).decode(row) for row in rows]


async def list_of_deleted(
    connection: asyncpg.Connection, connection_id: int, contact_ids: Collection[int]
) -> list[CrmItem]:
    """Return the entries that were begun for clients and whose messages have been deleted here since."""
    rows = await connection.fetch(_OF_DELETED, connection_id, list(contact_ids))
    return [codec_of(CrmItem).decode(row) for row in rows]


async def save(connection: asyncpg.Connection, item: CrmItem, *, lease: Lease | None = None) -> bool:
    """Store an item as it is now; False, and nothing stored, if the lease it is written under was lost.

    So too if a person took the CRM away: whoever is doing that right now is waited for, so that nothing is left behind.
    Commits by itself.
    """
    stored = await connection.fetchval(
        _SAVE,
        item.connection_id,
        item.entity,
        item.hub_id,
        item.contact_id,
        item.key,
        item.ref,
        item.url,
        item.state,
        storable(item.reason),
        item.mark,
        item.rev,
        to_json_text(item.base),
        to_json_text(item.guard),
        item.attempt,
        item.tried_at,
        item.changed_at,
        item.is_stale,
        lease.delivery_id if lease else None,
        lease.token if lease else None,
    )
    return stored is not None


async def is_held(connection: asyncpg.Connection, lease: Lease) -> bool:
    """Tell whether nobody else has taken over what is done under a lease."""
    return await connection.fetchval(_HELD, lease.delivery_id, lease.token) is not None


async def mark_stale(connection: asyncpg.Connection, connection_id: int, ref: str, *, at: datetime) -> list[int]:
    """Mark a record as changed there and return whose it is; nobody's if it is none of ours. The caller commits."""
    whose, _ = await mark_missed(connection, connection_id, {ref: at})
    return whose


async def mark_missed(
    connection: asyncpg.Connection, connection_id: int, changed: Mapping[str, datetime]
) -> tuple[list[int], int]:
    """Mark records that changed there at these instants; return whose they are, and how many nobody had told of.

    Whose by now: cards may have been joined, or taken apart, since a record was made (M-10).
    Told of are those marked already, and those that were written or read since, give or take a minute, for no two
    clocks agree. The caller commits.
    """
    rows = await connection.fetch(_MARK, connection_id, list(changed), list(changed.values()))
    whose = await cards.list_kept_contacts(connection, {row["contact_id"] for row in rows}) if rows else []
    return whose, sum(row["is_new"] for row in rows)


async def mark_all_stale(
    connection: asyncpg.Connection, connection_id: int, contact_ids: Collection[int], *, retries_unsure: bool
) -> int:
    """Mark everything of clients to be looked at, and let refused things be tried again; returns how many.

    What may be there already, for a call to make it ended without an answer, is looked for first as ever. Things of
    which nobody can find that out (`unsure`) are made anew only where a person has looked: `retries_unsure`. Fields
    that the runaway guard stopped are written again. The caller commits.
    """
    rows = await connection.fetch(_MARK_ALL, connection_id, list(contact_ids), retries_unsure)
    return len(rows)


async def move_links(connection: asyncpg.Connection, connection_id: int, former: str, place: str) -> None:
    """Let the links to records of an account that was renamed lead to its new host; the caller commits."""
    await connection.execute(
        "UPDATE crm_items SET url = replace(url, '//' || $2 || '/', '//' || $3 || '/') "
        "WHERE connection_id = $1 AND starts_with(split_part(url, '//', 2), $2 || '/')",
        connection_id,
        former,
        place,
    )


async def note_read(connection: asyncpg.Connection, item: CrmItem, *, at: datetime) -> None:
    """Store when a record was read and compared; its mark goes unless it was marked again since. Commits by itself."""
    await connection.execute(
        "UPDATE crm_items SET tried_at = $5, is_stale = is_stale AND stale_marks <> $4 "
        "WHERE connection_id = $1 AND entity = $2 AND hub_id = $3",
        item.connection_id,
        item.entity,
        item.hub_id,
        item.stale_marks,
        at,
    )


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """How an account is: how many things are `written`, `refused`, `unsure`, changed there and not yet read."""

    written: int
    refused: int
    unsure: int
    stale: int
    frozen: int


async def count_states(connection: asyncpg.Connection, connection_id: int) -> AccountFigures:
    """Return how many things of an account are in which state."""
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE state = 'done') AS written, count(*) FILTER (WHERE state = 'refused') AS refused, "
        "count(*) FILTER (WHERE state = 'unsure') AS unsure, count(*) FILTER (WHERE is_stale) AS stale, "
        "count(*) FILTER (WHERE guard ? 'frozen') AS frozen FROM crm_items WHERE connection_id = $1",
        connection_id,
    )
    return AccountFigures(**row)


async def list_wrong(connection: asyncpg.Connection, connection_id: int, *, limit: int = 50) -> list[CrmItem]:
    """Return what a CRM refused, or of which nobody knows whether it is there, the latest first."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM crm_items WHERE connection_id = $1 AND state IN ('refused', 'unsure') "
        "ORDER BY changed_at DESC, hub_id LIMIT $2",
        connection_id,
        limit,
    )
    return [codec_of(CrmItem).decode(row) for row in rows]


async def list_links(connection: asyncpg.Connection, contact_id: int) -> list[CrmItem]:
    """Return a client's card in each account, for people to open; that of a card it absorbed where it has none."""
    rows = await connection.fetch(
        f"SELECT DISTINCT ON (connection_id) {_COLUMNS} FROM crm_items WHERE entity = 'contact' AND contact_id IN "
        f"({with_absorbed('ARRAY[$1::bigint]')}) "
        "ORDER BY connection_id, ref = '', contact_id <> $1, contact_id",
        contact_id,
    )
    return [codec_of(CrmItem).decode(row) for row in rows]
