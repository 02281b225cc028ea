"""What an export asks of the server: so much a card, however many there are and whatever the server knows of them."""

import json
from typing import Any

import asyncpg
import pytest

from hub.store.exports import KINDS, prefer_indexes

CARDS = 3_000


@pytest.mark.parametrize("kind", ["contacts", "leads"])
async def test_a_server_without_statistics_reads_the_addresses_of_a_card_and_no_others(
    pool: asyncpg.Pool, kind: str
) -> None:
    cards = f"FROM generate_series(1, {CARDS}) AS n"
    await pool.execute(f"INSERT INTO contacts (id, created_at) SELECT n, now() {cards}")
    await pool.execute(
        "INSERT INTO identities (id, contact_id, type, value, level, created_at) "
        f"SELECT n, n, 'phone', n::text, 'imported', now() {cards}"
    )
    await pool.execute(
        f"INSERT INTO leads (id, contact_id, line, created_at, stage_at) SELECT n, n, 'sales', now(), now() {cards}"
    )
    async with pool.acquire() as connection, connection.transaction():
        await prefer_indexes(connection)
        told = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {KINDS[kind].statement}")
    plan: dict[str, Any] = json.loads(told)[0]["Plan"]

    assert plan["Actual Rows"] == CARDS
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 20 * CARDS
