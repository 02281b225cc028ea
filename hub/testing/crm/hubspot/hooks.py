"""The webhooks of a HubSpot account: events gathered into batches and signed, by the version that is set."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from hub.channels.base import Raw

TYPE_IDS = {"contacts": "0-1", "deals": "0-3", "tasks": "0-27"}


class Hooks:
    """What the account has to tell.

    `version` of the signature is `v1`, as the vendor documents for subscriptions to records, `v2` or `v3`; the last two
    sign the address as well, which is `url`.
    """

    def __init__(self) -> None:
        self.url = "https://hub.example/in/kind/0123456789abcdef0123456789abcdef"
        self.version = "v1"
        self.waiting: list[dict[str, Any]] = []
        self._numbers = count(1001)

    def tell(self, kind: str, number: str, what: str, at: datetime, **more: object) -> None:
        """Queue an event: legacy names for contacts and deals, `object` for the others."""
        is_legacy = kind in {"contacts", "deals"}
        event = {
            "eventId": next(self._numbers),
            "subscriptionId": 77,
            "portalId": 144,
            "appId": 555,
            "occurredAt": int(at.timestamp() * 1000),
            "subscriptionType": f"{kind.removesuffix('s') if is_legacy else 'object'}.{what}",
            "attemptNumber": 0,
            "objectId": int(number),
            "changeSource": "CRM_UI",
            "sourceId": "userId:9001",
            **more,
        }
        self.waiting.append(event if is_legacy else {**event, "objectTypeId": TYPE_IDS[kind]})

    def send(self, secret: str, at: datetime) -> Sequence[Raw]:
        """Return what is posted now: batches of a hundred, the last event first."""
        events, self.waiting = self.waiting[::-1], []
        return [self.post(secret, events[n : n + 100], at) for n in range(0, len(events), 100)]

    def post(self, secret: str, events: Sequence[dict[str, Any]], at: datetime) -> Raw:
        """Return one signed post of these events."""
        body = json.dumps(list(events), ensure_ascii=False).encode()
        return Raw(body, at, self._headers(secret, body, at), "POST")

    def _headers(self, secret: str, body: bytes, at: datetime) -> dict[str, str]:
        common = {"content-type": "application/json;charset=utf-8"}
        time, url, key = str(int(at.timestamp() * 1000)), self.url.encode(), secret.encode()
        if self.version == "v3":
            digest = hmac.digest(key, b"POST" + url + body + time.encode(), "sha256")
            signature = base64.b64encode(digest).decode()
            return {**common, "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": time}
        signed = key + body if self.version == "v1" else key + b"POST" + url + body
        signature = hashlib.sha256(signed).hexdigest()
        return {**common, "x-hubspot-signature": signature, "x-hubspot-signature-version": self.version}
