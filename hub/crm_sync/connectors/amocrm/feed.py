"""The list of events: what changed while webhooks were lost or not allowed by the plan.

Source: https://www.amocrm.ru/developers/content/crm_platform/events-and-notes (read 2026-11-22): up to a hundred a
page, in an order nobody states. A span is read to its end before the next one begins, so pages do not move
underfoot; spans overlap, since nothing says how late an event may appear. Events of notes, calls and chats
are not asked for: those are our own entries. An event of joined cards names the one that remains and not the other.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.crm_sync.base import ChangePage
from hub.crm_sync.connectors.amocrm.api import Api, Row, embedded, has_next
from hub.crm_sync.connectors.amocrm.bodies import unix
from hub.crm_sync.connectors.amocrm.snapshots import COMPANY, CONTACT, ENTITIES, LEAD, TASK, instant, user_of
from hub.domain.crm import CrmRef
from hub.domain.inbound import CrmHint

OVERLAP = timedelta(minutes=2)
_PAGE = 100
_KINDS = {"lead": LEAD, "contact": CONTACT, "company": COMPANY, "task": TASK}
_TYPES = (
    *(f"{kind}_{what}" for kind in ("lead", "contact", "company") for what in ("added", "deleted", "restored")),
    "lead_status_changed",
    "lead_linked",
    "contact_linked",
    "company_linked",
    "entity_linked",
    "entity_merged",
    "entity_responsible_changed",
    "name_field_changed",
    "sale_field_changed",
    "custom_field_value_changed",
    *(f"task_{what}" for what in ("added", "deleted", "completed", "text_changed", "deadline_changed")),
)


async def read_changes(api: Api, cursor: Mapping[str, object], now: datetime) -> ChangePage:
    """Return a page of what changed since a cursor: `since`, and inside a span `until` and `page`."""
    since = _number(cursor.get("since"))
    if not since:
        return ChangePage((), {"since": unix(now)})
    until, page = _number(cursor.get("until")) or unix(now), _number(cursor.get("page")) or 1
    told = await api.read("/api/v4/events", _query(since, until, page))
    hints = tuple(hint for row in embedded(told, "events") if (hint := _hint(row)) is not None)
    if has_next(told):
        return ChangePage(hints, {"since": since, "until": until, "page": page + 1}, has_more=True)
    return ChangePage(hints, {"since": max(since, until - int(OVERLAP.total_seconds()))})


def _query(since: int, until: int, page: int) -> list[tuple[str, str]]:
    return [
        ("filter[created_at][from]", str(since)),
        ("filter[created_at][to]", str(until)),
        *(("filter[entity][]", kind) for kind in _KINDS),
        *(("filter[type][]", name) for name in _TYPES),
        ("limit", str(_PAGE)),
        ("page", str(page)),
    ]


def _hint(row: Row) -> CrmHint | None:
    """Return what an event says, None for kinds that are not ours."""
    kind, record = _KINDS.get(str(row.get("entity_type"))), str(row.get("entity_id") or "")
    at, event, word = instant(row.get("created_at")), row.get("id"), str(row.get("type"))
    if kind is None or at is None or not (record and event):
        return None
    return CrmHint(
        external_id=f"event:{event}",
        entity=ENTITIES[kind],
        ref=CrmRef(kind, record),
        occurred_at=at,
        changed_by=user_of(row.get("created_by")),
        is_deleted=word.endswith("_deleted"),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
