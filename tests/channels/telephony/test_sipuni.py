"""Sipuni: the contract and the hash of commands."""

import json
from collections.abc import Mapping
from typing import ClassVar

from hub.channels.base import Raw
from hub.channels.telephony.sipuni import CHANNEL, sign
from hub.testing.contracts import ChannelContract
from tests.channels.telephony.bench import RECEIVED_AT, form, make

SIPUNI = make("sipuni")


class TestSipuni(ChannelContract):
    channel = CHANNEL
    settings: ClassVar[Mapping[str, object]] = {}
    unsigned = "Sipuni signs nothing: the address is the secret, and networks may narrow it"


def test_the_hash_joins_values_by_name_and_the_secret() -> None:
    order = {"user": "012345", "sipnumber": "101", "reverse": "0", "phone": "79161234567", "antion": "0"}

    assert sign(order, "secret") == "244f98ec485625cd163f6a0fcfb042ee"


def test_everything_stored_gets_the_word_without_which_sending_stops() -> None:
    for body in (b"", b"event=2&call_id=1", b"\xff"):
        reply = make("sipuni").acknowledge(Raw(body, RECEIVED_AT))
        assert (reply.status, json.loads(reply.body)) == (200, {"success": True})


def test_without_types_short_numbers_are_inside() -> None:
    told = {"event": "1", "call_id": "c1", "timestamp": "1795259060", "src_num": "012345102", "short_src_num": "102"}

    outgoing = SIPUNI.parse(form({**told, "dst_num": "79161234567", "short_dst_num": "79161234567"}))[0]
    inside = SIPUNI.parse(form({**told, "dst_num": "012345101", "short_dst_num": "101"}))[0]

    assert (outgoing.direction, outgoing.client, outgoing.extension) == ("outbound", "+79161234567", "102")
    assert inside.direction == "internal"


def test_the_end_of_one_leg_gives_no_verdict() -> None:
    told = {"event": "4", "call_id": "c1", "timestamp": "1795259060", "src_num": "79161234567", "short_dst_num": "101"}

    event = SIPUNI.parse(form({**told, "src_type": "1", "dst_type": "2", "status": "NOANSWER"}))[0]

    assert (event.stage, event.leg, event.is_missed) == ("ended", "101", None)
