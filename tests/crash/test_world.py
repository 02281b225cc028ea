"""What the world does before any hub is there: who speaks when, what breaks when, and what the door books."""

import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from hub.testing.crash.cast import Way, client
from hub.testing.crash.door import Door
from hub.testing.crash.ledger import Kind, Ledger, WorldClock, find_markers
from hub.testing.crash.nemesis import POSTGRES, REDIS, Fault, What, plan
from hub.testing.crash.servers import free_port
from hub.testing.crash.traffic import Saying, sayings


def first_sayings(seed: int, count: int) -> list[Saying]:
    return list(itertools.islice(sayings(random.Random(seed), 4.0), count))


def test_the_same_seed_lets_the_same_clients_say_the_same() -> None:
    assert first_sayings(7, 50) == first_sayings(7, 50) != first_sayings(8, 50)


def test_every_event_has_a_marker_of_its_own_and_every_way_is_used() -> None:
    said = first_sayings(7, 400)

    assert len({saying.marker for saying in said}) == 400
    assert {saying.way for saying in said} == set(Way)
    assert all(find_markers(saying.marker) == [saying.marker] for saying in said)


def test_four_events_a_second_take_a_quarter_of_a_second_on_average() -> None:
    pauses = [saying.after.total_seconds() for saying in first_sayings(7, 2000)]

    assert 0.23 < sum(pauses) / len(pauses) < 0.27
    assert max(pauses) <= 3


def test_no_two_clients_share_an_address() -> None:
    everybody = [client(way, number) for way in Way for number in range(200)]

    assert len({each.phone for each in everybody}) == len({each.email for each in everybody}) == len(everybody)


def kills_of(faults: list[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault.what is What.kill]


def test_a_plan_has_the_kills_that_were_asked_for_and_repeats_itself() -> None:
    assert plan(7, 60) == plan(7, 60) != plan(8, 60)
    assert [len(kills_of(plan(seed, 60))) for seed in range(5)] == [60] * 5


def test_sixty_kills_take_less_than_five_minutes() -> None:
    assert all(sum((fault.after for fault in plan(seed, 60)), timedelta(0)) < timedelta(minutes=4) for seed in range(9))


def test_a_thousand_kills_reach_every_process_and_every_kind_of_fault() -> None:
    faults = plan(7, 1000)
    killed = Counter(fault.place for fault in kills_of(faults))

    assert set(killed) == {"web", "work-1", "work-2", "poll", "bot", POSTGRES, REDIS}
    assert {fault.what for fault in faults} == set(What)
    assert any(fault.what is What.freeze and fault.length > timedelta(seconds=30) for fault in faults)


@asynccontextmanager
async def opened_door(tmp_path: Path, statuses: list[int]) -> AsyncIterator[tuple[Door, Ledger, list[bytes]]]:
    """A door before a hub that answers with `statuses` in turn, the last one for ever."""
    bodies: list[bytes] = []

    async def answer(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response(status=statuses.pop(0) if len(statuses) > 1 else statuses[0])

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    ledger = Ledger(tmp_path / "ledger", WorldClock())
    if statuses:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    async with Door(ledger, port, random.Random(3)).run() as door:
        yield door, ledger, bodies
    await runner.cleanup()
    ledger.close()


async def post(door: Door, path: str, body: bytes) -> int:
    async with aiohttp.ClientSession() as session, session.post(f"{door.url}{path}", data=body) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("status", "kind"), [(200, Kind.ACKED), (204, Kind.ACKED), (503, Kind.REFUSED), (403, Kind.REFUSED)]
)
async def test_the_door_books_what_the_hub_answered_and_passes_it_on(tmp_path: Path, status: int, kind: Kind) -> None:
    async with opened_door(tmp_path, [status]) as (door, ledger, bodies):
        assert await post(door, "/in/webform/key", b'{"text": "ev-000001"}') == status

        assert bodies[0] == b'{"text": "ev-000001"}'
        assert [(each.kind, each.key) for each in ledger.records()] == [(kind, "ev-000001")]


async def test_a_hub_that_is_away_is_no_answer_and_the_provider_hears_502(tmp_path: Path) -> None:
    async with opened_door(tmp_path, []) as (door, ledger, _):
        assert await post(door, "/in/webform/key", b"ev-000001") == 502

        assert [(each.kind, each.key) for each in ledger.records()] == [(Kind.INFO, "ev-000001")]


async def test_a_stage_of_a_call_does_not_count_as_the_call(tmp_path: Path) -> None:
    async with opened_door(tmp_path, [200]) as (door, ledger, _):
        await post(door, "/in/mango/key/events/call", b"entry_id=call-ev-000001")
        await post(door, "/in/mango/key/events/summary", b"entry_id=call-ev-000001")

        assert [each.kind for each in ledger.records()] == [Kind.INFO, Kind.ACKED]


async def test_only_the_own_words_of_an_update_count_not_those_it_replies_to(tmp_path: Path) -> None:
    update = b'{"update_id": 1, "message": {"text": "ev-000002", "reply_to_message": {"text": "ev-000001"}}}'
    async with opened_door(tmp_path, [200]) as (door, ledger, _):
        await post(door, "/in/telegram/key", update)

        assert [each.key for each in ledger.records()] == ["ev-000002"]


async def test_a_burst_delivers_again_what_was_taken_and_nothing_else(tmp_path: Path) -> None:
    async with opened_door(tmp_path, [200, 503, 200]) as (door, ledger, bodies):
        await post(door, "/in/webform/key", b"ev-000001")
        await post(door, "/in/webform/key", b"ev-000002")

        assert await door.repeat_burst() == 1
        assert bodies == [b"ev-000001", b"ev-000002", b"ev-000001"]
        assert ledger.records()[-1].told == {"result": "200", "repeat": True}
