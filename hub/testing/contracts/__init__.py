"""Contract suites: what every adapter must keep, inherited by a test class of five lines.

    class TestMango(ChannelContract):
        channel = CHANNEL
        settings = {"api_key": "key", "salt": "s3cret"}
        rotated = {"salt": "n3w", "previous_salt": "s3cret"}
        sign = staticmethod(sign)

Only tests import this package; it imports pytest. Nothing else in `hub.testing` may import it, since `hub demo` runs
without pytest. `hub.testing.fixture_files` says how fixtures are written.
"""

from hub.testing.contracts.channel import ChannelContract
from hub.testing.contracts.crm import CrmContract

__all__ = ["ChannelContract", "CrmContract"]
