"""The history of a client: comments of the timeline; in application mode calls are calls of the telephony.

A comment cannot be backdated, so its text says who, where and when, and its last line names the key by which it is
found again. A call is registered with the key as EXTERNAL_CALL_ID: within 30 minutes a repetition gets the same call.
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

import structlog

from hub.crm_sync.base import Entry, EntryKind, Place, Snapshot, Written
from hub.crm_sync.connectors.bitrix24.records import (
    ACTIVITY,
    COMMENT,
    CONTACT,
    LONGEST_TEXT,
    has_key,
    made_ref,
    person_id,
    plain,
    read_instant,
    with_key,
    without_key,
)
from hub.crm_sync.connectors.bitrix24.settings import Bitrix24Settings
from hub.crm_sync.connectors.bitrix24.wire import Portal, rows_of
from hub.crm_sync.wording import entry_lines, shortened
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.net.payloads import Json

_MOST_PAGES = 4
_OUTGOING, _INCOMING = 1, 2
_TALKED, _MISSED, _CANCELLED = "200", "304", "603-S"
log = structlog.get_logger()


async def add_comment(portal: Portal, entry: Entry, place: Place, *, key: str) -> Written:
    """Write an entry as a comment of the sales chance, of the card if there is none."""
    owner = place.request or place.contact
    fields: dict[str, object] = {
        "ENTITY_ID": int(owner.id),
        "ENTITY_TYPE": owner.kind,
        "COMMENT": with_key(comment_text(entry, portal.settings), key),
    }
    if entry.user:
        fields["AUTHOR_ID"] = entry.user
    made = await portal.write("crm.timeline.comment.add", {"fields": fields})
    if not str(made).isdigit():
        raise OutcomeUnknown("the comment was answered without its number")
    return Written(made_ref(COMMENT, made))


async def find_comment(portal: Portal, key: str, place: Place) -> Written | None:
    """Return the comment with this key among the newest 200 of the sales chance and of the card."""
    for owner in (place.request, place.contact):
        found = await _find_comment_of(portal, key, owner) if owner else None
        if found is not None:
            return found
    return None


def comment_text(entry: Entry, settings: Bitrix24Settings) -> str:
    """Return what people read of an entry: no mark in it acts but our own."""
    short = replace(entry, text=shortened(entry.text, LONGEST_TEXT, settings.language))
    first, *lines = map(plain, entry_lines(short, ZoneInfo(settings.zone), settings.language))
    return "\n".join((f"[b]{first}[/b]", *lines))


async def read_comment(portal: Portal, ref: CrmRef) -> Snapshot:
    """Return a comment as it is.

    Raises:
        PermanentFailure: `missing`, if there is none.
    """
    row = (await portal.read("crm.timeline.comment.get", {"id": int(ref.id)}))["result"]
    if not isinstance(row, dict) or "ID" not in row:
        raise TemporaryFailure("the comment was not answered")
    owner = made_ref(str(row.get("ENTITY_TYPE") or ""), row.get("ENTITY_ID"))
    return Snapshot(
        ref,
        Entity.entry,
        values={CrmField.text: without_key(str(row.get("COMMENT") or ""))},
        contact=owner if owner.kind == CONTACT else None,
        requests=() if owner.kind == CONTACT else (owner,),
        changed_by=person_id(row.get("AUTHOR_ID")),
        changed_at=read_instant(row.get("CREATED")),
    )


async def add_call(portal: Portal, entry: Entry, place: Place, *, user: str, key: str) -> Written:
    """Put a call into the portal's telephony: in its statistics, and as an activity of the card."""
    registered = await portal.write(
        "telephony.externalCall.register",
        {
            "USER_ID": int(user),
            "PHONE_NUMBER": entry.phone,
            "TYPE": _INCOMING if entry.is_inbound else _OUTGOING,
            "CALL_START_DATE": entry.at.isoformat(),
            "CRM_CREATE": 0,
            "CRM_ENTITY_TYPE": CONTACT.upper(),
            "CRM_ENTITY_ID": int(place.contact.id),
            "SHOW": 0,
            "ADD_TO_CHAT": 0,
            "EXTERNAL_CALL_ID": key,
        },
    )
    call = _text_of(registered, "CALL_ID")
    finish = {"CALL_ID": call, "USER_ID": int(user), "DURATION": entry.seconds, "STATUS_CODE": _status(entry)}
    finished = await portal.write("telephony.externalCall.finish", {**finish, "ADD_TO_CHAT": 0})
    await _attach_recording(portal, call, entry.recording)
    return Written(made_ref(ACTIVITY, _text_of(finished, "CRM_ACTIVITY_ID")))


async def find_call(portal: Portal, key: str) -> Written | None:
    """Return the finished call with this key, from the portal's statistics."""
    rows = rows_of(await portal.read("voximplant.statistic.get", {"FILTER": {"EXTERNAL_CALL_ID": key}}))
    return Written(made_ref(ACTIVITY, rows[0].get("CRM_ACTIVITY_ID")), is_existing=True) if rows else None


def is_call(entry: Entry) -> bool:
    """Tell whether an entry is a call that the portal's telephony takes: one with a number."""
    return entry.kind is EntryKind.call and bool(entry.phone)


async def _find_comment_of(portal: Portal, key: str, owner: CrmRef) -> Written | None:
    asked: dict[str, object] = {
        "filter": {"ENTITY_ID": int(owner.id), "ENTITY_TYPE": owner.kind},
        "select": ["ID", "COMMENT"],
        "order": {"ID": "DESC"},
    }
    for page in range(_MOST_PAGES):
        answer = await portal.read("crm.timeline.comment.list", {**asked, "start": page * 50})
        rows = rows_of(answer)
        for row in rows:
            if has_key(row.get("COMMENT"), key):
                return Written(made_ref(COMMENT, row.get("ID")), is_existing=True)
        if "next" not in answer and len(rows) < 50:
            break
    return None


async def _attach_recording(portal: Portal, call: str, address: str) -> None:
    """Let the portal fetch a recording. The call is there already, so a refusal is told and not repeated."""
    if not address:
        return
    try:
        await portal.write("telephony.externalCall.attachRecord", {"CALL_ID": call, "RECORD_URL": address})
    except (TemporaryFailure, OutcomeUnknown, PermanentFailure) as error:
        log.warning("crm.recording_refused", connection_id=portal.context.connection_id, code=error.code)


def _status(entry: Entry) -> str:
    if entry.seconds and not entry.is_missed:
        return _TALKED
    return _MISSED if entry.is_missed or entry.is_inbound else _CANCELLED


def _text_of(result: Json, name: str) -> str:
    value = result.get(name) if isinstance(result, dict) else None
    if not value:
        raise OutcomeUnknown(f"the call was answered without {name}")
    return str(value)
