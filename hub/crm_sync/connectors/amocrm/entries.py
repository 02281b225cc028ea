"""A client's history as notes and calls on the card or lead.

Source: https://www.amocrm.ru/developers/content/crm_platform/events-and-notes and .../calls-api (read 2026-11-22).
A note is plain text and stands at the moment it was written: when and by whom something was said is in its first line,
our key in the address it ends with. POST /calls looks for the card by the last ten digits and adds nothing if there is
none with that number, so a call without a number, or one that amoCRM did not place, becomes a note on the card we know.
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

from hub.crm_sync.base import Entry, EntryKind, Place, Refused
from hub.crm_sync.connectors.amocrm.api import PAGE, Api, Row, embedded
from hub.crm_sync.connectors.amocrm.bodies import number, one_line, unix
from hub.crm_sync.connectors.amocrm.settings import AmoSettings, CallWay
from hub.crm_sync.connectors.amocrm.snapshots import CONTACT, LEAD, NOTE_OF, requests_of
from hub.crm_sync.wording import Language, entry_lines, shortened
from hub.domain.crm import CrmRef
from hub.domain.errors import OutcomeUnknown, PermanentFailure
from hub.net.payloads import Json

_LONGEST_NOTE = 9_000
_TALKED, _NOT_REACHED = 4, 6
_SOURCE = "hub"
_LOOKED_AT_LEADS = 3


async def write_entry(api: Api, entry: Entry, place: Place, key: str) -> CrmRef:
    """Write an entry and return what it became."""
    target = place.request or place.contact
    if entry.kind is not EntryKind.call:
        return await _write_note(api, target, note_body(entry, key, api.settings), key)
    is_placed_there = bool(entry.phone) and api.settings.call_way is CallWay.calls
    placed = await _place_call(api, call_body(entry, key)) if is_placed_there else None
    return placed or await _write_note(api, target, call_note(entry, key), key)


async def find_entry(api: Api, key: str, place: Place) -> CrmRef | None:
    """Return the note or call written with `key`: at the lead, the card, or a lead where amoCRM itself placed it."""
    seen: list[CrmRef] = []
    for target in (place.request, place.contact):
        if target is not None:
            seen.append(target)
            if found := await _find_at(api, key, target):
                return found
    card = await api.read(f"/api/v4/{CONTACT}/{number(place.contact.id)}", [("with", "leads")])
    for target in requests_of(card)[:_LOOKED_AT_LEADS]:
        if target not in seen and (found := await _find_at(api, key, target)):
            return found
    return None


async def _find_at(api: Api, key: str, target: CrmRef) -> CrmRef | None:
    query = [("order[id]", "desc"), ("limit", str(PAGE))]
    rows = await api.rows(f"/api/v4/{target.kind}/{number(target.id)}/notes", "notes", query)
    found = next((row for row in rows if row.get("id") and _has_key(row.get("params"), key)), None)
    return CrmRef(NOTE_OF[target.kind], str(found["id"])) if found else None


def note_body(entry: Entry, key: str, settings: AmoSettings) -> dict[str, Json]:
    """Return an utterance as a note."""
    plain = replace(entry, author=one_line(entry.author), link="")
    lines = entry_lines(plain, ZoneInfo(settings.zone), settings.language)
    text = shortened("\n".join(lines), _LONGEST_NOTE, settings.language)
    foot = f"{entry.link}#{mark(key)}" if entry.link else mark(key)
    body: dict[str, Json] = {"note_type": "common", "params": {"text": f"{text}\n{foot}"}}
    return {**body, "created_by": number(entry.user)} if entry.user else body


def call_note(entry: Entry, key: str) -> dict[str, Json]:
    """Return a call as a note."""
    params: dict[str, Json] = {
        "uniq": key,
        "duration": entry.seconds,
        "source": entry.channel or _SOURCE,
        "phone": entry.phone,
        "link": entry.recording,
        "call_status": _status(entry),
        "call_result": _result(entry),
    }
    body: dict[str, Json] = {"note_type": "call_in" if entry.is_inbound else "call_out", "params": params}
    if entry.user:
        body |= {"created_by": number(entry.user), "responsible_user_id": number(entry.user)}
    return body


def mark(key: str) -> str:
    """Return how a note carries our key: as the fragment of the address it ends with, or alone.

    Twelve digits of it: enough within one card, and little to read.
    """
    return f"hub-{key.replace('-', '')[:12]}"


def call_body(entry: Entry, key: str) -> dict[str, Json]:
    """Return a call for amoCRM to place."""
    body: dict[str, Json] = {
        "direction": "inbound" if entry.is_inbound else "outbound",
        "uniq": key,
        "duration": entry.seconds,
        "source": entry.channel or _SOURCE,
        "phone": entry.phone,
        "call_status": _status(entry),
        "call_result": _result(entry),
        "created_at": unix(entry.at),
        "request_id": key,
    }
    if entry.recording:
        body["link"] = entry.recording
    if entry.user:
        body |= {"call_responsible": number(entry.user), "responsible_user_id": number(entry.user)}
    return body


async def _place_call(api: Api, body: Row) -> CrmRef | None:
    """Let amoCRM place a call, None if it did not add it."""
    try:
        told = await api.write("POST", "/api/v4/calls", [body])
    except PermanentFailure as error:
        if error.reason == Refused.invalid:
            return None
        raise
    made = embedded(told, "calls") if isinstance(told, dict) else []
    if made and made[0].get("id"):
        kind = LEAD if str(made[0].get("entity_type", "")).startswith("lead") else CONTACT
        return CrmRef(NOTE_OF[kind], str(made[0]["id"]))
    if isinstance(told, dict) and (told.get("errors") or "_embedded" in told):
        return None
    raise OutcomeUnknown("amoCRM says neither that it added the call nor that it did not")


async def _write_note(api: Api, target: CrmRef, body: Row, key: str) -> CrmRef:
    path = f"/api/v4/{target.kind}/{number(target.id)}/notes"
    made = await api.write_one(path, "notes", {**body, "request_id": key})
    return CrmRef(NOTE_OF[target.kind], str(made["id"]))


def _has_key(params: Json, key: str) -> bool:
    if not isinstance(params, dict):
        return False
    return params.get("uniq") == key or mark(key) in str(params.get("text") or "")


def _status(entry: Entry) -> int:
    return _NOT_REACHED if entry.is_missed or not entry.seconds else _TALKED


def _result(entry: Entry) -> str:
    return shortened(" ".join(part for part in (entry.text, entry.link) if part), _LONGEST_NOTE, Language.ru)
