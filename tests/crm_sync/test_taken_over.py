"""A worker that stalls past its lease finds its client in other hands, and writes nothing any more, on either side."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg
import pytest

from hub.crm_sync.base import Gone, MergedInto, Request, Snapshot, Written
from hub.crm_sync.leaving import leave
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import TemporaryFailure
from hub.domain.manager import Role
from hub.domain.rights import Person
from tests.crm_sync.memory_crm import MemoryCrm, Shelf
from tests.crm_sync.scene import CRM, Scene, open_scene
from tests.inbox.desk import person, says


async def _nothing() -> None:
    """Nobody takes over."""


class StallingCrm(MemoryCrm):
    """Its answers arrive after something else has happened."""

    meanwhile: Callable[[], Awaitable[None]] = staticmethod(_nothing)

    async def create_request(self, request: Request, *, key: str) -> Written:
        written = await super().create_request(request, key=key)
        await self.meanwhile()
        return written

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone | MergedInto:
        found = await super().get(ref, fields)
        await self.meanwhile()
        return found


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    scene = await open_scene(pool, tmp_path / "files", channel=StallingCrm)
    await scene.desk.hire("anna", "Анна")
    yield scene
    await scene.http.close()


def shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


def meanwhile(scene: Scene, *statements: str) -> None:
    """While the next answer is on its way the lease runs out, and whoever takes over does this."""
    assert isinstance(scene.crm, StallingCrm)
    crm = scene.crm

    async def happen() -> None:
        crm.meanwhile = _nothing
        for statement in ("UPDATE deliveries SET token = token + 1 WHERE state = 'sending'", *statements):
            await scene.desk.pool.execute(statement)

    crm.meanwhile = happen


async def write(scene: Scene, text: str) -> None:
    await scene.desk.receive(says(text, at=scene.desk.now, by=person(100, name="Мария")))
    await scene.run()


async def test_what_another_worker_stored_meanwhile_is_not_overwritten(scene: Scene) -> None:
    meanwhile(scene, "UPDATE crm_items SET state = 'done', ref = 'request:other', attempt = 0 WHERE entity = 'request'")
    await write(scene, "Здравствуйте")
    assert (await scene.desk.one("crm_items", "entity = 'request'"))["ref"] == "request:other"
    assert shelf(scene).of(Entity.entry) == []


async def test_what_was_read_before_the_lease_ran_out_does_not_come_here(scene: Scene) -> None:
    await write(scene, "Здравствуйте")
    card = shelf(scene).of(Entity.contact)[0]
    shelf(scene).edit(card.ref, name="старое имя")
    meanwhile(scene, "UPDATE contacts SET name = 'новое имя', version = version + 1")
    await scene.hint(Entity.contact, card.ref)
    assert (await scene.desk.one("contacts"))["name"] == "новое имя"


async def test_what_was_read_before_the_lease_ran_out_is_not_written_there(scene: Scene) -> None:
    await write(scene, "Здравствуйте")
    card = shelf(scene).of(Entity.contact)[0]
    await scene.desk.pool.execute("UPDATE contacts SET name = 'Маша', version = version + 1")
    meanwhile(scene)
    before = len(shelf(scene).writes)
    await scene.hint(Entity.contact, card.ref)
    assert shelf(scene).writes[before:] == []
    assert shelf(scene).of(Entity.contact)[0].values[CrmField.name] == "Мария"


async def test_a_run_under_way_while_the_crm_is_taken_away_leaves_nothing_of_it_here(scene: Scene) -> None:
    olga = Person(await scene.desk.hire("olga", "Ольга", role=Role.admin), Role.admin, frozenset())
    crm = scene.crm
    assert isinstance(crm, StallingCrm)

    async def goes() -> None:
        await leave(scene.desk.office, olga, CRM, name="crm")

    crm.meanwhile = goes
    await write(scene, "Здравствуйте")
    assert shelf(scene).of(Entity.request)
    assert await scene.desk.rows("crm_items") == []
    assert await scene.desk.rows("crm_accounts") == []


async def test_a_call_that_fails_while_the_crm_is_taken_away_leaves_nothing_of_it_here(scene: Scene) -> None:
    await scene.desk.pool.execute("DELETE FROM connections WHERE id = $1", CRM)
    shelf(scene).faults.append(lambda _: TemporaryFailure("away"))
    await write(scene, "Здравствуйте")
    await scene.watch()
    assert await scene.desk.rows("crm_accounts") == []


async def test_whoever_took_over_brings_everything(scene: Scene) -> None:
    meanwhile(scene)
    await write(scene, "Здравствуйте")
    await scene.desk.pool.execute("UPDATE deliveries SET lease_until = now() WHERE state = 'sending'")
    await scene.run_after(60)
    counts = [len(shelf(scene).of(each)) for each in (Entity.contact, Entity.request, Entity.entry)]
    assert (counts, {row["state"] for row in await scene.desk.rows("crm_items")}) == ([1, 1, 1], {"done"})
