"""Sipuni: the contract and the hash of commands."""

from hub.channels.telephony.sipuni import CHANNEL, sign
from hub.testing.contracts import ChannelContract


class TestSipuni(ChannelContract):
    channel = CHANNEL
    settings: dict[str, object] = {}
    unsigned = "Sipuni signs nothing: the address is the secret, and networks may narrow it"


def test_the_hash_joins_values_by_name_and_the_secret() -> None:
    order = {"user": "012345", "sipnumber": "101", "reverse": "0", "phone": "79161234567", "antion": "0"}

    assert sign(order, "secret") == "244f98ec485625cd163f6a0fcfb042ee"
