"""What the store holds when all is quiet, as values: one read a table, nothing the oracle does not judge.

Read in one transaction that sees one instant, so that a row is never compared with a later one. The oracle's checks get
`Rows` and need no database. Markers are found here: of several in one message the first is its own, since a quoted
letter brings those of others along.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.domain.policy import Policy
from hub.inbox.queries.reports.verify import Verdict, stream_differences
from hub.inbox.viewer import person_of
from hub.routing.build import to_policy
from hub.routing.document import DEFAULT_POLICY, parse_policy
from hub.store import managers, policy
from hub.store.pool import Connection, connect
from hub.testing.crash.ledger import find_markers


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A stored payload; `markers` are all that stand in it."""

    id: int
    connection_kind: str
    external_id: str
    lane: str
    state: str
    attempt: int
    lease_until: datetime | None
    reason: str
    received_at: datetime
    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """An utterance; `marker` is its own, empty if it carries none."""

    id: int
    direction: str
    kind: str
    author: str
    automatic: str
    contact_id: int | None
    conversation_id: int | None
    thread_id: int | None
    occurred_at: datetime
    received_at: datetime
    marker: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """An outgoing effect. `notice` and `about_message` are what its payload names, `thread` its order key."""

    id: int
    lane: str
    key: str
    state: str
    attempt: int
    reason: str
    thread: int
    notice: str
    about_message: int | None
    conversation_id: int | None
    message_id: int | None
    manager_id: int | None
    due_at: datetime
    lease_until: datetime | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """The work people see."""

    id: int
    contact_id: int
    line: str
    state: str
    assignee_id: int | None
    transfer_to: int | None
    offered_to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WaitRow:
    """A wait with its deadline and how it ended."""

    id: int
    contact_id: int
    line: str
    conversation_id: int
    kind: str
    state: str
    started_at: datetime
    deadline_at: datetime
    assignee_id: int | None
    ended_at: datetime | None
    breached_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact of the hub's own ledger; `clock` and `level` are what a breach and a level name, empty elsewhere."""

    id: int
    wait_id: int | None
    conversation_id: int | None
    kind: str
    manager_id: int | None
    occurred_at: datetime
    recorded_at: datetime
    clock: str
    level: str


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A due action."""

    kind: str
    subject: str
    due_at: datetime
    epoch: int
    state: str
    fired_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """Who was chosen, by which step, for which reasons (their codes)."""

    id: int
    wait_id: int | None
    conversation_id: int
    line: str
    step: str
    assignee_id: int | None
    offered_to: tuple[int, ...]
    decided_at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call with where it ended up; `marker` is the one its id carries."""

    id: int
    state: str
    contact_id: int | None
    conversation_id: int | None
    message_id: int | None
    marker: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A card, and the one it was merged into."""

    id: int
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class ManagerRow:
    """A person of the business and the lines they may see; `key` is how the world calls them."""

    id: int
    key: str
    role: str
    lines: frozenset[str]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Another session of this database with a transaction open, and since when."""

    pid: int
    state: str
    open_since: datetime


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything that is judged.

    `at` is the database's instant. `untrue` are waits and leads of which the hub's own ledger tells otherwise than
    their rows, `leftovers` files that should be gone.
    """

    at: datetime
    receipts: tuple[ReceiptRow, ...] = ()
    messages: tuple[MessageRow, ...] = ()
    deliveries: tuple[DeliveryRow, ...] = ()
    conversations: tuple[ConversationRow, ...] = ()
    waits: tuple[WaitRow, ...] = ()
    facts: tuple[FactRow, ...] = ()
    timers: tuple[TimerRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    calls: tuple[CallRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    sessions: tuple[SessionRow, ...] = ()
    managers: tuple[ManagerRow, ...] = ()
    untrue: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()


_STATEMENTS: Mapping[str, tuple[type, str]] = {
    "receipts": (
        ReceiptRow,
        "SELECT r.*, c.kind AS connection_kind, encode(b.body, 'escape') AS markers FROM receipts r "
        "LEFT JOIN connections c ON c.id = r.connection_id LEFT JOIN receipt_bodies b ON b.receipt_id = r.id "
        "AND b.received_at = r.received_at ORDER BY r.id",
    ),
    "messages": (
        MessageRow,
        "SELECT *, concat_ws(' ', text, subject, external_id, fields) AS marker FROM messages ORDER BY id",
    ),
    "deliveries": (
        DeliveryRow,
        "SELECT *, order_hash AS thread, coalesce(payload->>'notice', '') AS notice, "
        "(payload->>'message_id')::bigint AS about_message FROM deliveries ORDER BY id",
    ),
    "conversations": (ConversationRow, "SELECT * FROM conversations ORDER BY id"),
    "waits": (WaitRow, "SELECT * FROM waits ORDER BY id"),
    "facts": (
        FactRow,
        "SELECT *, coalesce(facts->>'clock', '') AS clock, coalesce(facts->>'level', '') AS level "
        "FROM ledger ORDER BY recorded_at, id",
    ),
    "timers": (TimerRow, "SELECT * FROM timers ORDER BY id"),
    "decisions": (
        DecisionRow,
        "SELECT *, (SELECT coalesce(jsonb_agg(r->>'code'), '[]') FROM jsonb_array_elements(d.reasons) r) AS codes "
        "FROM routing_decisions d ORDER BY decided_at, id",
    ),
    "calls": (CallRow, "SELECT *, external_id AS marker FROM calls ORDER BY id"),
    "contacts": (ContactRow, "SELECT * FROM contacts ORDER BY id"),
    "sessions": (
        SessionRow,
        "SELECT pid, coalesce(state, '') AS state, xact_start AS open_since FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL "
        "AND backend_type = 'client backend' ORDER BY pid",
    ),
}


async def read_rows(dsn: str, data: Path) -> Rows:
    """Read the database at `dsn` and look for files left over below the data directory."""
    async with connect(dsn) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        tables = {name: await _read(connection, *named) for name, named in _STATEMENTS.items()}
        at = await connection.fetchval("SELECT clock_timestamp()")
        people, untrue = await _read_managers(connection), await _read_untrue(connection)
        return Rows(at=at, managers=people, untrue=untrue, leftovers=find_leftovers(data), **tables)


def find_leftovers(data: Path) -> tuple[str, ...]:
    """Return files that only something under way may have: half-received ones, and records of the spool."""
    places = [data / "files" / "incoming", data / "spool"]
    found = [path for place in places if place.is_dir() for path in place.rglob("*") if path.is_file()]
    return tuple(sorted(str(path.relative_to(data)) for path in found if path.stat().st_size))


async def _read(connection: Connection, row_class: type, statement: str) -> tuple[Any, ...]:
    return tuple([_value(row_class, record) for record in await connection.fetch(statement)])


def _value(row_class: type, record: Mapping[str, Any]) -> Any:
    """Return a row; lists become tuples, a text in which markers stand becomes them."""
    found = {field.name: record[field.name] for field in fields(row_class)}
    if "markers" in found:
        found["markers"] = tuple(find_markers(found["markers"] or ""))
    if "marker" in found:
        found["marker"] = next(iter(find_markers(found["marker"])), "")
    if "reasons" in found:
        found["reasons"] = record["codes"]
    return row_class(**{name: tuple(each) if isinstance(each, list) else each for name, each in found.items()})


async def _read_managers(connection: Connection) -> tuple[ManagerRow, ...]:
    latest = await policy.get_latest(connection)
    rules: Policy = to_policy(
        parse_policy(latest.document if latest else DEFAULT_POLICY), latest.number if latest else 0
    )
    people = [(each, person_of(rules, each)) for each in await managers.list_managers(connection)]
    return tuple(
        ManagerRow(
            each.id, each.key, each.role.value, frozenset(map(str, person.lines)) if each.is_active else frozenset()
        )
        for each, person in people
    )


async def _read_untrue(connection: Connection) -> tuple[str, ...]:
    """Return what `hub report verify` would: rows that their own facts do not bear out."""
    found = [each async for differences in stream_differences(connection, Verdict()) for each in differences]
    return tuple(
        f"{each.subject}:{each.id} {each.field} is {each.stored} and its facts tell {each.told}" for each in found
    )
