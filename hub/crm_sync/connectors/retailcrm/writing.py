"""What the hub writes, in retailCRM's words: customers, orders, notes, calls and tasks as the objects of its API.

A customer has three names, of which we fill the first two, and one e-mail. The sum of an order is that of its items,
so it is never written. Whether notes are shown as text or as HTML is not documented: angle brackets, which alone would
make a difference, become other characters.
"""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from hub.crm_sync.base import Entry, Patch, Person, Place, Refused, Request, Todo
from hub.crm_sync.connectors.retailcrm.api import RetailApi, items
from hub.crm_sync.connectors.retailcrm.settings import RetailCrmSettings
from hub.crm_sync.wording import entry_lines, known_phone, shortened
from hub.domain.crm import CrmField, CrmRef
from hub.domain.errors import PermanentFailure
from hub.net.payloads import Json

NAME_LIMIT = 255
NOTE_LIMIT = 10_000
TASK_LIMIT = 2_000
COMMENT_LIMIT = 2_000
_HARMLESS = str.maketrans({"<": "‹", ">": "›"})
_MARKS = {"source": "source", "medium": "medium", "campaign": "campaign", "term": "keyword", "content": "content"}


def mark_of(key: str) -> str:
    """Return the mark by which a note or task made with `key` is found again."""
    return f"#{key.replace('-', '')[:12]}"


def customer_of(person: Person, key: str, settings: RetailCrmSettings) -> Mapping[str, object]:
    """Return a new customer."""
    customer: dict[str, object] = {"externalId": key, **_names(person.name)}
    if person.phones:
        customer["phones"] = [{"number": phone} for phone in person.phones]
    if person.emails:
        customer["email"] = person.emails[0]
    if person.owner:
        customer["managerId"] = _user(person.owner)
    if source := _source(person.marks, person.source):
        customer["source"] = source
    if fields := {**_company(person.company, settings), **_about(person, settings), **person.fields}:
        customer["customFields"] = fields
    return customer


def changes_of_customer(patch: Patch, present: Mapping[str, Json], settings: RetailCrmSettings) -> Mapping[str, object]:
    """Return what to write into a customer that is `present` now; empty if there is nothing.

    Whether `phones` of an edit adds or replaces is not documented: all of them together are right both ways. The one
    e-mail is filled, never replaced.
    """
    customer: dict[str, object] = {}
    if CrmField.name in patch.values:
        customer |= _names(patch.values[CrmField.name]) | {"patronymic": ""}
    if CrmField.owner in patch.values:
        customer["managerId"] = _user(patch.values[CrmField.owner])
    there = [str(phone.get("number") or "") for phone in items(present, "phones")]
    known = {known_phone(number, settings.region) for number in there}
    if missing := [phone for phone in patch.phones if phone not in known]:
        customer["phones"] = [{"number": number} for number in (*there, *missing)]
    if patch.emails and not present.get("email"):
        customer["email"] = patch.emails[0]
    if fields := {**_company(patch.values.get(CrmField.company, ""), settings), **patch.fields}:
        customer["customFields"] = fields
    return customer


def order_of(request: Request, key: str, settings: RetailCrmSettings) -> Mapping[str, object]:
    """Return a new order of a customer."""
    order: dict[str, object] = {"externalId": key, "customer": {"id": _number(request.contact)}}
    order |= {"managerComment": _comment(request, settings), **_names(request.person.name)}
    if request.person.phones:
        order["phone"] = request.person.phones[0]
    if request.person.emails:
        order["email"] = request.person.emails[0]
    if request.owner:
        order["managerId"] = _user(request.owner)
    chosen = {"status": request.stage, "orderMethod": settings.order_method, "orderType": settings.order_type}
    order |= {name: value for name, value in chosen.items() if value}
    if source := _source(request.marks, request.source or request.channel):
        order["source"] = source
    if request.fields:
        order["customFields"] = dict(request.fields)
    return order


def changes_of_order(patch: Patch) -> Mapping[str, object]:
    """Return what to write into an order; empty if there is nothing."""
    order: dict[str, object] = {}
    if stage := patch.values.get(CrmField.stage):
        order["status"] = stage
    if CrmField.owner in patch.values:
        order["managerId"] = _user(patch.values[CrmField.owner])
    if CrmField.text in patch.values:
        order["managerComment"] = patch.values[CrmField.text]
    if patch.fields:
        order["customFields"] = dict(patch.fields)
    return order


def note_of(entry: Entry, contact: CrmRef, key: str, settings: RetailCrmSettings) -> Mapping[str, object]:
    """Return a note of a customer, with the mark of its key at the end."""
    lines = entry_lines(entry, ZoneInfo(settings.zone), settings.language)
    text = shortened("\n".join(lines).translate(_HARMLESS), NOTE_LIMIT, settings.language)
    note: dict[str, object] = {"text": f"{text}\n{mark_of(key)}", "customer": {"id": _number(contact)}}
    if entry.user:
        note["managerId"] = _user(entry.user)
    return note


def call_of(entry: Entry, key: str, api: RetailApi) -> Mapping[str, object]:
    """Return a call for the log of telephony, which places it by its number."""
    call: dict[str, object] = {
        "externalId": key,
        "date": api.local(entry.at),
        "type": "in" if entry.is_inbound else "out",
        "phone": entry.phone,
        "result": "answered" if entry.seconds and not entry.is_missed else "no answer",
        "duration": entry.seconds,
    }
    if entry.user:
        call["userId"] = _user(entry.user)
    if entry.recording:
        call["recordUrl"] = entry.recording
    if api.settings.site:
        call["site"] = api.settings.site
    return call


def task_of(todo: Todo, api: RetailApi) -> dict[str, object]:
    """Return what a task is like now; without an owner of ours it stays with whom it is."""
    task: dict[str, object] = {
        "text": shortened(todo.text, TASK_LIMIT, api.settings.language),
        "datetime": api.local(todo.due_at, "%Y-%m-%d %H:%M"),
        "complete": todo.is_done,
    }
    if todo.owner:
        task["performerId"] = _user(todo.owner)
    return task


def result_of(todo: Todo, present: Mapping[str, Json], settings: RetailCrmSettings) -> Mapping[str, object]:
    """Return the comment of a task with what came of it; empty if it says so already."""
    said = str(present.get("commentary") or "")
    if todo.result in said:
        return {}
    return {"commentary": shortened(f"{said}\n{todo.result}".strip(), COMMENT_LIMIT, settings.language)}


def new_task_of(todo: Todo, place: Place, key: str, api: RetailApi) -> Mapping[str, object]:
    """Return a new task at an order, else at a customer."""
    subject = "order" if place.request else "customer"
    target: dict[str, object] = {"id": _number(place.request or place.contact)}
    if api.settings.site:
        target["site"] = api.settings.site
    performer = {"performerId": _user(api.settings.performer)} if api.settings.performer else {}
    return {**performer, **task_of(todo, api), subject: target, "commentary": mark_of(key)}


def _names(name: str) -> dict[str, object]:
    first, _, rest = " ".join(name.replace("\x00", "").split()).partition(" ")
    return {"firstName": first[:NAME_LIMIT], "lastName": rest[:NAME_LIMIT]}


def _user(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _number(ref: CrmRef) -> int:
    if not (ref.id.isascii() and ref.id.isdigit()):
        raise PermanentFailure(f"{ref.kind} has no number of this CRM", reason=Refused.missing)
    return int(ref.id)


def _source(marks: Mapping[str, str], fallback: str) -> Mapping[str, str]:
    named = {theirs: marks.get(f"utm_{ours}", "") for ours, theirs in _MARKS.items()}
    found = {name: value for name, value in named.items() if value}
    return found or ({"source": fallback} if fallback else {})


def _company(company: str, settings: RetailCrmSettings) -> Mapping[str, str]:
    return {settings.company_field: company} if settings.company_field and company else {}


def _about(person: Person, settings: RetailCrmSettings) -> Mapping[str, str]:
    lines: Sequence[str] = [f"{kind}: {handle}" for kind, handle in person.messengers]
    text = "\n".join((*lines, person.link) if person.link else lines)
    return {settings.about_field: text} if settings.about_field and text else {}


def _comment(request: Request, settings: RetailCrmSettings) -> str:
    parts = (request.title, request.text, request.person.link)
    return shortened("\n".join(part for part in parts if part).translate(_HARMLESS), COMMENT_LIMIT, settings.language)
