"""The cloud PBX family: the contract."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from hub.channels.base import Raw
from hub.channels.telephony.megafon import CHANNEL
from hub.testing.contracts import ChannelContract


def signed(raw: Raw, settings: Mapping[str, object]) -> Raw:
    fields = dict(parse_qsl(raw.body.decode(), keep_blank_values=True))
    return replace(raw, body=urlencode({**fields, "crm_token": settings["crm_token"]}).encode())


class TestMegafon(ChannelContract):
    channel = CHANNEL
    settings = {"crm_token": "s3cret"}
    rotated = {"crm_token": "n3w", "previous_crm_token": "s3cret"}
    sign = staticmethod(signed)
