"""From a client at the fake Bot API to the answer on the same screen, with nothing in between faked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hub.channels.base import Context
from hub.channels.telegram import CHANNEL, TelegramChannel, TelegramSettings
from hub.delivery.alarms import Alarms
from hub.delivery.intake import ProcessLoop
from hub.delivery.media import MediaHandler
from hub.delivery.pollers import Pollers
from hub.delivery.polling import PolledConnection
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConnectionId
from hub.hints.local import LocalRates
from hub.inbox.process import Processor, parse_here
from hub.net.http import Http
from hub.store.files import Files
from hub.testing.telegram import BotAccount, BotApi, Person
from hub.testing.telegram.faults import refused, reset_after
from hub.testing.telegram.files import Media
from tests.delivery.bench import Outside, add_connection, open_outside
from tests.inbox.desk import Desk


@dataclass
class Shop:
    """A bot, a client, and a hub at work between them."""

    outside: Outside
    bot: BotAccount
    maria: Person

    async def until(self, table: str, where: str = "true") -> None:
        async with asyncio.timeout(30):
            while not await self.outside.desk.rows(table, where):
                await self.outside.desk.office.wakeup.wait("notify", timedelta(milliseconds=50))


@pytest.fixture
async def shop(desk: Desk, dsn: str, tmp_path: Path) -> AsyncIterator[Shop]:
    world, http, files = BotApi(desk.clock), Http(longest=timedelta(seconds=40)), Files(tmp_path / "kept")
    await world.start()
    bot = world.add_bot("1:AAE-client", "shop_bot")
    maria = world.person("Мария", phone="+79161234567")
    settings = TelegramSettings.model_validate({"token": bot.token, "base_url": world.base_url})
    channel = CHANNEL(settings, Context(ConnectionId(1), "Бот", desk.clock, http, LocalRates(), files.read))
    await add_connection(desk)
    jobs = [asyncio.create_task(job) for job in _jobs(desk, channel, files, dsn)]
    yield Shop(open_outside(desk), bot, maria)
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    await http.close()
    await world.stop()


def _jobs(desk: Desk, channel: TelegramChannel, files: Files, dsn: str):
    office, alarms = desk.office, Alarms(desk.office)
    endpoint = PolledConnection(ConnectionId(1), "Бот", channel)
    lanes = {
        Lane.reply: ReplyHandler(office, lambda _: channel, alarms).as_lane(),
        Lane.media: MediaHandler(office, files, lambda _: channel, alarms).as_lane(),
    }
    return [
        Pollers(office, desk.acceptor, alarms, lambda: [endpoint], dsn).run(),
        ProcessLoop(Processor(office, files, lambda _: channel, parse_here), office.wakeup).run(),
        *(DeliveryWorker(office, lane, work).run() for lane, work in lanes.items()),
    ]


async def test_s3_a_message_comes_in_an_answer_goes_out_and_the_wait_is_answered(shop: Shop) -> None:
    shop.maria.writes(shop.bot, "Сколько стоит?")
    await shop.until("waits")
    await shop.outside.reply("Пять тысяч")

    await shop.maria.screen(shop.bot).wait_for("Пять тысяч")
    await shop.until("waits", "state = 'answered'")
    assert (await shop.outside.desk.one("waits"))["response_channel"] == "telegram"


async def test_s3_case66_a_client_who_blocked_the_bot_keeps_waiting_and_the_manager_is_told(shop: Shop) -> None:
    shop.maria.writes(shop.bot, "Сколько стоит?")
    await shop.until("waits")
    shop.bot.faults.add("sendMessage", refused(403, "Forbidden: bot was blocked by the user"))
    await shop.outside.reply("Пять тысяч")
    await shop.until("deliveries", "payload->>'notice' = 'reply_state'")

    assert (await shop.outside.desk.one("waits"))["state"] == "open"
    assert (await shop.outside.desk.one("threads"))["reach"] == "blocked"


async def test_s3_case62_an_answer_whose_acknowledgement_was_lost_is_not_counted_as_given(shop: Shop) -> None:
    shop.maria.writes(shop.bot, "Сколько стоит?")
    await shop.until("waits")
    shop.bot.faults.add("sendMessage", reset_after())
    await shop.outside.reply("Пять тысяч")
    await shop.maria.screen(shop.bot).wait_for("Пять тысяч")
    await shop.until("deliveries", "lane = 'reply' AND reason LIKE 'unsure:%' AND state = 'queued'")

    assert (await shop.outside.desk.one("waits"))["state"] == "open"


async def test_a_photo_is_fetched_and_kept(shop: Shop) -> None:
    shop.maria.writes(shop.bot, "Вот чек", files=[Media("photo", "1.jpg", b"receipt", "image/jpeg")])
    await shop.until("messages", "attachments->0->>'sha256' <> ''")

    assert (await shop.outside.desk.one("deliveries", "lane = 'media'"))["state"] in {"sending", "sent"}
