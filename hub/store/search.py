"""Finding conversations by what people remember: the number, the last digits, an address, a name with typos.

Everything typed travels as a parameter. Names and addresses go through trigrams (`pg_trgm`, the indexes are in
`hub.store.schema`): the likeliest first, then the newest.
"""

from dataclasses import dataclass

import asyncpg

from hub.crash import crash_point
from hub.store.reach import REACH, Reach

_LIKENESS = {0: 0.4, 8: 0.5}  # by letters: one more, less or wrong; of a long name a first name alone is not enough
_SURE = 2  # more than any likeness
# Each way has its own branch: for a condition with OR the planner would read all conversations.
_FOUND = f"""
WITH met AS (
  SELECT id AS contact_id, word_similarity($7, name) AS likeness FROM contacts WHERE $7 <> '' AND $7 <% name
  UNION ALL SELECT contact_id, 1 FROM identities WHERE $5 <> '' AND type = 'phone' AND value LIKE '%' || $5
  UNION ALL SELECT contact_id, 1 FROM identities WHERE $6 <> '' AND type = 'email' AND value LIKE '%' || $6 || '%'
), best AS (SELECT contact_id, max(likeness) AS likeness FROM met GROUP BY 1), found AS (
  SELECT t.id, b.likeness FROM best b JOIN conversations t ON t.contact_id = b.contact_id
  UNION ALL SELECT id, {_SURE} FROM conversations WHERE number = $4
)
SELECT c.id FROM (SELECT id, max(likeness) AS likeness FROM found GROUP BY 1) f JOIN conversations c ON c.id = f.id {REACH}
ORDER BY f.likeness DESC, c.state = 'open' DESC, c.last_message_at DESC LIMIT 30
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty parts are not. `digits` end a telephone number, `email` is any part of an address."""

    number: int | None = None
    digits: str = ""
    email: str = ""
    name: str = ""


async def find_conversations(connection: asyncpg.Connection, reach: Reach, wanted: Wanted) -> list[int]:
    """Return the ids of at most 30 conversations within the reach, the likeliest first."""
    async with connection.transaction():
        likeness = max(least for letters, least in _LIKENESS.items() if len(wanted.name) >= letters)
        await connection.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {likeness}")
        rows = await connection.fetch(
            _FOUND, *reach.arguments, wanted.number, wanted.digits, _pattern(wanted.email), wanted.name
        )
        crash_point("search.before_end")  # nothing is written: the transaction only bounds the setting
    crash_point("search.after_end")
    return [row["id"] for row in rows]


async def find_by_number(connection: asyncpg.Connection, reach: Reach, number: int) -> int | None:
    """Return the id of the conversation people call by `number`, `None` if there is none within the reach."""
    found: int | None = await connection.fetchval(
        f"SELECT c.id FROM conversations c {REACH} WHERE c.number = $4", *reach.arguments, number
    )
    return found


def _pattern(text: str) -> str:
    """Return text as a pattern of LIKE in which nothing has a meaning."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
