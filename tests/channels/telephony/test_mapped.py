"""The mapping adapter: the contract."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from hub.channels.base import Raw
from hub.channels.telephony.mapped import CHANNEL
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.domain.inbound import CallDirection, CallEvent
from hub.testing.contracts import ChannelContract
from hub.testing.telephony import MAPPED_SAMPLE, SAMPLE_STAGES
from tests.channels.telephony.bench import RECEIVED_AT, make


def signed(raw: Raw, settings: Mapping[str, object]) -> Raw:
    return replace(raw, headers={**raw.headers, "x-hub-secret": str(settings["secret"])})


class TestMapped(ChannelContract):
    channel = CHANNEL
    settings = {
        **MAPPED_SAMPLE,
        "secret": "s3cret",
        "stages": {**SAMPLE_STAGES, "record_ready": "recording"},
        "ignored": ["ping"],
    }
    rotated = {"secret": "n3w", "previous_secret": "s3cret"}
    sign = staticmethod(signed)


NAMES: dict[str, Any] = {
    "call": "id",
    "event": "type",
    "caller": "from",
    "stages": {"end": "completed"},
    "secret": "s3cret",
}


def read(payload: object, **more: Any) -> CallEvent:
    raw = Raw(json.dumps(payload).encode(), RECEIVED_AT, method="POST")
    event = make("mapped", **{**NAMES, **more}).parse(raw)[-1]
    assert isinstance(event, CallEvent)
    return event


def test_paths_walk_objects_and_numbers_of_lists() -> None:
    payload = {"type": "end", "calls": [{"id": "c-1", "from": "79161234567"}]}

    event = read(payload, call="calls.0.id", caller="calls.0.from")

    assert (event.call, event.client) == ("c-1", "+79161234567")


@pytest.mark.parametrize(
    ("time_format", "told"),
    [
        ("unix", 1795260000),
        ("unix_ms", 1795260000000),
        ("unix_us", "1795260000000000"),
        ("iso", "2026-11-21T11:20:00Z"),
        ("iso", "2026-11-21T14:20:00"),
        ("%d.%m.%Y %H:%M", "21.11.2026 14:20"),
    ],
)
def test_times_come_in_the_format_of_the_settings(time_format: str, told: object) -> None:
    event = read({"type": "end", "id": "c", "from": "", "t": told}, at="t", time_format=time_format)

    assert event.occurred_at == datetime(2026, 11, 21, 11, 20, tzinfo=UTC)


def test_an_outgoing_call_is_with_the_number_that_is_called() -> None:
    payload = {"type": "end", "id": "c", "way": "OUT", "from": "101", "to": "79161234567", "sec": 30}

    event = read(payload, direction="way", callee="to", talk="sec")

    assert (event.direction, event.client) == (CallDirection.outbound, "+79161234567")


def test_a_word_that_nobody_explained_is_parked() -> None:
    with pytest.raises(PayloadInvalid, match="neither stages nor ignored"):
        read({"type": "parked", "id": "c"})


@pytest.mark.parametrize("place", ["header:X-Key", "query:key", "body:auth.key"])
def test_the_secret_stands_where_the_settings_say(place: str) -> None:
    channel = make("mapped", **{**NAMES, "secret_place": place})

    channel.verify(Raw(b'{"auth": {"key": "s3cret"}}', RECEIVED_AT, {"x-key": "s3cret"}, "POST", "", "key=s3cret"))
    with pytest.raises(WebhookRejected, match="differs"):
        channel.verify(Raw(b'{"auth": {"key": "no"}}', RECEIVED_AT, {"x-key": "no"}, "POST", "", "key=no"))


def test_a_mapping_under_which_no_call_ends_is_refused() -> None:
    with pytest.raises(ValidationError, match="no call would ever end"):
        make("mapped", **{**NAMES, "stages": {"start": "ringing"}})
