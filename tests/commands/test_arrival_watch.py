"""Waiting live after `hub connect`: every request of the provider is said in words, the first whole event ends it."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from hub.app.connecting import create_connection
from hub.app.connections import Connections
from hub.app.ground import open_ground
from hub.channels.telephony.mango import sign
from hub.commands.arrival_watch import ArrivalWatch
from hub.commands.wall_time import read_wall_time
from hub.config import load_config
from hub.hints.local import LocalRates
from hub.net.http import Http
from hub.store.connections import AttemptRow, add_attempts
from hub.store.pool import acquire
from hub.store.receipts import NewReceipt, store

APPEARED = {
    "entry_id": "E1",
    "call_id": "C1",
    "timestamp": 1763726400,
    "seq": 1,
    "call_state": "Appeared",
    "location": "abonent",
    "from": {"number": "79161234567"},
    "to": {"extension": "101", "number": "74951234567"},
}
HUNG_UP = APPEARED | {"timestamp": 1763726420, "seq": 2, "call_state": "Disconnected", "disconnect_reason": 1111}


class Provider:
    """Puts a provider's requests into the store, as the entrance would."""

    def __init__(self, ground, connection_id):
        self.ground, self.connection_id, self.count = ground, connection_id, 1

    async def sends(self, event):
        text = json.dumps(event)
        body = urlencode({"vpbx_api_key": "key", "sign": sign("key", text, "salt"), "json": text}).encode()
        self.count += 1
        receipt = NewReceipt(
            connection_id=self.connection_id,
            external_id=str(self.count),
            order_hash=1,
            lane="client",
            received_at=self.ground.clock.now(),
            is_unkeyed=False,
            is_history=False,
            body_hash="",
            body=body,
            file_sha256="",
            head={"method": "POST", "suffix": "events/call"},
        )
        async with acquire(self.ground.pool) as connection:
            await store(connection, [receipt], lambda: self.count)

    async def is_refused(self, verdict="refused"):
        self.count += 1
        shape = {"status": 401, "reason": "sign mismatch"}
        attempt = AttemptRow(self.count, self.connection_id, self.ground.clock.now(), "192.0.2.1", verdict, shape)
        async with acquire(self.ground.pool) as connection:
            await add_attempts(connection, [attempt])


@pytest.fixture
async def ground(dsn, tmp_path):
    config = load_config(dsn=dsn, data=tmp_path, public_url="https://hub.example", language="en")
    async with open_ground(config) as ground:
        yield ground


@pytest.fixture
async def watch(ground):
    settings = {"api_key": "key", "api_salt": "salt"}
    new = await create_connection(ground, "mango", name="pbx", settings=settings)
    http = Http()
    connections = Connections(ground, http, LocalRates())
    await connections.reload()
    channel = connections.channel_of(new.id)
    assert channel is not None
    yield ArrivalWatch(ground, new.id, "mango", channel, ground.clock.now(), await read_wall_time(ground))
    await http.close()


async def said(watch):
    return [line.partition(" ")[2] async for line in watch.lines()]


async def test_a_missed_call_is_read_from_its_stages(watch, ground):
    provider = Provider(ground, watch.connection_id)
    await provider.sends(APPEARED)
    await provider.sends(HUNG_UP)

    assert await said(watch) == [
        "received, signature valid, read as: call, ringing",
        "received, signature valid, read as: missed call",
    ]


async def test_refusals_and_pings_come_with_their_reason_and_waiting_goes_on(watch, ground):
    provider = Provider(ground, watch.connection_id)
    await provider.is_refused()
    await provider.is_refused("answered")
    await provider.sends(HUNG_UP)

    assert (await said(watch))[:2] == ["refused (401): sign mismatch", "the provider tried the address, answered"]


async def test_what_cannot_be_understood_is_said_and_waiting_goes_on(watch, ground):
    provider = Provider(ground, watch.connection_id)
    await provider.sends([1])
    await provider.sends(HUNG_UP)

    lines = await said(watch)
    assert lines[0].startswith("received, but not understood:")
    assert lines[1].endswith("missed call")


async def test_what_came_before_is_not_shown(watch, ground):
    provider = Provider(ground, watch.connection_id)
    await provider.sends(APPEARED)
    late = replace(watch, since=ground.clock.now() + timedelta(microseconds=1))
    await provider.sends(HUNG_UP)

    assert len(await said(late)) == 1
