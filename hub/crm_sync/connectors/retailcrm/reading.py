"""What retailCRM tells, in the hub's words: customers, orders, tasks, users, statuses, rows of its history.

A history row is a change of one field: who (`user`), whence (`source`), and whether the key that asks made it itself
(`apiKey.current`), which is the surest mark of an own echo any CRM gives. Rows about segments are computed by the CRM
all day long and say nothing of a card.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from hub.crm_sync.base import CrmUser, Match, OwnField, Snapshot, Written
from hub.crm_sync.connectors.retailcrm.api import RetailApi, items, mapping, text_of
from hub.crm_sync.wording import known_phone
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import OutcomeUnknown, TemporaryFailure
from hub.domain.identity import canonical_email
from hub.domain.inbound import CrmHint
from hub.net.payloads import Json

_ENTITIES = {"customer": Entity.contact, "order": Entity.request, "task": Entity.task}
_COMPUTED = frozenset({"segments"})


def ref_of(kind: str, record: Mapping[str, Json]) -> CrmRef:
    """Return the reference of a record by the CRM's own id."""
    return CrmRef(kind, text_of(record.get("id")))


def record_of(answer: Mapping[str, Json], kind: str) -> Mapping[str, Json]:
    """Return the record that an answer must hold.

    Raises:
        TemporaryFailure: it holds none.
    """
    record = mapping(answer, kind)
    if not record.get("id"):
        raise TemporaryFailure(f"the CRM's answer holds no {kind}")
    return record


def written(api: RetailApi, kind: str, record: Mapping[str, Json], *, is_existing: bool = False) -> Written:
    """Return what became of a write whose answer is `record`.

    Raises:
        OutcomeUnknown: the answer does not say which record it is.
    """
    ref = ref_of(kind, record)
    if not ref.id:
        raise OutcomeUnknown(f"the CRM's answer names no {kind}")
    return Written(ref, url_of(api, ref), is_existing=is_existing)


def url_of(api: RetailApi, ref: CrmRef) -> str:
    """Return where people open a record."""
    page = {"customer": f"customers/{ref.id}", "order": f"orders/{ref.id}/edit", "task": "tasks"}.get(ref.kind)
    return f"{api.settings.pages}/{page}" if page else ""


def name_of(customer: Mapping[str, Json]) -> str:
    """Return the full name: first, patronymic, last."""
    return " ".join(filter(None, (text_of(customer.get(part)) for part in ("firstName", "patronymic", "lastName"))))


def phones_of(customer: Mapping[str, Json], region: str) -> tuple[str, ...]:
    """Return the numbers, in E.164 where they are some."""
    numbers = (text_of(phone.get("number")) for phone in items(customer, "phones"))
    return tuple(dict.fromkeys(known_phone(number, region) for number in numbers if number))


def match_of(api: RetailApi, customer: Mapping[str, Json], asked: Sequence[str]) -> Match | None:
    """Return a found customer, None if it has none of the canonical addresses `asked`: the search is wider."""
    has = {*phones_of(customer, api.settings.region), *_emails(customer)}
    matched = tuple(address for address in asked if address in has)
    if not matched:
        return None
    ref = ref_of("customer", customer)
    owner, at = text_of(customer.get("managerId")), api.instant(customer.get("createdAt"))
    return Match(ref, name_of(customer), owner, matched, active_at=at, url=url_of(api, ref))


def read_customer(api: RetailApi, customer: Mapping[str, Json], fields: Sequence[str]) -> Snapshot:
    """Return a customer as it is."""
    ref = ref_of("customer", customer)
    values: dict[str, str] = {CrmField.name: name_of(customer), CrmField.owner: text_of(customer.get("managerId"))}
    if api.settings.company_field:
        values[CrmField.company] = text_of(mapping(customer, "customFields").get(api.settings.company_field))
    return Snapshot(
        ref,
        Entity.contact,
        values=values,
        fields=_own_fields(customer, fields),
        phones=phones_of(customer, api.settings.region),
        emails=tuple(filter(None, (text_of(customer.get("email")),))),
        url=url_of(api, ref),
    )


def read_order(api: RetailApi, order: Mapping[str, Json], fields: Sequence[str], outcome: str) -> Snapshot:
    """Return an order as it is; its status tells the `outcome`. An order without items says nothing of an amount.

    The customer of a company's order is the company: its person is the contact.
    """
    ref = ref_of("order", order)
    customer = mapping(order, "customer")
    if customer.get("type") == "customer_corporate":
        customer = mapping(order, "contact")
    values: dict[str, str] = {
        CrmField.stage: text_of(order.get("status")),
        CrmField.owner: text_of(order.get("managerId")),
        CrmField.text: text_of(order.get("managerComment")),
    }
    if total := order.get("totalSumm"):
        values[CrmField.amount] = text_of(total)
    return Snapshot(
        ref,
        Entity.request,
        values=values,
        fields=_own_fields(order, fields),
        outcome=outcome,
        contact=ref_of("customer", customer) if customer.get("id") else None,
        changed_at=api.instant(order.get("statusUpdatedAt")),
        url=url_of(api, ref),
    )


def read_task(api: RetailApi, task: Mapping[str, Json]) -> Snapshot:
    """Return a task as it is."""
    ref, customer, due_at = ref_of("task", task), mapping(task, "customer"), api.instant(task.get("datetime"))
    values: dict[str, str] = {
        CrmField.text: text_of(task.get("text")),
        CrmField.due_at: due_at.isoformat() if due_at else "",
        CrmField.done: "yes" if task.get("complete") is True else "",
        CrmField.owner: text_of(task.get("performer")) if task.get("performerType", "user") == "user" else "",
    }
    contact = ref_of("customer", customer) if customer.get("id") else None
    return Snapshot(ref, Entity.task, values=values, contact=contact, url=url_of(api, ref))


def read_user(user: Mapping[str, Json]) -> CrmUser:
    """Return a user."""
    name = " ".join(filter(None, (text_of(user.get("firstName")), text_of(user.get("lastName")))))
    told = {part: text_of(user.get(part)) for part in ("id", "email", "phone")}
    return CrmUser(told["id"], name, told["email"], told["phone"], is_active=user.get("active") is not False)


def read_own_fields(answer: Mapping[str, Json]) -> Iterable[OwnField]:
    """Yield the fields the business made for customers and orders."""
    for field in items(answer, "customFields"):
        entity = _ENTITIES.get(text_of(field.get("entity")))
        if entity is not None and (code := text_of(field.get("code"))):
            yield OwnField(entity, code, text_of(field.get("name")))


def hints_of(api: RetailApi, kind: str, rows: Sequence[Mapping[str, Json]]) -> Iterable[CrmHint]:
    """Yield one hint for each record that somebody else changed, after its last row."""
    told = {ref_of(kind, mapping(row, kind)): row for row in rows if not _is_noise(row)}
    for ref, row in told.items():
        if ref.id:
            yield CrmHint(
                external_id=f"{kind}-history:{text_of(row.get('id'))}",
                entity=_ENTITIES[kind],
                ref=ref,
                occurred_at=api.instant(row.get("createdAt")) or datetime.fromtimestamp(0, UTC),
                changed_by=text_of(mapping(row, "user").get("id")),
                is_deleted=row.get("deleted") is True and not mapping(row, "combinedTo"),
            )


def _is_noise(row: Mapping[str, Json]) -> bool:
    is_own = row.get("source") == "api" and mapping(row, "apiKey").get("current") is True
    return is_own or row.get("field") in _COMPUTED


def _own_fields(record: Mapping[str, Json], fields: Sequence[str]) -> Mapping[str, str]:
    own = mapping(record, "customFields")
    return {code: text_of(own.get(code)) for code in fields}


def _emails(customer: Mapping[str, Json]) -> Iterable[str]:
    written = text_of(customer.get("email"))
    canonical = canonical_email(written)
    return (written, canonical.value) if canonical else (written,)
