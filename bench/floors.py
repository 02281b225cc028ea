"""The floors: what a careful programmer would write by hand for the same work without any of the hub's promises.

Floor A takes a webhook: a bare aiohttp handler that commits one INSERT of the row a receipt is. Floor B takes a message
in: one statement for dedupe, conversation, message, two deliveries and a clock, over sixteen connections at once. Both
use the hub's own pool (no reset query on release, statements prepared), the same database server and durability, and
the hub's own tables with their keys and indexes, so that a row costs the same on both sides. Neither verifies, knows
contacts, routes, keeps order, leases, retries, or explains anything.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import asyncpg
from aiohttp import web

from bench.child import Talk
from bench.installation import POOL_SIZE
from bench.traffic import Writers, make_updates
from hub.store.pool import open_pool

_A_TABLE = """
CREATE TABLE IF NOT EXISTS floor_receipts (LIKE receipts INCLUDING ALL, body bytea, head jsonb NOT NULL DEFAULT '{}')
"""

_A_INSERT = """
INSERT INTO floor_receipts (id, connection_id, external_id, order_hash, received_at, body, head)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (connection_id, external_id) DO NOTHING
"""

_B_INTAKE = """
WITH event AS (
  INSERT INTO message_keys (connection_id, thread, external_id, message_id, contact_id, direction, received_at)
  VALUES ($1, $3, $2, $9, $4, 'inbound', $7) ON CONFLICT DO NOTHING RETURNING contact_id
), conversation AS (
  INSERT INTO conversations (id, contact_id, line, assignee_id, opened_at, last_message_at)
  SELECT $9, contact_id, 'sales', $8, $7, $6 FROM event
  ON CONFLICT (contact_id, line) WHERE state = 'open' DO UPDATE SET last_message_at = excluded.last_message_at
  RETURNING id
), message AS (
  INSERT INTO messages (id, contact_id, conversation_id, direction, kind, author, external_id, text, occurred_at,
    received_at)
  SELECT $9, $4, id, 'inbound', 'text', 'client', $2, $5, $6, $7 FROM conversation RETURNING id, conversation_id
), clock AS (
  INSERT INTO timers (id, kind, subject, due_at)
  SELECT $9, 'first_response', 'conversation:' || id, $10 FROM conversation
  ON CONFLICT (kind, subject) DO NOTHING
)
INSERT INTO deliveries (id, lane, order_hash, key, due_at, payload, conversation_id, message_id, manager_id, created_at)
SELECT $9 + place, lane, conversation_id, lane || ':' || id, $7,
  jsonb_build_object('message_id', id, 'conversation_id', conversation_id), conversation_id, id, $8, $7
FROM message, (VALUES (0, 'notify'), (1, 'crm')) AS lanes (place, lane)
"""

_CONNECTION = 1
_TARGET = timedelta(minutes=15)
_MANAGERS = 20
_IDS_AN_EVENT = 2
_FIRST_ID = 1_000_000  # beyond what an installation has numbered itself (its own timers)


async def serve_inserts(talk: Talk, parameters: Mapping[str, Any]) -> None:
    """Floor A: answer every POST with 200 after one committed INSERT."""
    pool = await open_pool(parameters["dsn"], min_size=POOL_SIZE, max_size=POOL_SIZE)
    await pool.execute(_A_TABLE)
    numbers = count(1)

    async def take(request: web.Request) -> web.Response:
        body, number = await request.read(), next(numbers)
        await pool.execute(
            _A_INSERT, number, _CONNECTION, str(number), number, datetime.now(UTC), body, dict(request.headers)
        )
        return web.Response()

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    talk.tell(address=f"http://127.0.0.1:{runner.addresses[0][1]}")
    await talk.hear()
    await runner.cleanup()
    pool.terminate()


async def run_intake(talk: Talk, parameters: Mapping[str, Any]) -> None:
    """Floor B: take in the messages it is told to, over sixteen connections, and tell how long it took."""
    pool = await open_pool(parameters["dsn"], min_size=POOL_SIZE, max_size=POOL_SIZE)
    bodies = list(make_updates(parameters["messages"], Writers(parameters["clients"])))
    talk.tell(ready=True)
    while await talk.hear() is not None:
        assert not await pool.fetchval("SELECT count(*) FROM deliveries")
        waiting, began, before = iter(bodies), time.perf_counter(), time.process_time()
        await asyncio.gather(*(_take_all(pool, waiting) for _ in range(POOL_SIZE)))
        used = time.process_time() - before
        seconds = time.perf_counter() - began
        assert await pool.fetchval("SELECT count(*) FROM deliveries") == 2 * len(bodies)
        talk.tell(seconds=seconds, messages=len(bodies), cpu_seconds=used)
    pool.terminate()


async def _take_all(pool: asyncpg.Pool, waiting: Iterator[bytes]) -> None:
    async with pool.acquire() as connection:
        for body in waiting:
            await _take_in(connection, json.loads(body))


async def _take_in(connection: asyncpg.Connection, update: Mapping[str, Any]) -> None:
    message, now = update["message"], datetime.now(UTC)
    await connection.execute(
        _B_INTAKE,
        _CONNECTION,
        str(update["update_id"]),
        str(message["chat"]["id"]),
        message["chat"]["id"],
        message["text"],
        datetime.fromtimestamp(message["date"], UTC),
        now,
        update["update_id"] % _MANAGERS,
        _FIRST_ID + update["update_id"] * _IDS_AN_EVENT,
        now + _TARGET,
    )
