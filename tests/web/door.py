"""A small provider and an entrance in memory, for the tests of the web side."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.channels.base import Capabilities, Channel, ChannelSettings, Evidence, Peek, Raw, Reply, Responsible
from hub.domain.errors import StorageUnavailable, WebhookRejected
from hub.domain.health import DiskHealth, Health, MachineHealth, SpoolHealth
from hub.domain.ids import ConnectionId
from hub.domain.inbound import InboundEvent
from hub.net.http import Http
from hub.testing.contracts.bench import StillClock, make_context
from hub.web.connect_page import ConnectField, ConnectPage
from hub.web.entrance import Attempt, CardPage, Connected, Entrance, Readiness

KEY = "0f5a9c1e7b3d4a6f8e2c0b1d9a7f5e3c"
DOOR = f"/in/bell/{KEY}"
SECRET = {"X-Secret": "s3cret"}


class Bell(Channel[ChannelSettings]):
    """A PBX that proves itself by a header and may ask who gets the call."""

    settings_model = ChannelSettings
    capabilities = Capabilities()
    evidence = Evidence.documented

    def handshake(self, raw: Raw) -> Reply | None:
        return Reply(body=b"pong") if raw.method == "HEAD" or raw.query == "ping=1" else None

    def verify(self, raw: Raw) -> None:
        if raw.headers.get("x-secret") != "s3cret":
            raise WebhookRejected("x-secret differs")

    def peek(self, raw: Raw) -> Peek:
        return Peek(raw.suffix, "")

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        del raw
        return ()

    def acknowledge(self, raw: Raw) -> Reply:
        del raw
        return Reply(202, b'{"success": true}', "application/json", {"X-Bell": "rung"})

    def question(self, raw: Raw) -> str | None:
        return "+79161234567" if raw.suffix == "ring" else None

    def answer(self, raw: Raw, responsible: Responsible | None) -> Reply:
        del raw
        return Reply(body=responsible.extension.encode() if responsible else b"nobody")


@dataclass
class Memory:
    """What an entrance remembers, and how it shall behave."""

    stored: list[Raw] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    is_storage_down: bool = False
    responsible: Responsible | None = None
    is_answer_slow: bool = False
    is_ready: bool = True
    health: Health | None = None
    choices: tuple[tuple[str, str], ...] = ()
    fields: tuple[ConnectField, ...] = ()
    done: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    was_refused: asyncio.Event = field(default_factory=asyncio.Event)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    commit: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.commit.set()

    async def accept(self, _connected: Connected, raws: Sequence[Raw]) -> None:
        if self.is_storage_down:
            self.was_refused.set()
            raise StorageUnavailable("the database does not answer; see hub check")
        self.was_asked.set()
        await self.commit.wait()
        self.stored.extend(raws)

    async def responsible_for(self, phone: str) -> Responsible | None:
        assert phone == "+79161234567"
        if self.is_answer_slow:
            await asyncio.Event().wait()
        return self.responsible

    async def tell_health(self) -> Health:
        if self.health is None:
            raise StorageUnavailable("the database does not answer; see hub check")
        return self.health

    async def tell_machine(self) -> MachineHealth:
        return MachineHealth(SpoolHealth(3, 900, 1), (DiskHealth("data", 0.25, 10**9),))

    async def show_card(self, token: str) -> CardPage:
        return CardPage(f"<{token}>?", "ru", button="Да", choices=self.choices)

    async def do_card(self, token: str, given: Mapping[str, str]) -> CardPage:
        self.done.append((token, dict(given)))
        return CardPage("Готово", "ru", status=409 if given.get("choice") == "late" else 200)

    is_secure = False
    public_host = ""

    async def show(self, token: str, remote: str) -> ConnectPage:
        del remote
        return ConnectPage(f"<{token}>", "ru", fields=self.fields, button="Подключить")

    async def save(self, token: str, given: Mapping[str, str], remote: str) -> ConnectPage:
        self.done.append((token, {**given, "remote": remote}))
        return ConnectPage("Подключено", "ru")

    async def readiness(self) -> Readiness:
        return Readiness(self.is_ready, (("database", "ok" if self.is_ready else "no answer"),))


def make_entrance(
    memory: Memory, *, kind: str = "bell", channel: Channel[Any] | None = None, hops: int = 0, **settings: Any
) -> Entrance:
    """Bind an entrance that knows one connection, by default a `bell`."""
    connected = Connected(ConnectionId(7), kind, channel or Bell(ChannelSettings(), make_context(Http())))

    async def find_connection(wanted_kind: str, key: str) -> Connected | None:
        return connected if (wanted_kind, key) == (kind, KEY) else None

    return Entrance(
        clock=StillClock(),
        find_connection=find_connection,
        accept=memory.accept,
        record_attempt=memory.attempts.append,
        responsible_for=memory.responsible_for,
        readiness=memory.readiness,
        health=memory.tell_health,
        machine=memory.tell_machine,
        show_card=memory.show_card,
        do_card=memory.do_card,
        connecting=memory,
        trusted_hops=hops,
        **settings,
    )
