"""A payload as the content of a spool record: one line of JSON with what accepting knew of it, then its body as it came."""

import json
from datetime import datetime
from typing import Any

from hub.store.receipts import NewReceipt

_VERSION = 1


class UnreadablePayload(ValueError):
    """The content of a whole record that this program does not understand: another version wrote it."""


def to_bytes(receipt: NewReceipt) -> bytes:
    """Return the content of a record; the body is inside, however large it is."""
    told = {
        "version": _VERSION,
        "connection_id": receipt.connection_id,
        "external_id": receipt.external_id,
        "order_hash": receipt.order_hash,
        "lane": receipt.lane,
        "received_at": receipt.received_at.isoformat(),
        "is_unkeyed": receipt.is_unkeyed,
        "is_history": receipt.is_history,
        "body_hash": receipt.body_hash,
        "head": dict(receipt.head),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + (receipt.body or b"")


def from_bytes(content: bytes) -> NewReceipt:
    """Return the payload of a record.

    Raises:
        UnreadablePayload: it is of another version, or was not written by `to_bytes`.
    """
    line, _, body = content.partition(b"\n")
    try:
        told: dict[str, Any] = json.loads(line)
        if told.pop("version") != _VERSION:
            raise UnreadablePayload("another version")
        received_at = datetime.fromisoformat(told.pop("received_at"))
        return NewReceipt(**told, received_at=received_at, body=body, file_sha256="")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadablePayload(type(error).__name__) from error
