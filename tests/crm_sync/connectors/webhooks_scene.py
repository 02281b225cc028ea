"""A pair of webhooks and the receiver at its other end."""

from contextlib import asynccontextmanager

from hub.crm_sync.connectors.webhooks.connector import Webhooks
from hub.testing.contracts.crm.suite import CrmSuite
from hub.testing.crm.webhooks import HOOK_SECRET, SECRET, FakeReceiver


def settings_for(fake, **changes):
    """The settings of a connection to `fake`, both ways."""
    return {
        "url": f"{fake.url}/events",
        "lookup_url": f"{fake.url}/lookup",
        "secret": SECRET,
        "incoming_secret": HOOK_SECRET,
        "own_network": True,
        **changes,
    }


class WebhooksScene(CrmSuite):
    """The connector and a receiver."""

    channel = Webhooks
    fake = FakeReceiver
    settings = staticmethod(settings_for)


@asynccontextmanager
async def receiver(fake=FakeReceiver, **changes):
    """Serve a receiver; yield it, a connector with some settings changed, and the scene."""
    suite = WebhooksScene()
    async with suite.scene() as scene, fake().serving() as served:
        served.now = scene.clock.now
        scene.fake = served
        scene.settings = lambda _: settings_for(served, **changes)
        crm = scene.connect()
        assert isinstance(crm, Webhooks)
        yield served, crm, scene
