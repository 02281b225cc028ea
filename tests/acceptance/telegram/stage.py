"""Telegram that lives on while a hub beside it loses its database, its way out, or its life: the scenarios of §8.

Telegram's clock is its own, as in the world: a press waits 150 s there and a message a day, whoever is away. A hub that
starts is moved to the same instant.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from hub.app.connecting import create_connection
from hub.app.ground import Ground
from hub.app.roles import ALL_ROLES, RunningHub, running_hub
from hub.app.rules import apply_policy
from hub.config import load_config
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Presence, Role
from hub.store import managers
from hub.store.policy import PolicyChange
from hub.testing.telegram import BotAccount, BotApi
from hub.testing.telegram.people import Person
from hub.testing.telegram.state import Post
from tests.inbox.desk import ALWAYS_OPEN

SHOP, DESK = "7000000001:AAE-shop", "7000000002:AAE-desk"
PATIENCE_SECONDS = 60


@dataclass
class Moving:
    """The world's clock, which a test moves forward."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Stage:
    """Maria writes to the shop's bot, Anna manages in the desk's; `pool` looks at the database past any proxy."""

    dsn: str
    data: Path
    clock: Moving
    telegram: BotApi
    pool: asyncpg.Pool
    proxy: str = ""
    hub: RunningHub = field(init=False)

    def __post_init__(self) -> None:
        self.shop, self.desk = self.telegram.add_bot(SHOP, "shop_bot"), self.telegram.add_bot(DESK, "desk_bot")
        self.maria, self.anna = self.telegram.person("Мария"), self.telegram.person("Анна")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run a hub, the first time with its connections and Anna made."""
        config = load_config(dsn=self.dsn, data=self.data, port=0, log_level="error", pool_size=4)
        async with running_hub(config, ALL_ROLES) as hub:
            self.hub = hub
            hub.building.ground.clock.move(self.clock.ahead)
            if not hub.building.connections.rows():
                await self._prepare(hub.building.ground)
            yield
            await hub.rest()

    def pass_time(self, **span: float) -> None:
        """Move the world and the hub in it."""
        self.clock.ahead += timedelta(**span)
        self.hub.building.ground.clock.move(timedelta(**span))

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_so():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"did not happen: {what}\n{self.read(self.anna, self.desk)}") from None

    async def until_row(self, statement: str, wanted: object = 1) -> None:
        found: object = None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (found := await self.pool.fetchval(statement)) != wanted:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            told = self.read(self.anna, self.desk)
            raise AssertionError(f"{found!r} instead of {wanted!r}: {statement}\n{told}") from None

    async def card(self, words: str) -> Post:
        """Anna's newest message with these words, once it is there."""
        screen = self.anna.screen(self.desk)
        await self.until(lambda: screen.last_with(words) is not None, f"Anna sees «{words}»")
        post = screen.last_with(words)
        assert post is not None
        return post

    def read(self, person: Person, bot: BotAccount) -> list[str]:
        """What somebody sees in a chat."""
        return [each.text for each in person.screen(bot).visible()]

    def answers(self) -> list[str]:
        """What Maria reads from us."""
        return [each.text for each in self.maria.screen(self.shop).visible() if each.is_from_bot]

    async def _prepare(self, ground: Ground) -> None:
        await apply_policy(ground, ALWAYS_OPEN, PolicyChange(ground.clock.now(), "test"))
        await self._connect(ground, "telegram", "shop", token=SHOP, proxy=self.proxy)
        await self._connect(ground, "manager_bot", "desk", token=DESK)
        async with ground.pool.acquire() as connection:
            new_id = await ground.ids.reserve(connection, 1)
            anna = Manager(
                ManagerId(new_id()),
                "anna",
                "Анна",
                Role.manager,
                presence=Presence.working,
                tg_user_id=self.anna.user.id,
            )
            await managers.add_manager(connection, anna, at=ground.clock.now())
        await self.hub.building.refresh()
        self.hub.building.hints.wakeup.wake("connections")
        self.anna.starts(self.desk)

    async def _connect(self, ground: Ground, kind: str, name: str, **told: Any) -> None:
        settings = {"base_url": self.telegram.base_url, **{key: value for key, value in told.items() if value}}
        await create_connection(ground, kind, name=name, settings=settings)


@asynccontextmanager
async def open_stage(dsn: str, pool: asyncpg.Pool, data: Path, *, through: str = "") -> AsyncIterator[Stage]:
    """Open a Telegram; `through` is the database's address as the hub knows it, else `dsn`."""
    clock = Moving()
    telegram = BotApi(clock)
    await telegram.start()
    try:
        yield Stage(through or dsn, data, clock, telegram, pool)
    finally:
        await telegram.stop()
