"""Zadarma and Novofon v1: the contract and the signature with its encoding trap."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from hub.channels.base import Raw, Responsible
from hub.channels.telephony.zadarma import CHANNEL, sign, signed_text
from hub.domain.call import CallState, fold_call
from hub.domain.errors import WebhookRejected
from hub.testing.contracts import ChannelContract
from tests.channels.telephony.bench import RECEIVED_AT, form, make


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


def channel() -> Any:
    return make("zadarma", api_key="k3y-of-api", api_secret="s3cret")


def start(**fields: str) -> Raw:
    told = {"event": "NOTIFY_START", "caller_id": "79161234567", "called_did": "74951234567"}
    return form({**told, "call_start": "2026-11-21 15:00:00", "pbx_call_id": "in_1", **fields})


def test_the_registration_token_comes_back_as_text() -> None:
    reply = channel().handshake(Raw(b"", RECEIVED_AT, method="GET", query="zd_echo=a1b2c3"))

    assert (reply.status, reply.body) == (200, b"a1b2c3")


def test_a_token_that_could_be_a_page_does_not_come_back() -> None:
    assert channel().handshake(Raw(b"", RECEIVED_AT, method="GET", query="zd_echo=%3Cscript%3E")).body == b""


def test_the_responsible_manager_rings_first_and_the_call_returns_after_a_while() -> None:
    assert channel().question(start()) == "+79161234567"
    reply = channel().answer(start(), Responsible("101", "Анна", "Иван Петров"))
    assert json.loads(reply.body) == {"redirect": "101", "return_timeout": 15, "caller_name": "Иван Петров"}


def test_an_unknown_caller_goes_the_way_of_the_pbx() -> None:
    assert channel().answer(start(), None).body == b""


def test_times_are_read_in_the_accounts_zone() -> None:
    assert channel().parse(start())[0].occurred_at == datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_edge14_a_machine_that_answered_is_a_voicemail_and_missed() -> None:
    told = start(event="NOTIFY_END", duration="14", disposition="answered", is_recorded="0")

    ended = channel().parse(told)[-1]

    assert (ended.is_missed, ended.reason, ended.talk) == (True, "voicemail", timedelta(0))


def test_c1_an_employee_who_answered_outweighs_a_record_without_one() -> None:
    answer = start(event="NOTIFY_ANSWER", destination="101", internal="101")
    told = start(event="NOTIFY_END", duration="44", disposition="answered", is_recorded="0")

    session = fold_call([*channel().parse(answer), *channel().parse(told)], now=RECEIVED_AT + timedelta(hours=1))

    assert (session.state, session.answered_by) == (CallState.answered, "101")


def test_a_recording_may_come_before_the_end_of_its_call() -> None:
    recorded = form({"event": "NOTIFY_RECORD", "pbx_call_id": "in_1", "call_id_with_rec": "rec-1"})
    told = start(event="NOTIFY_END", duration="44", disposition="answered", is_recorded="1", internal="101")

    session = fold_call([*channel().parse(recorded), *channel().parse(told)], now=RECEIVED_AT + timedelta(hours=1))

    assert (session.recording, session.talk) == ("rec-1", timedelta(seconds=44))


def test_an_event_without_a_rule_for_its_signature_is_rejected_with_that_reason() -> None:
    with pytest.raises(WebhookRejected, match="no rule for the signature"):
        channel().verify(start(event="SPEECH_RECOGNITION"))


def test_junk_is_no_question() -> None:
    assert channel().question(Raw(b"\xff", RECEIVED_AT, method="POST")) is None
