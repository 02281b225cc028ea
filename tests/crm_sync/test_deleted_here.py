"""A message that is deleted here while nobody knows whether it is in the CRM does not stay in doubt for ever."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from hub.domain.crm import Entity
from hub.domain.errors import OutcomeUnknown, TemporaryFailure
from tests.crm_sync.memory_crm import MemoryCrm, Shelf
from tests.crm_sync.scene import Scene, open_scene
from tests.crm_sync.test_restored import AskedByKey
from tests.inbox.desk import person, says

DELETED, RESTORED = "now()", "NULL"


@pytest.fixture
async def asked(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    """A hub beside a CRM that can be asked by key."""
    scene = await open_scene(pool, tmp_path / "files", channel=AskedByKey)
    await scene.desk.hire("anna", "Анна")
    yield scene
    await scene.http.close()


def shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


async def write(scene: Scene, text: str) -> None:
    await scene.desk.receive(says(text, at=scene.desk.now, by=person(100, name="Мария")))


async def mark(scene: Scene, text: str, deleted_at: str) -> None:
    await scene.desk.pool.execute(f"UPDATE messages SET deleted_at = {deleted_at} WHERE text = $1", text)


async def in_doubt_and_deleted(scene: Scene, *, fault: Exception | None) -> None:
    """Maria's second message met `fault` on its way there, or only the answer was lost; then it is deleted."""
    await write(scene, "Здравствуйте")
    await scene.run()
    await write(scene, "Не то")
    if fault is None:
        shelf(scene).lost_answers = 1
    else:
        shelf(scene).faults.append(lambda what: fault if what == "create entry" else None)
    await scene.run()
    shelf(scene).faults.clear()
    await mark(scene, "Не то", DELETED)


async def later(scene: Scene) -> list[tuple[str, str]]:
    """The client writes again; return state and reason of each entry."""
    await write(scene, "Вот так")
    await scene.run_after(60)
    told = await scene.desk.rows("crm_items", "entity = 'entry' ORDER BY hub_id")
    return [(row["state"], row["reason"]) for row in told]


async def test_it_is_gone_if_the_crm_does_not_have_it(asked: Scene) -> None:
    await in_doubt_and_deleted(asked, fault=OutcomeUnknown("no answer"))
    assert await later(asked) == [("done", ""), ("gone", "deleted here"), ("done", "")]
    assert [each.thing.text for each in shelf(asked).of(Entity.entry)] == ["Здравствуйте", "Вот так"]


async def test_it_is_known_if_the_crm_has_it(asked: Scene) -> None:
    await in_doubt_and_deleted(asked, fault=None)
    assert await later(asked) == [("done", "")] * 3
    assert len(shelf(asked).of(Entity.entry)) == 3


async def test_a_person_has_to_look_where_the_crm_cannot_be_asked(scene: Scene) -> None:
    await in_doubt_and_deleted(scene, fault=OutcomeUnknown("no answer"))
    assert await later(scene) == [("done", ""), ("unsure", "deleted here"), ("done", "")]


async def test_nobody_has_to_look_for_what_certainly_did_not_arrive(scene: Scene) -> None:
    await in_doubt_and_deleted(scene, fault=TemporaryFailure("away"))
    assert await later(scene) == [("done", ""), ("gone", "deleted here"), ("done", "")]


async def test_a_message_that_comes_back_is_brought_over(asked: Scene) -> None:
    await in_doubt_and_deleted(asked, fault=OutcomeUnknown("no answer"))
    await later(asked)
    await mark(asked, "Не то", RESTORED)
    assert (await later(asked))[1] == ("done", "")
    assert "Не то" in [each.thing.text for each in shelf(asked).of(Entity.entry)]
