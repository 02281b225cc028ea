"""amoCRM's records in our words: cards, companies, leads, tasks and notes as they are now.

Source: https://www.amocrm.ru/developers/content/crm_platform/contacts-api, .../leads-api, .../leads_pipelines (142 is
won, 143 lost in every pipeline), .../tasks-api (read 2026-11-22).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.crm_sync.base import Snapshot
from hub.crm_sync.connectors.amocrm.api import Row, embedded
from hub.crm_sync.connectors.amocrm.bodies import canonical
from hub.crm_sync.connectors.amocrm.fields import EMAIL, PHONE, text, texts
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.identity import canonical_phone
from hub.net.payloads import Json

CONTACT, COMPANY, LEAD, TASK = "contacts", "companies", "leads", "tasks"
NOTE_OF = {"leads": "lead_notes", "contacts": "contact_notes"}
PARENT_OF = {note: parent for parent, note in NOTE_OF.items()}
ENTITIES: Mapping[str, Entity] = {
    CONTACT: Entity.contact,
    COMPANY: Entity.company,
    LEAD: Entity.request,
    TASK: Entity.task,
    **dict.fromkeys(PARENT_OF, Entity.entry),
}
WON, LOST = "142", "143"
OUTCOMES = {WON: "won", LOST: "lost"}
_PAGES = {CONTACT: "contacts", COMPANY: "companies", LEAD: "leads"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads records of one account. `own_user` is the connection's user if it is nobody's else, empty otherwise."""

    base: str
    region: str
    own_user: str = ""

    def snapshot(self, ref: CrmRef, record: Row, fields: Sequence[str]) -> Snapshot:
        """Return a record with the own fields asked for."""
        changed_by = user_of(record.get("updated_by"))
        return Snapshot(
            ref=ref,
            entity=ENTITIES[ref.kind],
            values=_VALUES[ENTITIES[ref.kind]](record),
            fields={code: text(record, code) for code in fields},
            phones=self.phones(record),
            emails=emails(record),
            outcome=outcome(record) if ref.kind == LEAD else "",
            contact=contact_of(record),
            requests=requests_of(record) if ref.kind == CONTACT else (),
            changed_by=changed_by,
            changed_at=instant(record.get("updated_at")),
            is_own=bool(self.own_user) and changed_by == self.own_user,
            rev=rev(record),
            url=self.url(ref),
        )

    def phones(self, record: Row) -> tuple[str, ...]:
        """Return the phones of a card in E.164, those that are none as they stand."""
        found = [(canonical_phone(number, region=self.region), number) for number in texts(record, PHONE)]
        return tuple(dict.fromkeys(phone.e164 if phone else number for phone, number in found))

    def url(self, ref: CrmRef) -> str:
        """Return the page of a record for people, empty if it has none of its own."""
        page = _PAGES.get(ref.kind)
        return f"{self.base}/{page}/detail/{ref.id}" if page else ""


def emails(record: Row) -> tuple[str, ...]:
    """Return the e-mails of a card in canonical form, those that are none as they stand."""
    return tuple(dict.fromkeys(canonical(address) for address in texts(record, EMAIL)))


def contact_of(record: Row) -> CrmRef | None:
    """Return whose a lead or task is: the main contact, else the first one."""
    if record.get("entity_type") == CONTACT and record.get("entity_id"):
        return CrmRef(CONTACT, str(record["entity_id"]))
    people = sorted(embedded(record, "contacts"), key=lambda each: not each.get("is_main"))
    return CrmRef(CONTACT, str(people[0]["id"])) if people and people[0].get("id") else None


def requests_of(record: Row) -> tuple[CrmRef, ...]:
    """Return the leads of a card, newest first: numbers grow."""
    told = (str(each.get("id")) for each in embedded(record, "leads"))
    ids = sorted((int(each) for each in told if each.isdecimal()), reverse=True)
    return tuple(CrmRef(LEAD, str(each)) for each in ids)


def outcome(record: Row) -> str:
    """Return `open`, `won` or `lost`."""
    return OUTCOMES.get(str(record.get("status_id")), "open")


def user_of(value: Json) -> str:
    """Return a user's id; nobody and the robot (0) are empty."""
    return str(value) if value else ""


def instant(value: Json) -> datetime | None:
    """Return unix time as an instant, None for anything else."""
    is_number = isinstance(value, (int, str)) and str(value).isascii() and str(value).isdigit() and len(str(value)) < 12
    return datetime.fromtimestamp(int(value), UTC) if is_number and int(value) else None


def rev(record: Row) -> str:
    """Return what stands for the state of a record."""
    return str(record.get("updated_at") or "")


def _card(record: Row) -> dict[str, str]:
    company = embedded(record, "companies")
    return {**_named(record), CrmField.company: str(company[0].get("name") or "") if company else ""}


def _named(record: Row) -> dict[str, str]:
    return {CrmField.name: str(record.get("name") or ""), CrmField.owner: user_of(record.get("responsible_user_id"))}


def _lead(record: Row) -> dict[str, str]:
    stage, price = str(record.get("status_id") or ""), record.get("price")
    return {**_named(record), CrmField.stage: stage, CrmField.amount: str(price) if price else ""}


def _task(record: Row) -> dict[str, str]:
    due = instant(record.get("complete_till"))
    return {
        CrmField.text: str(record.get("text") or ""),
        CrmField.owner: user_of(record.get("responsible_user_id")),
        CrmField.due_at: due.isoformat() if due else "",
        CrmField.done: "yes" if record.get("is_completed") else "",
    }


def _note(record: Row) -> dict[str, str]:
    params = record.get("params")
    words = params.get("text") or params.get("call_result") or "" if isinstance(params, dict) else ""
    return {CrmField.text: str(words)}


_VALUES = {
    Entity.contact: _card,
    Entity.company: _named,
    Entity.request: _lead,
    Entity.task: _task,
    Entity.entry: _note,
}
