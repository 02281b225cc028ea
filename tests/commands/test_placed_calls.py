"""A call from a card through the running program: the PBX's API and its events at sockets, no part of ours replaced."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.app.connecting import create_connection
from hub.app.office import Building
from hub.app.roles import running_hub
from hub.channels.base import Raw
from hub.config import load_config
from hub.domain.ids import ConnectionId, ConversationId, LineKey, ManagerId
from hub.domain.manager import Manager, Role
from hub.domain.rights import Person
from hub.inbox.accept import offer
from hub.inbox.calling import order_call
from hub.inbox.extensions import Wanted, set_extension
from hub.store import managers
from hub.testing.telephony import PlayedCall, Scene, posts
from hub.testing.telephony.switch import Switch, serve

KEYS = {"mango": {"api_key": "key", "api_salt": "s3cret"}, "megafon": {"crm_token": "s3cret", "pbx_token": "pbx"}}
PLACES = {"mango": "api_url", "megafon": "pbx_url"}
DESKS = {"mango": "101", "megafon": "user101"}


@dataclass
class Office:
    """A running hub with a PBX and Anna, who has a telephone on it."""

    building: Building
    switch: Switch
    connection: ConnectionId
    anna: Person

    async def hears(self, scene: Scene, call: PlayedCall) -> None:
        """The PBX posts all of a call."""
        channel: Any = self.building.connections.channel_of(self.connection)
        now = self.building.ground.clock.now()
        for post in posts(self.switch.kind, scene, call, self.switch.settings):
            raw = Raw(
                post.body, now, {name.lower(): value for name, value in post.headers.items()}, "POST", post.suffix
            )
            channel.verify(raw)
            await self.building.acceptor.accept([offer(self.connection, channel, raw)])

    async def until(self, query: str) -> Any:
        async with asyncio.timeout(30):
            while (found := await self.building.ground.pool.fetchval(query)) is None:
                await asyncio.sleep(0.02)
        return found


async def open_office(building: Building, switch: Switch, settings: Mapping[str, str]) -> Office:
    ground = building.ground
    new = await create_connection(ground, switch.kind, name="АТС", settings=dict(settings))
    async with ground.pool.acquire() as connection:
        anna = ManagerId((await ground.ids.reserve(connection, 1))())
    await managers.add_manager(
        ground.pool, Manager(anna, "anna", "Анна", Role.manager, tg_user_id=7), at=ground.clock.now()
    )
    await building.refresh()
    person = Person(anna, Role.manager, frozenset({LineKey(building.rules().default_line)}))
    await set_extension(building.office, person, Wanted(anna), DESKS[switch.kind])
    await building.refresh()
    return Office(building, switch, new.id, person)


@pytest.fixture(params=sorted(KEYS))
async def office(request: pytest.FixtureRequest, dsn: str, tmp_path: Path) -> AsyncIterator[Office]:
    kind = request.param
    config = load_config(dsn=dsn, data=tmp_path, public_url="https://hub.example", language="en")
    async with serve(Switch(kind, KEYS[kind])) as switch, running_hub(config, frozenset({"work"})) as hub:
        yield await open_office(hub.building, switch, {**KEYS[kind], PLACES[kind]: switch.url})


async def test_c5_a_missed_client_is_called_from_the_card_and_the_talk_ends_the_wait(office: Office) -> None:
    now = office.building.ground.clock.now()
    await office.hears(Scene.missed, PlayedCall("in", now - timedelta(minutes=5)))
    conversation = await office.until("SELECT id FROM conversations")
    await order_call(office.building.office, office.anna, ConversationId(conversation))
    await office.until("SELECT 1 FROM deliveries WHERE lane = 'call' AND state = 'sent'")
    [placed] = office.switch.placed
    assert (placed.extension, placed.phone) == (DESKS[office.switch.kind], "79161234567")

    await office.hears(Scene.outgoing, PlayedCall("out", now))
    await office.until("SELECT 1 FROM waits WHERE state = 'answered'")
    assert await office.until("SELECT state FROM timers WHERE kind = 'call_order'") == "cancelled"


async def test_a_pbx_that_says_nothing_is_asked_once_and_the_manager_reads_that_nobody_knows(office: Office) -> None:
    now = office.building.ground.clock.now()
    await office.hears(Scene.missed, PlayedCall("in", now - timedelta(minutes=5)))
    conversation = await office.until("SELECT id FROM conversations")
    office.switch.faults = ["drop"]
    await order_call(office.building.office, office.anna, ConversationId(conversation))
    told = await office.until("SELECT payload->>'state' FROM deliveries WHERE payload->>'notice' = 'call_state'")

    assert told == "unknown"
    assert len(office.switch.placed) == 1
