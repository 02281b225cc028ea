"""The tables in memory: what PostgreSQL promises a fold, and no more.

`write` does what `hub.store.flush` does in one statement: it proves versions and leases, keeps unique keys, raises
versions, and writes everything or nothing. `loading` reads from here what `hub.store.loading` reads. Values of jsonb
columns go through JSON, so that a fold meets them as it will meet them after a restart.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from hub.domain.delivery import Delivery
from hub.domain.ledger import LedgerEntry
from hub.domain.manager import Manager
from hub.domain.message import DeliveryState, Message
from hub.domain.replacing import replace
from hub.domain.workset import Decision, Settled, WorkingSet
from hub.store.flush import LeaseLost, VersionMissed
from hub.store.rows import codec_of

GUARDS = {
    "companies": "version",
    "contacts": "version",
    "identities": "version",
    "threads": "version",
    "conversations": "version",
    "waits": "version",
    "timers": "epoch",
    "leads": "version",
    "tasks": "version",
    "calls": "version",
    "candidates": "version",
    "merges": "",
    "pointers": "version",
    "firings": "",
    "message_refs": "",
}
"""Tables of a working set with the column that guards their updates."""


class UniqueBroken(Exception):
    """A fold made a second row for a key. With nobody else at work the next try would meet it again."""


@dataclass(slots=True)
class Outgoing:
    """A delivery with the state its worker keeps."""

    row: Delivery
    state: DeliveryState
    due_at: datetime
    token: int = 0
    attempt: int = 0
    lease_until: datetime | None = None
    first_attempt_at: datetime | None = None
    reason: str = ""
    external_ids: tuple[str, ...] = ()
    part: int = 0


@dataclass(slots=True)
class Receipt:
    """A stored payload; `body` names the event it carries."""

    id: int
    connection_id: int
    external_id: str
    order_key: str
    received_at: datetime
    body: str
    state: str = "new"
    token: int = 0
    attempt: int = 0
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """What one fold wrote: rows as they were, by table and key; new ones are absent there."""

    at: datetime
    before: dict[str, dict[Any, Any]]
    touched: dict[str, list[Any]]
    known_facts: int


@dataclass(slots=True)
class MemoryRows:
    """All rows of a hub. Keys of `tables` are those of the working set."""

    tables: dict[str, dict[Any, Any]] = field(default_factory=lambda: {name: {} for name in GUARDS})
    managers: dict[int, Manager] = field(default_factory=dict)
    receipts: dict[tuple[int, str], Receipt] = field(default_factory=dict)
    deliveries: dict[str, Outgoing] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    ledger: list[LedgerEntry] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    stage_facts: list[Any] = field(default_factory=list)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def new_id(self) -> int:
        """Return an id that no row has."""
        return next(self._ids)

    def write(self, workset: WorkingSet) -> Commit:
        """Write what differs from what was loaded, all or nothing.

        Raises:
            VersionMissed, LeaseLost: as `hub.store.flush.write`.
            UniqueBroken: two rows for one key.
        """
        self._prove(workset)
        commit = Commit(workset.now, {}, {}, len(self.ledger))
        for name, guard in GUARDS.items():
            self._write_table(name, guard, workset, commit)
        self._append(workset)
        self._settle(workset)
        self._move(workset)
        return commit

    def reply_of(self, message_id: int) -> Outgoing | None:
        """Return the delivery that carries a message to the client."""
        of_message = (each for each in self.deliveries.values() if each.row.message_id == message_id)
        return next((each for each in of_message if each.row.lane == "reply"), None)

    def _prove(self, workset: WorkingSet) -> None:
        receipts = {each.id: each for each in self.receipts.values()}
        for settled in workset.settled_receipts:
            receipt = receipts[settled.id]
            if (receipt.token, receipt.state) != (settled.token, "claimed"):
                raise LeaseLost
        sending = {int(each.row.id): each for each in self.deliveries.values() if each.state is DeliveryState.sending}
        if any(each.id not in sending or sending[each.id].token != each.token for each in workset.settled_deliveries):
            raise LeaseLost
        for name, guard in GUARDS.items():
            table, rows = self.tables[name], getattr(workset, name)
            for key in rows.written:
                _prove_row(name, guard, table.get(key), rows[key] if not rows.is_fresh(key) else None)
        _prove_one_open("conversations", self.tables["conversations"], workset)
        _prove_one_open("waits", self.tables["waits"], workset)

    def _write_table(self, name: str, guard: str, workset: WorkingSet, commit: Commit) -> None:
        table, rows = self.tables[name], getattr(workset, name)
        written = rows.written
        if not written:
            return
        commit.before[name] = {key: table[key] for key in written if key in table}
        for key in written:
            stored = as_stored(rows[key])
            is_raised = guard and not rows.is_fresh(key)
            table[key] = replace(stored, **{guard: getattr(stored, guard) + 1}) if is_raised else stored
        commit.touched[name] = [table[key] for key in written]

    def _append(self, workset: WorkingSet) -> None:
        self.ledger.extend(map(as_stored, workset.ledger))
        self.decisions.extend(workset.decisions)
        self.stage_facts.extend(workset.stage_facts)
        self.messages.update({int(each.id): each for each in workset.messages})
        for patch in (each for each in workset.message_patches if each.id in self.messages):
            self.messages[patch.id] = replace(self.messages[patch.id], **patch.values)  # type: ignore[arg-type]
        for manager_id, at in workset.assigned_at.items():
            self.managers[manager_id] = replace(self.managers[manager_id], last_assigned_at=at)
        for key, delivery in workset.deliveries.items():
            stored = as_stored(delivery)
            self.deliveries.setdefault(key, Outgoing(stored, DeliveryState.queued, delivery.due_at))

    def _settle(self, workset: WorkingSet) -> None:
        receipts = {each.id: each for each in self.receipts.values()}
        for settled in workset.settled_receipts:
            receipts[settled.id].state, receipts[settled.id].lease_until = settled.state, None
        outgoing = {int(each.row.id): each for each in self.deliveries.values()}
        for settled in workset.settled_deliveries:
            _end(outgoing[settled.id], settled)
        for key in workset.cancelled_deliveries:
            if key in self.deliveries and self.deliveries[key].state is DeliveryState.queued:
                self.deliveries[key].state = DeliveryState.cancelled
        for message_id, state in (*workset.confirmed_deliveries.items(), *_failed(workset.bounced_deliveries)):
            if reply := self.reply_of(message_id):
                reply.state = DeliveryState(state)

    def _move(self, workset: WorkingSet) -> None:
        for move in workset.message_moves:
            given = {"conversation_id": move.to_conversation, "contact_id": move.to_contact}
            for number, message in self.messages.items():
                if message.conversation_id == move.from_conversation and (
                    message.thread_id in move.threads or number in move.loose
                ):
                    self.messages[number] = replace(message, **given)  # type: ignore[arg-type]
            refs = self.tables["message_refs"]
            for key, ref in refs.items():
                if ref.conversation_id == move.from_conversation and ref.thread_id in move.threads:
                    refs[key] = replace(ref, **given)


def _prove_row(name: str, guard: str, stored: Any, changed: Any) -> None:
    """Prove that a new row has no elder, and that a changed one stands on the stored one."""
    if changed is None:
        if stored is not None:
            raise UniqueBroken(f"a second row of {name}: {stored}")
    elif stored is None or (guard and getattr(stored, guard) != getattr(changed, guard)):
        raise VersionMissed


def _prove_one_open(name: str, table: dict[Any, Any], workset: WorkingSet) -> None:
    """Prove that no contact will have two open ones on a line."""
    rows = getattr(workset, name)
    if not rows.written:
        return
    wanted = {**table, **{key: rows[key] for key in rows.written}}
    pairs = Counter((each.contact_id, each.line) for each in wanted.values() if each.is_open)
    if twice := [pair for pair, number in pairs.items() if number > 1]:
        raise UniqueBroken(f"two open {name} of one contact and line: {twice}")


def _end(outgoing: Outgoing, settled: Settled) -> None:
    outgoing.state, outgoing.reason = DeliveryState(settled.state), settled.reason
    outgoing.external_ids, outgoing.part = settled.external_ids, settled.part
    outgoing.due_at, outgoing.lease_until = settled.due_at or outgoing.due_at, None


def _failed(bounced: Iterable[int]) -> Iterable[tuple[int, str]]:
    return ((message_id, DeliveryState.failed.value) for message_id in bounced)


@cache
def _json_columns(row_class: Any) -> tuple[tuple[str, Callable[[Any], str], Callable[[Any], Any] | None], ...]:
    codec = codec_of(row_class)
    readers = dict(codec.decoders)
    return tuple(
        (name, encode, readers.get(place))
        for place, (name, kind, encode) in enumerate(zip(codec.columns, codec.pg_types, codec.encoders, strict=True))
        if kind == "jsonb" and encode is not None
    )


def as_stored(row: Any) -> Any:
    """Return a row as it is read back: what jsonb columns hold has been text in between."""
    row_class: Any = type(row)
    values = {}
    for name, encode, read in _json_columns(row_class):
        if value := getattr(row, name):
            told = json.loads(encode(value))
            values[name] = read(told) if read is not None else told
    return replace(row, **values) if values else row
