"""amoCRM by the contract of connectors, with a long-lived token and with OAuth."""

from hub.crm_sync.connectors.amocrm import CHANNEL
from hub.testing.contracts.crm import CrmContract
from tests.crm_sync.connectors.amocrm_desk import by_oauth, by_token, late_account


class TestAmoCrm(CrmContract):
    channel = CHANNEL
    fake = staticmethod(late_account)
    own_field = "CITY"
    amount = "1500"

    @staticmethod
    def settings(fake):
        return by_token(fake)

    def refusal(self, status, retry_after):
        body = b'{"title": "Error", "detail": "refused"}'
        return body, {} if retry_after is None else {"Retry-After": str(retry_after)}


class TestAmoCrmByOAuth(TestAmoCrm):
    renews_tokens = True

    @staticmethod
    def settings(fake):
        return by_oauth(fake, access_token=fake.token, hook_secret=fake.hook_secret)
