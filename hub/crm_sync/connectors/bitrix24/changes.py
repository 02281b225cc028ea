"""What changed since a cursor: records by the instant of their last change, and the queue of offline events.

Webhooks are sent once and get lost, so this is what completeness stands on. Records are read in order of (updatedTime,
id); what changed within the last seconds is told again next time, since a change of the same second may still come.
Deleted records are in no list: a webhook or the queue tells of them. A batch of the queue is reserved under a process
id, which the cursor keeps, and cleared once the cursor is stored, that is at the next call; a reserved batch that a
crash forgot is covered by the lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.crm_sync.base import ChangePage
from hub.crm_sync.connectors.bitrix24.hooks import hint_of
from hub.crm_sync.connectors.bitrix24.records import (
    ACTIVITY,
    CONTACT,
    DEAL,
    ENTITIES,
    LEAD,
    made_ref,
    number_of,
    person_id,
    read_instant,
)
from hub.crm_sync.connectors.bitrix24.requests import Mode
from hub.crm_sync.connectors.bitrix24.tasks import PROVIDER
from hub.crm_sync.connectors.bitrix24.wire import Portal, rows_of
from hub.domain.crm import Entity
from hub.domain.inbound import CrmHint
from hub.net.payloads import Json

_FRESH = timedelta(seconds=5)
_PAGE = 50
_QUEUE = "queue"
_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class Position:
    """How far a kind of record was read: the last instant, and the last id of that instant."""

    at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A record that changed. `is_settled`: its second is long over, so no change of it can come any more."""

    position: Position
    hint: CrmHint
    is_settled: bool


async def read_changes(portal: Portal, mode: Mode, cursor: Mapping[str, object]) -> ChangePage:
    """Return the next page since `cursor`; an empty one begins now."""
    kinds = [CONTACT, DEAL, ACTIVITY, *((LEAD,) if await mode.kind() == LEAD else ())]
    now = portal.context.clock.now().replace(microsecond=0)
    if not cursor:
        return ChangePage((), {kind: _written(Position(now)) for kind in kinds})
    hints, queue, has_more = await _read_queue(portal, cursor)
    read: dict[str, object] = {_QUEUE: queue} if queue else {}
    for kind in kinds:
        start = _position(cursor.get(kind), now)
        found, until, is_cut = await _read_kind(portal, kind, start)
        hints += found
        read[kind] = _written(until)
        has_more |= is_cut
    return ChangePage(tuple(hints), read, has_more)


async def _read_kind(portal: Portal, kind: str, start: Position) -> tuple[list[CrmHint], Position, bool]:
    """Return a kind's changes after `start`, how far that is, and whether there are more."""
    later, is_whole = await _read_after(portal, kind, start)
    settled = [change.position for change in later if change.is_settled]
    return [change.hint for change in later], settled[-1] if settled else start, bool(settled) and not is_whole


async def _read_after(portal: Portal, kind: str, start: Position) -> tuple[list[Change], bool]:
    """Return changes after `start` and whether those are all.

    A list cannot begin after an instant and an id, so the page from that instant on is asked for; where a second had
    more changes than a page, the rest of that second, then what came after it.
    """
    instant, number = ("LAST_UPDATED", "ID") if kind == ACTIVITY else ("updatedTime", "id")
    since = start.at.isoformat()
    later, is_full = await _page_after(portal, kind, start, {f">={instant}": since})
    if later or not is_full:
        return later, not is_full
    same_second = {f">={instant}": since, f"<={instant}": since, f">{number}": start.id}
    later, _ = await _page_after(portal, kind, start, same_second)
    if later:
        return later, False
    later, is_full = await _page_after(portal, kind, start, {f">{instant}": since})
    return later, not is_full


async def _page_after(
    portal: Portal, kind: str, start: Position, condition: Mapping[str, object]
) -> tuple[list[Change], bool]:
    """Return the changes of a page that lie after `start`, and whether the page was full."""
    answer = await _list(portal, kind, condition)
    rows = rows_of(answer)
    now = _server_now(answer, portal)
    changes = [change for row in rows if (change := _change(kind, row, now)) is not None]
    later = [change for change in changes if (change.position.at, change.position.id) > (start.at, start.id)]
    return later, len(rows) == _PAGE


async def _list(portal: Portal, kind: str, condition: Mapping[str, object]) -> Mapping[str, Json]:
    if kind == ACTIVITY:
        asked: dict[str, object] = {
            "filter": {**condition, "PROVIDER_ID": PROVIDER},
            "select": ["ID", "LAST_UPDATED", "EDITOR_ID"],
            "order": {"LAST_UPDATED": "ASC", "ID": "ASC"},
        }
        return await portal.read("crm.activity.list", asked)
    asked = {
        "entityTypeId": number_of(kind),
        "filter": condition,
        "select": ["id", "updatedTime", "updatedBy"],
        "order": {"updatedTime": "ASC", "id": "ASC"},
    }
    return await portal.read("crm.item.list", asked)


def _change(kind: str, row: Mapping[str, Json], now: datetime) -> Change | None:
    """Return a change; one that is told again before it has settled has another name each time."""
    is_activity = kind == ACTIVITY
    record, by = str(row.get("ID" if is_activity else "id")), row.get("EDITOR_ID" if is_activity else "updatedBy")
    at = read_instant(row.get("LAST_UPDATED" if is_activity else "updatedTime"))
    if at is None or not record.isdigit() or len(record) > _LONGEST_ID:
        return None
    is_settled = at <= now - _FRESH
    again = "" if is_settled else f":{now.timestamp():.3f}"
    hint = CrmHint(
        external_id=f"{kind}:{record}:{at.isoformat()}{again}",
        entity=ENTITIES.get(kind, Entity.task),
        ref=made_ref(kind, record),
        occurred_at=at,
        changed_by=person_id(by),
    )
    return Change(Position(at, int(record)), hint, is_settled)


async def _read_queue(portal: Portal, cursor: Mapping[str, object]) -> tuple[list[CrmHint], str, bool]:
    """Return the hints of the next batch of offline events, its process id, and whether there may be more."""
    if not portal.settings.is_application or not portal.settings.offline_events:
        return [], "", False
    if done := cursor.get(_QUEUE):
        await portal.write("event.offline.clear", {"process_id": done})
    asked = {"clear": 0, "limit": _PAGE, "auth_connector": portal.connector_name}
    result = (await portal.read("event.offline.get", asked))["result"]
    told = result if isinstance(result, dict) else {}
    events: Sequence[Json] = told.get("events") or []
    hints = [hint for event in events if isinstance(event, dict) and (hint := _queued(event)) is not None]
    return hints, str(told.get("process_id") or ""), len(events) == _PAGE


def _queued(event: Mapping[str, Json]) -> CrmHint | None:
    """Return the hint of a row of the queue, which coalesces changes: its instant is that of the last."""
    data = event.get("EVENT_DATA")
    fields = data.get("FIELDS") if isinstance(data, dict) else None
    record = str(fields.get("ID") if isinstance(fields, dict) else "")
    at = read_instant(event.get("TIMESTAMP_X")) or datetime.fromtimestamp(0, UTC)
    name = f"queue:{event.get('ID')}:{at.isoformat()}"
    return hint_of(str(event.get("EVENT_NAME") or ""), record, at, name)


def _server_now(answer: Mapping[str, Json], portal: Portal) -> datetime:
    """Return the portal's own time: its clock and ours need not agree."""
    times = answer.get("time")
    told = read_instant(times.get("date_finish")) if isinstance(times, dict) else None
    return told or portal.context.clock.now()


def _position(stored: object, now: datetime) -> Position:
    """Return a stored position; a kind that was not read before begins now."""
    text, _, record = str(stored or "").partition("#")
    at = read_instant(text)
    return Position(at, int(record)) if at and record.isdigit() else Position(now)


def _written(position: Position) -> str:
    return f"{position.at.isoformat()}#{position.id}"
