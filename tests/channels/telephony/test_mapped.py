"""The mapping adapter: the contract."""

from collections.abc import Mapping
from dataclasses import replace

from hub.channels.base import Raw
from hub.channels.telephony.mapped import CHANNEL
from hub.testing.contracts import ChannelContract
from hub.testing.telephony import MAPPED_SAMPLE, SAMPLE_STAGES


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
