"""Mango Office: the contract, the signature, and what its documentation warns of."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest

from hub.channels.base import Raw
from hub.channels.telephony.mango import CHANNEL, sign
from hub.domain.errors import WebhookRejected
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.testing.contracts import ChannelContract
from tests.channels.telephony.bench import form, make


def signed(raw: Raw, settings: Mapping[str, object]) -> Raw:
    text = parse_qs(raw.body.decode()).get("json", [""])[0]
    key, salt = settings["api_key"], settings["api_salt"]
    digest = hashlib.sha256(f"{key}{text}{salt}".encode()).hexdigest()
    return replace(raw, body=urlencode({"vpbx_api_key": key, "sign": digest, "json": text}).encode())


MANGO = make("mango", api_key="testkey", api_salt="testsalt")


class TestMango(ChannelContract):
    channel = CHANNEL
    settings = {"api_key": "testkey", "api_salt": "testsalt"}
    rotated = {"api_salt": "n3w", "previous_api_salt": "testsalt"}
    sign = staticmethod(signed)


def test_the_signature_is_that_of_the_documented_rule() -> None:
    text = '{"entry_id":"abc","call_direction":1}'

    assert sign("testkey", text, "testsalt") == "3f9ed3aad2950f21844654ae8dad059b9fee8998def8233dde8e024d9d2ca10f"


def one(name: str) -> CallEvent:
    """Return the last event of a payload file."""
    found = {fixture.name: fixture.raw for fixture in TestMango.load_fixtures()}
    event = MANGO.parse(found[name])[-1]
    assert isinstance(event, CallEvent)
    return event


def test_a_hangup_in_the_menu_is_missed_though_the_result_says_success() -> None:
    event = one("menu_hangup_under_the_wrong_suffix.http")

    assert (event.stage, event.is_missed, event.reason) == (CallStage.ended, True, "abandoned_in_menu")


def test_our_own_phone_that_picks_up_an_ordered_call_has_answered_nobody() -> None:
    event = one("ordered_call_rings_the_employee_first.http")

    assert (event.stage, event.direction) == (CallStage.ringing, CallDirection.outbound)
    assert (event.client, event.extension, event.command) == ("+79161234567", "101", "hub-17")


def test_a_menu_that_picks_up_has_answered_nobody() -> None:
    leg = {"entry_id": "e", "call_id": "c", "timestamp": 1795260000, "seq": 2, "call_state": "Connected"}
    text = json.dumps(
        {**leg, "location": "ivr", "from": {"number": "79161234567"}, "to": {"line_number": "74951234567"}}
    )

    assert MANGO.parse(form({"json": text}))[0].stage is CallStage.ringing


def test_a_consultation_between_colleagues_is_internal() -> None:
    leg = {"entry_id": "e", "call_id": "c", "timestamp": 1795260000, "seq": 2, "call_state": "Appeared"}
    text = json.dumps({**leg, "location": "abonent", "from": {"extension": "101"}, "to": {"extension": "102"}})

    assert MANGO.parse(form({"json": text}))[0].direction is CallDirection.internal


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1111, "no_answer"),
        (1121, "busy"),
        (1151, "blocked"),
        (1163, "no_answer"),
        (1192, "out_of_hours"),
        (2014, "failed"),
    ],
)
def test_reason_codes_are_read_and_unknown_ones_by_their_class(code: int, reason: str) -> None:
    summary = {"entry_id": "e", "call_direction": 1, "from": {}, "to": {"extension": "101"}, "talk_time": 0}
    text = json.dumps({**summary, "create_time": 1795260000, "end_time": 1795260007, "disconnect_reason": code})

    assert MANGO.parse(form({"json": text}))[-1].reason == reason


def test_a_changed_json_is_rejected_with_a_reason_that_helps() -> None:
    raw = form({"vpbx_api_key": "testkey", "sign": sign("testkey", "{}", "testsalt"), "json": '{"a":1}'})

    with pytest.raises(WebhookRejected, match="sign mismatch; computed over json as received"):
        TestMango.receiver().verify(raw)


def test_whitespace_around_the_json_is_part_of_what_is_signed() -> None:
    text = '{"a": 1}\n'

    TestMango.receiver().verify(form({"sign": sign("testkey", text, "testsalt"), "json": text}))
