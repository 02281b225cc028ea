"""A provider that says "too many requests": how often it is asked all the same (case 63)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from hub.channels.base import Context
from hub.channels.telegram import CHANNEL, TelegramChannel, TelegramSettings
from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConnectionId
from hub.hints.local import LocalRates
from hub.net.http import Http
from hub.testing.telegram import BotAccount, BotApi
from hub.testing.telegram.faults import too_many_requests
from tests.delivery.bench import Outside, add_connection, open_outside
from tests.inbox.desk import Desk, person, says

CLIENTS = range(101, 121)
SECOND = timedelta(seconds=1)
MANY = 10_000


@dataclass
class Crowd:
    """Twenty clients in Telegram who were all answered, and the one bot the answers leave by."""

    outside: Outside
    world: BotApi
    bot: BotAccount
    http: Http

    async def meets(self, wait: timedelta, *, after: timedelta) -> int:
        """Let everybody be told to wait, carry out what is due after a time, and return how often that was said."""
        faults = self.bot.faults
        faults.clear()
        faults.add("sendMessage", too_many_requests(int(wait.total_seconds())), times=MANY)
        await self.outside.deliver(after=after)
        return MANY - faults.left

    def start(self) -> None:
        """Begin a process: it knows what the database knows and nothing else."""
        desk, channel = self.outside.desk, self._channel()
        handler = ReplyHandler(desk.office, lambda _: channel, Alarms(desk.office))
        self.outside.worker = DeliveryWorker(desk.office, Lane.reply, handler.as_lane())

    def _channel(self) -> TelegramChannel:
        desk, told = self.outside.desk, {"token": self.bot.token, "base_url": self.world.base_url}
        context = Context(ConnectionId(1), "Бот", desk.clock, self.http, LocalRates(), desk.acceptor.files.read)
        return CHANNEL(TelegramSettings.model_validate(told), context)

    def seen(self, client: int) -> list[str]:
        """Return what the bot said to a client."""
        return [str(post.content["text"]) for post in self.bot.chats[client].posts]


@pytest.fixture
async def crowd(desk: Desk) -> AsyncIterator[Crowd]:
    world, http = BotApi(desk.clock), Http(longest=timedelta(seconds=5))
    await world.start()
    await add_connection(desk)
    crowd = Crowd(open_outside(desk), world, world.add_bot("1:AAE-client", "shop_bot"), http)
    for client in CLIENTS:
        crowd.bot.private_chat(world.person("Клиент", id=client).user)
        asked = says("Сколько стоит?", at=desk.now, by=person(client), number=client)
        await desk.receive(replace(asked, thread=str(client)))
    crowd.start()
    yield crowd
    await http.close()
    await world.stop()


async def answer_all(crowd: Crowd, *texts: str) -> None:
    for row in await crowd.outside.desk.rows("conversations", "true ORDER BY id"):
        for text in texts:
            await crowd.outside.reply(text, row["id"])


async def test_case63_while_a_wait_lasts_nobody_is_asked_not_even_after_a_restart(crowd: Crowd) -> None:
    await answer_all(crowd, "Пять тысяч", "С доставкой")
    assert 1 <= await crowd.meets(60 * SECOND, after=SECOND) <= len(CLIENTS)
    assert [await crowd.meets(60 * SECOND, after=5 * SECOND) for _ in range(11)] == [0] * 11
    crowd.start()
    assert await crowd.meets(60 * SECOND, after=SECOND) == 0

    crowd.bot.faults.clear()
    for _ in range(12):
        await crowd.outside.deliver(after=30 * SECOND)
    assert {tuple(crowd.seen(client)) for client in CLIENTS} == {("Пять тысяч", "С доставкой")}


async def test_case63_answers_one_after_the_other_meet_the_wait_of_the_whole_bot_twice_at_most(crowd: Crowd) -> None:
    met = 0
    for number, row in enumerate(await crowd.outside.desk.rows("conversations", "true ORDER BY id")):
        await crowd.outside.reply("Пять тысяч", row["id"])
        met += await crowd.meets((60 - 2 * number) * SECOND, after=2 * SECOND)

    assert met == 2


async def test_case63_two_chats_with_waits_of_their_own_hold_up_nobody_else(crowd: Crowd) -> None:
    crowd.bot.faults.add("sendMessage", too_many_requests(5))
    crowd.bot.faults.add("sendMessage", too_many_requests(40), on_call=2)
    await answer_all(crowd, "Пять тысяч")
    await crowd.outside.deliver()

    assert sum(crowd.seen(client) == ["Пять тысяч"] for client in CLIENTS) == len(CLIENTS) - 2
