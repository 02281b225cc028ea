"""Finding conversations by what people remember: number, address, name with typos, company, CRM record, words said.

Everything typed travels as a parameter. Names and addresses go through trigrams (`pg_trgm`, the indexes are in
`hub.store.schema`). Words of messages have no index on purpose: it would cost every message that comes in, so they are
looked for in the newest conversations that a person may see. Stems come from PostgreSQL's own dictionaries.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import asyncpg

from hub.crash import crash_point
from hub.store.reach import REACH, Reach

MOST = 40
NEWEST = 1000
"""How many conversations words are looked for in: 12 ms of processor time with 1,000,000 messages stored."""

_LIKENESS = {
    0: 0.4,
    8: 0.5,
    14: 0.6,
}  # by letters: one more, less or wrong, two in a long name; a first name is too few


class Way(StrEnum):
    """By what a conversation was found."""

    number = "number"
    crm = "crm"
    phone = "phone"
    email = "email"
    name = "name"
    company = "company"
    text = "text"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty parts are not.

    `digits` end a telephone number, `email` is any part of an address, `inn` and `ref` are whole, `link` is the address
    of a record in a CRM, of which `ref` are the parts. `names`, `companies` and `texts` are spellings of the same words;
    `transposed` is tried where nobody has one of the `names` as it is.
    """

    number: int | None = None
    digits: str = ""
    email: str = ""
    names: tuple[str, ...] = ()
    transposed: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    inn: str = ""
    refs: tuple[str, ...] = ()
    link: str = ""
    texts: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation and what fits: `shown` is the name, address or message as it is stored.

    `stems` are what of the words was looked for in a message.
    """

    id: int
    way: Way
    shown: str
    stems: tuple[str, ...] = field(default=(), compare=False)


# How many fit is overrated by far, and the planner would rather read all conversations than look up those of a few.
_LOOK_UP = """
SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL max_parallel_workers_per_gather = 0
"""
# Each way is a statement of its own: for a condition with OR the planner would read all conversations.
_OF_CONTACTS = f"""
WITH met AS ({{met}}), best AS (
  SELECT contact_id, max(likeness) AS likeness, min(shown) AS shown FROM met GROUP BY 1
)
SELECT c.id, b.shown FROM best b JOIN conversations c ON c.contact_id = b.contact_id {REACH}
ORDER BY b.likeness DESC, c.state = 'open' DESC, c.last_message_at DESC LIMIT {MOST}
"""
_NUMBERED = f"SELECT c.id, '' AS shown FROM conversations c {REACH} WHERE c.number = $4"
_PHONES = (
    "SELECT contact_id, 1 AS likeness, value AS shown FROM identities WHERE type = 'phone' AND value LIKE '%' || $4"
)
_EMAILS = """
SELECT contact_id, 1 AS likeness, coalesce(nullif(original, ''), value) AS shown FROM identities
WHERE type = 'email' AND value LIKE '%' || $4 || '%'
"""
_NAMED = """
SELECT k.id AS contact_id, 1 AS likeness, k.name AS shown FROM unnest($4::text[]) AS wanted JOIN contacts k
  ON k.name ILIKE '%' || wanted || '%'
"""
_LIKE = """
SELECT k.id AS contact_id, word_similarity(wanted, k.name) AS likeness, k.name AS shown
FROM unnest($4::text[]) AS wanted JOIN contacts k ON wanted <% k.name
"""
_COMPANIES = """
SELECT k.id AS contact_id, 1 AS likeness, o.name AS shown FROM companies o JOIN contacts k ON k.company_id = o.id
WHERE o.name ILIKE ANY($4::text[])
"""
_COMPANIES_LIKE = """
SELECT k.id AS contact_id, word_similarity(wanted, o.name) AS likeness, o.name AS shown
FROM unnest($4::text[]) AS wanted JOIN companies o ON wanted <% o.name JOIN contacts k ON k.company_id = o.id
"""
_TAXED = """
SELECT k.id AS contact_id, 1 AS likeness, o.name AS shown FROM companies o JOIN contacts k ON k.company_id = o.id
WHERE o.inn = $4
"""
_CRM = """
SELECT i.contact_id, 1 AS likeness, i.ref AS shown FROM connections a JOIN crm_items i
  ON i.connection_id = a.id AND i.ref = ANY($4::text[]) AND i.ref <> '' AND i.entity <> 'entry'
WHERE $5 = '' OR i.url = '' OR starts_with($5, rtrim(i.url, '/'))
"""
_SAID = f"""
WITH newest AS MATERIALIZED (
  (SELECT c.id FROM conversations c WHERE $3 AND ($2::text[] IS NULL OR c.line = ANY($2)) ORDER BY c.id DESC LIMIT $5)
  UNION (SELECT c.id FROM conversations c WHERE NOT $3 AND c.assignee_id = $1 ORDER BY c.id DESC LIMIT $5)
  UNION (SELECT c.id FROM conversations c {REACH} WHERE NOT $3 AND c.state = 'open' ORDER BY c.id DESC LIMIT $5)
)
SELECT c.id, said.text AS shown FROM newest n JOIN conversations c ON c.id = n.id {REACH}
JOIN LATERAL (
  SELECT x.text FROM messages x WHERE x.conversation_id = c.id AND x.received_at >= c.opened_at - interval '1 day'
    AND x.deleted_at IS NULL AND x.text ILIKE ALL($4::text[]) ORDER BY x.occurred_at DESC, x.id DESC LIMIT 1
) said ON true
ORDER BY c.last_message_at DESC LIMIT {MOST}
"""
_STEMS = """
SELECT CASE WHEN word ~ '^[a-z]+$' THEN ts_lexize('english_stem', word) ELSE ts_lexize('russian_stem', word) END AS stem
FROM unnest($1::text[]) WITH ORDINALITY AS typed (word, place) ORDER BY place
"""


async def find_conversations(connection: asyncpg.Connection, reach: Reach, wanted: Wanted) -> list[Found]:
    """Return at most 40 conversations within the reach, each once: what was named exactly first, then words said."""
    found: dict[int, Found] = {}
    async with connection.transaction():
        await connection.execute(_LOOK_UP)
        async for each in _look(connection, reach, wanted):
            found.setdefault(each.id, each)
            if len(found) == MOST:
                break
        crash_point("search.before_end")  # nothing is written: the transaction only bounds settings
    crash_point("search.after_end")
    return list(found.values())


async def find_by_number(connection: asyncpg.Connection, reach: Reach, number: int) -> int | None:
    """Return the id of the conversation people call by `number`, `None` if there is none within the reach."""
    found: int | None = await connection.fetchval(
        f"SELECT c.id FROM conversations c {REACH} WHERE c.number = $4", *reach.arguments, number
    )
    return found


async def _look(connection: asyncpg.Connection, reach: Reach, wanted: Wanted) -> AsyncIterator[Found]:
    """Yield what each way finds, the surest way first."""
    for way, sql, arguments in _exact(wanted):
        for row in await connection.fetch(sql, *reach.arguments, *arguments):
            yield Found(row["id"], way, row["shown"])
    named = await _find_named(connection, reach, wanted)
    for row in named:
        yield Found(row["id"], Way.name, row["shown"])
    for row in await _find_companies(connection, reach, wanted.companies, is_guessing=not named):
        yield Found(row["id"], Way.company, row["shown"])
    for words in wanted.texts:
        for found in await _find_said(connection, reach, words):
            yield found


def _exact(wanted: Wanted) -> list[tuple[Way, str, tuple[object, ...]]]:
    """Return the ways that need no likeness, with their statements and what these take."""
    ways: Mapping[tuple[Way, str], tuple[object, ...]] = {
        (Way.number, _NUMBERED): (wanted.number,),
        (Way.crm, _of(_CRM)): (wanted.refs, wanted.link),
        (Way.company, _of(_TAXED)): (wanted.inn,),
        (Way.phone, _of(_PHONES)): (wanted.digits,),
        (Way.email, _of(_EMAILS)): (_pattern(wanted.email),),
    }
    return [(way, sql, arguments) for (way, sql), arguments in ways.items() if arguments[0]]


def _of(met: str) -> str:
    return _OF_CONTACTS.format(met=met)


async def _find_named(connection: asyncpg.Connection, reach: Reach, wanted: Wanted) -> Sequence[asyncpg.Record]:
    """Return who has the name as it is typed, else with two letters in each other's place.

    If nobody has, who has one like it: that costs ten times as much.
    """
    for names in filter(None, (wanted.names, wanted.transposed)):
        typed = [_pattern(name) for name in names if all(len(word) > 2 for word in name.split())]
        rows = await connection.fetch(_of(_NAMED), *reach.arguments, typed) if typed else []
        if rows:
            return list(rows)
    return await _find_like(connection, reach, _LIKE, wanted.names)


async def _find_companies(
    connection: asyncpg.Connection, reach: Reach, names: Sequence[str], *, is_guessing: bool
) -> Sequence[asyncpg.Record]:
    """Return who belongs to a company of that name; with `is_guessing`, if nobody does, to one whose name is like it."""
    patterns = [f"%{_pattern(name)}%" for name in names]
    rows = await connection.fetch(_of(_COMPANIES), *reach.arguments, patterns) if patterns else []
    return await _find_like(connection, reach, _COMPANIES_LIKE, names) if is_guessing and not rows else list(rows)


async def _find_like(
    connection: asyncpg.Connection, reach: Reach, met: str, names: Sequence[str]
) -> Sequence[asyncpg.Record]:
    if not names:
        return []
    likeness = max(least for letters, least in _LIKENESS.items() if len(names[0]) >= letters)
    await connection.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {likeness}")
    return list(await connection.fetch(_of(met), *reach.arguments, names))


async def _find_said(connection: asyncpg.Connection, reach: Reach, words: Sequence[str]) -> list[Found]:
    """Return the newest conversations with a message that has all the words in any form; small words do not count."""
    rows = await connection.fetch(_STEMS, words)
    stems = tuple(stem for row in rows for stem in row["stem"] or ())
    if not stems:
        return []
    patterns = [f"%{_pattern(stem).replace('ё', '_')}%" for stem in stems]
    said = await connection.fetch(_SAID, *reach.arguments, patterns, NEWEST)
    return [Found(row["id"], Way.text, row["shown"], stems) for row in said]


def _pattern(text: str) -> str:
    """Return text as a pattern of LIKE in which nothing has a meaning."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
