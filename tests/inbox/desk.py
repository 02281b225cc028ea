"""A hub without doors: events go in as a provider would report them, through receipts; people act on what is stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from hub.channels.base import Peek, Raw
from hub.domain.errors import PayloadInvalid
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.inbound import Address, InboundEvent, InboundMessage, Sender
from hub.domain.manager import Manager, Role
from hub.domain.policy import Policy
from hub.hints.local import LocalFeed, LocalLocks, LocalWakeup
from hub.inbox.accept import Acceptor, offer
from hub.inbox.endpoint import Endpoint
from hub.inbox.office import Office
from hub.inbox.process import Processor, parse_here
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store import managers
from hub.store.clock import DatabaseClock
from hub.store.files import Files
from hub.store.ids import IdBlocks

ALWAYS_OPEN = """
[business]
name = "Ромашка"
[calendars.always]
always_open = true
[lines.sales]
name = "Продажи"
calendar = "always"
"""


@dataclass
class SpokenChannel:
    """A channel whose payloads are names of events the test has at hand."""

    events: dict[bytes, Sequence[InboundEvent]] = field(default_factory=dict)

    def to_store(self, raw: Raw) -> Raw:
        return raw

    def peek(self, raw: Raw) -> Peek:
        event = self.events.get(raw.body, [None])[0]
        thread = getattr(event, "thread", "") or getattr(event, "call", "") or "one"
        return Peek(event_id=raw.headers.get("id", ""), order_key=thread)

    def parse(self, raw: Raw) -> Sequence[InboundEvent]:
        if raw.body not in self.events:
            raise PayloadInvalid("nobody said that")
        return self.events[raw.body]


@dataclass
class Desk:
    """One office over a real database, with a clock that the test moves."""

    office: Office
    clock: DatabaseClock
    channel: SpokenChannel
    acceptor: Acceptor
    processor: Processor
    pool: asyncpg.Pool
    endpoints: dict[ConnectionId, Endpoint]
    staff: dict[tuple[str, str, str], ManagerId] = field(default_factory=dict)
    rules: list[Policy] = field(default_factory=list)
    _said: int = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def accept(self, event: InboundEvent, *, connection: int = 1, event_id: str = "") -> None:
        self._said += 1
        body = f"{connection}:{self._said}".encode()
        self.channel.events[body] = [event]
        raw = Raw(body, self.now, {"id": event_id or f"event-{self._said}"})
        await self.acceptor.accept([offer(ConnectionId(connection), self.channel, raw)])

    async def process(self) -> int:
        total = 0
        while done := await self.processor.run_batch():
            total += done
        return total

    async def receive(self, event: InboundEvent, *, connection: int = 1, event_id: str = "") -> None:
        await self.accept(event, connection=connection, event_id=event_id)
        await self.process()

    async def rows(self, table: str, where: str = "true", *arguments: Any) -> list[asyncpg.Record]:
        return list(await self.pool.fetch(f"SELECT * FROM {table} WHERE {where}", *arguments))

    async def one(self, table: str, where: str = "true", *arguments: Any) -> asyncpg.Record:
        rows = await self.rows(table, where, *arguments)
        assert len(rows) == 1, f"{len(rows)} rows in {table}"
        return rows[0]

    async def until_held_up(self, count: int) -> None:
        """Wait until so many transactions wait for locks of others."""
        here = "datname = current_database() AND wait_event_type = 'Lock'"
        async with asyncio.timeout(20):
            while await self.pool.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE {here}") < count:
                await asyncio.sleep(0)

    async def hire(self, key: str, name: str = "", *, role: Role = Role.manager) -> ManagerId:
        new_id = await self._new_id()
        manager = Manager(ManagerId(new_id), key, name or key.title(), role, tg_user_id=new_id)
        await managers.add_manager(self.pool, manager, at=self.now)
        return manager.id

    async def _new_id(self) -> int:
        async with self.pool.acquire() as connection:
            return (await self.office.ids.reserve(connection, 1))()


async def open_desk(pool: asyncpg.Pool, files: Path, *, policy: str = ALWAYS_OPEN) -> Desk:
    clock = DatabaseClock(pool)
    await clock.read()
    endpoints = {
        ConnectionId(number): Endpoint(ConnectionId(number), kind, kind)
        for number, kind in enumerate(("telegram", "email", "webform", "mango"), start=1)
    }
    rules = [to_policy(parse_policy(policy), 1)]
    staff: dict[tuple[str, str, str], ManagerId] = {}
    office = Office(
        pool=pool,
        ids=IdBlocks(),
        clock=clock,
        policy=lambda: rules[-1],
        staff=lambda: staff,
        endpoints=lambda: endpoints,
        wakeup=LocalWakeup(),
        feed=LocalFeed(),
        locks=LocalLocks(),
    )
    channel, store = SpokenChannel(), Files(files)
    processor = Processor(office, store, lambda _: channel, parse_here)
    return Desk(office, clock, channel, Acceptor(office, store), processor, pool, endpoints, staff, rules)


def person(number: int, *, name: str = "Мария", phone: str = "", is_own: bool = True) -> Sender:
    """A person in Telegram, with a shared contact if `phone` is given."""
    addresses = [Address(IdentityType.tg_user, str(number), level=ProofLevel.proven)]
    if phone:
        level = ProofLevel.proven if is_own else ProofLevel.claimed
        addresses.append(Address(IdentityType.phone, phone, phone, level))
    return Sender(tuple(addresses), name=name)


def says(text: str, *, at: datetime, by: Sender | None = None, number: int = 0, **more: Any) -> InboundMessage:
    """A message in the sender's private chat."""
    sender = by or person(100)
    own = sender.addresses[0].value
    return InboundMessage(f"{own}-{number or hash((text, at)) % 10**9}", f"chat-{own}", sender, at, text=text, **more)


def later(event: InboundMessage, by: timedelta) -> InboundMessage:
    return replace(event, occurred_at=event.occurred_at + by)
