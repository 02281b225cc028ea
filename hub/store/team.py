"""What each person has and how quickly they answered since an instant, with the queue beside them: one statement.

It counts what the lists show, within the same reach, so a figure and the list behind it agree. Answers come as the
waits they ended; how long a wait lasted in working time is for its calendar to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from hub.domain.manager import Manager
from hub.store.lists import LATE, OPEN_WAIT
from hub.store.reach import REACH, Reach
from hub.store.rows import codec_of

_TEAM = f"""
WITH work AS MATERIALIZED (
  SELECT c.assignee_id, count(*) AS conversations, count(w.id) AS waiting, count(*) FILTER (WHERE {LATE}) AS overdue,
    min(w.started_at) AS oldest_at
  FROM conversations c {REACH} {OPEN_WAIT} WHERE c.state = 'open' GROUP BY c.assignee_id
), answers AS MATERIALIZED (
  SELECT w.responder_id, array_agg(w.line ORDER BY w.id) AS lines,
    array_agg(w.policy_revision ORDER BY w.id) AS revisions, array_agg(w.started_at ORDER BY w.id) AS started,
    array_agg(w.ended_at ORDER BY w.id) AS ended
  FROM waits w
  WHERE w.ended_at >= $5 AND w.kind = 'first_response' AND w.state IN ('answered', 'declared') AND w.is_counted
    AND NOT w.is_late_delivery AND ($2::text[] IS NULL OR w.line = ANY($2::text[]))
    AND NOT EXISTS (SELECT FROM ledger l WHERE l.wait_id = w.id AND l.kind = 'answered' AND l.cause = 'C-10')
  GROUP BY w.responder_id
)
SELECT m.*, coalesce(work.conversations, 0) AS conversations, coalesce(work.waiting, 0) AS waiting,
  coalesce(work.overdue, 0) AS overdue, work.oldest_at, answers.lines, answers.revisions, answers.started, answers.ended
FROM managers m FULL JOIN work ON work.assignee_id = m.id LEFT JOIN answers ON answers.responder_id = m.id
WHERE m.is_active OR work.conversations > 0 AND work.assignee_id IS NULL
ORDER BY m.id
"""
_WAITING = f"""
SELECT w.id FROM conversations c {REACH} {OPEN_WAIT}
WHERE c.state = 'open' AND c.assignee_id = $4 AND w.id IS NOT NULL ORDER BY w.deadline_at, w.id
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A first answer of a person: the wait's line, frozen revision, start and end."""

    line: str
    revision: int
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody has now, `manager` `None` for the queue; `oldest_at` is when the longest wait began."""

    manager: Manager | None
    conversations: int
    waiting: int
    overdue: int
    oldest_at: datetime | None
    answers: tuple[Answer, ...]


async def list_work(connection: asyncpg.Connection, reach: Reach, *, since: datetime, now: datetime) -> list[Work]:
    """Return the work of every active person and of the queue, if it holds any, with the first answers since then.

    Answers are of the lines within the reach; those that were late through no fault of ours (case 29) and calls taken
    at the first ring (C-10) are left out.
    """
    return [_work(row) for row in await connection.fetch(_TEAM, *reach.arguments, now, since)]


async def list_waiting(connection: asyncpg.Connection, reach: Reach, manager_id: int) -> list[int]:
    """Return all the open waits that `list_work` counts for a person, the most urgent first."""
    return [row["id"] for row in await connection.fetch(_WAITING, *reach.arguments, manager_id)]


def _work(row: Mapping[str, Any]) -> Work:
    told = (row["lines"] or [], row["revisions"] or [], row["started"] or [], row["ended"] or [])
    return Work(
        manager=None if row["id"] is None else codec_of(Manager).decode(row),
        conversations=row["conversations"],
        waiting=row["waiting"],
        overdue=row["overdue"],
        oldest_at=row["oldest_at"],
        answers=tuple(Answer(*each) for each in zip(*told, strict=True)),
    )
