"""Case 10: the database is away; nothing of what providers heard "received" about is lost, doubled or disordered."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.store.spool import look_at_spool
from hub.testing.crash.proxies import FaultyProxy
from tests.reliability.town import Opened, emptied, open_hub, stored


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def opened(dsn: str, proxy: FaultyProxy, data: Path) -> AsyncIterator[Opened]:
    """A hub of the role `web` that reaches its database through a proxy."""
    async with open_hub(proxy.through(dsn), data) as opened:
        yield opened


async def test_case10_what_comes_while_the_database_is_away_is_taken_and_stored_when_it_is_back(opened, proxy, pool):
    hub, caller = opened
    texts = [f"заявка {number}" for number in range(12)]
    assert [await caller.submit(text) for text in texts[:4]] == [200] * 4
    proxy.drop()
    assert [await caller.submit(text) for text in texts[4:8]] == [200] * 4
    assert look_at_spool(hub.building.ground.config.spool_dir).records == 4
    assert await stored(pool) == texts[:4]

    proxy.heal()
    assert [await caller.submit(text) for text in texts[8:]] == [200] * 4
    await emptied(hub)

    assert await stored(pool) == texts
    assert hub.building.figures.spooled >= 4


async def test_case10_a_database_that_answers_nothing_holds_no_provider_up(opened, proxy, pool):
    hub, caller = opened
    proxy.hang()
    answers = await asyncio.gather(*(caller.submit(f"заявка {number}", key=f"form-{number}") for number in range(8)))
    assert answers == [200] * 8
    assert await caller.submit("ещё одна", key="form-8") == 200
    assert await caller.post("/in/webform/0f5a9c1e7b3d4a6f8e2c0b1d9a7f5e3c") == 503

    proxy.heal()
    await emptied(hub)

    assert sorted(await stored(pool)) == ["ещё одна", *(f"заявка {number}" for number in range(8))]


async def test_case9_a_database_that_takes_seconds_holds_no_provider_up(opened, proxy, pool):
    hub, caller = opened
    proxy.delay(timedelta(seconds=2))
    assert await asyncio.gather(*(caller.submit(f"{number}", key=f"form-{number}") for number in range(4))) == [200] * 4
    assert [await caller.submit(f"{number}", key=f"form-{number}") for number in range(4, 8)] == [200] * 4

    proxy.heal()
    await emptied(hub)

    assert sorted(await stored(pool)) == [f"{number}" for number in range(8)]


@pytest.mark.parametrize("key", ["form-1", ""])
async def test_case10_what_the_database_takes_late_and_the_spool_too_is_one_receipt(opened, pool, key):
    hub, caller = opened
    async with pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE receipts IN ACCESS EXCLUSIVE MODE")
        assert await caller.submit("заявка", key=key) == 200
        assert look_at_spool(hub.building.ground.config.spool_dir).records == 1
    await emptied(hub)

    assert await stored(pool) == ["заявка"]


async def test_case10_the_same_event_before_and_during_the_outage_is_one_receipt(opened, proxy, pool):
    hub, caller = opened
    await caller.submit("заявка", key="form-1")
    proxy.drop()
    assert [await caller.submit("заявка", key="form-1") for _ in range(3)] == [200] * 3
    proxy.heal()
    await emptied(hub)

    assert await stored(pool) == ["заявка"]


async def test_case10_without_the_database_proof_is_asked_for_all_the_same(opened, proxy, data):
    _, caller = opened
    proxy.drop()

    assert await caller.submit("заявка", secret="guessed") == 401
    assert await caller.post("/in/webform/0f5a9c1e7b3d4a6f8e2c0b1d9a7f5e3c") == 503, "it may be known to the database"
    assert not list(data.glob("spool/*"))


async def test_case10_a_provider_that_keeps_its_events_for_hours_hears_that_it_has_to_come_again(opened, proxy, data):
    _, caller = opened
    assert await caller.update(1) == 200
    proxy.drop()

    assert await caller.update(2) == 503
    assert not list(data.glob("spool/*"))


async def test_case10_what_a_dead_process_left_is_stored_by_the_next_one(dsn, proxy, data, pool):
    async with open_hub(proxy.through(dsn), data) as (_, caller):
        proxy.drop()
        assert await caller.submit("заявка") == 200
    assert look_at_spool(data / "spool").records == 1
    proxy.heal()

    async with open_hub(dsn, data) as (hub, _):
        await emptied(hub)
        assert await stored(pool) == ["заявка"]
    assert not list(data.glob("spool/*"))


async def test_case10_a_process_without_the_role_web_empties_what_a_dead_one_left(dsn, proxy, data, pool):
    async with open_hub(proxy.through(dsn), data) as (_, caller):
        proxy.drop()
        await caller.submit("заявка")
    async with open_hub(dsn, data, roles=frozenset({"poll"})) as (hub, _):
        await emptied(hub)

    assert await stored(pool) == ["заявка"]


async def test_case10_beyond_the_cap_providers_hear_503(opened, proxy, pool):
    hub, caller = opened
    hub.building.spooled.spool.most_bytes = 2_000
    proxy.drop()
    answers = [await caller.submit(f"заявка {number}") for number in range(8)]
    taken = answers.index(503)
    assert answers == [200] * taken + [503] * (8 - taken)
    assert taken > 0

    proxy.heal()
    await emptied(hub)

    assert await stored(pool) == [f"заявка {number}" for number in range(taken)]
    assert await caller.submit("после") == 200


async def test_case10_a_form_with_a_large_file_is_spooled_whole(opened, proxy, pool):
    hub, caller = opened
    proxy.drop()
    text = "слово " * 20_000
    assert await caller.submit(text) == 200
    proxy.heal()
    await emptied(hub)

    (digest,) = [row["file_sha256"] for row in await pool.fetch("SELECT file_sha256 FROM receipt_bodies")]
    assert text in (await hub.building.ground.files.read(digest)).decode("unicode-escape")


async def test_case10_using_the_spool_is_told_in_the_log_without_a_word_of_the_client(opened, proxy):
    hub, caller = opened
    with capture_logs() as lines:
        proxy.drop()
        await caller.submit("тайна")
        proxy.heal()
        await emptied(hub)

    told = [(line["event"], line["log_level"]) for line in lines if line["event"].startswith("spool.")]
    assert told == [("spool.begun", "warning"), ("spool.emptied", "warning")]
    assert "тайна" not in str(lines)


async def test_case10_secrets_of_a_request_are_not_in_the_spool(opened, proxy, data):
    _, caller = opened
    proxy.drop()
    await caller.submit("заявка")

    (path,) = data.glob("spool/*")
    assert b"s3cret" not in path.read_bytes()
