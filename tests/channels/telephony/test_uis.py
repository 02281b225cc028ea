"""UIS, CoMagic and Novofon v2: the contract."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.channels.base import Raw
from hub.channels.telephony.uis import CHANNEL, template
from hub.testing.contracts import ChannelContract
from tests.channels.telephony.bench import RECEIVED_AT, make


def signed(raw: Raw, settings: Mapping[str, object]) -> Raw:
    return replace(raw, headers={**raw.headers, "x-hub-secret": str(settings["secret"])})


UIS = make("uis", secret="s3cret")


class TestUis(ChannelContract):
    channel = CHANNEL
    settings = {"secret": "s3cret"}
    rotated = {"secret": "n3w", "previous_secret": "s3cret"}
    sign = staticmethod(signed)


def test_the_template_is_json_with_every_variable_in_its_place() -> None:
    body = json.loads(template("lost"))

    assert body["stage"] == "lost"
    assert body["at"] == "{{notification_timestamp}}"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_setup_prints_a_body_for_every_event(language: str) -> None:
    steps = "\n".join(make("uis", secret="s3cret").setup_steps(language))

    for stage in ("ringing", "answered", "lost", "ended", "recording"):
        assert template(stage) in steps


def test_an_account_without_unix_time_is_read_in_its_zone() -> None:
    told = {"stage": "lost", "at": "{{notification_timestamp}}", "local_time": "2026-11-21 15:00:00.000", "call": "7"}
    raw = Raw(json.dumps(told).encode(), RECEIVED_AT, method="POST")

    ended = UIS.parse(raw)[-1]

    assert (ended.occurred_at, ended.is_missed) == (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), True)
