"""Stored requests as a trial of other rules replays them (R-15). Reads only."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.store.pool import Connection
from hub.store.reports import Period

_WHICH = "l.kind = 'wait_opened' AND l.occurred_at >= $1 AND l.occurred_at < $2"
_COUNT = f"SELECT count(*) FROM ledger l WHERE {_WHICH}"
_REQUESTS = f"""
SELECT l.wait_id, l.occurred_at AS started_at, l.line, l.facts, w.ended_at, w.responder_id, w.assignee_at_start,
  c.id AS conversation_id, c.number, w.contact_id, ct.language, ct.tags, ct.crm_owner_id,
  coalesce(m.text, '') AS text, coalesce(m.subject, '') AS subject, coalesce(m.fields, '[]') AS fields,
  coalesce(t.external_id, '') AS thread, coalesce(k.name, '') AS connection, coalesce(k.line, '') AS connection_line,
  coalesce(ld.origin, '{{}}') AS marks
FROM ledger l JOIN waits w ON w.id = l.wait_id JOIN conversations c ON c.id = w.conversation_id
JOIN contacts ct ON ct.id = w.contact_id LEFT JOIN messages m ON m.id = w.request_message_id
LEFT JOIN threads t ON t.id = m.thread_id LEFT JOIN connections k ON k.id = t.connection_id
LEFT JOIN leads ld ON ld.wait_id = w.id
WHERE {_WHICH} ORDER BY l.occurred_at, l.wait_id
"""


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """The request that opened a wait, with what rules may look at and what really became of it.

    `facts` are those of the ledger's `wait_opened`; `fields` of a form or call as pairs; `ended_at` is None while it runs.
    """

    wait_id: int
    started_at: datetime
    line: str
    facts: Mapping[str, Any]
    ended_at: datetime | None
    responder_id: int | None
    assignee_at_start: int | None
    conversation_id: int
    number: int
    contact_id: int
    language: str
    tags: list[str]
    crm_owner_id: int | None
    text: str
    subject: str
    fields: list[list[str]]
    thread: str
    connection: str
    connection_line: str
    marks: Mapping[str, str]


async def count_requests(connection: Connection, period: Period) -> int:
    """Return how many waits began in a period."""
    return int(await connection.fetchval(_COUNT, period.since, period.until))


async def stream_requests(connection: Connection, period: Period) -> AsyncIterator[StoredRequest]:
    """Yield the requests that opened waits in a period, in the order of their instants; inside a transaction."""
    async for row in connection.cursor(_REQUESTS, period.since, period.until, prefetch=500):
        yield StoredRequest(**row)
