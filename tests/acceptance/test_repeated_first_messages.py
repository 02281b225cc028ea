"""Sixty-four clients' first messages, each arriving ten times at two doors, worked by four processes: one of each."""

import asyncio
import json
import random
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from hub.app.connecting import create_connection
from hub.app.ground import Ground, open_ground
from hub.config import load_config
from tests.acceptance.processes import roles

CLIENTS = 64
COPIES = 10
SECRET = "first-messages-secret"
SETTINGS = {
    "token": "7000000001:repeated-first-messages",
    "mode": "webhook",
    "webhook_secret": SECRET,
    "base_url": "http://127.0.0.1:9",
}
HEADERS = {"content-type": "application/json", "x-telegram-bot-api-secret-token": SECRET}


def update(client: int, at: int) -> bytes:
    person = {"id": client, "is_bot": False, "first_name": f"Клиент {client}"}
    chat = {"id": client, "type": "private", "first_name": f"Клиент {client}"}
    message = {"message_id": 1, "date": at, "from": person, "chat": chat, "text": "Здравствуйте, есть вопрос"}
    return json.dumps({"update_id": client, "message": message}).encode()


async def post_all(http: aiohttp.ClientSession, hooks: list[str], updates: list[bytes]) -> None:
    async def post(place: int, body: bytes) -> None:
        """Post as Telegram does: what was refused for now comes again."""
        status = 503
        while status == 503:
            async with http.post(hooks[place % len(hooks)], data=body, headers=HEADERS) as answer:
                status = answer.status
            await asyncio.sleep(0.5 if status == 503 else 0)
        assert status == 200

    await asyncio.gather(*(post(place, body) for place, body in enumerate(updates)))


async def until_worked(pool: asyncpg.Pool) -> None:
    async with asyncio.timeout(60):
        while await pool.fetchval("SELECT count(*) FROM receipts WHERE state IN ('new', 'claimed')"):
            await asyncio.sleep(0.05)


async def counts(pool: asyncpg.Pool) -> dict[str, int]:
    tables = ("receipts", "contacts", "identities", "threads", "conversations", "waits", "leads")
    counted = {table: int(await pool.fetchval(f"SELECT count(*) FROM {table}")) for table in tables}
    inbound = await pool.fetchval("SELECT count(*) FROM messages WHERE direction = 'inbound'")
    requests = await pool.fetchval("SELECT coalesce(sum(requests), 0) FROM waits")
    return {**counted, "messages": int(inbound), "requests": int(requests)}


async def play(ground: Ground, hooks: list[str], rounds: int) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    order = random.Random(seed)
    async with aiohttp.ClientSession() as http:
        for played in range(1, rounds + 1):
            at = int(ground.clock.now().timestamp())
            updates = [update(played * 1000 + client, at) for client in range(CLIENTS) for _ in range(COPIES)]
            order.shuffle(updates)
            await post_all(http, hooks, updates)
            await until_worked(ground.pool)
            counted = await counts(ground.pool)
            assert counted == dict.fromkeys(counted, CLIENTS * played), f"round {played}"


async def receive(dsn: str, data: Path, rounds: int) -> None:
    config = load_config(dsn=dsn, data=data, public_url="https://hub.example")
    async with open_ground(config) as ground:
        made = await create_connection(ground, "telegram", name="bot", settings=SETTINGS)
        path = "/in/" + made.url.partition("/in/")[2]
        async with roles(config, "web", "web", "work", "work", "work", "work") as doors:
            assert len(doors) == 2
            await play(ground, [door.rstrip("/") + path for door in doors], rounds)
        assert await ground.pool.fetchval("SELECT count(*) FROM receipts WHERE state = 'parked' OR attempt > 1") == 0


@pytest.mark.timeout(300)
async def test_m9_case2_first_messages_arriving_ten_times_over_four_processes_make_one_of_each(
    dsn: str, tmp_path: Path
) -> None:
    await receive(dsn, tmp_path, rounds=5)


@pytest.mark.slow
async def test_m9_first_messages_arriving_ten_times_over_four_processes_fifty_times(dsn: str, tmp_path: Path) -> None:
    await receive(dsn, tmp_path, rounds=50)
