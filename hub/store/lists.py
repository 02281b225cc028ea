"""Lists of conversations as rows: mine, queue, overdue, found; each a page of one query within somebody's reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg

from hub.store.reach import REACH, REACHES, WITHIN, Reach, columns_of

_PAGE_LIMIT = "50"
PHONES = "ARRAY(SELECT i.value FROM identities i WHERE i.contact_id = k.id AND i.type = 'phone' ORDER BY i.id)"
"""The telephone numbers of a client `k`, by which they are found in words that a list shows."""
OPEN_WAIT = (
    "LEFT JOIN waits w ON w.contact_id = c.contact_id AND w.line = c.line AND w.state = 'open' AND c.state = 'open'"
)
LATE = "(w.deadline_at < $4 OR w.needs_callback AND w.callback_due_at < $4)"
_LATE_NOW = LATE.replace("$4", "$1")
_PAGE = f"""
WITH page AS (
  SELECT c.*, w.channel AS wait_channel, w.deadline_at, w.id AS wait_id, coalesce(w.needs_callback, false) AS needs_callback,
    coalesce({LATE}, false) AS is_overdue
  FROM conversations c {REACH} {OPEN_WAIT}
  WHERE {{condition}} ORDER BY w.deadline_at NULLS LAST, c.last_message_at DESC, c.id LIMIT {{limit}}
)
SELECT c.id, c.number, c.line, k.name AS contact_name, c.assignee_id, coalesce(m.name, '') AS assignee_name, c.deadline_at,
  c.wait_id IS NOT NULL AS is_waiting, c.is_overdue, c.needs_callback, c.snoozed_until, c.last_message_at,
  coalesce(c.wait_channel, '') AS channel, t.connection_id, coalesce(said.text, '') AS last_text, {PHONES} AS phones
FROM page c JOIN contacts k ON k.id = c.contact_id
LEFT JOIN managers m ON m.id = c.assignee_id LEFT JOIN threads t ON t.id = c.reply_thread_id
LEFT JOIN LATERAL (
  SELECT left(text, 200) AS text FROM messages x WHERE x.conversation_id = c.id AND x.direction <> 'note'
    AND x.author <> 'automation' AND x.deleted_at IS NULL ORDER BY x.occurred_at DESC, x.id DESC LIMIT 1
) said ON true
ORDER BY c.deadline_at NULLS LAST, c.last_message_at DESC, c.id
"""
_OFFERS = f"""
SELECT o.value::bigint AS manager_id, c.id, c.line, c.last_message_at
FROM conversations c CROSS JOIN LATERAL jsonb_array_elements(c.offered_to) o {OPEN_WAIT}
WHERE c.state = 'open' AND c.assignee_id IS NULL AND o.value::bigint = ANY($1::bigint[])
ORDER BY w.deadline_at NULLS LAST, c.last_message_at DESC, c.id
"""
_UNCLAIMED = f"c.state = 'open' AND c.assignee_id IS NULL AND w.started_at <= $5 AND NOT coalesce({LATE}, false)"
_ALL_LATE = f"c.state = 'open' AND {LATE}"
_EVERYTHING = Reach(0, None, sees_all=True)
_ROOM_LIMIT = "200"
_THESE_WAITS = "w.id IN (SELECT coalesce(x.joined_into, x.id) FROM waits x WHERE x.id = ANY($5::bigint[]))"


class Shelf(StrEnum):
    """Which conversations a list holds."""

    mine = "mine"
    queue = "queue"
    overdue = "overdue"


_CONDITIONS = {
    Shelf.mine: "c.state = 'open' AND c.assignee_id = me.manager_id",
    Shelf.queue: "c.state = 'open' AND c.assignee_id IS NULL",
    Shelf.overdue: f"c.state = 'open' AND (me.sees_all OR c.assignee_id = me.manager_id) AND {LATE}",
}


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """One line of a list. `channel` is that of the wait, empty without one; `connection_id` where the client wrote last.

    `phones` are the client's own numbers, in E.164.
    """

    id: int
    number: int
    line: str
    contact_name: str
    assignee_id: int | None
    assignee_name: str
    deadline_at: datetime | None
    is_waiting: bool
    is_overdue: bool
    needs_callback: bool
    snoozed_until: datetime | None
    last_message_at: datetime
    channel: str
    connection_id: int | None
    last_text: str
    phones: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """A free conversation and one of the managers who may take it."""

    manager_id: int
    id: int
    line: str
    last_message_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """A manager's day in numbers. `queue` is within the reach, the others are the manager's own."""

    mine: int
    waiting: int
    overdue: int
    queue: int
    next_deadline_at: datetime | None


_COUNTS = f"""
SELECT count(*) FILTER (WHERE c.assignee_id = me.manager_id) AS mine,
  count(*) FILTER (WHERE c.assignee_id = me.manager_id AND w.id IS NOT NULL) AS waiting,
  count(*) FILTER (WHERE c.assignee_id = me.manager_id AND {LATE}) AS overdue,
  count(c.id) FILTER (WHERE c.assignee_id IS NULL) AS queue,
  min(w.deadline_at) FILTER (WHERE c.assignee_id = me.manager_id) AS next_deadline_at
FROM {REACHES} LEFT JOIN conversations c ON c.state = 'open' AND {WITHIN} {OPEN_WAIT}
GROUP BY me.place ORDER BY me.place
"""
_ROOM_MARK = f"""
SELECT md5(string_agg(shown.it, ',' ORDER BY shown.it)) FROM (
  SELECT ROW(c.id, c.number, c.line, c.reply_thread_id, k.name, m.name, w.channel, w.deadline_at, w.needs_callback,
    coalesce({_LATE_NOW}, false))::text AS it
  FROM conversations c JOIN contacts k ON k.id = c.contact_id LEFT JOIN managers m ON m.id = c.assignee_id {OPEN_WAIT}
  WHERE c.state = 'open' AND ({_LATE_NOW} OR c.assignee_id IS NULL AND w.started_at <= $2)
) shown
"""


async def list_shelf(
    connection: asyncpg.Connection, reach: Reach, shelf: Shelf, *, now: datetime
) -> list[ListedConversation]:
    """Return at most 50 open conversations, the earliest deadline first."""
    return await _page(connection, _CONDITIONS[shelf], (*reach.arguments, now))


async def list_these(
    connection: asyncpg.Connection, reach: Reach, ids: Sequence[int], *, now: datetime
) -> list[ListedConversation]:
    """Return those of `ids` within the reach, in the given order."""
    rows = await _page(connection, "c.id = ANY($5::bigint[])", (*reach.arguments, now, list(ids)))
    return sorted(rows, key=lambda row: ids.index(row.id))


async def list_held(
    connection: asyncpg.Connection, reach: Reach, manager_id: int, *, now: datetime
) -> list[ListedConversation]:
    """Return at most 50 open conversations that one person has, the earliest deadline first."""
    return await _page(connection, "c.state = 'open' AND c.assignee_id = $5", (*reach.arguments, now, manager_id))


async def list_waiting(
    connection: asyncpg.Connection, reach: Reach, wait_ids: Sequence[int], *, now: datetime
) -> list[ListedConversation]:
    """Return the conversations of those of the waits that are open and within the reach, the earliest deadline first.

    A wait that was joined to another counts as that one (P-4).
    """
    return await _page(connection, _THESE_WAITS, (*reach.arguments, now, list(wait_ids)), limit="ALL")


async def list_offers(connection: asyncpg.Connection, manager_ids: Sequence[int]) -> list[Offered]:
    """Return what is offered to managers and nobody has taken, the earliest deadline first; lines are not asked."""
    return [Offered(**row) for row in await connection.fetch(_OFFERS, list(manager_ids))]


async def list_all_late(connection: asyncpg.Connection, *, now: datetime) -> list[ListedConversation]:
    """Return at most 200 conversations of any line whose client waits too long, the earliest deadline first."""
    return await _page(connection, _ALL_LATE, (*_EVERYTHING.arguments, now), limit=_ROOM_LIMIT)


async def list_unclaimed(connection: asyncpg.Connection, *, since: datetime, now: datetime) -> list[ListedConversation]:
    """Return at most 200 of any line that nobody has and whose client waits since `since` or longer, not late yet."""
    return await _page(connection, _UNCLAIMED, (*_EVERYTHING.arguments, now, since), limit=_ROOM_LIMIT)


async def mark_room(connection: asyncpg.Connection, *, since: datetime, now: datetime) -> str:
    """Return a mark of what `list_all_late` and `list_unclaimed` hold, the clients' words apart: one row, whatever."""
    return str(await connection.fetchval(_ROOM_MARK, now, since) or "")


async def count_desks(connection: asyncpg.Connection, reaches: Sequence[Reach], *, now: datetime) -> list[Counts]:
    """Return the counts of each one's day, in their order."""
    return [Counts(**row) for row in await connection.fetch(_COUNTS, *columns_of(reaches), now)]


async def _page(
    connection: asyncpg.Connection, condition: str, arguments: tuple[object, ...], *, limit: str = _PAGE_LIMIT
) -> list[ListedConversation]:
    rows = await connection.fetch(_PAGE.format(condition=condition, limit=limit), *arguments)
    return [ListedConversation(**row) for row in rows]
