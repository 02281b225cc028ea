"""Managers' turns when many workers assign at once (case 74)."""

import asyncio
from collections import Counter
from pathlib import Path

import asyncpg
import pytest

from hub.store.pool import open_pool
from tests.inbox.desk import ALWAYS_OPEN, Desk, open_desk, person, says
from tests.inbox.rules import line_says

ROUND_ROBIN = line_says('strategy = "round_robin"', "capacity = 500", base=ALWAYS_OPEN)


async def assign(desk: Desk, dsn: str, files: Path, *, clients: int) -> Counter[int]:
    """Let four processes, two workers each, assign so many new clients; return how many each manager got."""
    for number in range(1, clients + 1):
        await desk.accept(says("Здравствуйте", at=desk.now, by=person(number), number=number))
    pools = [await open_pool(dsn, min_size=1, max_size=4) for _ in range(4)]
    others = [await open_desk(pool, files, policy=ROUND_ROBIN) for pool in pools]
    for other in others:
        other.channel.events = desk.channel.events
    async with asyncio.timeout(600):
        while await desk.rows("receipts", "state <> 'done'"):
            await asyncio.gather(*(other.processor.run_batch(limit=8) for other in others for _ in range(2)))
    for pool in pools:
        pool.terminate()
    return Counter(row["assignee_id"] for row in await desk.rows("waits"))


@pytest.mark.parametrize("clients", [200, pytest.param(1000, marks=pytest.mark.slow)])
async def test_case74_turns_differ_by_at_most_one_whoever_assigns(
    pool: asyncpg.Pool, dsn: str, tmp_path: Path, clients: int
) -> None:
    desk = await open_desk(pool, tmp_path / "files", policy=ROUND_ROBIN)
    managers = [await desk.hire(f"manager-{number}") for number in range(7)]
    turns = await assign(desk, dsn, tmp_path / "files", clients=clients)

    assert set(turns) == set(managers)
    assert sum(turns.values()) == clients
    assert max(turns.values()) - min(turns.values()) <= 1
