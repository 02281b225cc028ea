"""Zadarma and Novofon v1: the contract and the signature with its encoding trap."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from hub.channels.base import Raw
from hub.channels.telephony.zadarma import CHANNEL, sign, signed_text
from hub.testing.contracts import ChannelContract


def signed(raw: Raw, settings: Mapping[str, object]) -> Raw:
    text = signed_text(dict(parse_qsl(raw.body.decode(), keep_blank_values=True)))
    digest = hmac.new(str(settings["api_secret"]).encode(), text.encode(), "sha1").hexdigest()
    return replace(raw, headers={**raw.headers, "signature": base64.b64encode(digest.encode()).decode()})


class TestZadarma(ChannelContract):
    channel = CHANNEL
    settings = {"api_key": "k3y-of-api", "api_secret": "s3cret"}
    rotated = {"api_secret": "n3w", "previous_api_secret": "s3cret"}
    sign = staticmethod(signed)


def test_the_signature_is_base64_of_the_hex_digest() -> None:
    text = "79161234567" + "74951234567" + "2026-11-21 10:00:00"

    assert sign("secret", text) == "MjJmNDhlYzYyNzNiZmVkOTBmNWI4OTMwMjViNzAxZjA0OTMwN2ZjMw=="
