"""A CRM that was dead for an hour under load gets everything afterwards: once, in order, within its limits (M-14).

Three workers share one database and one set of buckets. The vendor's fake counts calls itself; where the connector
takes its rate from the settings both are set higher, so that the hour's load fits into a test.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.crm_sync.lane import is_merged
from hub.delivery.worker import DeliveryWorker, LaneWork
from hub.domain.crm import Entity
from hub.domain.delivery import Lane
from hub.testing.crm.kit import CountedLimit
from tests.crm_sync.scene import Scene, open_scene
from tests.crm_sync.vendors import contract_of
from tests.inbox.desk import person, says

MINUTES, WORKERS, PLACES, MESSAGES_EACH = 60, 3, 8, 3
_SAID = re.compile(r"клиент (\d+), слово (\d+)\.")


@dataclass(frozen=True, slots=True)
class Load:
    """How many clients write three messages each within the hour; `faster` is what the settings say of the rate."""

    kind: str
    clients: int
    faster: dict[str, object]
    limit: CountedLimit | None = None


LOADS = (
    Load("amocrm", 300, {"requests_per_second": 200}, CountedLimit(220, 1.0)),
    Load("bitrix24", 45, {"requests_per_second": 50, "requests_at_once": 40}, CountedLimit(95, 1.0)),
    Load("retailcrm", 10, {}),
)


@dataclass
class Hour:
    """The hub, its three workers, and the CRM."""

    scene: Scene
    fake: Any
    workers: list[DeliveryWorker]

    async def run(self) -> None:
        """Let all workers carry out what is due."""
        await asyncio.gather(*(worker.run_until_idle() for worker in self.workers))

    async def pass_minute(self) -> int:
        """Let a minute pass and the workers look; return how many calls the CRM saw while it was to be left alone."""
        self.scene.desk.clock.move(timedelta(minutes=1))
        until = await self.scene.desk.pool.fetchval("SELECT blocked_until FROM crm_accounts")
        before = len(self.fake.calls)
        await self.run()
        return len(self.fake.calls) - before if until is not None and until > self.scene.desk.now else 0

    async def until_all_is_there(self) -> None:
        """Let time pass until the lane is empty."""
        while await self.scene.desk.pool.fetchval(
            "SELECT count(*) FROM deliveries WHERE lane = 'crm' AND state IN ('queued', 'sending')"
        ):
            self.fake.settle()
            self.scene.desk.clock.move(timedelta(minutes=5))
            await self.run()


@asynccontextmanager
async def away(load: Load, pool: asyncpg.Pool, files: Path) -> AsyncIterator[Hour]:
    """Give a hub whose CRM is dead."""
    contract = contract_of(load.kind)
    async with contract.fake().serving() as fake:
        given = {**contract.settings(fake), **load.faster}
        settings = contract.channel.settings_model.model_validate(given)
        scene = await open_scene(pool, files, channel=contract.channel, settings=settings)
        fake.now, fake.is_away = scene.desk.clock.now, True
        fake.limits[:1] = [load.limit] if load.limit else fake.limits[:1]
        lanes = [replace(scene.lane, _failures={}) for _ in range(WORKERS)]
        works = [LaneWork(lane.carry_out, is_merged=is_merged, places=PLACES) for lane in lanes]
        yield Hour(scene, fake, [DeliveryWorker(scene.desk.office, Lane.crm, work) for work in works])
        await scene.http.close()


async def write(scene: Scene, numbers: range, clients: int) -> None:
    """Let the clients write, one message a number."""
    for number in numbers:
        client, word = number % clients, number // clients
        by = person(1000 + client, name=f"Клиент {client}", phone=f"+7916{client:07d}")
        await scene.desk.accept(says(f"клиент {client}, слово {word}.", at=scene.desk.now, by=by))
    await scene.desk.process()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("load", LOADS, ids=lambda each: each.kind)
async def test_m14_after_an_hour_without_the_crm_everything_arrives_once_and_in_order_within_its_limits(
    pool: asyncpg.Pool, tmp_path: Path, load: Load
) -> None:
    async with away(load, pool, tmp_path / "files") as hour:
        total = load.clients * MESSAGES_EACH
        disturbed = 0
        for minute in range(MINUTES):
            await write(hour.scene, range(minute * total // MINUTES, (minute + 1) * total // MINUTES), load.clients)
            disturbed += await hour.pass_minute()
        assert (disturbed, len(await hour.scene.desk.rows("waits"))) == (0, load.clients)
        hour.fake.is_away = False
        await hour.until_all_is_there()

        assert told_by_client(hour.fake) == {client: [*range(MESSAGES_EACH)] for client in range(load.clients)}
        assert [len(hour.fake.records(each)) for each in (Entity.contact, Entity.request)] == [load.clients] * 2
        assert [limit.refused for limit in hour.fake.limits] == [0] * len(hour.fake.limits)
        assert await hour.scene.desk.rows("crm_items", "state <> 'done'") == []
        assert await hour.scene.desk.rows("deliveries", "lane = 'crm' AND state NOT IN ('sent', 'cancelled')") == []


def told_by_client(fake: Any) -> dict[int, list[int]]:
    """Return of each client the numbers of the messages in the order in which they stand there."""
    told: dict[int, list[int]] = defaultdict(list)
    for each in fake.records(Entity.entry):
        client, word = map(int, _SAID.findall(each["text"])[0])
        told[client].append(word)
    return dict(told)
