"""Sales chances: leads where the portal has them, else deals.

A portal in the simple mode turns every lead into a deal at once, so there a deal is made at the beginning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hub.crm_sync.base import Patch, Request, Snapshot, Written
from hub.crm_sync.connectors.bitrix24.cards import add_item, change_item, list_items
from hub.crm_sync.connectors.bitrix24.ownfields import OwnFields
from hub.crm_sync.connectors.bitrix24.records import (
    CONTACT,
    DEAL,
    LEAD,
    LONGEST_TEXT,
    LONGEST_TITLE,
    base_snapshot,
    cut_short,
    made_ref,
    marks_of,
    outcome_of,
    person_id,
    plain,
    plain_again,
    request_values,
)
from hub.crm_sync.connectors.bitrix24.settings import RequestKind
from hub.crm_sync.connectors.bitrix24.wire import Portal
from hub.crm_sync.wording import channel_name
from hub.domain.crm import CrmField, CrmRef
from hub.net.payloads import Json

_CLASSIC = "1"
_ASKED_EVERY = timedelta(days=1)
_NAMES = {CrmField.name: "title", CrmField.owner: "assignedById", CrmField.stage: "stageId"}


@dataclass(slots=True)
class Mode:
    """What a sales chance is here: the setting says it, or the portal, which is asked once a day."""

    portal: Portal
    _kind: str = field(default="")
    _asked_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    async def kind(self) -> str:
        """Return `lead` or `deal`."""
        if self.portal.settings.request_kind is not RequestKind.auto:
            return self.portal.settings.request_kind.value
        now = self.portal.context.clock.now()
        if self._asked_at < now - _ASKED_EVERY:
            told = (await self.portal.read("crm.settings.mode.get", {}))["result"]
            self._kind, self._asked_at = LEAD if str(told) == _CLASSIC else DEAL, now
        return self._kind


async def create_request(own: OwnFields, mode: Mode, request: Request, *, key: str) -> Written:
    """Make a lead or deal of a card."""
    kind = await mode.kind()
    channel = channel_name(request.channel, own.portal.settings.language)
    fields: dict[str, object] = {
        "title": cut_short(request.title, LONGEST_TITLE),
        "contactIds": [int(request.contact.id)],
        **marks_of(request.marks),
        **_money(request.amount),
        **await own.checked(kind, request.fields),
        **await own.source_fields(request.source, channel, request.person.link),
    }
    given = {
        "assignedById": request.owner,
        "stageId": request.stage,
        "comments": plain(cut_short(request.text, LONGEST_TEXT)),
    }
    fields |= {name: value for name, value in given.items() if value}
    if kind == DEAL:
        fields["categoryId"] = int(request.pipeline) if request.pipeline.isdigit() else own.portal.settings.category_id
    return await add_item(own.portal, kind, fields, key)


async def update_request(own: OwnFields, ref: CrmRef, patch: Patch) -> Written:
    """Change a lead or deal."""
    fields: dict[str, object] = await own.checked(ref.kind, patch.fields)
    fields |= {name: value for word, name in _NAMES.items() if (value := patch.values.get(word))}
    if CrmField.amount in patch.values:
        fields |= _money(patch.values[CrmField.amount] or "0")
    if CrmField.text in patch.values:
        fields["comments"] = plain(cut_short(patch.values[CrmField.text], LONGEST_TEXT))
    return await change_item(own.portal, ref, fields)


def read_request(kind: str, item: Mapping[str, Json], fields: Mapping[str, str]) -> Snapshot:
    """Return a lead or deal as it is."""
    contact = person_id(item.get("contactId")) or person_id(next(iter(item.get("contactIds") or []), None))
    values = request_values(item)
    values[CrmField.text] = plain_again(values[CrmField.text])
    return replace(
        base_snapshot(kind, item, fields),
        values=values,
        outcome=outcome_of(item),
        contact=made_ref(CONTACT, contact) if contact else None,
    )


async def find_deal_of(portal: Portal, lead: CrmRef) -> CrmRef | None:
    """Return the deal that a lead was turned into, None if there is none."""
    rows = await list_items(portal, DEAL, {"=leadId": int(lead.id)}, select=["id"], order={"id": "ASC"})
    return made_ref(DEAL, rows[0]["id"]) if rows else None


def _money(amount: str) -> dict[str, object]:
    """Return an amount as the portal keeps it: a number, set by hand, since it counts products otherwise."""
    return {"opportunity": float(amount), "isManualOpportunity": "Y"} if amount else {}
