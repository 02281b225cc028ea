"""The bot clients write to, beside the managers': both speak to the same fake Telegram, nothing is short-circuited."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from hub.channels.base import Context, Raw
from hub.channels.telegram import CHANNEL, TelegramChannel, TelegramSettings
from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConnectionId
from hub.net.http import Http
from hub.testing.telegram import BotAccount
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace

BRAND = ConnectionId(1)


class NoLimits:
    async def take(self, bucket: str, *, per_second: float, burst: int) -> timedelta:
        return timedelta(0)

    async def block(self, bucket: str, until: timedelta) -> None: ...


@dataclass
class ClientsBot:
    """Maria writes to the brand's bot; what goes out to her goes through the lane of answers."""

    place: Workplace
    account: BotAccount
    channel: TelegramChannel
    maria: Person
    worker: DeliveryWorker
    seen: set[int] = field(default_factory=set)

    async def work(self) -> None:
        """Bring what clients did in, carry out what managers did, send what goes out, until nothing moves."""
        for _ in range(3):
            for update in self.account.updates.pending(self.account.now()):
                self.account.updates.remove(update)
                raw = Raw(json.dumps(update.as_json()).encode(), self.place.desk.now)
                for event in self.channel.parse(raw):
                    await self.place.desk.receive(event, event_id=str(update.update_id))
            await self.place.work()
            await self.worker.run_until_idle()
            await self.place.work()

    def visible(self) -> list[str]:
        return [each.text for each in self.maria.screen(self.account).visible()]


@asynccontextmanager
async def open_clients_bot(place: Workplace) -> AsyncIterator[ClientsBot]:
    account = place.api.add_bot("1:clients", "brand_bot")
    account.updates.allowed = tuple(CHANNEL.wanted)
    http = Http(longest=timedelta(seconds=5))
    settings = TelegramSettings.model_validate({"token": account.token, "base_url": place.api.base_url})
    context = Context(BRAND, "Бренд", place.desk.clock, http, NoLimits(), place.files.read)
    channel = CHANNEL(settings, context)
    place.clients_bot = channel
    maria = place.api.person("Мария")
    maria.starts(account)
    office = place.desk.office
    handler = ReplyHandler(office, {int(BRAND): channel}.get, Alarms(office))
    yield ClientsBot(place, account, channel, maria, DeliveryWorker(office, Lane.reply, handler.as_lane()))
    await http.close()
