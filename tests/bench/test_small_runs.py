"""The bench runs at tiny sizes and says what it promises; how fast it was is nobody's business here."""

import os
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bench import (
    accept,
    crm,
    end_to_end,
    growth,
    letters,
    memory,
    notify,
    pipeline,
    rush,
    search,
    startup,
    timers,
    workers,
)
from bench.machine import ALL_CORES, prepared_machine
from bench.sizes import QUICK
from bench.soak import Minute, judge, soak
from bench.traffic import SenderMissing, Sent, find_sender

TINY = replace(
    QUICK,
    rounds=1,
    accept_seconds=1,
    messages=200,
    clients=40,
    end_to_end_seconds=1,
    notices=20,
    managers=3,
    letters=10,
    memory_messages=50,
    contacts=(400,),
    searches=4,
    pending_timers=200,
    due_timers=20,
    polls=5,
    crm_seconds=1,
    crm_clients=120,
    rush_leads=10,
    rush_seconds=3,
)
two_cores = pytest.mark.skipif(not os.sched_getaffinity(0) >= ALL_CORES, reason="the bench needs two cores")


async def run(measure):
    async with prepared_machine() as machine:
        return (await measure(machine, TINY)).to_json()


@two_cores
async def test_the_pipeline_is_measured_on_one_core_and_on_two():
    line = await run(pipeline.measure)

    assert {"pipeline_ratio", "pipeline_per_s_1core", "pipeline_per_s_2cores", "floor_b_per_s_1core"} <= set(line)


@two_cores
async def test_every_marked_message_is_shown():
    line = await run(notify.measure)

    assert (line["never"], {"notify_p50_ms", "notify_p99_ms"} <= set(line)) == (0, True)


@two_cores
async def test_in_a_rush_every_lead_is_seen_under_the_limits_of_telegram():
    line = await run(rush.measure)

    assert (line["rush_round_robin_lost"], line["rush_offer_all_lost"]) == (0, 0)
    assert {"rush_round_robin_p95_s", "rush_offer_all_p95_s", "round_robin_429", "offer_all_429"} <= set(line)


@two_cores
@pytest.mark.timeout(600)
async def test_m14_a_hub_is_measured_beside_no_crm_a_living_one_and_a_dead_one():
    line = await run(crm.measure)

    assert (line["never"], line["records"] > 0) == (0, True)
    assert {"crm_dead_ratio", "crm_living_ratio", "crm_dead_cpu_ratio", "crm_living_cpu_ratio"} <= set(line)


@two_cores
async def test_a_start_is_measured_to_the_first_accepted_webhook():
    assert "up_accept_s" in await run(startup.measure)


@two_cores
async def test_growth_compares_hubs_that_know_the_same_writers():
    line = await run(growth.measure)

    assert {"growth_cost_400", "growth_cpu_cost_400", "growth_per_s_80"} <= set(line)
    assert line["stored_messages"] == 2000
    assert set(line["largest_tables_mb"]) >= {"messages", "ledger", "message_keys"}


@two_cores
async def test_searches_are_measured_by_every_way_there_is():
    line = await run(search.measure)

    ways = ("name", "surname", "last_4_digits", "last_7_digits", "mail", "number")
    assert {f"search_{way}_p95_ms" for way in ways} <= set(line)


@two_cores
async def test_every_clock_that_is_due_fires_once_with_four_watches():
    line = await run(timers.measure)

    assert (line["fired"], line["breaches"]) == (20, 20)
    assert {"empty_poll_ms", "timer_lag_p99_ms"} <= set(line)


@two_cores
async def test_one_two_and_four_workers_are_measured():
    assert {"workers_per_s_1", "workers_per_s_2", "workers_per_s_4"} <= set(await run(workers.measure))


@two_cores
async def test_a_soak_shows_every_message_and_managers_answer():
    async with prepared_machine() as machine:
        told = await soak(machine, minutes=0.05, rate=20)

    assert (told["never_shown"], told["messages"], told["flat"]) == (0, 60, None)
    assert told["answers"] == 15
    assert told["answers_delivered"] > 0


def test_a_soak_is_flat_only_if_nothing_grows():
    flat = [minute(number, rss_mb=200 + number % 2) for number in range(30)]

    assert judge(flat[:5]) is None
    assert is_flat(flat)
    assert not is_flat([replace(each, rss_mb=200 + each.at_minutes) for each in flat])
    assert not is_flat([replace(each, descriptors=int(40 + each.at_minutes)) for each in flat])
    assert not is_flat([replace(each, connections=int(10 + each.at_minutes / 5)) for each in flat])


def is_flat(minutes: Sequence[Minute]) -> bool:
    verdict = judge(minutes)
    return verdict is not None and verdict.is_flat


def minute(number: int, *, rss_mb: float) -> Minute:
    return Minute(
        at_minutes=number,
        rss_mb=rss_mb,
        descriptors=40,
        connections=12,
        database_mb=200,
        receipts_lag=0,
        deliveries_lag=0,
        waiting=10,
        messages=12_000,
        p50_ms=8,
        p99_ms=20,
    )


@two_cores
@pytest.mark.needs_wrk
async def test_nothing_is_refused_while_accepting_is_measured():
    line = await run(accept.measure)

    assert (line["is_void"], "floor_a_per_s" in line) == (False, True)


@two_cores
@pytest.mark.needs_wrk
async def test_end_to_end_counts_what_the_bot_api_answered():
    line = await run(end_to_end.measure)

    assert line["bot_api_requests_a_message"] > 0 < line["end_to_end_per_s"]
    assert line["end_to_end_python_us"] > 0


@two_cores
@pytest.mark.needs_wrk
async def test_memory_is_compared_with_the_libraries_alone():
    assert {"rss_ratio", "imports_only_mb"} <= set(await run(memory.measure))


@two_cores
@pytest.mark.needs_dovecot
async def test_letters_are_counted_when_all_are_processed():
    assert "letters_per_s" in await run(letters.measure)


def test_a_run_whose_sender_was_busy_is_void():
    sent = Sent(requests=100, seconds=1, refused=0, p50_ms=1, p99_ms=2, cpu_share=0.81)

    assert (sent.is_void, replace(sent, cpu_share=0.8).is_void, replace(sent, refused=1).is_void) == (True, False, True)


def test_a_missing_sender_is_named_with_its_package(monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SenderMissing, match="apt-get install wrk"):
        find_sender()
