"""What the class of a connector's author says, and the scene the checks play in: a fake, a moved clock, Http."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hub.channels.base import Subscribes
from hub.crm_sync.base import Crm
from hub.crm_sync.calling import CrmContext
from hub.crm_sync.tokens import HeldTokens
from hub.domain.crm import CrmRef
from hub.domain.ids import ConnectionId
from hub.hints.local import LocalRates
from hub.net.http import Http
from hub.testing.contracts.bench import PUBLIC_URL, prove, read_sample_file
from hub.testing.contracts.suite import Adapted
from hub.testing.crm.surface import CrmSurface, SendsHooks
from hub.testing.fixture_files import RECEIVED_AT

_NOBODY_THERE = "http://127.0.0.1:9"


class MovedClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.at = RECEIVED_AT

    def now(self) -> datetime:
        """Return the instant it was moved to."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move it forwards."""
        self.at += by


@dataclass(slots=True)
class Scene:
    """A fake that serves, and everything that connectors to it share."""

    fake: CrmSurface
    channel: type[Crm[Any]]
    settings: Callable[[Any], Mapping[str, object]]
    http: Http
    clock: MovedClock = field(default_factory=MovedClock)
    rates: LocalRates = field(default_factory=LocalRates)
    tokens: HeldTokens = field(default_factory=HeldTokens)

    def connect(self) -> Crm[Any]:
        """Return another connector of the same account, as another worker has it."""
        context = CrmContext(
            connection_id=ConnectionId(7),
            name="crm",
            clock=self.clock,
            http=self.http,
            rates=self.rates,
            read_file=read_sample_file,
            public_url=PUBLIC_URL,
            prove=prove,
            tokens=self.tokens,
        )
        return self.channel(self.channel.settings_model.model_validate(dict(self.settings(self.fake))), context)

    def later(self) -> None:
        """Let a minute pass, so that vendors who count in seconds tell before from after."""
        self.fake.settle()
        self.clock.advance(timedelta(minutes=1))

    def card(self, name: str = "Олег Сидоров", phones: Iterable[str] = ("+79031112233",)) -> CrmRef:
        """Return a card that a person made there."""
        ref = self.fake.human_adds_contact(name, tuple(phones))
        self.later()
        return ref


class CrmSuite(Adapted):
    """Names without a value are for the author to give; the rest may be overridden."""

    channel: ClassVar[type[Crm[Any]]]
    fake: ClassVar[Callable[[], Any]]
    signs_body: ClassVar[bool] = False
    renews_tokens: ClassVar[bool] = False
    tells_merges: ClassVar[bool] = False
    own_field: ClassVar[str] = ""
    amount: ClassVar[str] = "1500.50"
    also: ClassVar[Mapping[str, tuple[type, ...]]] = {}
    patience: ClassVar[timedelta] = timedelta(seconds=60)

    @staticmethod
    def settings(fake: Any) -> Mapping[str, object]:
        """Return the settings of a connection to `fake`."""
        raise AssertionError("give settings(fake): the settings of a connection to it")

    @classmethod
    def plain_settings(cls) -> Mapping[str, object]:
        fake = cls.fake()
        fake.url = _NOBODY_THERE
        return cls.settings(fake)

    @classmethod
    def make(cls) -> Crm[Any]:
        fake = cls.fake()
        fake.url = _NOBODY_THERE
        return Scene(fake, cls.channel, cls.settings, Http()).connect()

    def refusal(self, status: int, retry_after: int | None) -> tuple[bytes, Mapping[str, str]]:
        """Return body and headers of a refusal as the vendor writes it."""
        del status
        return b'{"error": "refused"}', {} if retry_after is None else {"Retry-After": str(retry_after)}

    @asynccontextmanager
    async def scene(self, longest: timedelta = timedelta(seconds=20)) -> AsyncIterator[Scene]:
        """Serve a fresh fake while the block runs; no call lasts longer than `longest`."""
        async with asyncio.timeout(self.patience.total_seconds()), type(self).fake().serving() as fake:
            http = Http(longest=longest)
            scene = Scene(fake, self.channel, type(self).settings, http)
            fake.now = scene.clock.now
            try:
                yield scene
            finally:
                await http.close()

    @asynccontextmanager
    async def subscribed(self) -> AsyncIterator[tuple[Scene, Crm[Any], SendsHooks]]:
        """Serve a fake that sends its webhooks to us; what it sent before is forgotten."""
        async with self.scene() as scene:
            crm, fake = scene.connect(), scene.fake
            assert isinstance(fake, SendsHooks), "a connector with verify: its fake sends hooks"
            if isinstance(crm, Subscribes):
                assert (await crm.subscribe()).is_ok
            yield scene, crm, fake
