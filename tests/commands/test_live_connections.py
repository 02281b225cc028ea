"""Live connections: one that is broken leaves the others alone, unknown keys are cheap, what sends is not cut."""

import asyncio
import json
from datetime import timedelta

import pytest

from hub.app.connecting import create_connection
from hub.app.connections import LONGEST_SEND, Connections
from hub.app.ground import open_ground
from hub.config import load_config
from hub.hints.local import LocalRates
from hub.net.http import Http
from hub.store.connections import AttemptRow, add_attempts, list_connections
from hub.store.pool import acquire
from hub.store.secrets import token_hash
from tests.channels.outside import entry_point_package

KEY = "0f5a9c1e7b3d4a6f8e2c0b1d9a7f5e3c"
BREAK = "UPDATE connections SET settings_encrypted = 'nonsense'::bytea WHERE name = $1"


@pytest.fixture
async def ground(dsn, tmp_path):
    config = load_config(dsn=dsn, data=tmp_path, public_url="https://hub.example", language="en")
    async with open_ground(config) as ground:
        yield ground


@pytest.fixture
async def connections(ground):
    http = Http()
    yield Connections(ground, http, LocalRates())
    await http.close()


async def add(ground, name, kind="webform"):
    return await create_connection(ground, kind, name=name, settings={})


async def change(ground, query, *values):
    async with acquire(ground.pool) as connection:
        await connection.execute(query, *values)


async def read(ground, query):
    async with acquire(ground.pool) as connection:
        return await connection.fetchval(query)


def key_of(new):
    return new.url.rpartition("/")[2]


async def test_a_row_that_cannot_be_opened_leaves_the_others_working(ground, connections):
    good, bad = await add(ground, "good"), await add(ground, "bad")
    await change(ground, BREAK, "bad")

    await connections.reload()

    assert connections.channel_of(good.id) is not None
    assert (connections.channel_of(bad.id), await connections.find("webform", key_of(bad))) == (None, None)
    assert [row.name for row in connections.rows()] == ["good"]


async def test_a_row_that_breaks_while_the_hub_runs_goes_down_and_comes_back_when_mended(ground, connections):
    new = await add(ground, "form")
    await connections.reload()
    sealed = await read(ground, "SELECT settings_encrypted FROM connections")

    await change(ground, BREAK, "form")
    await connections.reload()
    assert connections.channel_of(new.id) is None

    await change(ground, "UPDATE connections SET settings_encrypted = $1", sealed)
    await connections.reload()
    assert connections.channel_of(new.id) is not None


async def test_a_key_made_by_another_process_is_found_at_once(ground, connections):
    await connections.reload()
    new = await add(ground, "form")

    found = await connections.find("webform", key_of(new))

    assert found is not None and found.connection_id == new.id


async def test_unknown_keys_do_not_read_the_connections_again(ground, connections):
    await connections.reload()
    await add(ground, "unseen")

    found = await asyncio.gather(*(connections.find("webform", f"{KEY}{number}") for number in range(20)))

    assert found == [None] * 20
    assert connections.rows() == []


async def test_the_former_key_of_a_connection_is_looked_up_too(ground, connections):
    await connections.reload()
    new = await add(ground, "form")
    await change(ground, "UPDATE connections SET old_key_hash = $1", token_hash(KEY))

    found = await connections.find("webform", KEY)

    assert found is not None and found.connection_id == new.id


LINE = """
from hub.channels.webform import WebForm

class OpenLine(WebForm):
    is_closed = False

    async def close(self):
        self.is_closed = True
"""


@pytest.fixture
def line(tmp_path, monkeypatch):
    """A kind whose adapters keep something open, brought by a package outside the tree."""
    packages = tmp_path / "packages"
    packages.mkdir()
    entry_point_package(packages, "openline", LINE, "OpenLine")
    monkeypatch.syspath_prepend(str(packages))
    return "openline"


async def test_a_replaced_adapter_is_closed_only_when_its_longest_send_is_over(ground, connections, line):
    new = await add(ground, "form", line)
    await connections.reload()
    replaced = connections.channel_of(new.id)

    await change(ground, "UPDATE connections SET name = 'renamed'")
    await connections.reload()
    assert (connections.channel_of(new.id) is replaced, replaced.is_closed) == (False, False)

    ground.clock.move(LONGEST_SEND + timedelta(seconds=1))
    await connections.reload()
    assert replaced.is_closed


async def test_the_end_closes_replaced_adapters_too(ground, connections, line):
    new = await add(ground, "form", line)
    await connections.reload()
    replaced = connections.channel_of(new.id)
    await change(ground, "UPDATE connections SET name = 'renamed'")
    await connections.reload()

    await connections.close()

    assert (replaced.is_closed, connections.channel_of(new.id).is_closed) == (True, True)


def test_a_broken_connection_is_listed_as_down_with_the_reason_and_found_by_the_check(hub, place):
    for name in ("good", "bad"):
        hub("connect", "webform", "--name", name, "--public-url", "https://hub.example", "--no-wait")
    place.fetch("UPDATE connections SET settings_encrypted = 'nonsense'::bytea WHERE name = 'bad' RETURNING 1")

    listed = {row["name"]: row for row in json.loads(hub("connections", "--json").stdout)}
    found = {each["thing"]: each for each in json.loads(hub("check", "--json").stdout)["findings"]}

    assert (listed["good"]["state"], listed["bad"]["state"]) == ("active", "down")
    assert "key" in listed["bad"]["state_reason"]
    assert (found["webform good"]["is_ok"], found["webform bad"]["is_ok"]) == (True, False)


async def test_the_last_event_of_a_webhook_is_its_last_accepted_request(ground):
    form, quiet = await add(ground, "form"), await add(ground, "quiet")
    now = ground.clock.now()
    seen = [(3, "accepted"), (2, "accepted"), (1, "refused"), (0, "answered")]
    attempts = [
        AttemptRow(number, form.id, now - timedelta(minutes=minutes), "192.0.2.1", verdict, {})
        for number, (minutes, verdict) in enumerate(seen)
    ]

    async with acquire(ground.pool) as connection:
        await add_attempts(connection, attempts)
        rows = {row.id: row.last_success_at for row in await list_connections(connection)}

    assert rows == {form.id: now - timedelta(minutes=2), quiet.id: None}


async def test_an_attempt_written_late_does_not_turn_the_last_event_back(ground):
    form = await add(ground, "form")
    now = ground.clock.now()

    async with acquire(ground.pool) as connection:
        for number, minutes in enumerate((1, 5)):
            late = AttemptRow(number, form.id, now - timedelta(minutes=minutes), "192.0.2.1", "accepted", {})
            await add_attempts(connection, [late])
        (row,) = await list_connections(connection)

    assert row.last_success_at == now - timedelta(minutes=1)
