"""How the installation is, in one query: what counts as waiting, late, abandoned; and that it stays cheap."""

from datetime import timedelta

import pytest

from hub.domain.delivery import Lane
from hub.domain.health import CLOCK_GRACE, FORGOTTEN_AFTER
from hub.store import heartbeats
from hub.store.connections import find_known, save_comparison, save_cursor
from hub.store.heartbeats import Sign
from hub.store.pool import acquire
from hub.store.status import MOST_COUNTED, RECEIPT_LANES, STATUS, read_health

FINISHED = 40_000


@pytest.fixture
async def connection(pool):
    async with acquire(pool) as connection:
        yield connection


async def look(connection, **moved):
    now = await connection.fetchval("SELECT now()")
    return await read_health(connection, now=now + timedelta(**moved))


async def add_delivery(connection, number, *, key=1, due="0 s", state="queued", lease=None, lane="reply"):
    await connection.execute(
        "INSERT INTO deliveries (id, lane, order_hash, key, state, due_at, lease_until, created_at) "
        "VALUES ($1::bigint, $5, $2, $1::bigint::text, $3, now() + $4::text::interval, "
        "now() + $6::text::interval, now())",
        number,
        key,
        state,
        due,
        lane,
        lease,
    )


async def add_receipt(connection, number, *, age="0 s", state="new", lease=None, lane="client"):
    await connection.execute(
        "INSERT INTO receipts (id, connection_id, external_id, order_hash, lane, state, received_at, lease_until) "
        "VALUES ($1::bigint, 1, $1::bigint::text, 1, $2, $3, now() - $4::text::interval, now() + $5::text::interval)",
        number,
        lane,
        state,
        age,
        lease,
    )


def lane_of(health, way, lane):
    (found,) = [each for each in health.lanes if (each.way, each.lane) == (way, lane)]
    return found.waiting, round(found.lag.total_seconds())


async def test_an_empty_hub_tells_every_lane_and_nothing_is_late(connection):
    health = await look(connection)

    assert [(each.way, each.lane, each.waiting) for each in health.lanes] == [
        *(("in", lane, 0) for lane in RECEIPT_LANES),
        *(("out", lane.value, 0) for lane in Lane),
    ]
    assert (health.leases.held, health.clocks.next_at, health.clocks.overdue) == (0, None, 0)
    assert health.wrong == {"payload parked": 0, "delivery parked": 0, "delivery failed": 0, "delivery unknown": 0}
    assert (health.beats, health.connections) == ((), ())


async def test_the_lag_of_payloads_is_the_age_of_the_oldest_that_is_not_finished(connection):
    await add_receipt(connection, 1, age="90 s", state="done")
    await add_receipt(connection, 2, age="80 s", state="parked")
    await add_receipt(connection, 3, age="12 s", state="claimed", lease="60 s")
    await add_receipt(connection, 4, age="5 s")
    await add_receipt(connection, 5, age="7 s", lane="manager_bot")

    health = await look(connection)

    assert lane_of(health, "in", "client") == (2, 12)
    assert lane_of(health, "in", "manager_bot") == (1, 7)
    assert health.wrong["payload parked"] == 1


async def test_a_delivery_that_is_due_later_does_not_wait(connection):
    await add_delivery(connection, 1, due="1 h")

    assert lane_of(await look(connection), "out", "reply") == (0, 0)


async def test_what_waits_behind_a_dead_chat_is_no_lag_of_the_lane(connection):
    await add_delivery(connection, 1, key=7, due="10 min")
    await add_delivery(connection, 2, key=7, due="-300 s")
    await add_delivery(connection, 3, key=8, due="-3 s")

    assert lane_of(await look(connection), "out", "reply") == (2, 3)


async def test_a_delivery_in_work_is_lag_only_when_its_lease_ran_out(connection):
    await add_delivery(connection, 1, key=1, due="-20 s", state="sending", lease="10 s")
    await add_delivery(connection, 2, key=2, due="-40 s", state="sending", lease="-5 s", lane="notify")

    health = await look(connection)

    assert lane_of(health, "out", "reply") == (1, 0)
    assert lane_of(health, "out", "notify") == (1, 40)
    assert (health.leases.held, round(health.leases.age.total_seconds())) == (2, 40)
    assert round(health.leases.overdue.total_seconds()) == 5


async def test_leases_that_run_are_not_overdue(connection):
    await add_receipt(connection, 1, age="3 s", state="claimed", lease="60 s")

    assert (await look(connection)).leases.overdue == timedelta(0)


async def test_a_clock_is_overdue_five_seconds_after_its_instant(connection):
    await connection.execute(
        "INSERT INTO timers (id, kind, subject, due_at, state) VALUES (1, 'k', 'a', now() - interval '4 s', 'armed'), "
        "(2, 'k', 'b', now() - interval '9 s', 'armed'), (3, 'k', 'c', now() - interval '1 h', 'fired'), "
        "(4, 'k', 'd', now() + interval '1 h', 'armed')"
    )

    clocks = (await look(connection)).clocks

    assert (clocks.overdue, round(clocks.lag.total_seconds())) == (1, 9)
    assert clocks.next_at == await connection.fetchval("SELECT due_at FROM timers WHERE subject = 'd'")


async def test_a_connection_tells_its_state_and_last_success(connection):
    await connection.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, state, state_reason, state_at, last_success_at, "
        "created_at) VALUES "
        "(1, 'email', 'sales', '', 'paused', 'refused', '2031-01-02T00:00Z', '2031-01-01T00:00Z', now()), "
        "(2, 'webform', 'site', '', 'active', '', NULL, NULL, '2031-01-03T00:00Z')"
    )

    mail, site = (await look(connection)).connections

    assert (mail.name, mail.is_up, mail.reason, f"{mail.since:%d}") == ("sales", False, "refused", "02")
    assert f"{mail.last_success_at:%Y-%m-%d}" == "2031-01-01"
    assert (site.is_up, f"{site.since:%d}", site.last_success_at) == (True, "03", None)


async def test_case12_a_connection_tells_when_it_was_compared_and_what_that_showed(connection):
    await connection.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) VALUES (1, 'k', 'pbx', '', now())"
    )
    for waiting, overlooked in ((3, 2), (0, 1)):
        await save_comparison(connection, 1, waiting, overlooked)

    (pbx,) = (await look(connection)).connections

    assert (pbx.compared_at is not None, pbx.waiting, pbx.overlooked) == (True, 0, 3)


async def test_case12_what_came_by_payload_or_as_a_call_is_known(connection):
    await connection.execute(
        "INSERT INTO receipts (id, connection_id, external_id, order_hash, lane, received_at) "
        "VALUES (1, 1, '7:1', 0, 'client', now()), (2, 2, '7:2', 0, 'client', now())"
    )
    await connection.execute(
        "INSERT INTO calls (id, connection_id, external_id, state, created_at) VALUES (1, 1, 'in_1', 'missed', now())"
    )

    assert await find_known(connection, 1, ["7:1", "7:2", "in_1", "in_2"]) == {"7:1", "in_1"}


async def test_case12_a_look_without_payloads_is_no_event_of_the_connection(connection):
    await connection.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at, last_success_at) "
        "VALUES (1, 'k', 'pbx', '', now(), '2031-01-01T00:00Z')"
    )

    await save_cursor(connection, 1, {"since": 1}, at=None)

    (pbx,) = (await look(connection)).connections
    assert f"{pbx.last_success_at:%Y}" == "2031"


async def beat(connection, process="work-1", **figures):
    sign = Sign(process, ("work",), "0.1.0", figures)
    await heartbeats.beat(connection, sign, forgotten_after=FORGOTTEN_AFTER)


async def test_a_process_is_alive_while_it_beats_and_its_start_stays(connection):
    await beat(connection, accepted=1)
    (first,) = (await look(connection)).beats
    await beat(connection, accepted=2)
    (second,) = (await look(connection)).beats

    assert (first.figures, second.figures) == ({"accepted": 1}, {"accepted": 2})
    assert (second.started_at, second.is_alive) == (first.started_at, True)


async def test_a_process_that_falls_silent_is_gone_after_four_beats_and_forgotten_after_ten_minutes(connection):
    await beat(connection)
    await connection.execute("UPDATE heartbeats SET last_seen_at = last_seen_at - interval '21 s'")
    silent = await look(connection)
    await connection.execute("UPDATE heartbeats SET last_seen_at = last_seen_at - interval '10 min'")
    await beat(connection, "work-2")

    assert ([each.is_alive for each in silent.beats], silent.list_alive("work")) == ([False], [])
    assert [each.process for each in (await look(connection)).beats] == ["work-2"]


async def test_a_process_that_ends_in_order_is_not_missed(connection):
    await beat(connection)
    await heartbeats.end(connection, "work-1")

    assert (await look(connection)).beats == ()


async def test_a_look_never_walks_what_is_finished(connection):
    await connection.execute(
        "INSERT INTO receipts (id, connection_id, external_id, order_hash, state, received_at) "
        "SELECT n, 1, n::text, n, 'done', now() FROM generate_series(1, $1) n",
        FINISHED,
    )
    await connection.execute(
        "INSERT INTO deliveries (id, lane, order_hash, key, state, due_at, created_at) "
        "SELECT n, 'reply', n, n::text, 'sent', now(), now() FROM generate_series(1, $1) n",
        FINISHED,
    )
    await connection.execute(
        "INSERT INTO timers (id, kind, subject, state, due_at) "
        "SELECT n, 'k', n::text, 'fired', now() FROM generate_series(1, $1) n",
        FINISHED,
    )
    await connection.execute("ANALYZE receipts, deliveries, timers")

    now = await connection.fetchval("SELECT now()")
    plan = await connection.fetch(f"EXPLAIN {STATUS}", now, RECEIPT_LANES, list(Lane), now - CLOCK_GRACE, MOST_COUNTED)

    text = "\n".join(row[0] for row in plan)
    walked = [table for table in ("receipts", "deliveries", "timers") if f"Seq Scan on {table}" in text]
    assert walked == [], text


async def test_a_crm_tells_what_waits_what_it_refused_and_that_it_rests(connection):
    await connection.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) VALUES "
        "(1, 'memory', 'crm', '', now()), (2, 'webform', 'site', '', now())"
    )
    await connection.execute(
        "INSERT INTO crm_accounts (connection_id, drift, blocked_until, blocked_reason, tokens_expire_at) "
        "VALUES (1, 4, now() + interval '1 min', 'no answer', '2031-01-01T00:00Z')"
    )
    await connection.execute(
        "INSERT INTO crm_items (connection_id, entity, hub_id, contact_id, key, state, changed_at) VALUES "
        "(1, 'contact', 1, 1, 'a', 'done', now()), (1, 'contact', 2, 2, 'b', 'refused', now()), "
        "(1, 'entry', 3, 2, 'c', 'unsure', now()), (1, 'entry', 4, 2, 'd', 'trying', now())"
    )
    await add_delivery(connection, 1, due="60 s", lane="crm")
    await connection.execute("UPDATE deliveries SET connection_id = 1, created_at = now() - interval '7 min'")

    crm, site = (await look(connection)).connections

    assert site.crm is None
    assert crm.crm is not None
    assert (crm.crm.refused, crm.crm.drift, round(crm.crm.lag.total_seconds())) == (2, 4, 420)
    assert (crm.crm.rest_reason, crm.crm.ends_at is not None) == ("no answer", True)


async def test_the_end_of_a_token_that_is_renewed_by_itself_is_no_end(connection):
    await connection.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) VALUES (1, 'crm', 'crm', '', now())"
    )
    await connection.execute(
        "INSERT INTO crm_accounts (connection_id, tokens_encrypted, tokens_expire_at) VALUES (1, 'x', now())"
    )

    (crm,) = (await look(connection)).connections

    assert crm.crm is not None
    assert crm.crm.ends_at is None
