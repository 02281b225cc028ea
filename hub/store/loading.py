"""Loads a working set: advisory locks in the one order everyone keeps, then each table in one query.

The order of locks is identity keys, contacts, lines, each sorted; the row locks and unique indexes behind them are the
last word. Everything is read after its lock, so each statement sees what the previous holder committed.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import asyncpg

from hub.domain.automation import SENDING, Firing
from hub.domain.call_record import CallRecord
from hub.domain.company import Company
from hub.domain.contact import Contact, ContactIdentity, MatchCandidate, Merge
from hub.domain.conversation import Conversation, Thread
from hub.domain.lead import Lead, Task
from hub.domain.timer import Timer, TimerKind
from hub.domain.wait import Wait
from hub.domain.workset import MessageRef, Pointer, Rows, WorkingSet
from hub.store import managers
from hub.store.pool import lock_key
from hub.store.rows import codec_of
from hub.store.scope import Scope

_LOCK = "SELECT count(pg_advisory_xact_lock(k)) FROM unnest($1::bigint[]) AS k"


def _each(keys: str, names: str, query: str) -> str:
    """Return `query` run once for every key `k`, so that rows are found by their index.

    A server without statistics (a new or restored one) takes reading a whole small table for cheaper, and a
    connection keeps that plan while the table grows.
    """
    return f"SELECT found.* FROM unnest({keys}) AS k({names}) CROSS JOIN LATERAL ({query} OFFSET 0) AS found"


_OF_CONTACT = ("$1::bigint[]", "contact_id")
_OUTSIDE = ("$1::bigint[], $2::text[]", "connection_id, external_id")
_BY_ADDRESS = "WHERE (type, scope, value) = (k.type, k.scope, k.value)"
_BY_OUTSIDE = "WHERE (connection_id, external_id) = (k.connection_id, k.external_id)"

_RESOLVE = f"""
{_each("$1::text[], $2::text[], $3::text[]", "type, scope, value", f"SELECT contact_id FROM identities {_BY_ADDRESS}")}
UNION ALL {_each("$4::bigint[], $5::text[]", _OUTSIDE[1], f"SELECT contact_id FROM threads {_BY_OUTSIDE}")}
UNION ALL {_each("$6::bigint[], $7::text[]", _OUTSIDE[1], f"SELECT contact_id FROM message_keys {_BY_OUTSIDE}")}
WHERE found.contact_id IS NOT NULL
UNION ALL {_each("$8::bigint[], $9::text[]", _OUTSIDE[1], f"SELECT contact_id FROM calls {_BY_OUTSIDE}")}
WHERE found.contact_id IS NOT NULL
UNION ALL SELECT contact_id FROM conversations WHERE id = ANY($10::bigint[])
UNION ALL SELECT contact_id FROM waits WHERE id = ANY($11::bigint[])
UNION ALL SELECT unnest($12::bigint[])
UNION ALL SELECT contact_id FROM leads WHERE id = ANY($13::bigint[])
UNION ALL SELECT contact_id FROM tasks WHERE id = ANY($14::bigint[]) AND contact_id IS NOT NULL
"""

_IDENTITIES = f"""
{_each(*_OF_CONTACT, "SELECT * FROM identities WHERE contact_id = k.contact_id")}
UNION ALL {_each("$2::text[], $3::text[], $4::text[]", "type, scope, value", f"SELECT * FROM identities {_BY_ADDRESS}")}
WHERE found.contact_id <> ALL($1)
"""

_THREADS = f"""
{_each(*_OF_CONTACT, "SELECT * FROM threads WHERE contact_id = k.contact_id")}
UNION ALL {_each("$2::bigint[], $3::text[]", _OUTSIDE[1], f"SELECT * FROM threads {_BY_OUTSIDE}")}
WHERE found.contact_id <> ALL($1)
"""

_AGED = "SELECT *, row_number() OVER (PARTITION BY line ORDER BY id DESC) AS age FROM conversations"
_CONVERSATIONS = f"""
{_each(*_OF_CONTACT, f"{_AGED} WHERE contact_id = k.contact_id")}
WHERE found.state = 'open' OR found.age = 1
"""

# Not `_each`: several indexes hold just the open waits, and a server without statistics reads a whole one for each key
# (measured: 60 µs a message); this way it reads one for a batch.
_WAITS = "SELECT * FROM waits WHERE contact_id = ANY($1::bigint[]) AND state = 'open'"
_NAMED_CONVERSATIONS = "SELECT * FROM conversations WHERE id = ANY($1::bigint[])"
_NAMED_WAITS = "SELECT * FROM waits WHERE id = ANY($1::bigint[])"
_ANSWERED_WAITS = "SELECT * FROM waits WHERE response_message_id = ANY($1::bigint[])"

_LEADS = _each(
    *_OF_CONTACT,
    "SELECT DISTINCT ON (line) * FROM leads WHERE contact_id = k.contact_id "
    "ORDER BY line, state = 'open' DESC, created_at DESC, id DESC",
)
_NAMED_LEADS = "SELECT * FROM leads WHERE id = ANY($1::bigint[])"
_TASKS = _each(*_OF_CONTACT, "SELECT * FROM tasks WHERE contact_id = k.contact_id AND state = 'open'")
_NAMED_TASKS = "SELECT * FROM tasks WHERE id = ANY($1::bigint[])"
_COMPANIES = "SELECT * FROM companies WHERE id = ANY($1::bigint[])"

_MESSAGE_REFS = _each(*_OUTSIDE, f"SELECT * FROM message_keys {_BY_OUTSIDE}")
_CALLS = _each(*_OUTSIDE, f"SELECT * FROM calls {_BY_OUTSIDE}")
_CONTACTS = _each("$1::bigint[]", "id", "SELECT * FROM contacts WHERE id = k.id")
_CANDIDATES = _each(
    *_OF_CONTACT, "SELECT * FROM match_candidates WHERE contact_id = k.contact_id AND state <> 'joined'"
)
_WHOLE: tuple[tuple[str, type, str], ...] = (
    ("conversations", Conversation, "SELECT * FROM conversations WHERE contact_id = ANY($1::bigint[])"),
    ("waits", Wait, "SELECT * FROM waits WHERE contact_id = ANY($1::bigint[])"),
    ("leads", Lead, "SELECT * FROM leads WHERE contact_id = ANY($1::bigint[])"),
    ("tasks", Task, "SELECT * FROM tasks WHERE contact_id = ANY($1::bigint[])"),
    ("candidates", MatchCandidate, "SELECT * FROM match_candidates WHERE contact_id = ANY($1::bigint[])"),
    ("merges", Merge, "SELECT * FROM merges WHERE kept_id = ANY($1::bigint[]) OR absorbed_id = ANY($1::bigint[])"),
)
_LOOSE = """
SELECT conversation_id, array_agg(id ORDER BY id) AS ids FROM messages
WHERE conversation_id = ANY($1::bigint[]) AND thread_id IS NULL GROUP BY 1
"""
_TIMERS = _each("$1::text[]", "subject", "SELECT * FROM timers WHERE subject = k.subject")
_DIGESTS = """
SELECT * FROM timers WHERE kind = 'digest' AND (subject NOT LIKE '%/%' OR subject IN (
  SELECT jsonb_array_elements_text(facts->'pages') FROM timers WHERE kind = 'digest' AND subject = ANY($1::text[])))
"""
_IN_FLIGHT = """
SELECT DISTINCT conversation_id FROM deliveries
WHERE conversation_id = ANY($1::bigint[]) AND lane = 'reply' AND state IN ('queued', 'sending') AND manager_id IS NOT NULL
"""
_FIRINGS = _each(
    *("$1::text[]", "subject"),
    "SELECT * FROM automation_firings WHERE subject = k.subject AND (fired_at > $2 OR cause = ANY($3::text[]))",
)
_LAST_FIRINGS = timedelta(hours=1)
_KINDS = frozenset(TimerKind)  # what a newer hub beside us arms is its own business
_POINTERS = "SELECT * FROM routing_pointers WHERE line = ANY($1::text[])"


class ScopeMoved(Exception):
    """An address moved to another contact between finding and locking: load again."""


async def lock(connection: asyncpg.Connection, scope: Scope) -> list[int]:
    """Lock the addresses and the contacts that the scope reaches, until the caller's transaction ends; return these."""
    await _lock(connection, _identity_locks(scope))
    contact_ids = sorted({row[0] for row in await connection.fetch(_RESOLVE, *_resolve_arguments(scope))})
    await _lock(connection, [lock_key(f"contact:{contact_id}") for contact_id in contact_ids])
    return contact_ids


async def load(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet, contact_ids: list[int]) -> WorkingSet:
    """Fill `workset` with everything the scope reaches, `contact_ids` being locked, inside the caller's transaction.

    Raises:
        ScopeMoved: run again from the beginning.
    """
    await _load_people(connection, scope, workset, contact_ids)
    await _load_work(connection, scope, workset, contact_ids)
    if scope.companies and not contact_ids:
        await _rows(connection, workset.companies, Company, _COMPANIES, sorted(scope.companies))
    if scope.lines and (scope.always_lines or has_unowned(scope, workset)):
        await _load_lines(connection, scope, workset)
    if scope.digests:
        await _load_digests(connection, scope, workset)
    if scope.in_flight:
        found = await connection.fetch(_IN_FLIGHT, [row.id for row in workset.conversations])
        workset.in_flight = {row[0] for row in found}
    return workset


async def _load_people(
    connection: asyncpg.Connection, scope: Scope, workset: WorkingSet, contact_ids: list[int]
) -> None:
    types, scopes, values = _columns(scope.identities, 3)
    if contact_ids or types:
        for record in await connection.fetch(_IDENTITIES, contact_ids, types, scopes, values):
            if (key := (record["type"], record["scope"], record["value"])) not in workset.identities:
                workset.identities.load(key, codec_of(ContactIdentity).decode(record))
    for record in await connection.fetch(_THREADS, contact_ids, *_columns(scope.threads, 2)):
        if (place := (record["connection_id"], record["external_id"])) not in workset.threads:
            workset.threads.load(place, codec_of(Thread).decode(record))
    known = {row.contact_id for row in (*workset.identities, *workset.threads)}
    if not known <= set(contact_ids):
        raise ScopeMoved
    await _rows(connection, workset.contacts, Contact, _CONTACTS, contact_ids)


async def _load_work(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet, contact_ids: list[int]) -> None:
    if scope.messages:
        found = await connection.fetch(_MESSAGE_REFS, *_columns(scope.messages, 2))
        for ref in map(codec_of(MessageRef).decode, found):
            workset.message_refs.load((ref.connection_id, ref.external_id, ref.thread), ref)
    answers = [ref.message_id for ref in workset.message_refs if ref.direction == "outbound"]
    if contact_ids:
        await _rows(connection, workset.conversations, Conversation, _CONVERSATIONS, contact_ids)
        await _named(connection, workset.conversations, Conversation, _NAMED_CONVERSATIONS, scope.conversations)
        await _rows(connection, workset.waits, Wait, _WAITS, contact_ids)
        await _named(connection, workset.waits, Wait, _NAMED_WAITS, scope.waits)
        await _rows(connection, workset.waits, Wait, _ANSWERED_WAITS, answers)
        await _rows(connection, workset.leads, Lead, _LEADS, contact_ids)
        await _load_plans(connection, scope, workset, contact_ids)
        await _rows(connection, workset.candidates, MatchCandidate, _CANDIDATES, contact_ids)
    if contact_ids and scope.whole:
        await _load_whole(connection, workset, contact_ids)
    if scope.calls:
        for call in map(codec_of(CallRecord).decode, await connection.fetch(_CALLS, *_columns(scope.calls, 2))):
            workset.calls.load((call.connection_id, call.external_id), call)
    if scope.own_firings:
        scope.firings |= set(_cards(workset))
    if scope.firings:
        await _load_firings(connection, scope, workset)
    await _load_timers(connection, scope, workset)


async def _load_timers(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet) -> None:
    subjects = [f"wait:{wait.id}" for wait in workset.waits] + [f"call:{call.id}" for call in workset.calls]
    subjects += [f"conversation:{conversation.id}" for conversation in workset.conversations]
    subjects += [f"task:{task.id}" for task in workset.tasks]
    subjects += [f"{of}:{own}" for own in sorted(scope.automations) for of in _of_automations(workset)]
    for record in await connection.fetch(_TIMERS, subjects) if subjects else ():
        if record["kind"] in _KINDS:
            timer = codec_of(Timer).decode(record)
            workset.timers.load((timer.kind, timer.subject), timer)


def _of_automations(workset: WorkingSet) -> list[str]:
    """Return what timers of automations are about; a text to the client may wait for its own."""
    about = _cards(workset)
    return [*about, *(f"{each}:{SENDING}" for each in about)]


def _cards(workset: WorkingSet) -> list[str]:
    return [f"lead:{lead.id}" for lead in workset.leads] + [f"contact:{contact.id}" for contact in workset.contacts]


async def _load_firings(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet) -> None:
    since = workset.now - _LAST_FIRINGS
    for record in await connection.fetch(_FIRINGS, sorted(scope.firings), since, sorted(scope.causes)):
        firing = codec_of(Firing).decode(record)
        workset.firings.load(firing.key, firing)


async def _load_plans(
    connection: asyncpg.Connection, scope: Scope, workset: WorkingSet, contact_ids: list[int]
) -> None:
    """Load tasks and companies only where there can be any: a new client costs no query for them."""
    await _named(connection, workset.leads, Lead, _NAMED_LEADS, scope.leads)
    if scope.tasks or any(lead.is_open for lead in workset.leads):
        await _rows(connection, workset.tasks, Task, _TASKS, contact_ids)
        await _named(connection, workset.tasks, Task, _NAMED_TASKS, scope.tasks)
    named = {int(contact.company_id) for contact in workset.contacts if contact.company_id is not None}
    await _rows(connection, workset.companies, Company, _COMPANIES, sorted(named | scope.companies))


async def _load_whole(connection: asyncpg.Connection, workset: WorkingSet, contact_ids: list[int]) -> None:
    """Load also what is closed and decided, and which messages have no thread: a merge moves all of it (M-10)."""
    for name, row_class, statement in _WHOLE:
        await _rows(connection, getattr(workset, name), row_class, statement, contact_ids)
    found = await connection.fetch(_LOOSE, [row.id for row in workset.conversations])
    workset.loose_messages = {row["conversation_id"]: tuple(row["ids"]) for row in found}


async def _load_lines(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet) -> None:
    lines = sorted(scope.lines)
    await _lock(connection, [lock_key(f"line:{line}") for line in lines])
    workset.locked_lines = frozenset(lines)
    workset.managers = await managers.load_facts(connection, now=workset.now)
    for pointer in map(codec_of(Pointer).decode, await connection.fetch(_POINTERS, lines)):
        workset.pointers.load(pointer.line, pointer)


async def _load_digests(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet) -> None:
    """Load the windows of all heads, one row each, with the full pages of those that close."""
    for timer in map(codec_of(Timer).decode, await connection.fetch(_DIGESTS, sorted(scope.windows))):
        workset.timers.load((timer.kind, timer.subject), timer)


async def _lock(connection: asyncpg.Connection, keys: Iterable[int]) -> None:
    wanted = sorted(set(keys))
    if wanted:
        await connection.fetch(_LOCK, wanted)


async def _rows(
    connection: asyncpg.Connection, rows: Rows[Any], row_class: type, statement: str, wanted: Sequence[int]
) -> None:
    """Load what `wanted` names; nothing is asked for nothing. A row found twice counts once."""
    decode = codec_of(row_class).decode
    for record in await connection.fetch(statement, wanted) if wanted else ():
        if record["id"] not in rows:
            row: Any = decode(record)
            rows.load(row.id, row)


async def _named(
    connection: asyncpg.Connection, rows: Rows[Any], row_class: type, statement: str, ids: Iterable[int]
) -> None:
    """Load the rows that are named and not here yet; mostly their contact has brought them."""
    await _rows(connection, rows, row_class, statement, sorted(each for each in ids if each not in rows))


def _identity_locks(scope: Scope) -> list[int]:
    named = [f"identity:{kind}:{inside}:{value}" for kind, inside, value in scope.identities]
    named += [f"thread:{connection_id}:{external_id}" for connection_id, external_id in scope.threads]
    named += [f"call:{connection_id}:{external_id}" for connection_id, external_id in scope.calls]
    return [lock_key(name) for name in named]


def _resolve_arguments(scope: Scope) -> list[list[Any]]:
    keyed: list[tuple[Iterable[tuple[Any, ...]], int]] = [
        (scope.identities, 3),
        (scope.threads, 2),
        (scope.messages, 2),
        (scope.calls, 2),
    ]
    columns = [column for keys, width in keyed for column in _columns(keys, width)]
    named = (scope.conversations, scope.waits, scope.contacts, scope.leads, scope.tasks)
    return [*columns, *(list(ids) for ids in named)]


def _columns(keys: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    listed = list(keys)
    return [[key[place] for key in listed] for place in range(width)]


def has_unowned(scope: Scope, workset: WorkingSet) -> bool:
    """Tell whether somebody may have to be chosen: an unknown address, or a contact whose conversation has no owner."""
    if any((kind, inside, value) not in workset.identities for kind, inside, value in scope.identities):
        return True
    owned = {row.contact_id for row in workset.conversations if row.is_open and row.assignee_id is not None}
    return any(contact.id not in owned for contact in workset.contacts)
