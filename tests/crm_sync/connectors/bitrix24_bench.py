"""A portal that serves, and a connector of either way in, for tests of the portal's own traps."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from hub.crm_sync.connectors.bitrix24 import CHANNEL
from hub.net.http import Http
from hub.testing.contracts.crm.suite import Scene
from hub.testing.crm.bitrix24 import FakeBitrix24


def webhook_settings(fake: FakeBitrix24, **more: object) -> dict[str, object]:
    """Settings of an incoming webhook."""
    hook = f"{fake.url}/rest/1/{fake.secret}/"
    return {"webhook": hook, "application_token": fake.hook_secret, "requests_per_second": 50} | more


def application_settings(fake: FakeBitrix24, **more: object) -> dict[str, object]:
    """Settings of a local application."""
    client = {"client_id": fake.client[0], "client_secret": fake.client[1]}
    tokens = {"access_token": "acce55-token-0", "refresh_token": "refre5h-token-0"}
    proof = {"application_token": fake.hook_secret, "requests_per_second": 50}
    return {"portal": fake.url, "oauth_url": fake.url, **client, **tokens, **proof} | more


@asynccontextmanager
async def portal(
    *, is_application: bool = False, is_simple: bool = True, **settings: object
) -> AsyncIterator[tuple[Any, FakeBitrix24, Scene]]:
    """Yield a connector, its portal and the scene whose clock both have."""
    http = Http()
    make = application_settings if is_application else webhook_settings

    def of(fake: FakeBitrix24) -> Mapping[str, object]:
        return make(fake, **settings)

    async with FakeBitrix24(is_simple=is_simple).serving() as fake:
        scene = Scene(fake, CHANNEL, of, http)
        fake.now = scene.clock.now
        try:
            yield scene.connect(), fake, scene
        finally:
            await http.close()


def called(fake: FakeBitrix24, method: str) -> int:
    """Return how often a method was called."""
    return sum(call.path.endswith(f"/{method}.json") for call in fake.calls)


def connector(**settings: object) -> Any:
    """Return a connector whose portal is not asked."""
    fake = FakeBitrix24()
    fake.url = "http://127.0.0.1:9"
    return Scene(fake, CHANNEL, lambda _: webhook_settings(fake, **settings), Http()).connect()
