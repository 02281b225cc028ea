"""What a merge changed, field by field, so that taking it back is exact (M-10).

The map holds, for every changed row, the value of each changed field before and after. Undoing puts the former value
back wherever the latter still stands; what has changed since (an answer, a new request) stays as it has become. The map
is plain JSON, because it is stored with the merge. Timers are the only rows that a merge makes; they are told apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.domain.contact import Claim
from hub.domain.identity import ProofLevel
from hub.domain.timer import TimerKind, TimerState
from hub.domain.workset import Rows, WorkingSet

_TABLES = ("contacts", "identities", "threads", "conversations", "waits", "timers", "leads", "tasks", "candidates")
_UNTOLD = frozenset({"id", "version", "epoch", "number"})
_INSTANT = "$instant"
_CLAIM = "$claim"

Snapshot = Mapping[str, Mapping[int, Any]]


def snapshot(rows: WorkingSet) -> Snapshot:
    """Return all rows as they are now, by table and id."""
    return {name: {row.id: row for row in _table(rows, name)} for name in _TABLES}


def list_changes(before: Snapshot, rows: WorkingSet) -> dict[str, object]:
    """Return what differs from a snapshot: table, row id, field, and its value before and after."""
    return {name: changed for name in _TABLES if (changed := dict(_changed_rows(before[name], _table(rows, name))))}


def list_made_timers(before: Snapshot, rows: WorkingSet) -> list[object]:
    """Return the armed timers that a snapshot has not: kind, subject and instant of each."""
    made = [row for row in rows.timers if row.id not in before["timers"] and row.state is TimerState.armed]
    return [[row.kind.value, row.subject, row.due_at.isoformat()] for row in made]


def cancel_made_timers(made: Iterable[Sequence[str]], rows: WorkingSet) -> None:
    """Cancel the timers that a merge has made, and what they remember, where nothing has moved them since."""
    for kind, subject, due_at in made:
        timer = rows.timers.get((TimerKind(kind), subject))
        stands = timer is not None and timer.due_at == datetime.fromisoformat(due_at)
        if timer is not None and stands and timer.state is TimerState.armed:
            rows.arm(timer.kind, subject, timer.due_at)
            rows.disarm(timer.kind, subject)


def take_back(changes: Mapping[str, Any], rows: WorkingSet) -> None:
    """Put back what still stands as the merge left it."""
    for name in _TABLES:
        table = _table(rows, name)
        for key, row in [(key, row) for key, row in table.items() if str(row.id) in changes.get(name, {})]:
            table.put(key, _restored(row, changes[name][str(row.id)]))


def _table(rows: WorkingSet, name: str) -> Rows[Any]:
    table: Rows[Any] = getattr(rows, name)
    return table


def _changed_rows(before: Mapping[int, Any], table: Rows[Any]) -> Iterator[tuple[str, dict[str, list[object]]]]:
    for row in table:
        old = before.get(row.id)
        if old is not None and old != row:
            names = (field.name for field in fields(row) if field.name not in _UNTOLD)
            pairs = {name: (getattr(old, name), getattr(row, name)) for name in names}
            yield str(row.id), {name: [_freeze(a), _freeze(b)] for name, (a, b) in pairs.items() if a != b}


def _restored(row: Any, changed: Mapping[str, list[object]]) -> Any:
    standing = {name: was for name, (was, became) in changed.items() if _freeze(getattr(row, name)) == became}
    return replace(row, **{name: _thaw(was, getattr(row, name)) for name, was in standing.items()})


def _freeze(value: object) -> object:
    """Return a field's value as JSON has it."""
    match value:
        case datetime():
            return {_INSTANT: value.isoformat()}
        case StrEnum():
            return value.value
        case Claim():
            return {_CLAIM: [value.contact_id, value.level.value, value.at.isoformat()]}
        case tuple():
            return [_freeze(each) for each in value]
        case Mapping():
            return {str(name): _freeze(each) for name, each in value.items()}
        case _:
            return value


def _thaw(value: object, like: object) -> object:
    """Return a stored value as a field has it; `like` is a value of the field, which tells its enum."""
    match value:
        case {"$instant": str(instant)}:
            return datetime.fromisoformat(instant)
        case {"$claim": [int(contact_id), str(level), str(at)]}:
            return Claim(contact_id, ProofLevel(level), datetime.fromisoformat(at))
        case str() if isinstance(like, StrEnum):
            return type(like)(value)
        case list():
            return tuple(_thaw(each, None) for each in value)
        case _:
            return value
