"""What changed in HubSpot, by search on the date of the last change: what webhooks did not bring.

The index lags, so a record may come to light with a date that has been passed already: each look begins a minute
before the last date seen, and what it finds again is not told again. Deleted records are not in a search: their
webhook tells. A search ends at ten thousand results; a longer list begins anew at the last date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.crm_sync.base import ChangePage
from hub.crm_sync.connectors.hubspot.api import MOST_FOUND, PAGE, HubSpotApi, Record, next_page, results
from hub.crm_sync.connectors.hubspot.reading import KINDS, instant_of, property_of, text_of
from hub.domain.crm import CrmRef
from hub.domain.inbound import CrmHint

_LAG = timedelta(seconds=60)
_MOST_REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class _Reached:
    """How far one kind was read: changes up to `since`, the page within a look, what the last minute's ones were."""

    since: datetime
    after: str
    seen: Sequence[str]


def begin(now: datetime) -> Mapping[str, object]:
    """Return the cursor of whoever begins now: the first look begins there, and not a minute before."""
    return {kind: {"since": (now + _LAG).isoformat(), "after": "", "seen": []} for kind in KINDS}


async def read_changes(api: HubSpotApi, cursor: Mapping[str, object], now: datetime) -> ChangePage:
    """Return a page of the changes of every kind since `cursor`."""
    hints: list[CrmHint] = []
    reached: dict[str, object] = {}
    has_more = False
    for kind in KINDS:
        before = _read_cursor(cursor.get(kind), now)
        answer = await api.search(kind, _query(kind, before))
        told = [_hint(kind, record, now) for record in results(answer)]
        hints += [hint for hint in told if hint.external_id not in before.seen]
        reached[kind] = _cursor_after(before, told, next_page(answer))
        has_more |= bool(next_page(answer))
    return ChangePage(tuple(hints), reached, has_more)


def _query(kind: str, before: _Reached) -> Mapping[str, object]:
    name = KINDS[kind].changed
    since = str(int((before.since - _LAG).timestamp() * 1000))
    return {
        "filterGroups": [{"filters": [{"propertyName": name, "operator": "GTE", "value": since}]}],
        "sorts": [{"propertyName": name, "direction": "ASCENDING"}],
        "properties": [name],
        "limit": PAGE,
        **({"after": before.after} if before.after else {}),
    }


def _hint(kind: str, record: Record, now: datetime) -> CrmHint:
    ref = CrmRef(kind, text_of(record, "id"))
    told = property_of(record, KINDS[kind].changed) or text_of(record, "updatedAt")
    at = instant_of(told) or now
    return CrmHint(f"{ref}@{int(at.timestamp() * 1000)}", KINDS[kind].entity, ref, at)


def _cursor_after(before: _Reached, told: Sequence[CrmHint], after: str) -> Mapping[str, object]:
    """Return the cursor after a page: the same look goes on, or the next one begins at the last change seen."""
    seen = [*before.seen, *(hint.external_id for hint in told if hint.external_id not in before.seen)]
    newest = max((before.since, *(hint.occurred_at for hint in told)))
    if after.isdigit() and int(after) < MOST_FOUND - PAGE:
        return {"since": before.since.isoformat(), "after": after, "seen": seen}
    late = {hint.external_id for hint in told if hint.occurred_at >= newest - _LAG}
    kept = [each for each in seen if each in late or _is_late(each, newest)]
    return {"since": newest.isoformat(), "after": "", "seen": kept[-_MOST_REMEMBERED:]}


def _is_late(external_id: str, newest: datetime) -> bool:
    at = instant_of(external_id.rpartition("@")[2])
    return at is not None and at >= newest - _LAG


def _read_cursor(stored: object, now: datetime) -> _Reached:
    told = stored if isinstance(stored, dict) else {}
    seen = told.get("seen")
    since = instant_of(str(told.get("since") or "")) or now
    return _Reached(since, str(told.get("after") or ""), seen if isinstance(seen, list) else ())
