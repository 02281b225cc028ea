"""Events that the portal posts: forms with PHP brackets, proved by application_token, of a record its id alone.

Sent once, never again. `ts` is the second of sending. An application's events bring access and refresh tokens along,
so what is kept of a body is built anew from the few fields that are read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from hub.channels.base import Peek, Raw
from hub.crm_sync.connectors.bitrix24.records import ACTIVITY, COMPANY, CONTACT, DEAL, ENTITIES, LEAD, made_ref
from hub.crm_sync.connectors.bitrix24.settings import Bitrix24Settings
from hub.crm_sync.connectors.bitrix24.talks import CHAT, MESSAGE_EVENT, answers_of
from hub.domain.crm import Entity
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.domain.inbound import CrmHint, InboundEvent
from hub.net.payloads import read_form
from hub.net.signatures import digest_hex, is_same_secret

_KINDS = {"CONTACT": CONTACT, "COMPANY": COMPANY, "LEAD": LEAD, "DEAL": DEAL, "ACTIVITY": ACTIVITY}
_DEEDS = ("ADD", "UPDATE", "DELETE")
_EVENTS = {f"ONCRM{word}{deed}": (kind, deed == "DELETE") for word, kind in _KINDS.items() for deed in _DEEDS} | {
    "ONCRMDEALMOVETOCATEGORY": (DEAL, False)
}
_KEPT = re.compile(
    r"event|event_handler_id|ts|auth\[member_id\]|data\[(?:FIELDS\]\[ID|CONNECTOR|LINE|MESSAGES\].*)\]?", re.DOTALL
)
_LONGEST_ID = 18
_LONGEST_CHAT = 60
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
BOUND_EVENTS = tuple(name for name in _EVENTS if "COMPANY" not in name)
"""What the hub wants to hear of."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is read of an event."""

    fields: Mapping[str, str]

    @property
    def event(self) -> str:
        """Return the event's name in capitals."""
        return self.fields.get("event", "").upper()

    @property
    def record(self) -> str:
        """Return the id of the record."""
        return self.fields.get("data[FIELDS][ID]", "")

    @property
    def name(self) -> str:
        """Return what names the event: the same for a copy, another one for the next change."""
        return digest_hex(urlencode(sorted(self.kept.items())).encode(), "sha256")

    @property
    def kept(self) -> Mapping[str, str]:
        """Return the fields that are read, without tokens."""
        return {name: value for name, value in self.fields.items() if _KEPT.fullmatch(name)}

    def sent_at(self, received_at: datetime) -> datetime:
        """Return when the portal sent it, to the second; when it came, if that cannot be read."""
        text = self.fields.get("ts", "")
        is_number = text.isascii() and text.isdigit() and len(text) < _LONGEST_ID
        return datetime.fromtimestamp(int(text), UTC) if is_number and int(text) < _LATEST else received_at


def read_event(raw: Raw) -> Told:
    """Return an event.

    Raises:
        PayloadInvalid: the body is no form.
    """
    return Told(dict(read_form(raw.body)))


def verify_event(raw: Raw, settings: Bitrix24Settings) -> None:
    """Compare the token of an event with ours.

    Raises:
        WebhookRejected: it is another one, or none was set, or the portal is another one.
    """
    try:
        fields = read_event(raw).fields
    except PayloadInvalid as error:
        raise WebhookRejected("the body is no form with auth[application_token]") from error
    if not settings.event_tokens:
        raise WebhookRejected("the connection has no application_token to compare with")
    if not is_same_secret(fields.get("auth[application_token]", ""), *settings.event_tokens):
        raise WebhookRejected("auth[application_token] is not the token of this connection")
    if settings.member_id and not is_same_secret(fields.get("auth[member_id]", ""), settings.member_id):
        raise WebhookRejected("auth[member_id] is another portal's")


def kept_body(raw: Raw) -> bytes:
    """Return the fields that are read; a body that is no form is kept as it is."""
    try:
        return urlencode(read_event(raw).kept).encode()
    except PayloadInvalid:
        return raw.body


def peek_event(raw: Raw) -> Peek:
    """Return the id of an event, and the record or chat as its order."""
    try:
        told = read_event(raw)
    except PayloadInvalid:
        return Peek("", "")
    if told.event == MESSAGE_EVENT:
        return Peek(told.name, f"{CHAT}:{told.fields.get('data[MESSAGES][0][chat][id]', '')[:_LONGEST_CHAT]}")
    kind, _ = _EVENTS.get(told.event, ("", False))
    return Peek(told.name, f"{kind}:{told.record[:_LONGEST_ID]}" if kind else "")


def parse_event(raw: Raw, connector: str) -> Sequence[InboundEvent]:
    """Return the hint of an event, the answers of our `connector`'s chats, nothing where the hub has no use for it.

    Raises:
        PayloadInvalid: the body is no form, or names no record.
    """
    told = read_event(raw)
    at = told.sent_at(raw.received_at)
    if not told.event:
        raise PayloadInvalid("the form names no event")
    if told.event == MESSAGE_EVENT:
        return answers_of(told.fields, connector, at)
    if told.event not in _EVENTS:
        return ()
    hint = hint_of(told.event, told.record, at, told.name)
    if hint is None:
        raise PayloadInvalid(f"{told.event} names no record in data[FIELDS][ID]")
    return (hint,)


def hint_of(event: str, record: str, at: datetime, name: str) -> CrmHint | None:
    """Return the hint of an event, None if it is none of ours or names no record."""
    kind, is_deleted = _EVENTS.get(event.upper(), ("", False))
    if not kind or not (record.isascii() and record.isdigit() and 0 < len(record) <= _LONGEST_ID):
        return None
    entity = ENTITIES.get(kind, Entity.task)
    return CrmHint(name, entity, made_ref(kind, record), at, is_deleted=is_deleted)


def stored(raw: Raw) -> Raw:
    """Return an event as it is kept."""
    headers = {name: value for name, value in raw.headers.items() if name == "content-type"}
    return replace(raw, body=kept_body(raw), headers=headers, query="")
