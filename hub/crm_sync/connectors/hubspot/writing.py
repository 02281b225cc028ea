"""What the hub writes, as properties of HubSpot's objects. Bodies of notes, calls, messages and tasks are HTML."""

import html
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.crm_sync.base import Entry, EntryKind, Patch, Person, Request, Todo
from hub.crm_sync.connectors.hubspot.api import Record
from hub.crm_sync.connectors.hubspot.reading import emails_of, phones_of, property_of
from hub.crm_sync.connectors.hubspot.settings import HubSpotSettings
from hub.crm_sync.wording import entry_lines, entry_title, shortened
from hub.domain.crm import CrmField
from hub.domain.identity import canonical_email

BODY_LIMIT = 10_000
TITLE_LIMIT = 255
NAME_LIMIT = 500
_NAMELESS = "—"
_MESSAGES = {"whatsapp": "WHATS_APP", "sms": "SMS"}
Properties = dict[str, str]


def mark_of(key: str) -> str:
    """Return the mark by which an entry or task made with `key` is found again."""
    return f"#{key.replace('-', '')[:12]}"


def contact_of(person: Person, key: str, settings: HubSpotSettings) -> Properties:
    """Return the properties of a new contact; only what there is, but a name or an e-mail there must be."""
    marks = dict(person.marks) if settings.writes_marks else {}
    lines = [f"{kind}: {handle}" for kind, handle in person.messengers] + ([person.link] if person.link else [])
    about = {settings.about_property: "\n".join(lines)} if settings.about_property else {}
    names = _without_empty(_names(person.name))
    told = {
        **(names if names or person.emails else {"firstname": _NAMELESS}),
        **dict(zip(("phone", "mobilephone"), person.phones, strict=False)),
        "email": person.emails[0] if person.emails else "",
        "hs_additional_emails": ";".join(person.emails[1:]),
        "company": _line(person.company),
        "hubspot_owner_id": person.owner,
        **marks,
        **about,
        **person.fields,
    }
    return {settings.key_property: key, **_without_empty(told)}


def changes_of_contact(patch: Patch, present: Record, settings: HubSpotSettings) -> Properties:
    """Return what to write into a contact that is `present` now.

    A contact has two places for numbers: the free ones are filled. Further e-mails go beside the first one.
    """
    values = patch.values
    changes: Properties = _names(values[CrmField.name]) if CrmField.name in values else {}
    if CrmField.company in values:
        changes["company"] = _line(values[CrmField.company])
    if CrmField.owner in values:
        changes["hubspot_owner_id"] = values[CrmField.owner]
    known = phones_of(present, settings.region)
    free = [place for place in ("phone", "mobilephone") if not property_of(present, place)]
    changes |= dict(zip(free, (phone for phone in patch.phones if phone not in known), strict=False))
    return {**changes, **_further_emails(patch, present), **patch.fields}


def deal_of(request: Request, key: str, settings: HubSpotSettings) -> Properties:
    """Return the properties of a new deal but for its stage."""
    told = {
        "dealname": _line(request.title) or "—",
        "hubspot_owner_id": request.owner,
        "amount": request.amount,
        "description": shortened(request.text, BODY_LIMIT, settings.language),
        **request.fields,
    }
    return {settings.key_property: key, **_without_empty(told)}


def changes_of_deal(patch: Patch) -> Properties:
    """Return what to write into a deal but for its stage."""
    names = {
        CrmField.owner: "hubspot_owner_id",
        CrmField.amount: "amount",
        CrmField.name: "dealname",
        CrmField.text: "description",
    }
    told = {names[CrmField(field)]: value for field, value in patch.values.items() if field in names}
    return {**told, **patch.fields}


def entry_of(entry: Entry, key: str, settings: HubSpotSettings) -> tuple[str, Properties]:
    """Return which object an entry becomes, and its properties."""
    zone = ZoneInfo(settings.zone)
    text = shortened("\n".join(entry_lines(entry, zone, settings.language)), BODY_LIMIT, settings.language)
    body = _html(f"{text}\n{mark_of(key)}")
    common = _without_empty({"hs_timestamp": _instant(entry.at), "hubspot_owner_id": entry.user})
    if entry.kind is EntryKind.call:
        title = shortened(entry_title(entry, zone, settings.language), TITLE_LIMIT, settings.language)
        return "call", {**common, **_call(entry, title), "hs_call_body": body}
    if entry.kind is EntryKind.message and (channel := _MESSAGES.get(entry.channel)):
        message = {"hs_communication_channel_type": channel, "hs_communication_logged_from": "CRM"}
        return "communication", {**common, **message, "hs_communication_body": body}
    return "note", {**common, "hs_note_body": body}


def task_of(todo: Todo, settings: HubSpotSettings) -> Properties:
    """Return what a task is like now; without an owner of ours it stays with whom it is."""
    owner = {"hubspot_owner_id": todo.owner} if todo.owner else {}
    return {
        **owner,
        "hs_timestamp": _instant(todo.due_at),
        "hs_task_subject": shortened(_line(todo.text), TITLE_LIMIT, settings.language),
        "hs_task_status": "COMPLETED" if todo.is_done else "NOT_STARTED",
    }


def new_task_of(todo: Todo, key: str, settings: HubSpotSettings) -> Properties:
    """Return a new task, with the mark of its key in its text."""
    text = shortened(todo.text, BODY_LIMIT, settings.language)
    told = {**task_of(todo, settings), "hs_task_body": _html(f"{text}\n{mark_of(key)}")}
    return _without_empty(told)


def result_of(todo: Todo, body: str) -> Properties:
    """Return the body of a task with what came of it; empty if it says so already."""
    said = _html(_line(todo.result))
    return {} if said in body else {"hs_task_body": "<br>".join(part for part in (body, said) if part)}


def _call(entry: Entry, title: str) -> Properties:
    side = "hs_call_from_number" if entry.is_inbound else "hs_call_to_number"
    return _without_empty(
        {
            "hs_call_title": title,
            "hs_call_direction": "INBOUND" if entry.is_inbound else "OUTBOUND",
            "hs_call_status": "COMPLETED" if entry.seconds and not entry.is_missed else "NO_ANSWER",
            "hs_call_duration": str(entry.seconds * 1000),
            "hs_call_recording_url": entry.recording,
            side: entry.phone,
        }
    )


def _further_emails(patch: Patch, present: Record) -> Properties:
    known = {canonical.value for each in emails_of(present) if (canonical := canonical_email(each))}
    missing = [email for email in patch.emails if email not in known]
    if not missing:
        return {}
    if not property_of(present, "email"):
        first, missing = {"email": missing[0]}, missing[1:]
    else:
        first = {}
    beside = [each for each in property_of(present, "hs_additional_emails").split(";") if each]
    return {**first, **({"hs_additional_emails": ";".join((*beside, *missing))} if missing else {})}


def _names(name: str) -> Properties:
    first, _, rest = _line(name).partition(" ")
    return {"firstname": first[:NAME_LIMIT], "lastname": rest[:NAME_LIMIT]}


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:BODY_LIMIT]


def _html(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _without_empty(told: Mapping[str, str]) -> Properties:
    return {name: value for name, value in told.items() if value}
