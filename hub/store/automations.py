"""What automations ask of the whole store: who stands still, who is silent, whose date comes; and their timers.

Reading is a hint, as with due timers: what acts is decided under the locks by the fold, once, by the table of firings.
A state that was long over before anybody asked is left out, so that switching an automation on floods nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

LATEST = timedelta(days=7)
"""A state that lasts longer than its automation wants by more than this is left alone."""

_SCAN = "policy:automations"

_HEARD = """greatest(l.created_at,
  (SELECT max(f.occurred_at) FROM lead_stage_facts f WHERE f.lead_id = l.id AND f.manager_id IS NOT NULL),
  (SELECT max(m.occurred_at) FROM messages m WHERE m.contact_id = l.contact_id AND m.author IN ('client', 'person')),
  (SELECT max(g.occurred_at) FROM conversations c JOIN ledger g ON g.conversation_id = c.id
   WHERE c.contact_id = l.contact_id AND c.line = l.line AND g.actor <> 'hub' AND g.kind <> 'offer_expired'))"""

_STILL = f"""
SELECT * FROM (
  SELECT l.id AS lead_id, l.contact_id, l.line, l.conversation_id, {_HEARD} AS since FROM leads l
  WHERE l.state = 'open' AND NOT EXISTS (SELECT FROM timers t WHERE t.kind = 'automation' AND t.state = 'armed'
    AND t.subject = 'lead:' || l.id || ':' || $1)
) found WHERE since > $2
"""

_LAST_CONVERSATION = """
CROSS JOIN LATERAL (SELECT v.id, v.line FROM conversations v WHERE v.contact_id = c.id ORDER BY v.id DESC LIMIT 1) k
"""

_SILENT = f"""
SELECT NULL::bigint AS lead_id, c.id AS contact_id, k.line, k.id AS conversation_id, h.since FROM contacts c
CROSS JOIN LATERAL (SELECT max(t.last_inbound_at) AS since FROM threads t WHERE t.contact_id = c.id) h
{_LAST_CONVERSATION}
WHERE h.since > $1 AND h.since <= $2 AND c.merged_into IS NULL AND NOT c.is_blocked
"""

_DATED = f"""
SELECT NULL::bigint AS lead_id, c.id AS contact_id, k.line, k.id AS conversation_id, $3::timestamptz AS since
FROM contacts c {_LAST_CONVERSATION}
WHERE c.fields->>$1 LIKE ANY($2::text[]) AND c.merged_into IS NULL AND NOT c.is_blocked
"""

_DATED_LEADS = """
SELECT l.id AS lead_id, l.contact_id, l.line, l.conversation_id, $3::timestamptz AS since FROM leads l
WHERE l.fields->>$1 LIKE ANY($2::text[]) AND l.state = 'open'
"""

_ARM = """
INSERT INTO timers (id, kind, subject, due_at, facts)
SELECT id, 'automation', subject, due_at, facts::jsonb
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[]) AS u(id, subject, due_at, facts)
ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, facts = excluded.facts, state = 'armed',
  epoch = timers.epoch + 1, fired_at = NULL
WHERE timers.state <> 'armed' AND NOT EXISTS (SELECT FROM automation_firings f
  WHERE f.automation = excluded.facts->>'automation' AND f.cause = excluded.facts->>'cause'
    AND f.subject = split_part(excluded.subject, ':', 1) || ':' || split_part(excluded.subject, ':', 2))
"""

_NOTE = """
INSERT INTO timers (id, kind, subject, due_at, state, facts) VALUES ($1, 'automation_scan', $2, $3, 'cancelled', $4)
ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, facts = excluded.facts
"""


@dataclass(frozen=True, slots=True)
class Lasting:
    """A state of a lead or a client that began at `since`; `line` and conversation are where people see it."""

    contact_id: int
    line: str
    since: datetime
    lead_id: int | None = None
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """A date field and the day it has to fall on, in any year with `is_yearly`."""

    field: str
    day: date
    is_yearly: bool
    is_of_lead: bool

    @property
    def patterns(self) -> list[str]:
        """Return what the field looks like then; who was born on 29 February has the 28th in other years."""
        if not self.is_yearly:
            return [self.day.isoformat()]
        is_eve = (self.day.month, self.day.day) == (2, 28) and (self.day + timedelta(days=1)).month == 3
        return [f"%-{self.day:%m-%d}", *(["%-02-29"] if is_eve else [])]


@dataclass(frozen=True, slots=True)
class Armed:
    """A timer to be armed; one that is armed already stays as it is, and what has acted is not armed again."""

    id: int
    subject: str
    due_at: datetime
    facts: str


async def list_still_leads(connection: asyncpg.Connection, automation: str, *, after: datetime) -> list[Lasting]:
    """Return open leads without a timer of this automation where a person last did something later than `after`."""
    return [Lasting(**row) for row in await connection.fetch(_STILL, automation, after)]


async def list_silent(connection: asyncpg.Connection, *, after: datetime, until: datetime) -> list[Lasting]:
    """Return clients who were last heard between two instants."""
    return [Lasting(**row) for row in await connection.fetch(_SILENT, after, until)]


async def list_dated(connection: asyncpg.Connection, wanted: Dated, *, since: datetime) -> list[Lasting]:
    """Return clients or open leads whose date field falls on a day; `since` is what they are returned with."""
    statement = _DATED_LEADS if wanted.is_of_lead else _DATED
    rows = await connection.fetch(statement, wanted.field, wanted.patterns, since)
    return [Lasting(**row) for row in rows]


async def read_activity(connection: asyncpg.Connection, lead_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when client or person last did something about leads, by lead."""
    rows = await connection.fetch(f"SELECT l.id, {_HEARD} AS since FROM leads l WHERE l.id = ANY($1)", list(lead_ids))
    return {row["id"]: row["since"] for row in rows}


async def arm_timers(connection: asyncpg.Connection, armed: Sequence[Armed]) -> None:
    """Arm timers at once. Commits by itself."""
    columns = ([each.id for each in armed], [each.subject for each in armed], [each.due_at for each in armed])
    await connection.execute(_ARM, *columns, [each.facts for each in armed])


async def read_scan(connection: asyncpg.Connection) -> tuple[datetime, Mapping[str, Any]] | None:
    """Return when the next look is due and what is known of the last one, `None` before the first."""
    row = await connection.fetchrow(
        "SELECT due_at, facts FROM timers WHERE kind = 'automation_scan' AND subject = $1", _SCAN
    )
    return None if row is None else (row["due_at"], row["facts"])


async def note_scan(connection: asyncpg.Connection, new_id: int, *, next_at: datetime, revision: int) -> None:
    """Write that a look was done and when the next is due. Commits by itself."""
    await connection.execute(_NOTE, new_id, _SCAN, next_at, {"revision": revision})
