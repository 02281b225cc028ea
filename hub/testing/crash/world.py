"""Everything outside the hub, in the harness's own process: Telegram, mail, the PBX, the form, and their books.

Providers keep their real retry schedules where those are short: Telegram repeats a webhook until it is taken, with
pauses of at most 0.2 s instead of two minutes; the PBX tries again after 2, 4 and 8 s and then gives up; the browser
with the form tries every second; letters lie in the mailbox until they are fetched.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from hub.domain.errors import ProviderError
from hub.net.http import Http
from hub.testing.crash.cast import (
    DESK_BOT,
    HELP_BOT,
    NAMES,
    PBX_KIND,
    PBX_SETTINGS,
    SHOP_BOT,
    WEBHOOK_SECRET,
    Way,
)
from hub.testing.crash.door import Door
from hub.testing.crash.ledger import Kind, Ledger, WorldClock
from hub.testing.crash.premises import Addresses, Premises
from hub.testing.crash.watching import Watch
from hub.testing.sandbox.cast import Client
from hub.testing.sandbox.post_office import PostOffice
from hub.testing.telegram import BotAccount, BotApi, Person
from hub.testing.telegram.state import Webhook
from hub.testing.telephony import PlayedCall, Scene, posts

PBX_TRIES_AFTER = (timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8))
FORM_TRIES_EVERY = timedelta(seconds=1)
_TAKEN = range(200, 300)


@dataclass(slots=True)
class World:
    """The running fakes. `plug_in` first, when the hub's addresses are known."""

    ledger: Ledger
    clock: WorldClock
    chance: random.Random
    telegram: BotApi
    mail: PostOffice
    door: Door
    watch: Watch
    http: Http
    managers: Mapping[str, Person]
    people: dict[str, Person] = field(default_factory=dict)
    premises: Premises | None = None
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def addresses(self) -> Addresses:
        """Return where the fakes listen."""
        return Addresses(self.telegram.base_url, self.mail.imap.port, self.mail.smtp.port)

    @property
    def desk(self) -> BotAccount:
        """Return the managers' bot."""
        return self.telegram.bots[DESK_BOT[0]]

    def plug_in(self, premises: Premises) -> None:
        """Tell the providers where the hub is."""
        self.premises = premises
        shop = self.telegram.bots[SHOP_BOT[0]]
        shop.webhook = Webhook(premises.shop_webhook, WEBHOOK_SECRET)

    @property
    def is_quiet(self) -> bool:
        """Tell whether no provider has anything left to deliver or to try again."""
        waiting = any(bot.updates.pending(self.clock.now()) for bot in self.telegram.bots.values())
        return not waiting and not self._sending and self.door.is_quiet

    def say(self, way: Way, client: Client, marker: str, text: str) -> None:
        """Let a client say something; returns at once, delivery goes on as the provider does it."""
        told = {"channel": way.value, "client": client.key, "line": way.line}
        self.ledger.tell(Kind.OFFERED, marker, **told)
        match way:
            case Way.shop_bot:
                self._person(client).writes(self.telegram.bots[SHOP_BOT[0]], f"{marker} {text}")
            case Way.help_bot:
                self.watch.expect_fetch(marker)
                self._person(client).writes(self.telegram.bots[HELP_BOT[0]], f"{marker} {text}")
            case Way.mail:
                self._write_letter(client, marker, text)
            case Way.form:
                self._start(self._send_form(client, f"{marker} {text}"))
            case Way.phone:
                self._start(self._call(client, marker))

    async def close(self) -> None:
        """Stop what is being sent."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self.http.close()

    def _person(self, client: Client) -> Person:
        if client.key not in self.people:
            self.people[client.key] = self.telegram.person(client.name, username=client.key)
        return self.people[client.key]

    def _write_letter(self, client: Client, marker: str, text: str) -> None:
        """Put a letter into the mailbox, a share of them twice, as a list and a forwarder do."""
        letter = self.mail.write(client, f"Вопрос {marker}", f"{marker} {text}")
        self.ledger.tell(Kind.ACKED, marker, result="waits in the mailbox", identity=letter.message_id)
        if self.chance.random() < 0.2:
            stored = self.mail.imap.letters[-1]
            self.mail.imap.deliver(stored.raw, stored.arrived_at)

    def _start(self, sending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send_form(self, client: Client, text: str) -> None:
        """Send the form as a browser does whose person presses again until it is taken."""
        assert self.premises is not None
        headers = {
            "Origin": self.door.url,
            "Content-Type": "application/json",
            "Idempotency-Key": f"form-{self.chance.getrandbits(64):016x}",
        }
        fields = {"name": client.name, "phone": f"+{client.phone}", "email": client.email, "text": text}
        body = json.dumps(fields).encode()
        while await self._post(self.premises.form, headers, body) not in _TAKEN:  # noqa: ASYNC110 - the hub is elsewhere
            await asyncio.sleep(FORM_TRIES_EVERY.total_seconds())

    async def _call(self, client: Client, marker: str) -> None:
        """Ring for a second and hang up; the PBX posts each stage, with its second chances."""
        assert self.premises is not None
        ring = timedelta(seconds=1)
        call = PlayedCall(f"call-{marker}", self.clock.now(), client=client.phone, ring=ring)
        stages = posts(PBX_KIND, Scene.missed, call, PBX_SETTINGS)
        for number, post in enumerate(stages):
            if number == 1:
                await asyncio.sleep(ring.total_seconds())
            url = f"{self.premises.telephony}/{post.suffix}"
            await self._post_with_second_chances(url, post.headers, post.body)

    async def _post_with_second_chances(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Post; on failure three times more, never after a refusal of the 4xx class."""
        status = await self._post(url, headers, body)
        for pause in PBX_TRIES_AFTER:
            if status in _TAKEN or 400 <= status < 500:
                return
            await asyncio.sleep(pause.total_seconds())
            status = await self._post(url, headers, body)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Return the status, 0 where none came."""
        try:
            return (await self.http.request("POST", url, headers=headers, data=body)).status
        except ProviderError:
            return 0


@asynccontextmanager
async def running_world(
    ledger: Ledger, clock: WorldClock, web_port: int, chance: random.Random
) -> AsyncIterator[World]:
    """Run the fakes until the block ends."""
    async with AsyncExitStack() as stack:
        telegram = BotApi(clock)
        for token, username in (SHOP_BOT, HELP_BOT, DESK_BOT):
            telegram.add_bot(token, username)
        managers = {key: telegram.person(name, username=key) for key, name in NAMES.items()}
        watch = Watch(ledger, telegram, managers)
        mail = PostOffice(clock, watch.look_at_mail)
        watch.mail = mail
        await telegram.start()
        stack.push_async_callback(telegram.stop)
        stack.callback(telegram.listen(watch.look))
        await stack.enter_async_context(mail.run())
        door = await stack.enter_async_context(Door(ledger, web_port, chance).run())
        world = World(ledger, clock, chance, telegram, mail, door, watch, Http(), managers)
        stack.push_async_callback(world.close)
        yield world
