"""Everything outside the hub: Telegram with its people and bots, the mail of clients, the telephone and its PBX.

All of it reads the hub's clock, so moving that moves the whole town.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from hub.domain.ports import Clock
from hub.testing.sandbox.cast import DESK_BOT, IN_TELEGRAM, MEMBERS, PBX_SETTINGS, SHOP_BOT, Client
from hub.testing.sandbox.changes import Changes
from hub.testing.sandbox.post_office import PostOffice
from hub.testing.sandbox.telephone import KIND, Telephone
from hub.testing.telegram import BotAccount, BotApi, Person
from hub.testing.telephony.switch import Switch, serve


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody with Telegram in hand and the one bot they talk to here."""

    key: str
    person: Person
    bot: BotAccount


@dataclass(frozen=True, slots=True)
class Town:
    """The running fakes. `clients` and `managers` are seats by key, in the order of the cast."""

    telegram: BotApi
    clients: dict[str, Seat]
    managers: dict[str, Seat]
    mail: PostOffice
    telephone: Telephone
    switch: Switch
    changes: Changes

    def welcome(self, client: Client) -> None:
        """Give Telegram to a client who came later."""
        shop = next(iter(self.clients.values())).bot
        self.clients[client.key] = Seat(client.key, _join(self.telegram, client), shop)


def _join(telegram: BotApi, client: Client) -> Person:
    return telegram.person(client.name, phone=client.phone, username=client.key)


@asynccontextmanager
async def running_town(clock: Clock) -> AsyncIterator[Town]:
    """Run the town until the block ends."""
    changes = Changes()
    telegram = BotApi(clock)
    shop = telegram.add_bot(SHOP_BOT[0], SHOP_BOT[1], title=SHOP_BOT[2])
    desk = telegram.add_bot(DESK_BOT[0], DESK_BOT[1], title=DESK_BOT[2])
    town = Town(
        telegram=telegram,
        clients={each.key: Seat(each.key, _join(telegram, each), shop) for each in IN_TELEGRAM},
        managers={each.key: Seat(each.key, telegram.person(each.name), desk) for each in MEMBERS},
        mail=PostOffice(clock, changes.tell),
        telephone=Telephone(clock, changes.tell),
        switch=Switch(KIND, PBX_SETTINGS),
        changes=changes,
    )
    async with AsyncExitStack() as stack:
        await telegram.start()
        stack.push_async_callback(telegram.stop)
        stack.callback(telegram.listen(lambda _: changes.tell()))
        await stack.enter_async_context(town.mail.run())
        await stack.enter_async_context(serve(town.switch))
        yield town
