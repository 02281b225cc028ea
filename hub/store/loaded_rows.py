"""The statements by which a working set is loaded: whom a scope reaches, and everything about them in one round trip.

A statement that answers with several lists has one column for each, an array of whole rows of a table. A row is a
record by its column's names, as if its table had been read alone.
"""


def each(keys: str, names: str, query: str) -> str:
    """Return `query` run once for every key `k`, so that rows are found by their index.

    A server without statistics (a new or restored one) takes reading a whole small table for cheaper, and a
    connection keeps that plan while the table grows.
    """
    return f"SELECT found.* FROM unnest({keys}) AS k({names}) CROSS JOIN LATERAL ({query} OFFSET 0) AS found"


def by_id(table: str, ids: str, columns: str = "*") -> str:
    """Return a query for the rows of a table with these ids, each found by its key."""
    return each(f"{ids}::bigint[]", "id", f"SELECT {columns} FROM {table} WHERE id = k.id")


def _rows(keys: str, names: str, query: str, where: str = "") -> str:
    """Return the whole rows (`it`) that `query` finds for every key `k`; `where` looks at its other columns."""
    found = f"unnest({keys}) AS k({names}) CROSS JOIN LATERAL ({query} OFFSET 0) AS found"
    return f"SELECT found.it FROM {found} {where}"


_OF_CONTACT = ("$1::bigint[]", "contact_id")
_OUTSIDE = "connection_id, external_id"
_ADDRESSES = ("$2::text[], $3::text[], $4::text[]", "type, scope, value")
_THREADS = ("$5::bigint[], $6::text[]", _OUTSIDE)
_MESSAGES = ("$7::bigint[], $8::text[]", _OUTSIDE)
_BY_ADDRESS = "WHERE (type, scope, value) = (k.type, k.scope, k.value)"
_BY_OUTSIDE = "WHERE (connection_id, external_id) = (k.connection_id, k.external_id)"
_OF_OTHERS = "WHERE found.contact_id <> ALL($1)"

REACHED = f"""
{each("$1::text[], $2::text[], $3::text[]", "type, scope, value", f"SELECT contact_id FROM identities {_BY_ADDRESS}")}
UNION ALL {each("$4::bigint[], $5::text[]", _OUTSIDE, f"SELECT contact_id FROM threads {_BY_OUTSIDE}")}
UNION ALL {each("$6::bigint[], $7::text[]", _OUTSIDE, f"SELECT contact_id FROM message_keys {_BY_OUTSIDE}")}
WHERE found.contact_id IS NOT NULL
UNION ALL {each("$8::bigint[], $9::text[]", _OUTSIDE, f"SELECT contact_id FROM calls {_BY_OUTSIDE}")}
WHERE found.contact_id IS NOT NULL
UNION ALL {by_id("conversations", "$10", "contact_id")}
UNION ALL {by_id("waits", "$11", "contact_id")}
UNION ALL SELECT unnest($12::bigint[])
UNION ALL {by_id("leads", "$13", "contact_id")}
UNION ALL {by_id("tasks", "$14", "contact_id")} WHERE found.contact_id IS NOT NULL
"""

_AGED = "SELECT x AS it, id, state, row_number() OVER (PARTITION BY line ORDER BY id DESC) AS age FROM conversations x"
_NEWEST_LEADS = (
    "SELECT DISTINCT ON (line) x AS it, id, state FROM leads x WHERE contact_id = k.contact_id "
    "ORDER BY line, state = 'open' DESC, created_at DESC, id DESC"
)
# Every query for a key `k` has one index that fits. Of several, such as two that hold just what is open, a server without
# statistics may take any, and read the whole of it for each key (measured: 160 µs a message with 2,000 open waits).
EVERYTHING = f"""
WITH people AS MATERIALIZED (
  {_rows("$1::bigint[]", "id", "SELECT x AS it FROM contacts x WHERE id = k.id")}
), talks AS MATERIALIZED (
  SELECT found.it, found.id FROM unnest({_OF_CONTACT[0]}) AS k(contact_id)
  CROSS JOIN LATERAL ({_AGED} WHERE contact_id = k.contact_id OFFSET 0) AS found
  WHERE found.state = 'open' OR found.age = 1
), waiting AS MATERIALIZED (
  SELECT found.it, found.id FROM unnest({_OF_CONTACT[0]}) AS k(contact_id) CROSS JOIN LATERAL (
    SELECT x AS it, id FROM waits x WHERE contact_id = k.contact_id AND state = 'open' OFFSET 0) AS found
), said AS MATERIALIZED (
  {_rows(*_MESSAGES, f"SELECT x AS it FROM message_keys x {_BY_OUTSIDE}")}
), answered AS MATERIALIZED (
  SELECT found.it, found.id FROM said k CROSS JOIN LATERAL (
    SELECT x AS it, id FROM waits x WHERE response_message_id = (k.it).message_id OFFSET 0) AS found
  WHERE (k.it).direction = 'outbound'
), wanted AS MATERIALIZED (
  SELECT found.it, found.id, found.state FROM unnest({_OF_CONTACT[0]}) AS k(contact_id)
  CROSS JOIN LATERAL ({_NEWEST_LEADS} OFFSET 0) AS found
), planned AS MATERIALIZED (
  SELECT found.it, found.id FROM unnest({_OF_CONTACT[0]}) AS k(contact_id) CROSS JOIN LATERAL (
    SELECT x AS it, id FROM tasks x WHERE contact_id = k.contact_id AND state = 'open' OFFSET 0) AS found
  WHERE $9::boolean OR EXISTS (SELECT FROM wanted WHERE state = 'open')
), subjects AS MATERIALIZED (
  SELECT 'wait:' || id AS subject FROM waiting UNION SELECT 'wait:' || id FROM answered
  UNION ALL SELECT 'conversation:' || id FROM talks UNION ALL SELECT 'task:' || id FROM planned
)
SELECT ARRAY(SELECT it FROM people) AS contacts, ARRAY(
  {_rows(*_OF_CONTACT, "SELECT x AS it FROM identities x WHERE contact_id = k.contact_id")}
  UNION ALL {_rows(*_ADDRESSES, f"SELECT x AS it, contact_id FROM identities x {_BY_ADDRESS}", _OF_OTHERS)}
) AS identities, ARRAY(
  {_rows(*_OF_CONTACT, "SELECT x AS it FROM threads x WHERE contact_id = k.contact_id")}
  UNION ALL {_rows(*_THREADS, f"SELECT x AS it, contact_id FROM threads x {_BY_OUTSIDE}", _OF_OTHERS)}
) AS threads, ARRAY(SELECT it FROM talks) AS conversations, ARRAY(SELECT it FROM waiting) AS waits,
ARRAY(SELECT it FROM answered) AS answered_waits, ARRAY(SELECT it FROM said) AS message_refs,
ARRAY(SELECT it FROM wanted) AS leads, ARRAY(SELECT it FROM planned) AS tasks,
ARRAY(SELECT x FROM companies x WHERE id = ANY (
  $10::bigint[] || ARRAY(SELECT (it).company_id FROM people WHERE (it).company_id IS NOT NULL)::bigint[])) AS companies,
ARRAY({_rows(*_OF_CONTACT, "SELECT x AS it FROM match_candidates x WHERE contact_id = k.contact_id AND state <> 'joined'")}
) AS candidates, ARRAY(
  SELECT found.it FROM subjects k CROSS JOIN LATERAL (
    SELECT x AS it FROM timers x WHERE subject = k.subject OFFSET 0) AS found) AS timers
"""

NAMED_CONVERSATIONS = by_id("conversations", "$1")
NAMED_WAITS = by_id("waits", "$1")
NAMED_LEADS = by_id("leads", "$1")
NAMED_TASKS = by_id("tasks", "$1")
TASKS = each("$1::bigint[]", "contact_id", "SELECT * FROM tasks WHERE contact_id = k.contact_id AND state = 'open'")
CALLS = each("$1::bigint[], $2::text[]", _OUTSIDE, f"SELECT * FROM calls {_BY_OUTSIDE}")
TIMERS = each("$1::text[]", "subject", "SELECT * FROM timers WHERE subject = k.subject")
LOOSE = """
SELECT conversation_id, array_agg(id ORDER BY id) AS ids FROM messages
WHERE conversation_id = ANY($1::bigint[]) AND thread_id IS NULL GROUP BY 1
"""
DIGESTS = """
SELECT * FROM timers WHERE kind = 'digest' AND (subject NOT LIKE '%/%' OR subject IN (
  SELECT jsonb_array_elements_text(facts->'pages') FROM timers WHERE kind = 'digest' AND subject = ANY($1::text[])))
"""
IN_FLIGHT = """
SELECT DISTINCT conversation_id FROM deliveries
WHERE conversation_id = ANY($1::bigint[]) AND lane = 'reply' AND state IN ('queued', 'sending') AND manager_id IS NOT NULL
"""
FIRINGS = each(
    *("$1::text[]", "subject"),
    "SELECT * FROM automation_firings WHERE subject = k.subject AND (fired_at > $2 OR cause = ANY($3::text[]))",
)
POINTERS = "SELECT * FROM routing_pointers WHERE line = ANY($1::text[])"
