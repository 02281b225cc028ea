"""Bitrix24: the contract in both ways in, and the portal's own traps."""

from hub.crm_sync.connectors.bitrix24 import CHANNEL
from hub.testing.contracts.crm import CrmContract
from hub.testing.crm.bitrix24 import FakeBitrix24
from hub.testing.crm.bitrix24.portal import LeakyBucket


def enterprise() -> FakeBitrix24:
    """A portal of the plan with the larger bucket."""
    fake = FakeBitrix24()
    fake.limits = [LeakyBucket(calls=250, seconds=50, falls=5.0)]
    return fake


class TestBitrix24(CrmContract):
    channel = CHANNEL
    fake = FakeBitrix24
    own_field = "UF_CRM_HUB_NOTE"

    @staticmethod
    def settings(fake):
        return {"webhook": f"{fake.url}/rest/1/{fake.secret}/", "application_token": fake.hook_secret}


class TestBitrix24Application(CrmContract):
    channel = CHANNEL
    fake = staticmethod(enterprise)
    own_field = "UF_CRM_HUB_NOTE"
    renews_tokens = True

    @staticmethod
    def settings(fake):
        return {
            "portal": fake.url,
            "oauth_url": fake.url,
            "client_id": fake.client[0],
            "client_secret": fake.client[1],
            "access_token": "acce55-token-0",
            "refresh_token": "refre5h-token-0",
            "application_token": fake.hook_secret,
            "requests_per_second": 4.5,
            "requests_at_once": 220,
        }
