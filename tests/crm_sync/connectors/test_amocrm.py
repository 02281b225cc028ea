"""amoCRM by the contract of connectors, with a long-lived token and with OAuth."""

from hub.crm_sync.connectors.amocrm import CHANNEL
from hub.testing.contracts.crm import CrmContract
from hub.testing.crm.amocrm import FakeAmoCrm
from hub.testing.crm.kit import CountedLimit


def quick_account():
    """Return an account that takes many calls a second: its own limit has tests of its own."""
    fake = FakeAmoCrm()
    fake.limits = [CountedLimit(240, 1.0)]
    return fake


def token_settings(fake):
    return {
        "account": fake.account,
        "api_url": fake.url,
        "access_token": fake.token,
        "hook_secret": fake.hook_secret,
        "requests_per_second": 200,
    }


class TestAmoCrm(CrmContract):
    channel = CHANNEL
    fake = staticmethod(quick_account)
    settings = staticmethod(token_settings)
    own_field = "CITY"
    amount = "1500"

    def refusal(self, status, retry_after):
        body = b'{"title": "Error", "detail": "refused"}'
        return body, {} if retry_after is None else {"Retry-After": str(retry_after)}
