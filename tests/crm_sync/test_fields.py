"""Own fields: which is which there is the business's to say, and an invoice's date from a CRM is followed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from hub.domain.crm import Entity
from tests.crm_sync.memory_crm import MemoryCrm
from tests.crm_sync.scene import Scene, open_scene
from tests.inbox.desk import ALWAYS_OPEN, says
from tests.inbox.test_automations import pass_days, tasks_of

RULES = (
    ALWAYS_OPEN
    + """
[leads.fields.invoice_date]
name = "Срок счёта"
type = "date"
[leads.contact_fields.city]
name = "Город"
[automations.A-18]
mode = "on"
[crm.crm.stages]
new = "NEW"
contacted = "WORK"
[crm.crm.lead_fields]
invoice_date = "UF_INVOICE"
[crm.crm.contact_fields]
city = "UF_CITY"
"""
)


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    scene = await open_scene(pool, tmp_path / "files", policy=RULES)
    await scene.desk.hire("anna", "Анна")
    await scene.desk.receive(says("Здравствуйте", at=scene.desk.now))
    await scene.run()
    yield scene
    await scene.http.close()


def edit(scene: Scene, entity: Entity, **values: str) -> None:
    assert isinstance(scene.crm, MemoryCrm)
    scene.crm.shelf.edit(scene.crm.shelf.of(entity)[0].ref, **values)


async def told(scene: Scene, entity: Entity) -> None:
    assert isinstance(scene.crm, MemoryCrm)
    await scene.hint(entity, scene.crm.shelf.of(entity)[0].ref)


async def test_a18_the_date_of_an_invoice_set_in_the_crm_makes_a_task_on_its_day(scene: Scene) -> None:
    due = (scene.desk.now + timedelta(days=2)).date()
    edit(scene, Entity.request, UF_INVOICE=due.isoformat())
    await told(scene, Entity.request)
    assert (await scene.desk.one("leads"))["fields"] == {"invoice_date": due.isoformat()}
    for _ in range(3):
        await pass_days(scene.desk, 1)
    assert [what for what, _ in await tasks_of(scene.desk, "A-18")] == ["Проверить оплату счёта"]


async def test_a_field_changed_here_stands_there_under_its_code(scene: Scene) -> None:
    await scene.desk.pool.execute('UPDATE contacts SET fields = \'{"city": "Тула"}\', version = version + 1')
    await scene.desk.receive(says("ещё", at=scene.desk.now))
    await scene.run()
    assert isinstance(scene.crm, MemoryCrm)
    assert scene.crm.shelf.of(Entity.contact)[0].values["UF_CITY"] == "Тула"


async def test_a_value_that_a_field_does_not_take_is_left_there(scene: Scene) -> None:
    edit(scene, Entity.request, UF_INVOICE="послезавтра", amount="1500")
    await told(scene, Entity.request)
    lead = await scene.desk.one("leads")
    assert (lead["fields"], lead["amount"]) == ({}, "1500.00")


async def test_mapped_stages_go_both_ways_and_none_back_from_the_end(scene: Scene) -> None:
    edit(scene, Entity.request, stage="WORK")
    await told(scene, Entity.request)
    assert (await scene.desk.one("leads"))["stage"] == "contacted"
    edit(scene, Entity.request, stage="WON")
    await scene.desk.pool.execute("UPDATE leads SET stage = 'new', version = version + 1")
    await told(scene, Entity.request)
    assert isinstance(scene.crm, MemoryCrm)
    assert (await scene.desk.one("leads"))["state"] == "won"
    assert scene.crm.shelf.of(Entity.request)[0].values["stage"] == "WON"
