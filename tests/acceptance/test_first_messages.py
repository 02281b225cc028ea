"""Sixty-four new clients at once, ten messages each, two worker processes: nothing doubled, lost or deadlocked."""

import asyncio
import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.app.connecting import create_connection
from hub.app.ground import open_ground
from hub.app.hints import open_hints
from hub.app.office import Building, build
from hub.channels.base import Raw
from hub.config import load_config
from hub.domain.ids import ConnectionId
from hub.inbox.accept import offer
from tests.acceptance.processes import roles

CLIENTS = 64
MESSAGES = 10
ROUNDS = 20
TOKEN = "7000000001:first-messages"


def update(client: int, number: int, at: int) -> bytes:
    person = {"id": client, "is_bot": False, "first_name": f"Клиент {client}"}
    message = {
        "message_id": number,
        "date": at,
        "from": person,
        "chat": {"id": client, "type": "private", "first_name": f"Клиент {client}"},
        "text": f"Сообщение {number}",
    }
    return json.dumps({"update_id": client * 1000 + number, "message": message}).encode()


async def send_all(building: Building, connection_id: int, first_client: int) -> None:
    """Hand in all first messages side by side, each several times, as a provider in trouble would."""
    channel: Any = building.connections.channel_of(connection_id)
    now = building.ground.clock.now()
    offers = [
        offer(ConnectionId(connection_id), channel, Raw(update(client, number, int(now.timestamp())), now))
        for number in range(1, MESSAGES + 1)
        for client in range(first_client, first_client + CLIENTS)
    ]
    await asyncio.gather(*(building.acceptor.accept([each]) for each in (*offers, *offers[::7])))


async def count(pool: asyncpg.Pool, table: str) -> int:
    return int(await pool.fetchval(f"SELECT count(*) FROM {table}"))


async def until_quiet(pool: asyncpg.Pool) -> None:
    async with asyncio.timeout(60):
        while await pool.fetchval("SELECT count(*) FROM receipts WHERE state IN ('new', 'claimed')"):
            await asyncio.sleep(0.05)


@pytest.mark.timeout(300)
async def test_m9_case4_64_new_clients_with_ten_messages_at_once_over_two_processes(dsn: str, tmp_path: Path) -> None:
    config = load_config(dsn=dsn, data=tmp_path)
    async with open_ground(config) as ground, open_hints(config) as hints:
        settings = {"token": TOKEN, "base_url": "http://127.0.0.1:9"}
        made = await create_connection(ground, "telegram", name="bot", settings=settings)
        building = await build(ground, hints)
        async with roles(config, "work", "work"):
            for played in range(1, ROUNDS + 1):
                await send_all(building, made.id, played * 10_000)
                await until_quiet(ground.pool)
                counts = {
                    table: await count(ground.pool, table) for table in ("contacts", "conversations", "waits", "leads")
                }
                assert counts == dict.fromkeys(counts, CLIENTS * played)
                assert await count(ground.pool, "messages WHERE direction = 'inbound'") == CLIENTS * MESSAGES * played
        assert await count(ground.pool, "receipts WHERE state = 'parked'") == 0
        assert await count(ground.pool, "receipts WHERE attempt > 1") == 0
        await building.http.close()
