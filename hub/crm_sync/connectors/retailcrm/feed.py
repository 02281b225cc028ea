"""What changed in retailCRM: its histories of customers, orders and tasks.

The vendor asks for `sinceId` of the last row seen and a run every 5 to 15 minutes
(https://help.retailcrm.pro/Developers/ApiHistory, read 2026-11-22). There are no webhooks: a trigger can call an
address, but a call that names no event cannot be told from its repetition.
"""

from collections.abc import Mapping, Sequence

from hub.crm_sync.base import ChangePage, Refused
from hub.crm_sync.connectors.retailcrm import reading
from hub.crm_sync.connectors.retailcrm.api import PATHS, RetailApi, items, pages_of
from hub.domain.errors import PermanentFailure
from hub.domain.inbound import CrmHint
from hub.net.payloads import Json


async def read_changes(api: RetailApi, cursor: Mapping[str, object]) -> ChangePage:
    """Return what the histories tell since `cursor`, which holds the last row of each."""
    hints: list[CrmHint] = []
    reached: dict[str, object] = {}
    has_more = False
    for kind in PATHS:
        since = cursor.get(kind)
        rows, is_cut = await _read_history(api, kind, since if isinstance(since, dict) else {})
        hints += reading.hints_of(api, kind, rows)
        reached[kind] = {"id": rows[-1]["id"]} if rows else since
        has_more |= is_cut
    return ChangePage(tuple(hints), reached, has_more)


async def _read_history(
    api: RetailApi, kind: str, since: Mapping[str, Json]
) -> tuple[Sequence[Mapping[str, Json]], bool]:
    """Return the next rows in order, and whether there are more.

    A key without the right to one of the histories keeps the others: the check says which one is missing.
    """
    start = ("filter[sinceId]", str(since["id"])) if "id" in since else ("filter[startDate]", str(since.get("at", "")))
    try:
        answer = await api.read(f"{PATHS[kind]}/history", (start, ("limit", "100")))
    except PermanentFailure as error:
        if error.reason in {Refused.forbidden, Refused.missing}:
            return (), False
        raise
    rows = [row for row in items(answer, "history") if isinstance(row.get("id"), int)]
    rows.sort(key=lambda row: int(row["id"]))
    return rows, bool(rows) and pages_of(answer) > 1
