"""Clients without end: who says what when, by a seed, at a bounded rate.

Those in Telegram, by mail and by phone come back; a form is always somebody new. Every event has its own marker.
"""

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from hub.testing.crash.cast import Way, client
from hub.testing.crash.ledger import event_marker
from hub.testing.crash.world import World
from hub.testing.sandbox.cast import Client

SHARES = {Way.shop_bot: 40, Way.help_bot: 25, Way.mail: 12, Way.form: 11, Way.phone: 12}
COMING_BACK = {Way.shop_bot: 24, Way.help_bot: 16, Way.mail: 10, Way.phone: 14}
_QUESTIONS = ("Есть белый торшер?", "Когда привезёте заказ?", "Сколько стоит доставка?", "Пришлите, пожалуйста, счёт.")
_LONGEST_PAUSE = 3.0


@dataclass(frozen=True, slots=True)
class Saying:
    """One event of a client, `after` the one before."""

    after: timedelta
    way: Way
    client: Client
    marker: str
    text: str


def sayings(chance: random.Random, rate: float) -> Iterator[Saying]:
    """Yield events for ever, `rate` a second on average; the same for the same state of `chance`."""
    newcomers = itertools.count(1)
    for number in itertools.count(1):
        way = chance.choices(list(SHARES), weights=list(SHARES.values()))[0]
        who = chance.randrange(COMING_BACK[way]) if way in COMING_BACK else next(newcomers)
        after = timedelta(seconds=min(chance.expovariate(rate), _LONGEST_PAUSE))
        yield Saying(after, way, client(way, who), event_marker(number), chance.choice(_QUESTIONS))


async def speak(world: World, chance: random.Random, rate: float) -> None:
    """Let clients speak until cancelled."""
    for saying in sayings(chance, rate):
        await asyncio.sleep(saying.after.total_seconds())
        world.say(saying.way, saying.client, saying.marker, saying.text)
