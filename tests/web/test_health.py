"""What machines and curious people ask."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.health import Beat, ClockHealth, ConnectionHealth, CrmHealth, Health, LaneHealth, LeaseHealth
from hub.inbox.figures import ProcessFigures
from hub.web.server import make_app
from tests.web.door import make_entrance

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)


def make_health(**changed):
    """Give the health of a hub with one process that stored three payloads."""
    figures = ProcessFigures()
    figures.note_commit(0.004, 2)
    figures.note_commit(30, 1)
    figures.note_spooled(2)
    figures.note_refusal(401)
    figures.note_end("reply", "sent")
    figures.note_end("reply", "queued")
    parts: dict[str, Any] = {
        "at": NOON,
        "beats": (Beat("web-1", ("web",), "0.1.0", NOON, timedelta(seconds=2), figures.as_json()),),
        "lanes": (LaneHealth("in", "client", 3, timedelta(seconds=1.5)),),
        "leases": LeaseHealth(2, timedelta(seconds=4), timedelta(0)),
        "clocks": ClockHealth(NOON, 1, timedelta(seconds=7)),
        "wrong": {"delivery parked": 5},
        "connections": (ConnectionHealth("webform", 'a "b"\\\nc', "down", "no answer", NOON, NOON, NOON, 7, 2),),
        "database_bytes": 9_000_000,
    }
    return Health(**(parts | changed))


async def test_the_front_says_what_this_is_in_one_line(door):
    text = await (await door.get("/")).text()

    assert "hub" in text
    assert text.count("\n") == 1


async def test_alive_does_not_depend_on_readiness(door, memory):
    memory.is_ready = False

    assert (await door.get("/healthz")).status == 200
    answer = await door.get("/readyz")
    assert (answer.status, await answer.text()) == (503, "database: no answer\n")


async def test_ready_tells_each_part(door):
    answer = await door.get("/readyz")

    assert (answer.status, await answer.text()) == (200, "database: ok\n")


async def test_an_unknown_page_is_404(door):
    assert (await door.get("/wp-login.php")).status == 404


async def test_a_scrape_tells_the_whole_installation(door, memory):
    memory.health = make_health()

    answer = await door.get("/metrics")
    lines = (await answer.text()).splitlines()

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert {
        "hub_database_up 1",
        'hub_role_processes{role="web"} 1',
        'hub_role_processes{role="bot"} 0',
        'hub_process_silent_seconds{process="web-1",version="0.1.0"} 2',
        'hub_queue_length{way="in",lane="client"} 3',
        'hub_queue_lag_seconds{way="in",lane="client"} 1.5',
        "hub_leases_held 2",
        "hub_lease_age_seconds 4",
        "hub_lease_overdue_seconds 0",
        "hub_clocks_overdue 1",
        "hub_clock_lag_seconds 7",
        'hub_set_aside{what="delivery",state="parked"} 5',
        r'hub_connection_up{kind="webform",name="a \"b\"\\\nc"} 0',
        "hub_database_size_bytes 9000000",
        'hub_accept_commit_seconds_bucket{process="web-1",le="0.0025"} 0',
        'hub_accept_commit_seconds_bucket{process="web-1",le="0.005"} 1',
        'hub_accept_commit_seconds_bucket{process="web-1",le="10"} 1',
        'hub_accept_commit_seconds_bucket{process="web-1",le="+Inf"} 2',
        'hub_accept_commit_seconds_sum{process="web-1"} 30.004',
        'hub_accept_commit_seconds_count{process="web-1"} 2',
        'hub_receipts_accepted_total{process="web-1"} 3',
        'hub_receipts_refused_total{process="web-1",status="401"} 1',
        'hub_deliveries_ended_total{process="web-1",lane="reply",end="sent"} 1',
        'hub_receipts_spooled_total{process="web-1"} 2',
        "hub_spool_records 3",
        "# TYPE hub_accept_commit_seconds histogram",
    } - set(lines) == set()
    assert "queued" not in "".join(lines)


async def test_a_scrape_tells_how_the_exchange_with_a_crm_is(door, memory):
    crm = CrmHealth(timedelta(seconds=8), refused=2, drift=5, rests_until=NOON + timedelta(seconds=1), ends_at=NOON)
    memory.health = make_health(connections=(ConnectionHealth("bitrix24", "b", "active", "", NOON, None, crm=crm),))

    lines = (await (await door.get("/metrics")).text()).splitlines()

    assert {
        'hub_crm_lag_seconds{kind="bitrix24",name="b"} 8',
        'hub_crm_resting{kind="bitrix24",name="b"} 1',
        'hub_crm_refused_records{kind="bitrix24",name="b"} 2',
        'hub_crm_drift_records_total{kind="bitrix24",name="b"} 5',
        f'hub_crm_credentials_end_timestamp_seconds{{kind="bitrix24",name="b"}} {NOON.timestamp():.0f}',
    } - set(lines) == set()


async def test_case10_without_the_database_a_scrape_says_so_and_tells_of_the_machine(door):
    answer = await door.get("/metrics")

    assert answer.status == 200
    assert [line for line in (await answer.text()).splitlines() if line[0] != "#"] == [
        "hub_database_up 0",
        "hub_spool_records 3",
        "hub_spool_bytes 900",
        "hub_spool_damaged_files 1",
        'hub_disk_free_ratio{disk="data"} 0.25',
    ]


async def test_figures_of_another_version_do_not_break_a_scrape(door, memory):
    memory.health = make_health(beats=(Beat("web-0", ("web",), "0.0.1", NOON, timedelta(0), {"commits": [1, 2]}),))

    text = await (await door.get("/metrics")).text()

    assert 'hub_receipts_accepted_total{process="web-0"} 0' in text
    assert "hub_accept_commit_seconds" not in text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
async def test_without_a_token_what_a_proxy_forwards_finds_no_metrics(door, memory, header):
    memory.health = make_health()

    assert (await door.get("/metrics", headers={header: "127.0.0.1"})).status == 404


async def test_a_hub_that_the_world_reaches_has_metrics_with_a_token_only(aiohttp_client, memory):
    memory.health = make_health()
    door = await aiohttp_client(make_app(make_entrance(memory, is_public=True)))

    assert (await door.get("/metrics")).status == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("Bearer t0ken", 200),
        ("Bearer t0ke", 401),
        ("Bearer t0kenn", 401),
        ("t0ken", 401),
        ("Bearer ключ", 401),
        (None, 401),
    ],
)
async def test_with_a_token_only_who_knows_it_reads(aiohttp_client, memory, given, status):
    memory.health = make_health()
    door = await aiohttp_client(make_app(make_entrance(memory, is_public=True, metrics_token="t0ken")))

    answer = await door.get("/metrics", headers={"Authorization": given} if given else {})

    assert (answer.status, "web-1" in await answer.text()) == (status, status == 200)
