"""How often an offered automation would have helped: counted over what is stored, for each as its rule says.

"9 leads stood still for 3 days: turn on A-4?" Reads only.
"""

from collections.abc import Mapping
from datetime import datetime

import asyncpg

_PROPOSALS = """
SELECT count(*) FROM lead_stage_facts f
WHERE f.to_stage = 'proposal_sent' AND f.from_stage <> '' AND f.occurred_at >= $1::timestamptz AND NOT EXISTS (
  SELECT FROM tasks t WHERE t.lead_id = f.lead_id
  AND t.created_at BETWEEN f.occurred_at - interval '10 minutes' AND f.occurred_at + interval '2 days')
"""

_STILL = """
WITH recent AS (
  SELECT id, contact_id, line, created_at, coalesce(closed_at, $2::timestamptz) AS until FROM leads WHERE coalesce(closed_at, $2::timestamptz) >= $1::timestamptz
), acts AS (
  SELECT id, created_at AS at FROM recent
  UNION ALL SELECT f.lead_id, f.occurred_at FROM lead_stage_facts f JOIN recent r ON r.id = f.lead_id
    WHERE f.manager_id IS NOT NULL
  UNION ALL SELECT r.id, m.occurred_at FROM recent r JOIN messages m ON m.contact_id = r.contact_id
    WHERE m.author IN ('client', 'person')
  UNION ALL SELECT r.id, g.occurred_at FROM recent r
    JOIN conversations c ON c.contact_id = r.contact_id AND c.line = r.line
    JOIN ledger g ON g.conversation_id = c.id WHERE g.actor <> 'hub' AND g.kind <> 'offer_expired'
), steps AS (
  SELECT id, at, lead(at) OVER (PARTITION BY id ORDER BY at) AS next_at FROM acts
)
SELECT count(DISTINCT s.id) FROM steps s JOIN recent r USING (id)
WHERE s.at < r.until AND least(coalesce(s.next_at, r.until), r.until) - s.at >= interval '3 days'
  AND least(coalesce(s.next_at, r.until), r.until) >= $1::timestamptz
"""

_SILENT = """
SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE m.author = 'person' AND m.direction = 'outbound' AND m.occurred_at BETWEEN $1::timestamptz AND $2::timestamptz - interval '24 hours'
  AND coalesce(c.closed_at, $2::timestamptz) >= m.occurred_at + interval '24 hours' AND NOT EXISTS (
  SELECT FROM messages n WHERE n.conversation_id = m.conversation_id AND n.author IN ('client', 'person')
  AND n.id <> m.id AND n.occurred_at BETWEEN m.occurred_at AND m.occurred_at + interval '24 hours')
"""

_NOT_REACHED = """
SELECT count(*) FROM ledger g WHERE g.kind = 'call_attempt' AND g.occurred_at BETWEEN $1::timestamptz AND $2::timestamptz - interval '1 hour'
  AND NOT EXISTS (SELECT FROM ledger n WHERE n.wait_id = g.wait_id AND n.id <> g.id
    AND n.kind IN ('call_attempt', 'answered', 'declared', 'dismissed', 'cancelled')
    AND n.occurred_at BETWEEN g.occurred_at AND g.occurred_at + interval '1 hour')
"""

_COUNTED: Mapping[str, str] = {"A-3": _PROPOSALS, "A-4": _STILL, "A-13": _SILENT, "A-14": _NOT_REACHED}


async def count_evidence(connection: asyncpg.Connection, *, since: datetime, until: datetime) -> dict[str, int]:
    """Return by shipped automation how often it would have helped between two instants; only those that are counted."""
    found = {}
    for key, statement in _COUNTED.items():
        given = (since,) if statement is _PROPOSALS else (since, until)
        found[key] = int(await connection.fetchval(statement, *given))
    return found
