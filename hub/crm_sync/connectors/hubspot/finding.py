"""Finds records of HubSpot: contacts by number or e-mail, ours by key or mark, what stands behind an id.

Search may look at a number only as it was typed or as digits of its own making (`hs_searchable_calculated_…`), so all
spellings are asked for at once and only equal canonical numbers are taken. Of one's own writes search knows nothing
for seconds: they are asked for by key, or among the records associated with the contact.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.crm_sync.base import Match, Place, Refused, Written
from hub.crm_sync.connectors.hubspot.api import PAGE, HubSpotApi, Record, results
from hub.crm_sync.connectors.hubspot.reading import (
    KINDS,
    instant_of,
    match_of,
    property_of,
    relatives_of,
    text_of,
    written,
)
from hub.crm_sync.connectors.hubspot.stages import Structure
from hub.crm_sync.wording import phone_spellings
from hub.domain.crm import CrmRef
from hub.domain.errors import PermanentFailure

_BODIES = {
    "note": "hs_note_body",
    "call": "hs_call_body",
    "communication": "hs_communication_body",
    "task": "hs_task_body",
}
ENTRIES = ("note", "call", "communication")
_EXISTING = re.compile(r"Existing ID: (\d+)")


async def find_matches(
    api: HubSpotApi, structure: Structure, phones: Sequence[str], emails: Sequence[str]
) -> list[Match]:
    """Return the contacts with one of these; of several also whether a deal is open and when the last one changed."""
    asked, found = (*phones, *emails), dict[CrmRef, Match]()
    spellings = [each for phone in phones for each in phone_spellings(phone)]
    by_phone = [_filter(name, "IN", values=spellings) for name in api.settings.phone_properties]
    by_email = [_filter("email", "IN", values=list(emails))]
    by_email += [_filter("hs_additional_emails", "CONTAINS_TOKEN", value=email) for email in emails[:4]]
    for wanted, groups in ((phones, by_phone), (emails, by_email)):
        for record in await _search_contacts(api, groups) if wanted else ():
            if match := match_of(api, record, asked):
                found[match.ref] = match
    if len(found) < 2:
        return list(found.values())
    return [await _with_deals(api, structure, match) for match in found.values()]


async def find_keyed(api: HubSpotApi, kind: str, key: str) -> Written | None:
    """Return the contact or deal with our key."""
    record = await api.find(api.path("objects", f"{kind}s", key), idProperty=api.settings.key_property)
    return None if record is None else written(api, kind, record, is_existing=True)


async def find_marked(api: HubSpotApi, kinds: Sequence[str], place: Place, mark: str) -> Written | None:
    """Return the entry or task with our mark, among the newest hundred of each kind at the contact."""
    for kind in kinds:
        for record in await api.read_many(kind, await _newest_of(api, place.contact, kind), (_BODIES[kind],)):
            if mark in property_of(record, _BODIES[kind]):
                return written(api, kind, record, is_existing=True)
    return None


async def find_existing(api: HubSpotApi, refusal: PermanentFailure) -> Written | None:
    """Return the contact that a refusal names: an e-mail belongs to one contact only."""
    named = _EXISTING.search(str(refusal))
    record = await api.find(api.path("objects", "contacts", named[1])) if named else None
    return None if record is None else written(api, "contact", record, is_existing=True)


async def read_object(api: HubSpotApi, ref: CrmRef, fields: Sequence[str] = ()) -> Record | None:
    """Return a contact, deal or task with what we read of it, None if it is not there any more."""
    kind = KINDS[ref.kind]
    names = ",".join((*kind.properties, *fields))
    return await api.find(api.path("objects", f"{ref.kind}s", ref.id), properties=names, associations=kind.relatives)


async def _newest_of(api: HubSpotApi, contact: CrmRef, kind: str) -> Sequence[str]:
    """Return the ids of the newest records of a kind at a contact: numbers grow. Nothing, if it is gone."""
    try:
        path = api.path("objects", "contacts", contact.id, "associations", f"{kind}s")
        found = await api.read_pages(path, limit="500")
    except PermanentFailure as error:
        if error.reason == Refused.missing:
            return ()
        raise
    ids = {text_of(each, "toObjectId") or text_of(each, "id") for each in found} - {""}
    return sorted(ids, key=lambda each: (len(each), each), reverse=True)[:PAGE]


async def _search_contacts(api: HubSpotApi, groups: Sequence[Mapping[str, object]]) -> Sequence[Record]:
    properties = [*KINDS["contact"].properties, "notes_last_updated"]
    query = {"filterGroups": list(groups), "properties": properties, "limit": PAGE}
    return results(await api.search("contact", query))


async def _with_deals(api: HubSpotApi, structure: Structure, match: Match) -> Match:
    contact = await read_object(api, match.ref)
    ids = [ref.id for ref in relatives_of(contact or {}, "deal")]
    deals = await api.read_many("deal", ids, ("dealstage", "hs_lastmodifieddate"))
    outcomes = [await structure.outcome(property_of(deal, "dealstage")) for deal in deals]
    times = [at for deal in deals if (at := instant_of(text_of(deal, "updatedAt")))]
    newest = max((*times, *((match.active_at,) if match.active_at else ())), default=None)
    return replace(match, has_open_request="open" in outcomes, active_at=newest)


def _filter(name: str, operator: str, **value: object) -> Mapping[str, object]:
    return {"filters": [{"propertyName": name, "operator": operator, **value}]}
