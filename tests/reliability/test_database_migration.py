"""A released database is migrated while the release before works on it: nobody's request stands behind us for long.

A table that is in use is asked for two seconds at a time, so what queues up behind the question waits no longer
(case 37). The statements are those of v0.1.0, which knows nothing of what the migration brings.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from structlog.typing import EventDict

from hub.store.migrate import migrate, newest_revision, present_revision
from hub.store.pool import Connection, connect
from tests.upgrade.test_upgrade import released

__all__ = ["released"]

LONGEST_SECONDS = 3.0
ACCEPT = """
WITH stored AS (
  INSERT INTO receipts
    (id, connection_id, external_id, order_hash, lane, received_at, is_unkeyed, is_history, body_hash)
  VALUES ($1, 1, $2, $1, 'client', clock_timestamp(), false, false, '') ON CONFLICT DO NOTHING RETURNING id, received_at
) INSERT INTO receipt_bodies (receipt_id, received_at, body, head) SELECT id, received_at, '', '{}' FROM stored
"""
PROCESS = "UPDATE waits SET version = version WHERE id = (SELECT min(id) FROM waits)"
REPORT = "SELECT (SELECT count(*) FROM waits), (SELECT count(*) FROM ledger), (SELECT count(*) FROM leads)"


async def longest(work: Callable[[int], Awaitable[object]], until: asyncio.Task[bool]) -> float:
    """Do `work` again and again until the migration has ended; return how long it took at most."""
    worst, number = 0.0, 10**9
    while not until.done():
        number += 1
        began = time.monotonic()
        await work(number)
        worst = max(worst, time.monotonic() - began)
        await asyncio.sleep(0.005)
    return worst


async def read_until_met(connection: Connection, said: list[EventDict]) -> None:
    """Keep tables in use as a long report does, until the migration has stood before them once."""
    async with connection.transaction():
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        await connection.fetchval(REPORT)
        while not has_waited(said):
            await asyncio.sleep(0.02)


def has_waited(said: list[EventDict]) -> bool:
    return any(line["event"] == "migration.lock_waited" for line in said)


async def test_case37_a_migration_under_load_holds_up_no_request_for_three_seconds(released: tuple[str, str]) -> None:
    dsn, _ = released
    async with connect(dsn) as door, connect(dsn) as worker, connect(dsn) as reader:
        with structlog.testing.capture_logs() as said:
            reading = asyncio.create_task(read_until_met(reader, said))
            await asyncio.sleep(0.1)
            migrating = asyncio.create_task(migrate(dsn))
            accepting, processing = await asyncio.gather(
                longest(lambda number: door.execute(ACCEPT, number, f"event-{number}"), migrating),
                longest(lambda _: worker.execute(PROCESS), migrating),
            )
        await reading

        assert await migrating
        assert await present_revision(door) == newest_revision()
        assert has_waited(said)
    assert accepting < LONGEST_SECONDS
    assert processing < LONGEST_SECONDS
