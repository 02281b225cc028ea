"""What the other side sends: `{type: contact.updated, timestamp, data: {id}}` is a hint, its values are asked for."""

from collections.abc import Mapping
from datetime import UTC, datetime

from hub.channels.base import Raw
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import PayloadInvalid
from hub.domain.inbound import CrmHint
from hub.net.payloads import Json, clean_text, read_json_object

_LONGEST = 200
_KINDS = {kind.value: kind for kind in (Entity.contact, Entity.request, Entity.task)}


def hint_of(raw: Raw, webhook_id: str) -> CrmHint | None:
    """Return what a verified webhook hints at, None for an event that is not for us.

    Raises:
        PayloadInvalid: no JSON object with a `type`, or one of ours without `data.id`.
    """
    told = read_json_object(raw.body)
    kind, data = told.get("type"), told.get("data")
    if not isinstance(kind, str):
        raise PayloadInvalid("type is missing: contact.updated, request.updated …")
    entity = _KINDS.get(kind.partition(".")[0])
    if entity is None:
        return None
    if not isinstance(data, dict) or not (record := _id(data.get("id"))):
        raise PayloadInvalid("data.id is missing: the id of the record")
    return CrmHint(
        external_id=webhook_id,
        entity=entity,
        ref=CrmRef(entity, record),
        occurred_at=instant_of(told, raw.received_at),
        changed_by=_id(data.get("changed_by")),
        is_deleted=kind.endswith(".deleted"),
    )


def record_of(raw: Raw) -> str:
    """Return whose order counts: the record a payload speaks of, empty if it names none. Never raises."""
    try:
        hint = hint_of(raw, "")
    except PayloadInvalid:
        return ""
    return str(hint.ref) if hint else ""


def instant_of(told: Mapping[str, Json], received_at: datetime) -> datetime:
    """Return when it happened; when it was received, if the body does not say so with a zone."""
    said = told.get("timestamp")
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else received_at
        return at.astimezone(UTC) if at.tzinfo else received_at
    except (ValueError, OverflowError):
        return received_at


def _id(value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return clean_text(str(value)[:_LONGEST])
