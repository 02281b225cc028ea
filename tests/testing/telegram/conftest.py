from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from hub.testing.telegram import BotAccount, BotApi
from hub.testing.telegram.state import Json


@dataclass
class StandingClock:
    instant: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, **span: float) -> None:
        self.instant += timedelta(**span)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def world(clock: StandingClock) -> AsyncIterator[BotApi]:
    world = BotApi(clock)
    await world.start()
    yield world
    await world.stop()


@pytest.fixture
def bot(world: BotApi) -> BotAccount:
    return world.add_bot("1:secret", "shop_bot", title="Лавка")


class Program:
    """What a bot's program does: calls methods."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def call(self, method: str, **params: object) -> Json:
        async with self.session.post(f"{self.url}/{method}", json=params) as response:
            answer: Json = await response.json()
            return answer

    async def result(self, method: str, **params: object):
        answer = await self.call(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refusal(self, method: str, **params: object) -> tuple[int, str]:
        answer = await self.call(method, **params)
        assert not answer["ok"], answer
        return answer["error_code"], answer["description"]


@pytest.fixture
async def program(world: BotApi, bot: BotAccount) -> AsyncIterator[Program]:
    async with aiohttp.ClientSession() as session:
        yield Program(session, f"{world.base_url}/bot{bot.token}")
