"""An office over a real database with its real channels: bytes come in as providers send them.

Adapters, acceptor, processor and clocks are the product's. Only what leaves for clients ends at a scripted channel,
because most cases are about what became of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg

from hub.channels.base import Raw, Receives
from hub.channels.email.channel import EmailChannel
from hub.channels.email.events import ARRIVED_HEADER, MAILBOX_HEADER
from hub.channels.registry import get_channel_class
from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConnectionId, ConversationId, LineKey, ManagerId
from hub.domain.inbound import InboundEvent
from hub.domain.manager import Role
from hub.domain.outbound import Sent
from hub.domain.rights import Person
from hub.inbox.accept import offer
from hub.inbox.endpoint import Endpoint
from hub.inbox.process import Processor, parse_here
from hub.inbox.queries import explain_conversation
from hub.inbox.reply import Content, reply
from hub.net.http import Http
from hub.store.files import Files
from hub.testing.contracts.bench import make_channel
from hub.testing.telephony import PlayedCall, Post, Scene, posts
from tests.delivery.bench import Outside, ScriptedChannel, open_outside
from tests.inbox.desk import Desk, open_desk
from tests.inbox.rules import stand_at
from tests.inbox.test_queries import only, owner

BOT, SALES_MAIL, FORM, MANGO, INFO_MAIL, ZADARMA = range(1, 7)
MARIA = 500000001
PHONE = "+79161234567"
MAIL = "maria@example.com"
SALES, INFO = "sales@romashka.example", "info@romashka.example"
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))

_MAILBOX = {"imap_host": "imap.example", "smtp_host": "smtp.example", "password": "p", "authserv_id": "mx.example"}
PBX = {"api_key": "k3y-of-the-pbx", "api_salt": "s4lt"}
ZADARMA_KEYS = {"api_key": "k3y", "api_secret": "s3cr3t"}
_SETTINGS: Mapping[int, tuple[str, Mapping[str, object]]] = {
    BOT: ("telegram", {"token": "1:AAE-client", "mode": "webhook", "webhook_secret": "s3cret-of-the-bot"}),
    SALES_MAIL: ("email", {**_MAILBOX, "address": SALES, "user": SALES}),
    FORM: ("webform", {"secret": "tilda-s3cret", "signing_key": "k" * 32}),
    MANGO: ("mango", PBX),
    INFO_MAIL: ("email", {**_MAILBOX, "address": INFO, "user": INFO}),
    ZADARMA: ("zadarma", ZADARMA_KEYS),
}


class ScriptedMailbox(ScriptedChannel):
    """A mailbox that accepts every letter."""

    capabilities = EmailChannel.capabilities


@dataclass
class CaseDesk(Desk):
    """The office of one case. It opens on a Tuesday at ten in Moscow."""

    channels: dict[int, Any] = field(default_factory=dict)
    outside: Outside = field(init=False)
    _number: int = 100

    def __post_init__(self) -> None:
        self.outside, mail = open_outside(self), ScriptedMailbox(self)
        mail.sent, chat = self.outside.channel.sent, self.outside.channel
        handler = ReplyHandler(
            self.office, lambda number: mail if number in {SALES_MAIL, INFO_MAIL} else chat, Alarms(self.office)
        )
        self.outside.worker = DeliveryWorker(self.office, Lane.reply, handler.as_lane())

    # what comes in

    async def post(self, connection: int, body: bytes, headers: Mapping[str, str], *, suffix: str = "") -> None:
        """Let a request or letter arrive now and be processed; a webhook proves its sender first."""
        await self.arrive(connection, body, headers, suffix=suffix)
        await self.process()

    async def arrive(self, connection: int, body: bytes, headers: Mapping[str, str], *, suffix: str = "") -> None:
        """Let it arrive only: nobody is at work yet."""
        channel = self.channels[connection]
        raw = Raw(body, self.now, headers, "POST" if isinstance(channel, Receives) else "", suffix)
        if isinstance(channel, Receives):
            channel.verify(raw)
        await self.acceptor.accept([offer(ConnectionId(connection), channel, raw)])

    async def update(self, kind: str, **content: Any) -> bytes:
        """Let Telegram send an update of a kind; returns its bytes."""
        self._number += 1
        body = json.dumps({"update_id": 700000000 + self._number, kind: content}).encode()
        await self.post(BOT, body, BOT_HEADERS)
        return body

    async def writes(self, text: str = "", *, by: int = MARIA, at: datetime | None = None, **more: Any) -> int:
        """Let a person write to the bot; `more` are fields of the message. Returns its id."""
        self._number += 1
        number = self._number
        said = {"message_id": number, "date": unix(at or self.now), "chat": private(by), "from": user(by)}
        await self.update("message", **{**said, **({"text": text} if text else {}), **more})
        return number

    async def shares_contact(self, *, by: int = MARIA) -> None:
        """Let a person press the button that shares the own number."""
        await self.writes(by=by, contact={"phone_number": PHONE.lstrip("+"), "first_name": "Мария", "user_id": by})

    async def mails(self, letter: bytes, *, to: int = SALES_MAIL) -> None:
        """Let a letter arrive in a mailbox of ours."""
        self._number += 1
        await self.post(to, letter, {MAILBOX_HEADER: f"7:{self._number}", ARRIVED_HEADER: self.now.isoformat()})

    async def submits(self, *, key: str = "", **fields: str) -> None:
        """Let a form of the site be sent by its server."""
        headers = {"content-type": "application/x-www-form-urlencoded", "x-hub-secret": "tilda-s3cret"}
        await self.post(FORM, urlencode(fields).encode(), {**headers, **({"idempotency-key": key} if key else {})})

    async def calls(self, scene: Scene, *, call: str = "c1", only: slice = slice(None), **how: Any) -> None:
        """Let the PBX tell of a call that begins now; `only` leaves posts out."""
        for post in posts("mango", scene, PlayedCall(call, self.now.replace(microsecond=0), **how), PBX)[only]:
            await self.posts(post)

    async def posts(self, post: Post, connection: int = MANGO) -> None:
        """Let a PBX post."""
        headers = {name.lower(): value for name, value in post.headers.items()}
        await self.post(connection, post.body, headers, suffix=post.suffix)

    async def business(self, text: str, *, by: int = MARIA, **more: Any) -> int:
        """Let the client, or the owner of the account, write in a chat of Telegram Business."""
        self._number += 1
        number = self._number
        said = {"message_id": number, "date": unix(self.now), "chat": private(MARIA), "from": user(by), **more}
        await self.update("business_message", **said, text=text, business_connection_id="Bc7x")
        return number

    async def happens(self, event: InboundEvent) -> None:
        """Let something be told of the bot that no payload brings yet."""
        await self.accept(event)
        await replace(self.processor, channel_of=lambda _: self.channel).run_batch()

    # what goes out and what is written

    async def answers(self, content: str | Content, *, number: str = "900") -> None:
        """Let the manager who has the client answer, and Telegram take it now under a number of its own."""
        said = content if isinstance(content, Content) else Content(content)
        row = await self.one("conversations")
        actor = Person(ManagerId(row["assignee_id"]), Role.manager, frozenset({LineKey("sales")}))
        await reply(self.office, actor, ConversationId(row["id"]), content=said, key=f"press-{self.now.timestamp()}")
        self.outside.channel.answers = [Sent((number,), self.now)]
        await self.deliver()

    async def deliver(self, *, after: timedelta = timedelta(0)) -> list[str]:
        """Carry out what is due for clients after a time; returns all texts that have gone out."""
        await self.outside.deliver(after=after)
        return self.outside.channel.texts

    async def states(self) -> list[str]:
        """Return the states of all waits, oldest first."""
        return [row["state"] for row in await self.rows("waits", "true ORDER BY id")]

    async def wait(self) -> asyncpg.Record:
        """Return the only wait there is."""
        return await self.one("waits")

    async def told(self, *kinds: str) -> list[str]:
        """Return the notices to people of these kinds, or of all, in the order they were written."""
        rows = await self.rows("deliveries", "lane = 'notify' ORDER BY created_at, id")
        said = [row["payload"]["notice"] for row in rows]
        return [notice for notice in said if notice in kinds or not kinds]

    async def story(self, *kinds: str) -> list[str]:
        """Return what the ledger tells of these kinds, in the order it was written."""
        rows = await self.rows("ledger", "kind = ANY($1) ORDER BY recorded_at, id", list(kinds))
        return [row["kind"] for row in rows]

    async def fact(self, kind: str) -> asyncpg.Record:
        """Return the only entry of a kind in the ledger."""
        return await self.one("ledger", "kind = $1", kind)

    async def explained(self) -> str:
        """Return the story of the only conversation as its owner reads it."""
        return "\n".join(await explain_conversation(self.office, await owner(self), await only(self)))


BOT_HEADERS = {"x-telegram-bot-api-secret-token": "s3cret-of-the-bot", "content-type": "application/json"}


def unix(at: datetime) -> int:
    return int(at.timestamp())


def user(number: int) -> dict[str, object]:
    """Return a person as Telegram names them."""
    return {"id": number, "is_bot": False, "first_name": "Мария", "username": f"u{number}", "language_code": "ru"}


def private(number: int) -> dict[str, object]:
    """Return the private chat of a person."""
    return {"id": number, "type": "private", "first_name": "Мария"}


def letter(text: str, *, by: str = MAIL, to: str = SALES, subject: str = "Расчёт", **fields: str) -> bytes:
    """Return a letter as a mail server hands it over; `Message_ID="<1@x>"` and the like set more fields."""
    made = EmailMessage()
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    for name, value in {"From": f"Мария <{by}>", "To": to, "Subject": subject, **given}.items():
        made[name] = value
    made.set_content(text)
    return made.as_bytes()


async def open_case_desk(pool: asyncpg.Pool, files: Path) -> CaseDesk:
    """Open the office with two managers, its line open day and night."""
    plain, http = await open_desk(pool, files), Http()
    for number, (kind, _) in _SETTINGS.items():
        plain.endpoints[ConnectionId(number)] = Endpoint(ConnectionId(number), kind, kind)
    channels = {n: make_channel(get_channel_class(kind), told, http) for n, (kind, told) in _SETTINGS.items()}
    processor = Processor(plain.office, Files(files), channels.get, parse_here)
    shared = {"endpoints": plain.endpoints, "staff": plain.staff, "rules": plain.rules, "channels": channels}
    desk = CaseDesk(plain.office, plain.clock, plain.channel, plain.acceptor, processor, pool, **shared)  # type: ignore[arg-type]
    stand_at(desk, 1, "10:00")
    await desk.hire("anna", "Анна")
    await desk.hire("ivan", "Иван")
    return desk
