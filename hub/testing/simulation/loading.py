"""Fills a working set from rows in memory: the same rows that `hub.store.loading` finds for the same scope.

Each function stands for the statements of the same name there; what those leave out is left out here too, since a fold
that needs more than it gets is a defect this is to find. Locks are missing: one fold runs at a time.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from hub.domain.conversation import Conversation
from hub.domain.message import DeliveryState
from hub.domain.timer import TimerKind
from hub.domain.workset import ManagerLoad, WorkingSet
from hub.store.loading import ScopeMoved, may_route
from hub.store.scope import Scope
from hub.testing.simulation.rows import MemoryRows

_ANSWERED_RECENTLY = timedelta(minutes=10)
_LAST_FIRINGS = timedelta(hours=1)
_WHOLE = ("conversations", "waits", "leads", "tasks", "candidates")


def load(store: MemoryRows, scope: Scope, workset: WorkingSet) -> WorkingSet:
    """Fill `workset` with everything the scope reaches.

    Raises:
        ScopeMoved: an address belongs to a contact that the scope did not find.
    """
    contacts = set(_resolve(store, scope))
    _load_people(store, scope, workset, contacts)
    _load_work(store, scope, workset, contacts)
    _load_timers(store, scope, workset)
    if scope.lines and (scope.always_lines or may_route(scope, workset)):
        _load_lines(store, scope, workset)
    if scope.in_flight:
        workset.in_flight = set(_in_flight(store, workset))
    return workset


def _resolve(store: MemoryRows, scope: Scope) -> Iterator[int]:
    tables = store.tables
    keyed = (("identities", scope.identities), ("threads", scope.threads), ("calls", scope.calls))
    numbered = (
        ("conversations", scope.conversations),
        ("waits", scope.waits),
        ("leads", scope.leads),
        ("tasks", scope.tasks),
    )
    named: tuple[tuple[str, Iterable[Any]], ...] = (*keyed, *numbered)
    found = [tables[name][key].contact_id for name, keys in named for key in keys if key in tables[name]]
    refs = (ref.contact_id for ref in _refs(store, scope))
    yield from (each for each in (*found, *refs, *scope.contacts) if each is not None)


def _refs(store: MemoryRows, scope: Scope) -> list[Any]:
    if not scope.messages:
        return []
    table = store.tables["message_refs"].values()
    return [ref for ref in table if (ref.connection_id, ref.external_id) in scope.messages]


def _load_people(store: MemoryRows, scope: Scope, workset: WorkingSet, contacts: set[int]) -> None:
    tables = store.tables
    for name, keys, rows in (
        ("identities", scope.identities, workset.identities),
        ("threads", scope.threads, workset.threads),
    ):
        for key, row in tables[name].items():
            if row.contact_id in contacts or key in keys:
                rows.load(key, row)
    if not {row.contact_id for row in (*workset.identities, *workset.threads)} <= contacts:
        raise ScopeMoved
    for contact_id in sorted(contacts & tables["contacts"].keys()):
        workset.contacts.load(contact_id, tables["contacts"][contact_id])


def _load_work(store: MemoryRows, scope: Scope, workset: WorkingSet, contacts: set[int]) -> None:
    tables = store.tables
    for ref in _refs(store, scope):
        workset.message_refs.load((ref.connection_id, ref.external_id, ref.thread), ref)
    if contacts:
        _load_conversations(store, scope, workset, contacts)
        _load_waits(store, scope, workset, contacts)
        _load_plans(store, scope, workset, contacts)
        for row in _of(tables["candidates"], contacts):
            if row.state != "joined":
                workset.candidates.load(row.id, row)
    if contacts and scope.whole:
        _load_whole(store, workset, contacts)
    for key in scope.calls & tables["calls"].keys():
        workset.calls.load(key, tables["calls"][key])
    _load_firings(store, scope, workset)


def _load_firings(store: MemoryRows, scope: Scope, workset: WorkingSet) -> None:
    for key, firing in store.tables["firings"].items():
        is_recent = firing.fired_at > workset.now - _LAST_FIRINGS
        if firing.subject in scope.firings and (is_recent or firing.cause in scope.causes):
            workset.firings.load(key, firing)


def _load_conversations(store: MemoryRows, scope: Scope, workset: WorkingSet, contacts: set[int]) -> None:
    table = store.tables["conversations"]
    latest: dict[tuple[int, str], Conversation] = {}
    for row in _of(table, contacts):
        newest = latest.get((row.contact_id, row.line))
        latest[(row.contact_id, row.line)] = row if newest is None or row.id > newest.id else newest
        if row.is_open or row.id in scope.conversations:
            workset.conversations.load(row.id, row)
    for row in (*latest.values(), *_named(table, scope.conversations)):
        workset.conversations.load(row.id, row)


def _load_waits(store: MemoryRows, scope: Scope, workset: WorkingSet, contacts: set[int]) -> None:
    answers = {ref.message_id for ref in workset.message_refs if ref.direction == "outbound"}
    for row in store.tables["waits"].values():
        is_running = row.is_open and row.contact_id in contacts
        if is_running or row.id in scope.waits or row.response_message_id in answers:
            workset.waits.load(row.id, row)


def _load_plans(store: MemoryRows, scope: Scope, workset: WorkingSet, contacts: set[int]) -> None:
    tables = store.tables
    newest: dict[tuple[int, str], Any] = {}
    for row in _of(tables["leads"], contacts):
        other = newest.get((row.contact_id, row.line))
        if other is None or _rank(row) > _rank(other):
            newest[(row.contact_id, row.line)] = row
    for row in (*newest.values(), *_named(tables["leads"], scope.leads)):
        workset.leads.load(row.id, row)
    if scope.tasks or any(lead.is_open for lead in workset.leads):
        open_tasks = [row for row in _of(tables["tasks"], contacts) if row.state == "open"]
        for row in (*open_tasks, *_named(tables["tasks"], scope.tasks)):
            workset.tasks.load(row.id, row)


def _rank(lead: Any) -> tuple[bool, Any, int]:
    return lead.state == "open", lead.created_at, lead.id


def _load_whole(store: MemoryRows, workset: WorkingSet, contacts: set[int]) -> None:
    for name in _WHOLE:
        for row in _of(store.tables[name], contacts):
            getattr(workset, name).load(row.id, row)
    for merge in store.tables["merges"].values():
        if {merge.kept_id, merge.absorbed_id} & contacts:
            workset.merges.load(merge.id, merge)
    loose: dict[int, tuple[int, ...]] = {}
    for message in store.messages.values():
        number = int(message.conversation_id or 0)
        if message.thread_id is None and number in workset.conversations:
            loose[number] = (*loose.get(number, ()), int(message.id))
    workset.loose_messages = loose


def _load_timers(store: MemoryRows, scope: Scope, workset: WorkingSet) -> None:
    subjects = {f"wait:{wait.id}" for wait in workset.waits} | {f"call:{call.id}" for call in workset.calls}
    subjects |= {f"conversation:{row.id}" for row in workset.conversations} | {
        f"task:{row.id}" for row in workset.tasks
    }
    for key, timer in store.tables["timers"].items():
        if timer.subject in subjects or (scope.digests and timer.kind is TimerKind.digest):
            workset.timers.load(key, timer)


def _load_lines(store: MemoryRows, scope: Scope, workset: WorkingSet) -> None:
    workset.locked_lines = frozenset(scope.lines)
    workset.managers = {number: _load_of(store, number, workset) for number in store.managers}
    pointers = store.tables["pointers"]
    for line in scope.lines & pointers.keys():
        workset.pointers.load(line, pointers[line])


def _load_of(store: MemoryRows, manager_id: int, workset: WorkingSet) -> ManagerLoad:
    """Return how much work a manager has (R-7)."""
    waits = [row for row in store.tables["waits"].values() if row.is_open]
    waiting = {(row.contact_id, row.line) for row in waits}
    owned = [row for row in store.tables["conversations"].values() if row.is_open and row.assignee_id == manager_id]
    since = workset.now - _ANSWERED_RECENTLY
    answered = [
        row
        for row in owned
        if row.last_response_at is not None
        and row.last_response_at > since
        and row.last_responder_id == manager_id
        and (row.contact_id, row.line) not in waiting
    ]
    calls = [row for row in store.tables["calls"].values() if row.state == "talking" and row.manager_id == manager_id]
    own_waits = sum(row.assignee_id == manager_id for row in waits)
    return ManagerLoad(
        store.managers[manager_id],
        own_waits,
        len(owned),
        recently_answered=len(answered),
        voice_calls=len(calls),
    )


def _in_flight(store: MemoryRows, workset: WorkingSet) -> Iterator[int]:
    for each in store.deliveries.values():
        row, is_under_way = each.row, each.state in (DeliveryState.queued, DeliveryState.sending)
        is_of_person = row.lane == "reply" and row.manager_id is not None
        if is_under_way and is_of_person and row.conversation_id in workset.conversations:
            yield int(row.conversation_id or 0)


def _of(table: dict[Any, Any], contacts: set[int]) -> list[Any]:
    return [row for row in table.values() if row.contact_id in contacts]


def _named(table: dict[Any, Any], ids: Iterable[int]) -> list[Any]:
    return [table[number] for number in sorted(ids) if number in table]
