"""Mango Office: the contract, the signature, and what its documentation warns of."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

from hub.channels.base import Raw
from hub.channels.telephony.mango import CHANNEL, sign
from hub.testing.contracts import ChannelContract


def signed(raw: Raw, settings: Mapping[str, object]) -> Raw:
    text = parse_qs(raw.body.decode()).get("json", [""])[0]
    key, salt = settings["api_key"], settings["api_salt"]
    digest = hashlib.sha256(f"{key}{text}{salt}".encode()).hexdigest()
    return replace(raw, body=urlencode({"vpbx_api_key": key, "sign": digest, "json": text}).encode())


class TestMango(ChannelContract):
    channel = CHANNEL
    settings = {"api_key": "testkey", "api_salt": "testsalt"}
    rotated = {"api_salt": "n3w", "previous_api_salt": "testsalt"}
    sign = staticmethod(signed)


def test_the_signature_is_that_of_the_documented_rule() -> None:
    text = '{"entry_id":"abc","call_direction":1}'

    assert sign("testkey", text, "testsalt") == "3f9ed3aad2950f21844654ae8dad059b9fee8998def8233dde8e024d9d2ca10f"
