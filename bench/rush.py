"""A rush of new clients to ten managers, with Telegram's limits on: from a lead to where each manager sees it.

The Bot API is the fake of `hub.testing`, which refuses as Telegram does: one message a second a chat after a burst of
three, thirty a second for the bot. With `round_robin` a lead is seen by whom it was given to, in a card of its own or
any other message with its words. With `offer_all` it is seen by everybody: named on a card or on the list of those who
are free, or counted there: what a chat's list counts are the clients it does not name, the oldest first.
"""

import asyncio
import json
import re
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import ClientSession

from bench.bot_api import mark
from bench.child import running
from bench.installation import CLIENTS_TOKEN, FIRST_MANAGER_ACCOUNT, MANAGER_TOKEN, Business, fresh_installation
from bench.machine import ALL_CORES, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import FIRST_CLIENT, SECRET
from hub.app.roles import ALL_ROLES
from hub.testing.telegram import BotAccount, BotApi
from hub.testing.telegram.feed import Change

MANAGERS = 10
_STRATEGIES = ("round_robin", "offer_all")
_SETTLES_SECONDS = 60.0
_MARK = re.compile(r"mark(\d+)mark")
_FREE = re.compile(r"Свободны: (\d+)")
_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}


@dataclass(slots=True)
class Sightings:
    """When (monotonic seconds) each lead was first to be seen in each chat, learnt at every change of a chat."""

    bot: BotAccount
    strategy: str
    sent_at: dict[int, float] = field(default_factory=dict)
    seen_at: dict[tuple[int, int], float] = field(default_factory=dict)

    def look(self, change: Change) -> None:
        """Note what is new to be seen in the chat that changed."""
        chat = self.bot.chats.get(change.chat_id) if change.bot == self.bot.user.username else None
        if chat is None:
            return
        now = time.monotonic()
        for post in chat.posts:
            for number in _shown(post.text):
                self.seen_at.setdefault((chat.id, number), now)

    def waits(self) -> list[float | None]:
        """Return the seconds from each lead to where it had to be seen, None where it never was."""
        waits = [[self._waited(chat, number) for chat in self.bot.chats] for number in self.sent_at]
        if self.strategy == "offer_all":
            return [each for of_chats in waits for each in of_chats]
        return [min((each for each in of_chats if each is not None), default=None) for of_chats in waits]

    def _waited(self, chat: int, number: int) -> float | None:
        seen = self.seen_at.get((chat, number))
        return None if seen is None else seen - self.sent_at[number]


class _WallClock:
    def now(self) -> datetime:
        """Return the instant in UTC."""
        return datetime.now(UTC)


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Send the leads once with each strategy, evenly over their time."""
    figures: list[Figure] = []
    notes: dict[str, float] = {"leads": sizes.rush_leads, "seconds": sizes.rush_seconds, "managers": MANAGERS}
    for strategy in _STRATEGIES:
        bot, waits = await _rush(machine, strategy, sizes)
        seen = [each for each in waits if each is not None]
        p95, lost = statistics.quantiles(seen, n=20)[-1], len(waits) - len(seen)
        figures.append(Figure(f"rush_{strategy}_p95_s", [p95], Target(most=5)))
        figures.append(Figure(f"rush_{strategy}_lost", [lost], Target(most=0)))
        notes |= {f"{strategy}_max_s": round(max(seen), 2), f"{strategy}_429": bot.limits.refused}
        notes[f"{strategy}_calls"] = len(bot.calls_of("sendMessage")) + len(bot.calls_of("editMessageText"))
        progress(f"rush {strategy}: p95 {p95:.2f} s, {lost} lost, {bot.limits.refused} times 429")
    return Report("rush", figures, notes)


async def _rush(machine: Machine, strategy: str, sizes: Sizes) -> tuple[BotAccount, list[float | None]]:
    """Send the leads and wait until all were seen; return the managers' bot and the waits.

    One lead goes ahead alone and is not counted: it meets a hub that has just been started.
    """
    async with _premises(machine, strategy) as (api, bot, url):
        await _sent(api, Sightings(bot, strategy), url, numbers=range(1), apart=0.0)
        numbers, apart = range(1, 1 + sizes.rush_leads), sizes.rush_seconds / sizes.rush_leads
        return bot, await _sent(api, Sightings(bot, strategy), url, numbers=numbers, apart=apart)


async def _sent(api: BotApi, sightings: Sightings, url: str, *, numbers: range, apart: float) -> list[float | None]:
    """Send leads and return how long each waited, None for those that were not seen in time."""
    forget = api.listen(sightings.look)
    await _send(url, sightings.sent_at, numbers, apart)
    with suppress(AssertionError):
        await api.wait_until(lambda: None not in sightings.waits(), seconds=_SETTLES_SECONDS)
    forget()
    return sightings.waits()


@asynccontextmanager
async def _premises(machine: Machine, strategy: str) -> AsyncIterator[tuple[BotApi, BotAccount, str]]:
    """Run a hub before a fake Telegram with its limits on; give that, the managers' bot and the clients' webhook."""
    machine.pin_database(ALL_CORES)
    async with AsyncExitStack() as stack:
        api = BotApi(_WallClock())
        await api.start()
        stack.push_async_callback(api.stop)
        api.add_bot(CLIENTS_TOKEN, "shop_bot")
        bot = api.add_bot(MANAGER_TOKEN, "desk_bot")
        for number in range(MANAGERS):
            bot.private_chat(api.person(f"Менеджер {number}", id=FIRST_MANAGER_ACCOUNT + number).user)
        bot.limits.is_on = True
        business = Business(MANAGERS, api.base_url, greets=False, strategy=strategy)
        installation = await stack.enter_async_context(fresh_installation(machine, business))
        given = {**installation.parameters(), "roles": sorted(ALL_ROLES)}
        child = await stack.enter_async_context(running("whole", cores=ALL_CORES, **given))
        yield api, bot, str((await child.hear())["address"]) + installation.path


async def _send(url: str, sent_at: dict[int, float], numbers: range, apart: float) -> None:
    """Send each lead at its time; `sent_at` learns when."""
    began = time.monotonic()
    async with ClientSession(headers=_HEADERS) as session:
        for place, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, began + place * apart - time.monotonic()))
            sent_at[number] = time.monotonic()
            async with session.post(url, data=_update(number)) as answer:
                answer.raise_for_status()


def _update(number: int) -> bytes:
    client = FIRST_CLIENT + number
    person = {"id": client, "is_bot": False, "first_name": "Клиент", "last_name": str(number), "language_code": "ru"}
    text, chat = f"Сколько стоит доставка? {mark(number)}", {"id": client, "type": "private"}
    message = {"message_id": 1, "from": person, "chat": chat, "date": int(time.time()), "text": text}
    return json.dumps({"update_id": number + 1, "message": message}).encode()


def _shown(text: str) -> Iterator[int]:
    """Yield the leads that a message shows: those it names, and of a list as many of the oldest as it counts."""
    yield from (int(found[1]) for found in _MARK.finditer(text))
    if free := _FREE.search(text):
        yield from range(int(free[1]))
