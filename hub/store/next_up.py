"""Who waits most urgently for one person, now that they have their hands free: one id, within the reach (RG-3).

One's own clients count, and free ones that the person did not decline; what was put off, or what has an answer on its
way already, does not. Among equals the earliest deadline comes first, whichever clock it is.
"""

from collections.abc import Sequence

import asyncpg

from hub.store.reach import REACH, Reach

_NEXT = f"""
SELECT c.id FROM conversations c {REACH}
JOIN waits w ON w.contact_id = c.contact_id AND w.line = c.line AND w.state = 'open'
WHERE c.state = 'open' AND c.snoozed_until IS NULL AND c.id <> $4 AND c.line <> ALL($5::text[])
  AND (c.assignee_id = me.manager_id OR c.assignee_id IS NULL AND NOT w.declined @> to_jsonb(me.manager_id))
  AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.conversation_id = c.id AND d.lane = 'reply'
    AND d.state IN ('queued', 'sending'))
ORDER BY least(w.deadline_at, CASE WHEN w.needs_callback THEN w.callback_due_at END), c.id LIMIT 1
"""


async def find_next(
    connection: asyncpg.Connection, reach: Reach, *, after: int, without_lines: Sequence[str]
) -> int | None:
    """Return the conversation that `reach`'s person should see to next, never `after`; `None` if nobody waits."""
    found: int | None = await connection.fetchval(_NEXT, *reach.arguments, after, list(without_lines))
    return found
