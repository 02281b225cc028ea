"""Writes the differences of a working set in one statement, and proves that every guarded row was still as loaded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import asyncpg

from hub.domain.audit import AuditFact
from hub.domain.automation import Firing
from hub.domain.call_record import CallRecord
from hub.domain.company import Company
from hub.domain.contact import Contact, ContactIdentity, MatchCandidate, Merge
from hub.domain.conversation import Conversation, Thread
from hub.domain.delivery import Delivery
from hub.domain.imports import ImportRow
from hub.domain.lead import Lead, StageFact, Task
from hub.domain.ledger import LedgerEntry
from hub.domain.message import Message
from hub.domain.timer import Timer
from hub.domain.wait import Wait
from hub.domain.workset import Decision, MessageMove, MessagePatch, MessageRef, Pointer, Settled, WorkingSet
from hub.store.rows import to_json_text
from hub.store.statements import Table, combine, insert_sql, update_sql


class VersionMissed(Exception):
    """A row changed between load and write: roll back and load again."""


class LeaseLost(Exception):
    """The receipt or delivery being settled belongs to somebody else by now: roll back, their word counts."""


_GUARDED = {
    "companies": Table("companies", Company, guard="version"),
    "contacts": Table("contacts", Contact, guard="version"),
    "identities": Table("identities", ContactIdentity, guard="version"),
    "threads": Table("threads", Thread, guard="version", lively=frozenset({"last_inbound_at", "burst", "burst_at"})),
    "conversations": Table(
        "conversations",
        Conversation,
        guard="version",
        unwritten=frozenset({"number"}),
        lively=frozenset({"last_message_at", "reply_thread_id"}),
    ),
    "waits": Table("waits", Wait, guard="version", lively=frozenset({"requests", "last_request_at", "last_group"})),
    "timers": Table("timers", Timer, guard="epoch"),
    "leads": Table("leads", Lead, guard="version"),
    "tasks": Table("tasks", Task, guard="version"),
    "calls": Table("calls", CallRecord, guard="version"),
    "candidates": Table("match_candidates", MatchCandidate, guard="version"),
    "merges": Table("merges", Merge),
    "pointers": Table("routing_pointers", Pointer, keys=("line",), guard="version"),
    "firings": Table("automation_firings", Firing),
    "imported": Table("import_rows", ImportRow, keys=("batch_id", "number")),
    "message_refs": Table("message_keys", MessageRef, keys=("connection_id", "external_id", "thread")),
}
_APPENDED = {
    "messages": Table("messages", Message),
    "ledger": Table("ledger", LedgerEntry),
    "decisions": Table("routing_decisions", Decision),
    "stage_facts": Table("lead_stage_facts", StageFact),
    "audited": Table("audit", AuditFact),
}
_DELIVERIES = Table("deliveries", Delivery, on_conflict="(key) DO NOTHING")

_SETTLE_RECEIPTS = """
UPDATE receipts t SET state = u.state, reason = u.reason, finished_at = clock_timestamp(), lease_until = NULL
FROM unnest(${0}::bigint[], ${1}::bigint[], ${2}::text[], ${3}::text[]) AS u(id, token, state, reason)
WHERE t.id = u.id AND t.token = u.token AND t.state = 'claimed' RETURNING 1
"""

_SETTLE_DELIVERIES = """
UPDATE deliveries t SET state = u.state, reason = u.reason, external_ids = u.external_ids::jsonb, part = u.part,
  due_at = coalesce(u.due_at, t.due_at), lease_until = NULL,
  finished_at = CASE WHEN u.state IN ('queued', 'unknown') THEN NULL ELSE clock_timestamp() END
FROM unnest(${0}::bigint[], ${1}::bigint[], ${2}::text[], ${3}::text[], ${4}::text[], ${5}::int[], ${6}::timestamptz[])
  AS u(id, token, state, reason, external_ids, part, due_at)
WHERE t.id = u.id AND t.token = u.token AND t.state = 'sending' RETURNING 1
"""

_CANCEL = (
    "UPDATE deliveries SET state = 'cancelled', finished_at = clock_timestamp() "
    "WHERE key = ANY(${0}::text[]) AND state = 'queued' RETURNING 1"
)

_CONFIRM = """
UPDATE deliveries t SET state = u.state, reason = 'confirmed by a person', finished_at = clock_timestamp()
FROM unnest(${0}::bigint[], ${1}::text[]) AS u(message_id, state)
WHERE t.message_id = u.message_id AND t.lane = 'reply' AND t.state = 'unknown' RETURNING 1
"""

_BOUNCE = """
UPDATE deliveries t SET state = 'failed', reason = u.reason, finished_at = clock_timestamp()
FROM unnest(${0}::bigint[], ${1}::text[]) AS u(message_id, reason)
WHERE t.message_id = u.message_id AND t.lane = 'reply' AND t.state IN ('sent', 'unknown') RETURNING 1
"""

_TURNS = """
UPDATE managers t SET last_assigned_at = u.at FROM unnest(${0}::bigint[], ${1}::timestamptz[]) AS u(id, at)
WHERE t.id = u.id RETURNING 1
"""

_MOVE = """
UPDATE messages SET conversation_id = $2, contact_id = $3 WHERE conversation_id = $1 AND (thread_id = ANY($4::bigint[]) OR id = ANY($5::bigint[]))
"""
_MOVE_KEYS = """
UPDATE message_keys SET conversation_id = $2, contact_id = $3 WHERE conversation_id = $1 AND thread_id = ANY($4::bigint[])
"""
_PATCHABLE = frozenset(
    {"text", "html", "visible_length", "edited_at", "deleted_at", "external_id", "attachments", "conversation_id"}
)

_CASTS = {"attachments": "::text::jsonb"}


@dataclass(slots=True)
class _Statement:
    """Collects the parts of the one statement, their arguments, and the counts that must come back (None: any)."""

    parts: list[str]
    arguments: list[Any]
    expected: list[int | None]

    def add(self, sql: str, arguments: list[Any], expected: int | None) -> None:
        self.parts.append(sql)
        self.arguments.extend(arguments)
        self.expected.append(expected)

    @property
    def next_parameter(self) -> int:
        return len(self.arguments) + 1


async def write(connection: asyncpg.Connection, workset: WorkingSet) -> None:
    """Write everything that differs from what was loaded, inside the caller's transaction.

    Raises:
        VersionMissed: a guarded row was not as expected; nothing may be committed.
        LeaseLost: a settled receipt or delivery is somebody else's by now; nothing may be committed.
    """
    ended = _Statement([], [], [])
    _add_ended(ended, workset)
    await _run(connection, ended, VersionMissed)
    statement = _Statement([], [], [])
    _add_rows(statement, workset, done=_list_ended(workset))
    _add_others(statement, workset)
    settled = len(statement.parts)
    _add_settled(statement, workset)
    counts = await _run(connection, statement, VersionMissed, upto=settled)
    if any(wanted is not None and wanted != count for wanted, count in counts[settled:]):
        raise LeaseLost
    for move in workset.message_moves:
        await _move(connection, move)
    for patch in workset.message_patches:
        await _patch(connection, patch)


async def write_deliveries(connection: asyncpg.Connection, deliveries: Sequence[Delivery]) -> None:
    """Write what is to go out, inside the caller's transaction; of a key that is there already nothing changes."""
    statement = _Statement([], [], [])
    _insert(statement, _DELIVERIES, list(deliveries), is_exact=False)
    await _run(connection, statement, VersionMissed)


async def _run(
    connection: asyncpg.Connection, statement: _Statement, failure: type[Exception], *, upto: int | None = None
) -> list[tuple[int | None, int]]:
    """Run a statement and return (expected, written) of its parts; raise `failure` if one of the first `upto` differs."""
    if not statement.parts:
        return []
    found = await connection.fetchrow(combine(statement.parts), *statement.arguments)
    counts = list(zip(statement.expected, found, strict=True))
    if any(wanted is not None and wanted != count for wanted, count in counts[:upto]):
        raise failure
    return counts


def _add_ended(statement: _Statement, workset: WorkingSet) -> None:
    """Write changed waits before new ones where there are both, and closed conversations before those opened for them.

    A contact's next wait opens as the last one ends; within one statement the unique index would see both open.
    """
    for name in _list_ended(workset):
        rows = getattr(workset, name)
        _update(statement, _GUARDED[name], rows.changed, rows.loaded)


def _list_ended(workset: WorkingSet) -> list[str]:
    """Return the tables whose changed rows are written first."""
    talks = workset.conversations
    closes = any(old.is_open and not new.is_open for old, new in zip(talks.loaded, talks.changed, strict=True))
    ended = ["conversations"] if talks.fresh and closes else []
    return [*ended, "waits"] if workset.waits.fresh and workset.waits.changed else ended


def _add_rows(statement: _Statement, workset: WorkingSet, *, done: Collection[str]) -> None:
    for name, table in _GUARDED.items():
        rows = getattr(workset, name)
        if fresh := rows.fresh:
            _insert(statement, table, fresh)
        if (changed := rows.changed) and name not in done:
            _update(statement, table, changed, rows.loaded)
    for name, table in _APPENDED.items():
        if listed := getattr(workset, name):
            _insert(statement, table, listed)
    if deliveries := list(workset.deliveries.values()):
        _insert(statement, _DELIVERIES, deliveries, is_exact=False)


def _insert(statement: _Statement, table: Table, rows: list[Any], *, is_exact: bool = True) -> None:
    sql = insert_sql(table, statement.next_parameter)
    written = [table.codec.encode_column(place, rows) for place, _, _ in table.columns()]
    statement.add(sql, written, len(rows) if is_exact else None)


def _update(statement: _Statement, table: Table, rows: list[Any], loaded: list[Any]) -> None:
    is_lively = _is_lively(table, rows, loaded)
    columns = table.lively_columns() if is_lively else table.columns()
    written = [table.codec.encode_column(place, rows) for place, _, _ in columns]
    statement.add(update_sql(table, statement.next_parameter, is_lively=is_lively), written, len(rows))


def _is_lively(table: Table, rows: list[Any], loaded: list[Any]) -> bool:
    """Tell whether nothing but lively columns differs from what was loaded."""
    if not table.lively:
        return False
    others = [name for _, name, _ in table.columns() if name not in table.lively]
    read = attrgetter(*others)
    return all(read(row) == read(old) for row, old in zip(rows, loaded, strict=True))


def _add_settled(statement: _Statement, workset: WorkingSet) -> None:
    if receipts := workset.settled_receipts:
        columns: list[list[Any]] = [[r.id for r in receipts], [r.token for r in receipts], [r.state for r in receipts]]
        columns.append([r.reason for r in receipts])
        statement.add(_numbered(_SETTLE_RECEIPTS, statement.next_parameter, 4), columns, len(receipts))
    if deliveries := workset.settled_deliveries:
        arguments = _settled_columns(deliveries)
        statement.add(_numbered(_SETTLE_DELIVERIES, statement.next_parameter, 7), arguments, len(deliveries))


def _add_others(statement: _Statement, workset: WorkingSet) -> None:
    if turns := workset.assigned_at:
        statement.add(_numbered(_TURNS, statement.next_parameter, 2), [list(turns), list(turns.values())], None)
    if confirmed := workset.confirmed_deliveries:
        columns: list[list[Any]] = [list(confirmed), list(confirmed.values())]
        statement.add(_numbered(_CONFIRM, statement.next_parameter, 2), columns, len(confirmed))
    if bounced := workset.bounced_deliveries:
        statement.add(_numbered(_BOUNCE, statement.next_parameter, 2), [list(bounced), list(bounced.values())], None)
    if keys := workset.cancelled_deliveries:
        statement.add(_numbered(_CANCEL, statement.next_parameter, 1), [keys], None)
    for removal in workset.removals:
        sql = f"DELETE FROM {removal.table} WHERE {removal.column} = ANY(${statement.next_parameter}::bigint[]) RETURNING 1"
        statement.add(sql, [list(removal.ids)], None)


def _settled_columns(deliveries: list[Settled]) -> list[list[Any]]:
    return [
        [d.id for d in deliveries],
        [d.token for d in deliveries],
        [d.state for d in deliveries],
        [d.reason for d in deliveries],
        [to_json_text(d.external_ids) for d in deliveries],
        [d.part for d in deliveries],
        [d.due_at for d in deliveries],
    ]


def _numbered(sql: str, first: int, count: int) -> str:
    return sql.replace("${", "{").format(*(f"${first + place}" for place in range(count)))


async def _move(connection: asyncpg.Connection, move: MessageMove) -> None:
    arguments = (move.from_conversation, move.to_conversation, move.to_contact, list(move.threads))
    await connection.execute(_MOVE, *arguments, list(move.loose))
    await connection.execute(_MOVE_KEYS, *arguments)


async def _patch(connection: asyncpg.Connection, patch: MessagePatch) -> None:
    names = sorted(set(patch.values) & _PATCHABLE)
    values = [to_json_text(patch.values[name]) if name in _CASTS else patch.values[name] for name in names]
    known: list[Any] = [patch.id] if patch.received_at is None else [patch.id, patch.received_at]
    where = "id = $1" if patch.received_at is None else "id = $1 AND received_at = $2"
    places = enumerate(names, start=len(known) + 1)
    sets = ", ".join(f"{name} = ${place}{_CASTS.get(name, '')}" for place, name in places)
    await connection.execute(f"UPDATE messages SET {sets} WHERE {where}", *known, *values)
