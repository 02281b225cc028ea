"""A fake Telegram with one manager bot, Ivan who manages, and the bot's own client of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiogram import Bot

from bots.telegram.chat import Chat
from bots.telegram.client import open_bot
from hub.testing.telegram import BotAccount, BotApi
from hub.testing.telegram.people import Person
from tests.bots.views import NOW


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
