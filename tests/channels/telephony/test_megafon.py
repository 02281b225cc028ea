"""The cloud PBX family: the contract."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest

from hub.channels.base import Raw, Responsible
from hub.channels.telephony.megafon import CHANNEL
from hub.domain.inbound import CallStage
from hub.testing.contracts import ChannelContract
from tests.channels.telephony.bench import form, make


def signed(raw: Raw, settings: Mapping[str, object]) -> Raw:
    fields = dict(parse_qsl(raw.body.decode(), keep_blank_values=True))
    return replace(raw, body=urlencode({**fields, "crm_token": settings["crm_token"]}).encode())


MEGAFON = make("megafon", crm_token="s3cret")


class TestMegafon(ChannelContract):
    channel = CHANNEL
    settings = {"crm_token": "s3cret"}
    rotated = {"crm_token": "n3w", "previous_crm_token": "s3cret"}
    sign = staticmethod(signed)


def question(**fields: str) -> Raw:
    return form({"cmd": "contact", "crm_token": "s3cret", "callid": "c1", **fields})


def test_a_ringing_call_asks_who_answers() -> None:
    assert MEGAFON.question(question(phone="79161234567")) == "+79161234567"
    reply = MEGAFON.answer(question(phone="79161234567"), Responsible("user101", "Анна", "Иван Петров"))
    assert json.loads(reply.body) == {"contact_name": "Иван Петров", "responsible": "user101"}


def test_an_unknown_caller_gets_the_neutral_answer() -> None:
    assert make("megafon", crm_token="s3cret").answer(question(phone="79161234567"), None).body == b"{}"


def test_c8_a_hidden_caller_is_no_question_and_is_acknowledged_neutrally() -> None:
    assert MEGAFON.question(question(phone="anonymous")) is None
    assert MEGAFON.acknowledge(question(phone="anonymous")).body == b"{}"


@pytest.mark.parametrize("status", ["missed", "Missed", "MISSED", "Cancel"])
def test_c2_only_history_says_missed_whatever_its_spelling(status: str) -> None:
    record = {"cmd": "history", "callid": "c1", "type": "in", "start": "20261121T110500Z", "duration": "0"}

    ended = MEGAFON.parse(form({**record, "status": status, "phone": "79161234567"}))[-1]

    assert (ended.stage, ended.is_missed) == (CallStage.ended, True)
    assert ended.occurred_at == datetime(2026, 11, 21, 11, 5, tzinfo=UTC)


def test_c2_a_cancelled_leg_gives_no_verdict() -> None:
    cancelled = {"cmd": "event", "type": "CANCELLED", "callid": "c1", "phone": "79161234567", "user": "user102"}

    event = MEGAFON.parse(form(cancelled))[0]

    assert (event.stage, event.leg, event.is_missed, event.talk) == (CallStage.ended, "user102", None, None)


def test_the_line_is_the_direct_number_when_the_dialled_one_is_inside() -> None:
    event = {"cmd": "event", "type": "INCOMING", "callid": "c1", "phone": "79161234567", "diversion": "701"}

    assert MEGAFON.parse(form({**event, "telnum": "74951234567"}))[0].line_number == "+74951234567"
