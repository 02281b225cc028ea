"""Signs and verifies webhooks by Standard Webhooks 1.0.0, symmetric scheme `v1` (HMAC-SHA256).

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (read 2026-11-22).
What is signed is `id.timestamp.body`, byte for byte as sent; the header holds one signature a secret, so that a secret
can be changed while both are in force. The asymmetric scheme `v1a` is not used: signatures of it are passed over.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.domain.errors import WebhookRejected
from hub.net.signatures import is_same_secret

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
_SHORTEST_KEY, _LONGEST_KEY = 24, 64
_MOST_SIGNATURES = 16
# Without a full stop, which divides the parts of what is signed.
_ID = re.compile(r"[!-\-/-~]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,12}")


def read_key(secret: str) -> bytes:
    """Return the key of a secret in its written form.

    Raises:
        ValueError: not `whsec_` and base64 of 24 to 64 bytes.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"a secret is {PREFIX} and base64: {type(error).__name__}") from error
    if not secret.startswith(PREFIX) or not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise ValueError(f"a secret is {PREFIX} and base64 of {_SHORTEST_KEY} to {_LONGEST_KEY} bytes")
    return key


def sign(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """Return the three headers of a webhook that is sent at `at`, signed with every secret."""
    seconds = str(int(at.timestamp()))
    signatures = " ".join(_signature(secret, f"{message_id}.{seconds}.".encode() + body) for secret in secrets)
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signatures}


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, received_at: datetime) -> None:
    """Prove a webhook in constant time; `headers` have lower-case names.

    Raises:
        WebhookRejected: an id or instant that is none, an instant more than five minutes away, no right signature.
    """
    message_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id) or not _SECONDS.fullmatch(seconds):
        raise WebhookRejected("webhook-id or webhook-timestamp is missing or none (Standard Webhooks 1.0.0)")
    valid = [_signature(secret, f"{message_id}.{seconds}.".encode() + body) for secret in secrets]
    given = headers.get("webhook-signature", "").split(" ")[:_MOST_SIGNATURES]
    if not any(is_same_secret(signature, *valid) for signature in given):
        raise WebhookRejected("signature mismatch; v1 is HMAC-SHA256 over webhook-id.webhook-timestamp.body, base64")
    if abs(received_at.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise WebhookRejected("webhook-timestamp is more than 5 minutes from our clock: repeated, or a clock is wrong")


def _signature(secret: str, message: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(read_key(secret), message, hashlib.sha256)).decode()
