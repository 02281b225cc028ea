"""Connectors of amoCRM at rest and at a fake, for the tests of its rooms."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from hub.channels.base import Raw
from hub.crm_sync.base import Person
from hub.crm_sync.calling import CrmContext
from hub.crm_sync.connectors.amocrm import CHANNEL
from hub.crm_sync.tokens import HeldTokens
from hub.domain.ids import ConnectionId
from hub.hints.local import LocalRates
from hub.net.http import Http
from hub.testing.contracts.bench import read_sample_file
from hub.testing.crm.amocrm import FakeAmoCrm
from hub.testing.crm.kit import CountedLimit

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = "6f1c1f0a-6a0e-5d0c-9a61-0c7f6f0d2b11"
ANNA = Person("Анна Петрова", phones=("+79161234567",), emails=("anna.petrova@example.com",))
PUBLIC_URL = "https://hub.example/in/amocrm/0123456789abcdef0123456789abcdef"


class Clock:
    """A clock that is moved by hand."""

    at = NOW

    def now(self):
        return self.at


def quick_account():
    """Return an account that takes many calls a second: its own limit has tests of its own."""
    fake = FakeAmoCrm()
    fake.limits = [CountedLimit(240, 1.0)]
    return fake


def late_account():
    """Return such an account whose search does not know yet what was made a moment ago."""
    fake = quick_account()
    fake.search.is_late = True
    return fake


def by_token(fake, **more):
    """Return settings with a long-lived token."""
    plain = {
        "account": fake.account,
        "api_url": fake.url,
        "access_token": fake.token,
        "hook_secret": fake.hook_secret,
        "requests_per_second": 200,
    }
    return plain | more


def by_oauth(fake, **more):
    """Return settings of OAuth with a code that was not used yet."""
    plain = {
        "account": fake.account,
        "api_url": fake.url,
        "client_id": fake.client_id,
        "client_secret": fake.client_secret,
        "redirect_uri": fake.redirect_uri,
        "auth_code": fake.auth_code,
        "requests_per_second": 200,
    }
    return plain | more


class Desk:
    """A fake that serves, a clock, and connectors to both."""

    def __init__(self, fake, http):
        self.fake, self.http = fake, http
        self.clock, self.rates, self.tokens = Clock(), LocalRates(), HeldTokens()
        fake.now = self.clock.now

    def connect(self, settings=None, *, saved=True, public_url=PUBLIC_URL):
        """Return a connector; `saved` is what tells a connection from its test before saving."""
        context = CrmContext(
            connection_id=ConnectionId(7),
            name="crm",
            clock=self.clock,
            http=self.http,
            rates=self.rates,
            read_file=read_sample_file,
            public_url=public_url,
            connected_at=NOW if saved else None,
            tokens=self.tokens,
        )
        model = CHANNEL.settings_model.model_validate(settings or by_token(self.fake))
        return CHANNEL(model, context)

    def later(self, by=timedelta(minutes=1)):
        self.clock.at = self.clock.at + by


@asynccontextmanager
async def desk(fake=None):
    """Serve an account while the block runs."""
    http = Http(longest=timedelta(seconds=5))
    async with (fake or quick_account()).serving() as served:
        try:
            yield Desk(served, http)
        finally:
            await http.close()


def hook(body, **more):
    """Return a webhook as it arrives, with the secret of a fresh fake."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Raw(body, NOW, headers, "POST", more.pop("suffix", FakeAmoCrm().hook_secret), **more)
