"""What HubSpot tells, in the hub's words: contacts, deals, tasks, owners, stages, own properties."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from hub.crm_sync.base import CrmStage, CrmUser, Match, OwnField, Snapshot, Written
from hub.crm_sync.connectors.hubspot.api import HubSpotApi, Record, malformed, mapping
from hub.crm_sync.wording import known_phone
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.identity import canonical_email


class Kind(NamedTuple):
    """An object type: what it is to us, its number in webhooks and addresses, when it changed, what we read of it."""

    entity: Entity
    type_id: str
    changed: str
    properties: tuple[str, ...]
    relatives: str


_NAMES = ("firstname", "lastname")
KINDS: Mapping[str, Kind] = {
    "contact": Kind(
        Entity.contact,
        "0-1",
        "lastmodifieddate",
        (*_NAMES, "email", "hs_additional_emails", "phone", "mobilephone", "company", "hubspot_owner_id"),
        "deals",
    ),
    "deal": Kind(
        Entity.request,
        "0-3",
        "hs_lastmodifieddate",
        ("dealname", "dealstage", "pipeline", "amount", "description", "hubspot_owner_id"),
        "contacts",
    ),
    "task": Kind(
        Entity.task,
        "0-27",
        "hs_lastmodifieddate",
        ("hs_task_subject", "hs_task_status", "hs_timestamp", "hubspot_owner_id"),
        "contacts",
    ),
}
"""What changes there and is read back."""


def text_of(record: Record, name: str) -> str:
    """Return a member as text, empty if it is absent or a structure."""
    value = record.get(name)
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def property_of(record: Record, name: str) -> str:
    """Return a property of a record as text."""
    return text_of(mapping(record, "properties"), name)


def instant_of(text: str) -> datetime | None:
    """Return the instant of an ISO 8601 time or of milliseconds since 1970, None if it is neither."""
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def written(api: HubSpotApi, kind: str, record: Record, *, is_existing: bool = False) -> Written:
    """Return what became of a write whose answer is `record`.

    Raises:
        OutcomeUnknown: the answer does not say which record it is.
    """
    ref = CrmRef(kind, text_of(record, "id"))
    if not ref.id:
        raise malformed(is_write=True)
    return Written(ref, url_of(api, ref, record), text_of(record, "updatedAt"), is_existing=is_existing)


def url_of(api: HubSpotApi, ref: CrmRef, record: Record) -> str:
    """Return where people open a record: as the CRM says, else by the number of the account."""
    if told := text_of(record, "url"):
        return told
    if not api.settings.portal_id or ref.kind not in KINDS:
        return ""
    return f"{api.settings.pages_url}/contacts/{api.settings.portal_id}/record/{KINDS[ref.kind].type_id}/{ref.id}"


def phones_of(record: Record, region: str) -> tuple[str, ...]:
    """Return the numbers of a contact, in E.164 where they are some."""
    told = (property_of(record, name) for name in ("phone", "mobilephone"))
    return tuple(dict.fromkeys(known_phone(number, region) for number in told if number))


def emails_of(record: Record) -> tuple[str, ...]:
    """Return the mail addresses of a contact, the first one first."""
    further = property_of(record, "hs_additional_emails").split(";")
    return tuple(dict.fromkeys(each.strip() for each in (property_of(record, "email"), *further) if each.strip()))


def relatives_of(record: Record, kind: str) -> list[CrmRef]:
    """Return the records of a kind that a record is associated with, the newest number first."""
    found = mapping(mapping(record, "associations"), f"{kind}s").get("results")
    ids = {text_of(each, "id") for each in found or () if isinstance(each, dict)} - {""}
    return [CrmRef(kind, each) for each in sorted(ids, key=lambda each: (len(each), each), reverse=True)]


def match_of(api: HubSpotApi, record: Record, asked: Sequence[str]) -> Match | None:
    """Return a found contact, None if it has none of the canonical addresses `asked`: the search is wider."""
    emails = {mail.value for each in emails_of(record) if (mail := canonical_email(each))}
    has = {*phones_of(record, api.settings.region), *emails_of(record), *emails}
    matched = tuple(address for address in asked if address in has)
    if not matched:
        return None
    ref = CrmRef("contact", text_of(record, "id"))
    at = instant_of(property_of(record, "notes_last_updated")) or instant_of(text_of(record, "updatedAt"))
    owner, url = property_of(record, "hubspot_owner_id"), url_of(api, ref, record)
    return Match(ref, name_of(record), owner, matched, active_at=at, url=url)


def name_of(record: Record) -> str:
    """Return the name of a contact."""
    return " ".join(filter(None, (property_of(record, part) for part in _NAMES)))


def read_record(api: HubSpotApi, kind: str, record: Record, fields: Sequence[str]) -> Snapshot:
    """Return a contact, deal or task as it is; the outcome of a deal is told by its stage, elsewhere.

    Raises:
        TemporaryFailure: the answer does not say which record it is.
    """
    ref = CrmRef(kind, text_of(record, "id"))
    if not ref.id:
        raise malformed(is_write=False)
    contacts = relatives_of(record, "contact")
    return Snapshot(
        ref,
        KINDS[kind].entity,
        values=_VALUES[kind](record),
        fields={code: property_of(record, code) for code in fields},
        phones=phones_of(record, api.settings.region) if kind == "contact" else (),
        emails=emails_of(record) if kind == "contact" else (),
        contact=contacts[-1] if contacts else None,
        requests=tuple(relatives_of(record, "deal")) if kind == "contact" else (),
        changed_at=instant_of(text_of(record, "updatedAt")),
        rev=text_of(record, "updatedAt"),
        url=url_of(api, ref, record),
    )


def read_user(owner: Record) -> CrmUser:
    """Return an owner."""
    name = " ".join(filter(None, (text_of(owner, "firstName"), text_of(owner, "lastName"))))
    return CrmUser(text_of(owner, "id"), name, text_of(owner, "email"), is_active=owner.get("archived") is not True)


def read_stages(pipelines: Iterable[Record]) -> Iterable[CrmStage]:
    """Yield the stages of deals in their order: closed with probability 1 is won, closed otherwise is lost."""
    for pipeline in sorted(pipelines, key=_order):
        stages = [stage for stage in pipeline.get("stages") or () if isinstance(stage, dict)]
        for stage in sorted(stages, key=_order):
            facts = mapping(stage, "metadata")
            is_closed = text_of(facts, "isClosed").lower() == "true"
            outcome = "open" if not is_closed else "won" if text_of(facts, "probability") in {"1", "1.0"} else "lost"
            yield CrmStage(text_of(stage, "id"), text_of(stage, "label"), outcome, text_of(pipeline, "id"))


def read_own_fields(entity: Entity, properties: Iterable[Record]) -> Iterable[OwnField]:
    """Yield the properties the business made and we may write."""
    for each in properties:
        is_fixed = mapping(each, "modificationMetadata").get("readOnlyValue") is True
        if each.get("hubspotDefined") is not True and not is_fixed and text_of(each, "name"):
            yield OwnField(entity, text_of(each, "name"), text_of(each, "label"))


def _order(item: Record) -> int:
    order = item.get("displayOrder")
    return order if isinstance(order, int) else 0


def _contact_values(record: Record) -> dict[str, str]:
    return {
        CrmField.name: name_of(record),
        CrmField.owner: property_of(record, "hubspot_owner_id"),
        CrmField.company: property_of(record, "company"),
    }


def _deal_values(record: Record) -> dict[str, str]:
    return {
        CrmField.name: property_of(record, "dealname"),
        CrmField.stage: property_of(record, "dealstage"),
        CrmField.owner: property_of(record, "hubspot_owner_id"),
        CrmField.amount: property_of(record, "amount"),
        CrmField.text: property_of(record, "description"),
    }


def _task_values(record: Record) -> dict[str, str]:
    due_at = instant_of(property_of(record, "hs_timestamp"))
    return {
        CrmField.text: property_of(record, "hs_task_subject"),
        CrmField.owner: property_of(record, "hubspot_owner_id"),
        CrmField.due_at: due_at.isoformat() if due_at else "",
        CrmField.done: "yes" if property_of(record, "hs_task_status") == "COMPLETED" else "",
    }


_VALUES = {"contact": _contact_values, "deal": _deal_values, "task": _task_values}
