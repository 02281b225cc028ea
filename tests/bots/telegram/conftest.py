"""A fake Telegram with one manager bot, Ivan who manages, and the bot's own client of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from aiogram import Bot

from bots.telegram.chat import Chat
from bots.telegram.client import open_bot
from hub.domain.ids import ConnectionId
from hub.inbox.endpoint import Endpoint
from hub.store.files import Files
from hub.testing.telegram import BotAccount, BotApi
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.bots.views import NOW
from tests.inbox.desk import open_desk

PBX = ConnectionId(4)


@dataclass(frozen=True)
class Now:
    def now(self):
        return NOW


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi(Now())
    await api.start()
    yield api
    await api.stop()


@pytest.fixture
def desk_bot(api: BotApi) -> BotAccount:
    return api.add_bot("7:manager", "desk_bot")


@pytest.fixture
async def bot(api: BotApi, desk_bot: BotAccount) -> AsyncIterator[Bot]:
    bot = open_bot(desk_bot.token, base_url=api.base_url)
    yield bot
    await bot.session.close()


@pytest.fixture
def ivan(api: BotApi, desk_bot: BotAccount) -> Person:
    person = api.person("Иван")
    person.starts(desk_bot)
    return person


@pytest.fixture
def chat(bot: Bot, ivan: Person) -> Chat:
    return Chat(bot, ivan.user.id)


@pytest.fixture
async def place(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Workplace]:
    """A sales line open day and night, and the manager bot over it."""
    desk = await open_desk(pool, tmp_path / "files")
    desk.endpoints[PBX] = Endpoint(PBX, "mapped", "АТС")
    api = BotApi(desk.clock)
    await api.start()
    account = api.add_bot("7:manager", "desk_bot")
    bot = open_bot(account.token, base_url=api.base_url)
    yield Workplace(desk, api, account, bot, Files(tmp_path / "sent"))
    await bot.session.close()
    await api.stop()
