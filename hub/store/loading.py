"""Loads a working set: advisory locks in the one order everyone keeps, then each table in one query.

The order of locks is identity keys, contacts, lines, each sorted; the row locks and unique indexes behind them are the
last word. Everything is read after its lock, so each statement sees what the previous holder committed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import asyncpg

from hub.domain.automation import SENDING, Firing
from hub.domain.call_record import CallRecord
from hub.domain.company import Company
from hub.domain.contact import Contact, MatchCandidate, Merge
from hub.domain.conversation import Conversation, Thread
from hub.domain.lead import Lead, Task
from hub.domain.timer import Timer, TimerKind
from hub.domain.wait import Wait
from hub.domain.workset import MessageRef, Pointer, Rows, WorkingSet
from hub.store import loaded_rows as statements
from hub.store import managers
from hub.store.identities import decode_identities
from hub.store.pool import lock_key
from hub.store.rows import codec_of
from hub.store.scope import Scope

_LOCK = "SELECT count(pg_advisory_xact_lock(k)) FROM unnest($1::bigint[]) AS k"


_WHOLE: tuple[tuple[str, type, str], ...] = (
    ("conversations", Conversation, "SELECT * FROM conversations WHERE contact_id = ANY($1::bigint[])"),
    ("waits", Wait, "SELECT * FROM waits WHERE contact_id = ANY($1::bigint[])"),
    ("leads", Lead, "SELECT * FROM leads WHERE contact_id = ANY($1::bigint[])"),
    ("tasks", Task, "SELECT * FROM tasks WHERE contact_id = ANY($1::bigint[])"),
    ("candidates", MatchCandidate, "SELECT * FROM match_candidates WHERE contact_id = ANY($1::bigint[])"),
    ("merges", Merge, "SELECT * FROM merges WHERE kept_id = ANY($1::bigint[]) OR absorbed_id = ANY($1::bigint[])"),
)
_BY_ID: tuple[tuple[str, str, type], ...] = (
    ("contacts", "contacts", Contact),
    ("conversations", "conversations", Conversation),
    ("waits", "waits", Wait),
    ("answered_waits", "waits", Wait),
    ("leads", "leads", Lead),
    ("tasks", "tasks", Task),
    ("companies", "companies", Company),
    ("candidates", "candidates", MatchCandidate),
)
_BY_KEY: tuple[tuple[str, type, Callable[[Any], Any]], ...] = (
    ("threads", Thread, lambda row: (row.connection_id, row.external_id)),
    ("message_refs", MessageRef, lambda row: (row.connection_id, row.external_id, row.thread)),
)
_LAST_FIRINGS = timedelta(hours=1)
_KINDS = frozenset(TimerKind)  # what a newer hub beside us arms is its own business


class ScopeMoved(Exception):
    """An address moved to another contact between finding and locking: load again."""


async def lock(connection: asyncpg.Connection, scope: Scope) -> list[int]:
    """Lock the addresses and the contacts that the scope reaches, until the caller's transaction ends; return these."""
    await _lock(connection, _identity_locks(scope))
    contact_ids = sorted({row[0] for row in await connection.fetch(statements.REACHED, *_resolve_arguments(scope))})
    await _lock(connection, [lock_key(f"contact:{contact_id}") for contact_id in contact_ids])
    return contact_ids


async def load(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet, contact_ids: list[int]) -> WorkingSet:
    """Fill `workset` with everything the scope reaches, `contact_ids` being locked, inside the caller's transaction.

    Raises:
        ScopeMoved: run again from the beginning.
    """
    timed = await _load_everything(connection, scope, workset, contact_ids)
    await _load_named(connection, scope, workset, contact_ids)
    if contact_ids and scope.whole:
        await _load_whole(connection, workset, contact_ids)
    if scope.own_firings:
        scope.firings |= set(_cards(workset))
    if scope.firings:
        await _load_firings(connection, scope, workset)
    await _load_timers(connection, scope, workset, timed)
    if scope.lines and (scope.always_lines or may_route(scope, workset)):
        await _load_lines(connection, scope, workset)
    if scope.digests:
        await _load_digests(connection, scope, workset)
    if scope.in_flight:
        found = await connection.fetch(statements.IN_FLIGHT, [row.id for row in workset.conversations])
        workset.in_flight = {row[0] for row in found}
    return workset


async def _load_everything(
    connection: asyncpg.Connection, scope: Scope, workset: WorkingSet, contact_ids: list[int]
) -> set[str]:
    """Load in one round trip what nearly every scope needs; returns the subjects whose timers came with it."""
    if not (contact_ids or scope.identities or scope.threads or scope.messages or scope.companies):
        return set()
    keys = (*_columns(scope.identities, 3), *_columns(scope.threads, 2), *_columns(scope.messages, 2))
    found = await connection.fetchrow(
        statements.EVERYTHING, contact_ids, *keys, bool(scope.tasks), sorted(scope.companies)
    )
    for identity in decode_identities(found["identities"]):
        workset.identities.load((identity.type.value, identity.scope, identity.value), identity)
    for name, row_class, key_of in _BY_KEY:
        rows = getattr(workset, name)
        for row in map(codec_of(row_class).decode, found[name]):
            rows.load(key_of(row), row)
    if not {row.contact_id for row in (*workset.identities, *workset.threads)} <= set(contact_ids):
        raise ScopeMoved
    for column, name, row_class in _BY_ID:
        _take_in(getattr(workset, name), row_class, found[column])
    _take_in_timers(workset, found["timers"])
    return set(_subjects(workset))


async def _load_named(
    connection: asyncpg.Connection, scope: Scope, workset: WorkingSet, contact_ids: list[int]
) -> None:
    """Load what is named and did not come with its contact: closed work mostly, and calls."""
    if contact_ids:
        await _named(
            connection, workset.conversations, Conversation, statements.NAMED_CONVERSATIONS, scope.conversations
        )
        await _named(connection, workset.waits, Wait, statements.NAMED_WAITS, scope.waits)
        await _named(connection, workset.leads, Lead, statements.NAMED_LEADS, scope.leads)
        if scope.leads and any(lead.is_open for lead in workset.leads):
            await _rows(connection, workset.tasks, Task, statements.TASKS, contact_ids)
        await _named(connection, workset.tasks, Task, statements.NAMED_TASKS, scope.tasks)
    if scope.calls:
        found = await connection.fetch(statements.CALLS, *_columns(scope.calls, 2))
        for call in map(codec_of(CallRecord).decode, found):
            workset.calls.load((call.connection_id, call.external_id), call)


def _subjects(workset: WorkingSet) -> list[str]:
    """Return what timers of the loaded work are about."""
    subjects = [f"wait:{wait.id}" for wait in workset.waits] + [f"call:{call.id}" for call in workset.calls]
    subjects += [f"conversation:{conversation.id}" for conversation in workset.conversations]
    return subjects + [f"task:{task.id}" for task in workset.tasks]


async def _load_timers(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet, timed: set[str]) -> None:
    """Load the timers that did not come with everything else."""
    subjects = [each for each in _subjects(workset) if each not in timed]
    subjects += [f"{of}:{own}" for own in sorted(scope.automations) for of in _of_automations(workset)]
    if subjects:
        _take_in_timers(workset, await connection.fetch(statements.TIMERS, subjects))


def _take_in_timers(workset: WorkingSet, records: Iterable[Mapping[str, Any]]) -> None:
    for record in records:
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
    for record in await connection.fetch(statements.FIRINGS, sorted(scope.firings), since, sorted(scope.causes)):
        firing = codec_of(Firing).decode(record)
        workset.firings.load(firing.key, firing)


async def _load_whole(connection: asyncpg.Connection, workset: WorkingSet, contact_ids: list[int]) -> None:
    """Load also what is closed and decided, and which messages have no thread: a merge moves all of it (M-10)."""
    for name, row_class, statement in _WHOLE:
        await _rows(connection, getattr(workset, name), row_class, statement, contact_ids)
    found = await connection.fetch(statements.LOOSE, [row.id for row in workset.conversations])
    workset.loose_messages = {row["conversation_id"]: tuple(row["ids"]) for row in found}


async def _load_lines(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet) -> None:
    lines = sorted(scope.lines)
    await _lock(connection, [lock_key(f"line:{line}") for line in lines])
    workset.locked_lines = frozenset(lines)
    workset.managers = await managers.load_facts(connection, now=workset.now)
    for pointer in map(codec_of(Pointer).decode, await connection.fetch(statements.POINTERS, lines)):
        workset.pointers.load(pointer.line, pointer)


async def _load_digests(connection: asyncpg.Connection, scope: Scope, workset: WorkingSet) -> None:
    """Load the windows of all heads, one row each, with the full pages of those that close."""
    for timer in map(codec_of(Timer).decode, await connection.fetch(statements.DIGESTS, sorted(scope.windows))):
        workset.timers.load((timer.kind, timer.subject), timer)


async def _lock(connection: asyncpg.Connection, keys: Iterable[int]) -> None:
    wanted = sorted(set(keys))
    if wanted:
        await connection.fetch(_LOCK, wanted)


async def _rows(
    connection: asyncpg.Connection, rows: Rows[Any], row_class: type, statement: str, wanted: Sequence[int]
) -> None:
    """Load what `wanted` names; nothing is asked for nothing."""
    if wanted:
        _take_in(rows, row_class, await connection.fetch(statement, wanted))


def _take_in(rows: Rows[Any], row_class: type, records: Iterable[Mapping[str, Any]]) -> None:
    """Load rows with ids; one found twice counts once."""
    decode = codec_of(row_class).decode
    for record in records:
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


def may_route(scope: Scope, workset: WorkingSet) -> bool:
    """Tell whether somebody may have to be chosen.

    For an unknown address, and for a contact without an owner or without an open wait: the next word opens one.
    """
    if any((kind, inside, value) not in workset.identities for kind, inside, value in scope.identities):
        return True
    owned = {row.contact_id for row in workset.conversations if row.is_open and row.assignee_id is not None}
    waiting = {row.contact_id for row in workset.waits if row.is_open}
    return any(contact.id not in owned & waiting for contact in workset.contacts)
