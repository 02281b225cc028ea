from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from hub.channels.base import Context
from hub.channels.telegram import CHANNEL, TelegramChannel, TelegramSettings
from hub.domain.ids import ConnectionId
from hub.net.http import Http
from hub.testing.telegram import BotAccount, BotApi, Person

TOKEN = "1:AAE-client"
SECRET = "s3cret-s3cret-s3cret"


@dataclass
class StandingClock:
    instant: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, **span: float) -> None:
        self.instant += timedelta(**span)


@dataclass
class WatchedBuckets:
    """Rate limits that let through, unless a wait is put in; says which were taken and blocked."""

    waits: dict[str, timedelta] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    blocked: dict[str, timedelta] = field(default_factory=dict)

    async def take(self, bucket: str, *, per_second: float, burst: int) -> timedelta:
        self.taken.append(bucket)
        return self.waits.get(bucket, timedelta(0))

    async def block(self, bucket: str, until: timedelta) -> None:
        self.blocked[bucket] = until


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def rates() -> WatchedBuckets:
    return WatchedBuckets()


@pytest.fixture
def stored_files() -> dict[str, bytes]:
    return {"a" * 64: b"%PDF", "b" * 64: b"jpeg one", "c" * 64: b"jpeg two"}


@pytest.fixture
async def world(clock: StandingClock) -> AsyncIterator[BotApi]:
    world = BotApi(clock)
    await world.start()
    yield world
    await world.stop()


@pytest.fixture
def bot(world: BotApi) -> BotAccount:
    return world.add_bot(TOKEN, "shop_bot")


@pytest.fixture
def maria(world: BotApi, bot: BotAccount) -> Person:
    maria = world.person("Мария Иванова", phone="79161234567")
    maria.starts(bot)
    return maria


@pytest.fixture
async def make_channel(
    world: BotApi, bot: BotAccount, clock: StandingClock, rates: WatchedBuckets, stored_files: dict[str, bytes]
) -> AsyncIterator[Callable[..., TelegramChannel]]:
    """Return a builder of channels that talk to the fake; `public_url` and settings may be given."""
    http = Http(longest=timedelta(seconds=2))

    async def read_file(sha256: str) -> bytes:
        return stored_files[sha256]

    def make(public_url: str = "", **settings: object) -> TelegramChannel:
        given = {"token": TOKEN, "base_url": world.base_url, **settings}
        context = Context(ConnectionId(7), "Лавка", clock, http, rates, read_file, public_url)
        return CHANNEL(TelegramSettings.model_validate(given), context)

    yield make
    await http.close()


@pytest.fixture
def channel(make_channel: Callable[..., TelegramChannel]) -> TelegramChannel:
    return make_channel()
