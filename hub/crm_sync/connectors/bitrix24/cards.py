"""Cards of clients: found by phone and e-mail, made, changed.

`crm.duplicate.findbycomm` takes 20 values of one sort and gives the 20 oldest cards; it is asked for contacts alone,
since with several kinds a full answer for one silences the others. It compares stored text, and people type numbers in
any form, so it gets the forms in use and its finds are read and compared as numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.crm_sync.base import Match, Patch, Person, Snapshot, Written
from hub.crm_sync.connectors.bitrix24.ownfields import OwnFields
from hub.crm_sync.connectors.bitrix24.records import (
    COMPANY,
    CONTACT,
    DEAL,
    LEAD,
    LONGEST_TITLE,
    ORIGINATOR,
    base_snapshot,
    cut_short,
    fm_rows,
    full_name,
    made_ref,
    marks_of,
    name_parts,
    number_of,
    outcome_of,
    page_url,
    person_id,
    read_emails,
    read_instant,
    read_phones,
)
from hub.crm_sync.connectors.bitrix24.wire import Portal, rows_of
from hub.crm_sync.wording import Language, phone_spellings
from hub.domain.crm import CrmField, CrmRef
from hub.domain.errors import OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.net.payloads import Json

_MOST_VALUES = 20
_OWN_NAMES = {"useOriginalUfNames": "Y"}
_UNNAMED = {Language.ru: "Клиент", Language.en: "Client"}
"""A card must have a name."""


async def get_item(portal: Portal, ref: CrmRef) -> Mapping[str, Json]:
    """Return a contact, company, lead or deal with all its fields.

    Raises:
        PermanentFailure: `missing`, if there is none.
    """
    params = {"entityTypeId": number_of(ref.kind), "id": int(ref.id), **_OWN_NAMES}
    return _item(await portal.read("crm.item.get", params), f"{ref.kind} was not answered")


async def list_items(
    portal: Portal, kind: str, condition: Mapping[str, object], **more: object
) -> list[Mapping[str, Json]]:
    """Return the first 50 records of a kind that meet a condition; `select` and `order` are passed on."""
    params = {"entityTypeId": number_of(kind), "select": ["*"], "filter": condition, **more, **_OWN_NAMES}
    return rows_of(await portal.read("crm.item.list", params))


async def find_item(portal: Portal, kind: str, key: str) -> Written | None:
    """Return the record of a kind that was made with a key. The portal keeps the key, but does not hold it unique."""
    rows = await list_items(portal, kind, {"=originatorId": ORIGINATOR, "=originId": key}, order={"id": "ASC"})
    return _written(portal, kind, rows[0], is_existing=True) if rows else None


async def add_item(portal: Portal, kind: str, fields: Mapping[str, object], key: str) -> Written:
    """Make a record that carries `key`."""
    marked = {**fields, "originatorId": ORIGINATOR, "originId": key}
    told = await portal.write("crm.item.add", {"entityTypeId": number_of(kind), "fields": marked, **_OWN_NAMES})
    return _written(portal, kind, _made(told, f"{kind} was made without an answer"))


async def change_item(portal: Portal, ref: CrmRef, fields: Mapping[str, object]) -> Written:
    """Change a record; nothing is called if there is nothing to change."""
    if not fields:
        return Written(ref, page_url(portal.settings.portal_url, ref))
    params = {"entityTypeId": number_of(ref.kind), "id": int(ref.id), "fields": fields, **_OWN_NAMES}
    told = await portal.write("crm.item.update", params)
    return _written(portal, ref.kind, _made(told, f"{ref.kind} was changed without an answer"))


async def find_contacts(portal: Portal, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
    """Return the cards with one of these phones (E.164) or e-mails."""
    forms = [form for phone in phones for form in phone_spellings(phone)]
    ids = {*await _find_ids(portal, "PHONE", forms), *await _find_ids(portal, "EMAIL", emails)}
    if not ids:
        return ()
    asked = {
        "entityTypeId": number_of(CONTACT),
        "select": ["*"],
        "filter": {"@id": sorted(ids)},
        "order": {"id": "ASC"},
    }
    cards = await portal.read_all("crm.item.list", {**asked, **_OWN_NAMES})
    wanted = {*phones, *emails}
    matches = [match for card in cards if (match := _match(portal, card)).matched and wanted & {*match.matched}]
    busy = await _with_open_requests(portal, [match.ref.id for match in matches])
    return tuple(
        replace(
            match,
            matched=tuple(address for address in match.matched if address in wanted),
            has_open_request=match.ref.id in busy,
        )
        for match in matches
    )


async def create_contact(own: OwnFields, person: Person, *, key: str) -> Written:
    """Make a card, and its company if there is none of that name."""
    fields: dict[str, object] = {
        **name_parts(person.name.strip() or _UNNAMED[own.portal.settings.language]),
        **marks_of(person.marks),
        **await own.checked(CONTACT, person.fields),
        "fm": fm_rows(person.phones, person.emails),
        **await own.source_fields(person.source, *_about(person)),
    }
    given = {"assignedById": person.owner, "companyId": await _company_id(own.portal, person.company, key)}
    fields |= {name: value for name, value in given.items() if value}
    return await add_item(own.portal, CONTACT, fields, key)


async def update_contact(own: OwnFields, ref: CrmRef, patch: Patch) -> Written:
    """Change a card; phones and e-mails it has in any form are not added again."""
    portal, fields = own.portal, await own.checked(ref.kind, patch.fields)
    if name := patch.values.get(CrmField.name, "").strip():
        fields |= name_parts(name)
    if owner := patch.values.get(CrmField.owner):
        fields["assignedById"] = owner
    if CrmField.company in patch.values:
        fields["companyId"] = await _company_id(portal, patch.values[CrmField.company], f"company-{ref}") or "0"
    if patch.phones or patch.emails:
        fields |= _added(await get_item(portal, ref), patch, portal.settings.region)
    return await change_item(portal, ref, fields)


async def read_contact(portal: Portal, item: Mapping[str, Json], fields: Mapping[str, str]) -> Snapshot:
    """Return a card as it is; the company's name stands in a record of its own."""
    told = base_snapshot(CONTACT, item, fields)
    values: dict[str, str] = {CrmField.name: full_name(item), CrmField.owner: person_id(item.get("assignedById"))}
    if (company := person_id(item.get("companyId"))) == "":
        values[CrmField.company] = ""
    elif (title := await _company_title(portal, company)) is not None:
        values[CrmField.company] = title
    phones, emails = read_phones(item, portal.settings.region), read_emails(item)
    return replace(told, values=values, phones=phones, emails=emails)


async def _find_ids(portal: Portal, sort: str, values: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(values), _MOST_VALUES):
        asked = {"entity_type": "CONTACT", "type": sort, "values": list(values[start : start + _MOST_VALUES])}
        told = (await portal.read("crm.duplicate.findbycomm", asked))["result"]
        ids = told.get("CONTACT") if isinstance(told, dict) else []
        found |= {int(each) for each in ids or [] if str(each).isdigit()}
    return found


def _match(portal: Portal, card: Mapping[str, Json]) -> Match:
    ref = made_ref(CONTACT, card.get("id"))
    return Match(
        ref,
        full_name(card),
        person_id(card.get("assignedById")),
        (*read_phones(card, portal.settings.region), *read_emails(card)),
        active_at=_active_at(card),
        url=page_url(portal.settings.portal_url, ref),
    )


def _active_at(card: Mapping[str, Json]) -> datetime | None:
    return read_instant(card.get("lastActivityTime")) or read_instant(card.get("updatedTime"))


async def _with_open_requests(portal: Portal, contacts: Sequence[str]) -> set[str]:
    """Return which cards have an open deal or lead among their newest; one card alone needs no choice."""
    if len(contacts) < 2:
        return set()
    busy: set[str] = set()
    for kind in (DEAL, LEAD):
        select = ["id", "contactId", "stageId", "stageSemanticId"]
        condition = {"@contactId": [int(contact) for contact in contacts]}
        rows = await list_items(portal, kind, condition, select=select, order={"id": "DESC"})
        busy |= {person_id(row.get("contactId")) for row in rows if outcome_of(row) == "open"}
    return busy


def _about(person: Person) -> Iterator[str]:
    """Yield what people read on the card beside its fields: messengers, and the way into the hub."""
    yield from (f"{kind}: {handle}" for kind, handle in person.messengers)
    if person.link:
        yield person.link


def _added(item: Mapping[str, Json], patch: Patch, region: str) -> dict[str, object]:
    """Return the phones and e-mails to add; the portal wants an object here, in which `n0`, `n1` … are new."""
    phones = [phone for phone in patch.phones if phone not in read_phones(item, region)]
    emails = [email for email in patch.emails if email not in read_emails(item)]
    rows = fm_rows(phones, emails)
    return {"fm": {f"n{number}": row for number, row in enumerate(rows)}} if rows else {}


async def _company_id(portal: Portal, title: str, key: str) -> str:
    """Return the company with this name, which is made if there is none; empty for no name."""
    title = cut_short(title.strip(), LONGEST_TITLE)
    if not title:
        return ""
    rows = await list_items(portal, COMPANY, {"=title": title}, select=["id"], order={"id": "ASC"})
    return str(rows[0]["id"]) if rows else (await add_item(portal, COMPANY, {"title": title}, key)).ref.id


async def _company_title(portal: Portal, company: str) -> str | None:
    """Return a company's name, None if we may not see it."""
    try:
        item = await get_item(portal, CrmRef(COMPANY, company))
    except PermanentFailure:
        return None
    return str(item.get("title") or "")


def _item(answer: Mapping[str, Json], trouble: str) -> Mapping[str, Json]:
    result = answer["result"]
    item = result.get("item") if isinstance(result, dict) else None
    if not isinstance(item, dict) or "id" not in item:
        raise TemporaryFailure(trouble)
    return item


def _made(result: Json, trouble: str) -> Mapping[str, Json]:
    item = result.get("item") if isinstance(result, dict) else None
    if not isinstance(item, dict) or "id" not in item:
        raise OutcomeUnknown(trouble)
    return item


def _written(portal: Portal, kind: str, item: Mapping[str, Json], *, is_existing: bool = False) -> Written:
    ref = made_ref(kind, item["id"])
    rev = str(item.get("updatedTime") or "")
    return Written(ref, page_url(portal.settings.portal_url, ref), rev, is_existing)
