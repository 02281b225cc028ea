"""A hub that was restored from a backup asks a CRM by key before it makes there what the backup holds already."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from hub.crm_sync.base import Place, Written
from hub.domain.crm import Entity
from hub.domain.restored import Restored
from tests.crm_sync.memory_crm import MemoryCrm
from tests.crm_sync.scene import Scene, open_scene
from tests.inbox.desk import person, says


class AskedByKey(MemoryCrm):
    """It can be asked by key."""

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        known = next((each for each in self.shelf.of(entity) if each.key == key), None)
        return Written(known.ref) if known else None


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    scene = await open_scene(pool, tmp_path / "files", channel=AskedByKey)
    await scene.desk.hire("anna", "Анна")
    await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=person(100, name="Мария")))
    yield scene
    await scene.http.close()


async def restore(scene: Scene) -> None:
    """What the backup did not know of yet is forgotten: all that went into the CRM after it was made."""
    last_id = await scene.desk.pool.fetchval("SELECT max(id) FROM messages")
    now = scene.desk.now
    restored = Restored(at=now, made_at=now, last_id=last_id + 10**6, released_at=now)
    scene.lane.office = scene.desk.office = replace(scene.desk.office, restored=lambda: restored)
    await scene.desk.pool.execute("DELETE FROM crm_items")


def writes(scene: Scene) -> list[str]:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf.writes


async def test_what_went_there_after_the_backup_was_made_is_found_by_its_key_and_not_made_again(scene: Scene) -> None:
    await scene.run()
    before = list(writes(scene))
    await restore(scene)
    await scene.desk.pool.execute("UPDATE deliveries SET state = 'queued', finished_at = NULL WHERE lane = 'crm'")
    await scene.run()
    assert writes(scene) == before
    assert {row["state"] for row in await scene.desk.rows("crm_items")} == {"done"}


async def test_what_never_went_there_is_made(scene: Scene) -> None:
    await restore(scene)
    await scene.run()
    assert writes(scene) == ["create contact", "create request", "create entry"]
