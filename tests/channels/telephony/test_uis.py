"""UIS, CoMagic and Novofon v2: the contract."""

from collections.abc import Mapping
from dataclasses import replace

from hub.channels.base import Raw
from hub.channels.telephony.uis import CHANNEL
from hub.testing.contracts import ChannelContract


def signed(raw: Raw, settings: Mapping[str, object]) -> Raw:
    return replace(raw, headers={**raw.headers, "x-hub-secret": str(settings["secret"])})


class TestUis(ChannelContract):
    channel = CHANNEL
    settings = {"secret": "s3cret"}
    rotated = {"secret": "n3w", "previous_secret": "s3cret"}
    sign = staticmethod(signed)
