"""What one side does not take stays as it is on either side: nothing is moved back, and a refusal is told."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncpg
import pytest

from hub.crm_sync.base import Match, Person, Written
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import PermanentFailure
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.crm_sync.memory_crm import MemoryCrm, Record, Shelf
from tests.crm_sync.scene import Scene, open_scene
from tests.inbox.desk import ALWAYS_OPEN, person, says

RULES = (
    ALWAYS_OPEN
    + """
[leads.fields.invoice_date]
name = "Срок счёта"
type = "date"
[crm.crm.stages]
new = "NEW"
contacted = "CALLED"
[crm.crm.lead_fields]
invoice_date = "UF_INVOICE"
"""
)


class LateSearch(MemoryCrm):
    """Its search knows nothing yet; who has the e-mail of another card gets that card in answer."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        return []

    async def create_contact(self, person: Person, *, key: str) -> Written:
        [card] = self.shelf.of(Entity.contact)
        return Written(card.ref, is_existing=True)


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    scene = await open_scene(pool, tmp_path / "files", policy=RULES)
    await scene.desk.hire("anna", "Анна")
    await write(scene, "Здравствуйте")
    yield scene
    await scene.http.close()


async def write(scene: Scene, text: str) -> None:
    await scene.desk.receive(says(text, at=scene.desk.now))
    await scene.run()


def shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


def deal(scene: Scene) -> Record:
    return shelf(scene).of(Entity.request)[0]


async def test_a_stage_there_that_means_nothing_here_is_not_moved_back(scene: Scene) -> None:
    shelf(scene).edit(deal(scene).ref, stage="WORK")
    await scene.hint(Entity.request, deal(scene).ref)
    await write(scene, "ещё")
    assert deal(scene).values[CrmField.stage] == "WORK"


async def test_a_value_there_that_a_field_does_not_take_is_not_overwritten(scene: Scene) -> None:
    shelf(scene).edit(deal(scene).ref, UF_INVOICE="послезавтра")
    await scene.hint(Entity.request, deal(scene).ref)
    await write(scene, "ещё")
    assert deal(scene).values["UF_INVOICE"] == "послезавтра"


async def test_reading_over_and_over_what_is_not_taken_freezes_nothing(scene: Scene) -> None:
    shelf(scene).edit(deal(scene).ref, stage="WORK")
    for _ in range(8):
        await scene.hint(Entity.request, deal(scene).ref)
    item = await scene.desk.one("crm_items", "entity = 'request'")
    assert item["guard"] == {}


async def test_a_refused_address_is_told_and_not_tried_again(scene: Scene) -> None:
    card = shelf(scene).of(Entity.contact)[0]
    shelf(scene).faults.append(lambda what: PermanentFailure("e-mail is wrong") if what.startswith("update") else None)
    await scene.desk.pool.execute(
        "INSERT INTO identities (id, contact_id, type, scope, value, original, level, created_at) "
        "SELECT 77, id, 'email', '', 'masha@romashka.example', '', 'proven', now() FROM contacts"
    )
    await write(scene, "ещё")
    await write(scene, "и ещё")
    item = await scene.desk.one("crm_items", "entity = 'contact'")
    assert (item["state"], item["reason"]) == ("refused", "e-mail is wrong")
    assert [what for what in shelf(scene).writes if what.startswith("update")] == [f"update {card.ref}"]


async def test_what_changes_here_while_an_answer_is_lost_arrives_there(scene: Scene) -> None:
    shelf(scene).lost_answers = 1
    await scene.desk.receive(says("Добрый день", at=scene.desk.now, by=person(200, name="Мария")))
    await scene.run()
    await scene.desk.pool.execute("UPDATE contacts SET name = 'Анна', version = version + 1 WHERE name = 'Мария'")
    await scene.run_after(60)
    assert [card.values[CrmField.name] for card in shelf(scene).of(Entity.contact)][1:] == ["Анна"]


async def test_a_stage_mapped_later_moves_no_deal_back(pool: asyncpg.Pool, tmp_path: Path) -> None:
    scene = await open_scene(pool, tmp_path / "files")
    await scene.desk.hire("anna", "Анна")
    await write(scene, "Здравствуйте")
    shelf(scene).edit(deal(scene).ref, stage="WORK")
    await scene.hint(Entity.request, deal(scene).ref)
    mapped = ALWAYS_OPEN + '[crm.crm.stages]\nnew = "NEW"\ncontacted = "WORK"\n'
    scene.desk.rules.append(to_policy(parse_policy(mapped), 2))
    await write(scene, "ещё")
    assert deal(scene).values[CrmField.stage] == "WORK"
    assert (await scene.desk.one("leads"))["stage"] == "contacted"
    await scene.http.close()


async def test_a_card_there_that_is_the_answer_to_a_new_one_is_read_and_gets_what_it_lacks(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    scene = await open_scene(pool, tmp_path / "files", channel=LateSearch)
    await scene.desk.hire("anna", "Анна")
    card = CrmRef("contact", "1")
    shelf(scene).records[card] = Record(card, Entity.contact, "by-hand", {CrmField.name: "Мария Петровна"})
    await scene.desk.receive(
        says("Здравствуйте", at=scene.desk.now, by=person(100, name="Мария", phone="+79161234567"))
    )
    await scene.run()
    assert shelf(scene).records[card].phones == ("+79161234567",)
    assert (await scene.desk.one("contacts"))["name"] == "Мария Петровна"
    await scene.http.close()
