"""What a batch reads costs what it takes, though its plans were made before anything was stored, as in a new hub."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import asyncpg
import pytest

from hub.domain.workset import WorkingSet
from hub.store import loading, managers
from hub.store.pool import acquire
from hub.store.scope import Scope

CLIENTS = 2_000
PEOPLE = 20
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
UNTIL_PLANS_ARE_KEPT = 8
A_BUSINESS = f"""
INSERT INTO managers (id, key, name, is_active, created_at)
SELECT i, 'm' || i, 'Менеджер', true, now() FROM generate_series(1, {PEOPLE}) i;
INSERT INTO conversations (id, contact_id, line, state, assignee_id, opened_at, last_message_at, last_response_at,
  last_responder_id)
SELECT 200000 + i, 100000 + i, 'sales', 'open', 1 + i % {PEOPLE}, now(), now(), $1, 1 + i % {PEOPLE}
FROM generate_series(1, {CLIENTS}) i;
INSERT INTO contacts (id, name, created_at) SELECT 100000 + i, 'Клиент', now() FROM generate_series(1, {CLIENTS}) i;
INSERT INTO waits (id, contact_id, line, conversation_id, kind, channel, started_at, deadline_at, target_seconds,
  policy_id, policy_revision, assignee_id)
SELECT 300000 + i, 100000 + i, 'sales', 200000 + i, 'first_response', 'telegram', now(), now(), 900, 'sales', 1,
  1 + i % {PEOPLE}
FROM generate_series(2, {CLIENTS}, 2) i
"""
ROWS_READ = "SELECT (seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_xact_user_tables WHERE relname = $1"


@pytest.fixture
async def connection(pool):
    async with acquire(pool) as connection:
        yield connection


async def fill(connection: asyncpg.Connection) -> None:
    for statement in A_BUSINESS.replace("$1", f"'{NOW.isoformat()}'").split(";"):
        await connection.execute(statement)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def load(connection: asyncpg.Connection, *contacts: int) -> WorkingSet:
    rows = WorkingSet(now=NOW, new_id=count(1).__next__)
    return await loading.load(connection, Scope(contacts=set(contacts)), rows, list(contacts))


async def test_r7_clients_are_not_held_against_each_other_to_count_the_work_of_managers(connection):
    asked: list[str] = []
    connection.add_query_logger(lambda record: asked.append(record.query))
    await managers.load_facts(connection, now=NOW)
    await asyncio.sleep(0)  # the driver tells a logger with the next turn of the loop
    await connection.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE kept AS {asked[0]}")
    await connection.execute(f"EXECUTE kept('{NOW.isoformat()}')")
    await fill(connection)

    told = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE kept('{NOW.isoformat()}')")
    held = sum(each.get("Rows Removed by Join Filter", 0) for each in nodes(json.loads(told)[0]["Plan"]))
    assert held < 10 * CLIENTS


async def test_r7_the_work_of_managers_is_counted_as_it_is(connection):
    await fill(connection)
    loads = await managers.load_facts(connection, now=NOW)
    each = CLIENTS // PEOPLE
    assert {load.open_conversations for load in loads.values()} == {each}
    assert [load.open_waits for _, load in sorted(loads.items())] == [each, 0] * (PEOPLE // 2)
    assert [load.recently_answered for _, load in sorted(loads.items())] == [0, each] * (PEOPLE // 2)


async def test_open_waits_of_others_are_not_read_for_those_of_a_batch(connection):
    for _ in range(UNTIL_PLANS_ARE_KEPT):
        await load(connection, 1, 2, 3)
    await fill(connection)
    async with connection.transaction():
        loaded = await load(connection, 100_002, 100_003, 100_004)
        assert sorted(wait.id for wait in loaded.waits) == [300_002, 300_004]
        assert await connection.fetchval(ROWS_READ, "waits") <= 10


async def test_whom_a_batch_reaches_is_found_without_reading_the_work_of_others(connection):
    async def reach() -> list[int]:
        async with connection.transaction():
            found = await loading.lock(connection, Scope(threads={(1, "7")}, conversations={200_002}, waits={300_004}))
            read = [await connection.fetchval(ROWS_READ, table) for table in ("conversations", "waits")]
            assert max(read) <= 1
            return found

    await connection.execute("SET plan_cache_mode = force_generic_plan")
    assert await reach() == []
    await fill(connection)
    assert await reach() == [100_002, 100_004]
