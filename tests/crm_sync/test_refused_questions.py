"""A CRM that refuses a question about one client: that client is told as refused, the others pass."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from hub.crm_sync.base import Match, Place, Written
from hub.crm_sync.resync import resync_client
from hub.domain.crm import Entity
from hub.domain.errors import OutcomeUnknown, PermanentFailure
from hub.domain.ids import LineKey, ManagerId
from hub.domain.inbound import Sender
from hub.domain.manager import Role
from hub.domain.rights import Person
from tests.crm_sync.memory_crm import MemoryCrm, Shelf
from tests.crm_sync.scene import CRM, Scene, open_scene
from tests.inbox.desk import person, says

PHONE = "+79161234567"
MARIA, OLEG = person(100, name="Мария", phone=PHONE), person(200, name="Олег", phone="+79167654321")


class AskedCrm(MemoryCrm):
    """It can be asked by key, and refuses questions as `refusals` say: by phone, or by key as "key"."""

    refusals: Mapping[str, PermanentFailure] = {}
    asked = 0

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        self.asked += 1
        for phone in phones:
            if phone in self.refusals:
                raise self.refusals[phone]
        return await super().find_contacts(phones, emails)

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        if "key" in self.refusals:
            raise self.refusals["key"]
        known = next((each for each in self.shelf.of(entity) if each.key == key), None)
        return Written(known.ref) if known else None


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    scene = await open_scene(pool, tmp_path / "files", channel=AskedCrm)
    await scene.desk.hire("anna", "Анна")
    yield scene
    await scene.http.close()


def crm(scene: Scene) -> AskedCrm:
    assert isinstance(scene.crm, AskedCrm)
    return scene.crm


def shelf(scene: Scene) -> Shelf:
    return crm(scene).shelf


async def write(scene: Scene, *people: Sender) -> None:
    for each in people:
        await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=each))
    await scene.run()


async def test_a_client_whose_number_the_search_refuses_is_told_and_the_others_pass(scene: Scene) -> None:
    crm(scene).refusals = {PHONE: PermanentFailure("Неверный номер", 400, reason="invalid")}
    await write(scene, MARIA, OLEG)
    assert [each.phones for each in shelf(scene).of(Entity.contact)] == [("+79167654321",)]
    refused = await scene.desk.one("crm_items", "state = 'refused'")
    assert (refused["entity"], refused["reason"], refused["ref"]) == ("contact", "Неверный номер", "")
    assert {row["state"] for row in await scene.desk.rows("deliveries", "lane = 'crm'")} == {"sent"}
    assert await scene.desk.rows("crm_accounts", "blocked_until IS NOT NULL") == []


async def test_a_refused_search_is_not_repeated_until_an_address_changes_or_somebody_asks(scene: Scene) -> None:
    crm(scene).refusals = {PHONE: PermanentFailure("Неверный номер", 400, reason="invalid")}
    await write(scene, MARIA)
    asked = crm(scene).asked
    await write(scene, replace(MARIA, name="Маша"))
    assert crm(scene).asked == asked
    crm(scene).refusals = {}
    anna = Person(ManagerId((await scene.desk.one("managers"))["id"]), Role.admin, frozenset({LineKey("sales")}))
    await resync_client(scene.desk.office, anna, CRM, (await scene.desk.one("contacts"))["id"])
    await scene.run()
    assert [each.phones for each in shelf(scene).of(Entity.contact)] == [(PHONE,)]
    assert {row["state"] for row in await scene.desk.rows("crm_items")} == {"done"}


@pytest.mark.parametrize("reason", ["forbidden", "plan"])
async def test_a_search_that_nobody_may_make_rests_the_account_for_it_is_no_matter_of_one_client(
    scene: Scene, reason: str
) -> None:
    crm(scene).refusals = {PHONE: PermanentFailure("нет прав", 403, reason=reason)}
    await write(scene, MARIA)
    assert await scene.desk.rows("crm_items") == []
    crm(scene).refusals = {}
    await scene.run_after(10)
    assert len(shelf(scene).of(Entity.contact)) == 1


async def test_a_record_in_doubt_that_the_crm_may_not_be_asked_about_is_left_to_a_person(scene: Scene) -> None:
    lost = OutcomeUnknown("no answer")
    shelf(scene).faults.append(lambda what: lost if what == "create entry" else None)
    await write(scene, MARIA)
    shelf(scene).faults.clear()
    crm(scene).refusals = {"key": PermanentFailure("search is off", 400, reason="unsupported")}
    await scene.run_after(60)
    entry = await scene.desk.one("crm_items", "entity = 'entry'")
    assert (entry["state"], entry["reason"], shelf(scene).of(Entity.entry)) == ("unsure", "search is off", [])
    await write(scene, OLEG)
    assert len(shelf(scene).of(Entity.contact)) == 2
