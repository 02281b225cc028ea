"""A whole hub, all roles in this process, in a town of fakes at sockets; people act and read as people do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr

from hub.app.roles import ALL_ROLES, RunningHub, running_hub
from hub.config import Config
from hub.testing.sandbox.cast import PBX_SETTINGS, Client
from hub.testing.sandbox.deeds import move_clock
from hub.testing.sandbox.play import Play
from hub.testing.sandbox.premises import prepare
from hub.testing.sandbox.running import _free_port
from hub.testing.sandbox.telephone import KIND
from hub.testing.sandbox.town import Seat, running_town
from hub.testing.telegram.state import Post
from hub.testing.telephony import FakePbx

PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Scene:
    """The running play and shorthands for what its people do."""

    hub: RunningHub
    play: Play

    @property
    def pool(self) -> asyncpg.Pool:
        return self.hub.building.ground.pool

    @property
    def anna(self) -> Seat:
        return self.play.town.managers["anna"]

    def client(self, key: str) -> Seat:
        return self.play.town.clients[key]

    def seen_by(self, seat: Seat, text: str) -> Post | None:
        return seat.person.screen(seat.bot).last_with(text)

    async def until_seen(self, seat: Seat, text: str) -> Post:
        await self.until(lambda: self.seen_by(seat, text) is not None, f"{seat.key} sees «{text}»")
        seen = self.seen_by(seat, text)
        assert seen is not None
        return seen

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not is_so():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"did not happen: {what}\n{self.what_anna_sees()}") from None

    async def until_count(self, statement: str, wanted: int) -> None:
        found = -1
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := await self.pool.fetchval(statement)) != wanted:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{found} instead of {wanted}: {statement}\n{self.what_anna_sees()}") from None

    async def one(self, table: str, where: str = "true") -> asyncpg.Record:
        rows = await self.pool.fetch(f"SELECT * FROM {table} WHERE {where}")
        assert len(rows) == 1, f"{len(rows)} rows in {table} where {where}"
        return rows[0]

    async def count(self, table: str, where: str = "true") -> int:
        return int(await self.pool.fetchval(f"SELECT count(*) FROM {table} WHERE {where}"))

    async def misses_call(self, client: Client) -> None:
        await self.play.town.telephone.ring(client)
        self.pass_time(seconds=10)
        await self.play.town.telephone.hang_up()
        self.pass_time(seconds=25)

    def pass_time(self, **span: Any) -> None:
        move_clock(self.play, timedelta(**span))

    def what_anna_sees(self) -> str:
        screen = self.anna.person.screen(self.anna.bot)
        return "\n---\n".join(f"{seen.text}\n{seen.buttons}" for seen in screen.visible())


@asynccontextmanager
async def open_scene(dsn: str, data: Path) -> AsyncIterator[Scene]:
    port = _free_port("127.0.0.1")
    config = Config(
        data=data,
        dsn=SecretStr(dsn),
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        log_level="warning",
        proxy="",
    )
    async with running_hub(config, ALL_ROLES) as hub, running_town(hub.building.ground.clock) as town:
        premises = await prepare(hub.building, town)
        town.telephone.plug_in(FakePbx(KIND, premises.telephony.url, PBX_SETTINGS, http=hub.building.http))
        scene = Scene(hub, Play(hub.building, town, premises, hub.building.http))
        anna = scene.anna
        anna.person.starts(anna.bot, f"m_{premises.invites['anna']}")
        await scene.until_seen(anna, "Здравствуйте, Анна")
        try:
            yield scene
        finally:
            await hub.rest()  # nobody calls the town while it closes
