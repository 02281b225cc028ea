"""Lists of what is wrong now, for the report on data quality (RP-8) and the one on acceptance (RP-11).

These are states by their nature: a card without a name is one until somebody writes it. Every list is within lines,
`None` for all, and bounded; its length is counted in full.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.store.pool import Connection
from hub.store.reports import Period

_SHOWN = 200

_NAMELESS = """
SELECT c.number, k.name, c.line, '' AS what, k.created_at AS at FROM contacts k
JOIN LATERAL (SELECT number, line FROM conversations WHERE contact_id = k.id ORDER BY id DESC LIMIT 1) c ON true
WHERE k.merged_into IS NULL AND NOT k.is_anonymous AND k.name = '' AND {lines}
"""
_UNREACHABLE = """
SELECT c.number, k.name, c.line, '' AS what, k.created_at AS at FROM contacts k
JOIN LATERAL (SELECT number, line FROM conversations WHERE contact_id = k.id ORDER BY id DESC LIMIT 1) c ON true
WHERE k.merged_into IS NULL AND NOT k.is_anonymous AND {lines}
  AND NOT EXISTS (SELECT FROM identities i WHERE i.contact_id = k.id AND i.type IN ('phone', 'email'))
"""
_DUPLICATES = """
SELECT c.number, k.name, c.line, m.created_at AS at, (
    SELECT string_agg(coalesce(nullif(o.name, ''), '№' || o.id), ', ' ORDER BY o.id) FROM contacts o
    WHERE o.id IN (SELECT each::bigint FROM jsonb_array_elements_text(m.candidates) each)
  ) AS what
FROM match_candidates m JOIN contacts k ON k.id = m.contact_id
JOIN LATERAL (SELECT number, line FROM conversations WHERE contact_id = k.id ORDER BY id DESC LIMIT 1) c ON true
WHERE m.state = 'open' AND {lines}
"""
_NO_NEXT_STEP = """
SELECT v.number, k.name, c.line, c.stage AS what, c.created_at AS at FROM leads c
JOIN contacts k ON k.id = c.contact_id LEFT JOIN conversations v ON v.id = c.conversation_id
WHERE c.state = 'open' AND {lines} AND NOT EXISTS (SELECT FROM tasks t WHERE t.lead_id = c.id AND t.state = 'open')
"""
_UNSENT = """
SELECT c.number, k.name, c.line, d.state || ': ' || d.reason AS what, d.created_at AS at FROM deliveries d
JOIN conversations c ON c.id = d.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE d.state IN ('failed', 'unknown', 'parked') AND {lines}
"""
_TASKLESS = """
SELECT v.number, k.name, c.line, t.what, t.created_at AS at FROM tasks t
JOIN contacts k ON k.id = t.contact_id LEFT JOIN conversations v ON v.id = t.conversation_id
CROSS JOIN LATERAL (SELECT t.line AS line) c WHERE t.state = 'open' AND t.manager_id IS NULL AND {lines}
"""
_LEADLESS = """
SELECT v.number, k.name, c.line, c.facts->>'channel' AS what, c.occurred_at AS at FROM ledger c
JOIN conversations v ON v.id = c.conversation_id JOIN contacts k ON k.id = v.contact_id
WHERE c.kind = 'wait_opened' AND c.recorded_at >= $2 AND c.occurred_at >= $2 AND c.occurred_at < $3 AND {lines}
  AND NOT k.is_blocked AND NOT k.is_anonymous
  AND NOT EXISTS (SELECT FROM leads d WHERE d.contact_id = v.contact_id AND d.line IN (c.line, v.line))
"""
LISTS = {
    "nameless": _NAMELESS,
    "unreachable": _UNREACHABLE,
    "duplicates": _DUPLICATES,
    "no_next_step": _NO_NEXT_STEP,
    "unsent": _UNSENT,
    "nobodys_task": _TASKLESS,
}
"""Every list by name."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing that is wrong: the conversation where it can be put right, whose it is, since when.

    `what` is told by the list: the stage of a lead, the words of a task, the other cards of a possible duplicate, the
    channel of a request, `state: reason` of something that was not sent.
    """

    number: int | None
    client: str
    line: str
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FaultList:
    """The newest of them, and how many there are in all."""

    total: int
    rows: tuple[Listed, ...]


async def list_faults(connection: Connection, name: str, lines: Iterable[str] | None) -> FaultList:
    """Return a list of `LISTS`, newest first."""
    return await _list(connection, LISTS[name], lines)


async def list_leadless(connection: Connection, period: Period, lines: Iterable[str] | None) -> FaultList:
    """Return the requests of a period whose client has no lead on the line (M-13), newest first."""
    return await _list(connection, _LEADLESS, lines, period.since, period.until)


async def _list(connection: Connection, template: str, lines: Iterable[str] | None, *bounds: datetime) -> FaultList:
    statement = template.format(lines="($1::text[] IS NULL OR c.line = ANY($1::text[]))")
    wanted = (None if lines is None else sorted(lines), *bounds)
    total = await connection.fetchval(f"SELECT count(*) FROM ({statement}) listed", *wanted)
    rows = await connection.fetch(f"{statement} ORDER BY at DESC LIMIT {_SHOWN}", *wanted)
    listed = (Listed(row["number"], row["name"], row["line"], row["what"] or "", row["at"]) for row in rows)
    return FaultList(int(total), tuple(listed))
