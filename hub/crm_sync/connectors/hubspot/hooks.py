"""Webhooks of HubSpot: up to a hundred events in a JSON array, in no order, repeated for a day until they are taken.

Version 3 of the signature is base64 of HMAC-SHA256 over method, address, body and time, not older than five minutes;
1 and 2 are SHA-256 over the secret and the body, or the secret, method, address and body. Subscriptions to records may
still come with version 1 alone, so whichever a request says it carries is checked, the newest first.
"""

import base64
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hub.channels.base import Peek, Raw
from hub.crm_sync.connectors.hubspot.api import Record
from hub.crm_sync.connectors.hubspot.reading import KINDS, text_of
from hub.domain.crm import CrmRef
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.domain.inbound import CrmHint
from hub.net.payloads import read_json
from hub.net.signatures import digest_hex, is_same_secret

_OLDEST = timedelta(minutes=5)
_BY_TYPE = {kind.type_id: name for name, kind in KINDS.items()}
_DELETIONS = frozenset({"deletion", "privacyDeletion"})
_LATEST_MS = 4_102_444_800_000


def verify(raw: Raw, secret: str, url: str) -> None:
    """Prove that whoever sent this knows the app's secret; `url` is our address as the app has it."""
    if not secret:
        raise WebhookRejected("this connection takes no webhooks: client_secret is empty")
    given, expected = _signature_of(raw, secret, url)
    if not is_same_secret(given, expected):
        raise WebhookRejected("signature mismatch; check client_secret and the address in the app")


def peek(raw: Raw) -> Peek:
    """Return a digest of the events, which a repetition in another order of attempts has too, and the first record."""
    try:
        events = _events(raw)
    except PayloadInvalid:
        return Peek(digest_hex(raw.body, "sha256"), "")
    ids = "\n".join(_id_of(event) for event in events)
    refs = [str(ref) for event in events for ref in _refs_of(event)]
    return Peek(digest_hex(ids.encode("utf-8", "replace"), "sha256"), refs[0] if refs else "")


def parse(raw: Raw, app_id: str) -> Sequence[CrmHint]:
    """Return the hints of a batch; what the app `app_id`, which is ours, changed itself is left out."""
    return [hint for event in _events(raw) if not _is_own(event, app_id) for hint in _hints_of(event)]


def _signature_of(raw: Raw, secret: str, url: str) -> tuple[str, str]:
    """Return the signature a request carries and the one it should.

    Raises:
        WebhookRejected: it carries none, or one that is too old.
    """
    address = f"{url}{'/' + raw.suffix if raw.suffix else ''}{'?' + raw.query if raw.query else ''}".encode()
    if given := raw.headers.get("x-hubspot-signature-v3", ""):
        time = raw.headers.get("x-hubspot-request-timestamp", "")
        _check_time(time, raw.received_at)
        signed = raw.method.encode() + address + raw.body + time.encode()
        return given, base64.b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()
    given = raw.headers.get("x-hubspot-signature", "")
    match raw.headers.get("x-hubspot-signature-version", "v1"):
        case "v1":
            return given, digest_hex(secret.encode() + raw.body, "sha256")
        case "v2":
            return given, digest_hex(secret.encode() + raw.method.encode() + address + raw.body, "sha256")
        case _:
            raise WebhookRejected("no rule for this version of the signature")


def _check_time(text: str, received_at: datetime) -> None:
    if not (text.isascii() and text.isdigit() and int(text[:15]) < _LATEST_MS):
        raise WebhookRejected("no time beside the signature")
    sent_at = datetime.fromtimestamp(int(text) / 1000, UTC) if len(text) < 15 else None
    if sent_at is None or abs(received_at - sent_at) > _OLDEST:
        raise WebhookRejected("the signature is older than five minutes")


def _events(raw: Raw) -> list[Record]:
    told = read_json(raw.body)
    if not isinstance(told, list) or not all(isinstance(event, dict) for event in told):
        raise PayloadInvalid("the body is no list of events")
    return told


def _hints_of(event: Record) -> Iterable[CrmHint]:
    refs, at = _refs_of(event), _instant_of(event)
    is_deleted = _what(event) in _DELETIONS
    for ref in refs:
        external_id = f"{_id_of(event)}:{ref.id}"
        yield CrmHint(external_id, KINDS[ref.kind].entity, ref, at, _actor_of(event), is_deleted)


def _refs_of(event: Record) -> list[CrmRef]:
    """Return the records an event is about, none if it is about something else: of a join all that took part."""
    subject = text_of(event, "subscriptionType").partition(".")[0]
    kind = _BY_TYPE.get(text_of(event, "objectTypeId"), "") if subject == "object" else subject
    if kind not in KINDS:
        return []
    joined = event.get("mergedObjectIds")
    ids = [event.get("objectId"), event.get("newObjectId"), *(joined if isinstance(joined, list) else ())]
    numbers = [str(each) for each in ids if isinstance(each, int) or (isinstance(each, str) and each.isdigit())]
    return [CrmRef(kind, each) for each in dict.fromkeys(numbers) if each.isascii() and len(each) < 30]


def _what(event: Record) -> str:
    return text_of(event, "subscriptionType").rpartition(".")[2]


def _actor_of(event: Record) -> str:
    source = text_of(event, "sourceId")
    return source.removeprefix("userId:") if source.startswith("userId:") else ""


def _instant_of(event: Record) -> datetime:
    at = event.get("occurredAt")
    if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at < _LATEST_MS:
        raise PayloadInvalid("occurredAt is no time in milliseconds")
    return datetime.fromtimestamp(at / 1000, UTC)


def _id_of(event: Mapping[str, object]) -> str:
    return ":".join(text_of(event, name) for name in ("eventId", "subscriptionId", "objectId", "occurredAt"))


def _is_own(event: Record, app_id: str) -> bool:
    return bool(app_id) and event.get("changeSource") == "INTEGRATION" and text_of(event, "sourceId") == app_id
