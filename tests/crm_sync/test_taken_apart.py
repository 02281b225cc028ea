"""Clients whom a person here has told apart have a card each in the CRM, whoever's number stood where before."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from hub.crm_sync.base import Person as Card
from hub.crm_sync.base import Written
from hub.domain.crm import CrmField, Entity
from hub.domain.errors import OutcomeUnknown, PermanentFailure
from hub.domain.ids import ContactId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import merge
from tests.crm_sync.memory_crm import MemoryCrm, Record, Shelf
from tests.crm_sync.scene import Scene, open_scene
from tests.inbox.desk import person, says
from tests.inbox.test_merge import EMAIL, PHONE, both, letter

CHAT, LETTERS = person(100, name="Мария", phone=PHONE), "Мария П."
LOST = OutcomeUnknown("no answer")


class OneCardAnAddress(MemoryCrm):
    """Who has the address of another card gets that card in answer, as HubSpot does it."""

    async def create_contact(self, person: Card, *, key: str) -> Written:
        taken = await self.find_contacts(person.phones, person.emails)
        if taken:
            self._fault("create contact")
            return Written(taken[0].ref, is_existing=True)
        return await super().create_contact(person, key=key)


@pytest.fixture
async def strict(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    """A hub beside a CRM that keeps one card for an address."""
    scene = await open_scene(pool, tmp_path / "files", channel=OneCardAnAddress)
    await scene.desk.hire("anna", "Анна")
    yield scene
    await scene.http.close()


def shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


def cards(scene: Scene) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """Names, phones and mail addresses of the cards there."""
    return [(each.values[CrmField.name], each.phones, each.emails) for each in shelf(scene).of(Entity.contact)]


def entries(scene: Scene) -> list[Record]:
    return shelf(scene).of(Entity.entry)


async def head(scene: Scene) -> Person:
    anna = await scene.desk.one("managers")
    return Person(ManagerId(anna["id"]), Role.admin, frozenset({LineKey("sales")}))


async def two_asked_about(scene: Scene) -> int:
    """Give a client of a chat and one of letters; a form that names both made somebody ask whether they are one."""
    desk = scene.desk
    await desk.receive(says("Из чата", at=desk.now, by=CHAT))
    desk.clock.move(timedelta(minutes=3))
    await desk.receive(letter(desk, "Из письма"), connection=2)
    desk.clock.move(timedelta(minutes=3))
    await desk.receive(both(desk, "Из заявки"))
    question = await desk.one("match_candidates")
    return int(question["id"])


async def join(scene: Scene, question: int) -> int:
    [asked] = await scene.desk.rows("match_candidates", "id = $1", question)
    with_contact = ContactId(asked["candidates"][0])
    return await merge.join_candidate(scene.desk.office, await head(scene), question, with_contact=with_contact)


async def test_m10_a_client_without_a_card_of_their_own_gets_one_when_a_merge_is_taken_back(scene: Scene) -> None:
    done = await join(scene, await two_asked_about(scene))
    await scene.run()
    assert [(phones, emails) for _, phones, emails in cards(scene)] == [((PHONE,), (EMAIL,))]
    await merge.undo_merge(scene.desk.office, await head(scene), done)
    await scene.run()
    assert cards(scene)[1:] == [(LETTERS, (), (EMAIL,))]
    links = {row["ref"] for row in await scene.desk.rows("crm_items", "entity = 'contact'")}
    assert len(links) == 2


async def break_off(scene: Scene) -> None:
    """Take a merge back; the card that the client of the letters should get is begun, and nobody knows more."""
    done = await join(scene, await two_asked_about(scene))
    await scene.run()
    await merge.undo_merge(scene.desk.office, await head(scene), done)
    shelf(scene).faults.append(lambda what: LOST if what == "create contact" else None)
    await scene.run()
    shelf(scene).faults.clear()


async def test_m10_a_card_whose_making_broke_off_is_made_without_an_address_that_stands_at_another_clients(
    strict: Scene,
) -> None:
    await break_off(strict)
    await strict.run_after(60)
    assert [(name, emails) for name, _, emails in cards(strict)] == [("Мария", (EMAIL,)), (LETTERS, (EMAIL,))]
    links = {row["ref"] for row in await strict.desk.rows("crm_items", "entity = 'contact'")}
    assert len(links) == 2


async def test_m10_a_card_begun_with_its_addresses_before_the_two_were_told_apart_gets_them_all_the_same(
    strict: Scene,
) -> None:
    await break_off(strict)
    with_addresses = "UPDATE crm_items SET base = base || $1::jsonb WHERE state = 'trying'"
    await strict.desk.pool.execute(with_addresses, {"emails": EMAIL})
    await strict.run_after(60)
    assert cards(strict)[1:] == [(LETTERS, (), (EMAIL,))]


async def test_m8_a_number_that_went_to_another_client_does_not_link_them_to_the_card_of_the_former_one(
    scene: Scene,
) -> None:
    desk = scene.desk
    await desk.receive(says("Здравствуйте", at=desk.now, by=CHAT))
    await scene.run()
    desk.clock.move(timedelta(days=40))
    await desk.receive(says("Это мой номер", at=desk.now, by=person(200, name="Олег", phone=PHONE)))
    question = await desk.one("match_candidates")
    await merge.keep_apart(desk.office, await head(scene), question["id"])
    await scene.run()
    assert [name for name, _, _ in cards(scene)] == ["Мария", "Олег"]
    assert {row["name"] for row in await desk.rows("contacts")} == {"Мария", "Олег"}


async def test_m12_two_clients_whom_nobody_told_apart_may_have_one_card_there(scene: Scene) -> None:
    made = await scene.crm.create_contact(Card("Мария", phones=(PHONE,), emails=(EMAIL,)), key="made-by-hand")
    desk = scene.desk
    await desk.receive(letter(desk, "Из письма"), connection=2)
    await desk.receive(says("Из чата", at=desk.now, by=CHAT))
    await scene.run()
    assert {row["ref"] for row in await desk.rows("crm_items", "entity = 'contact'")} == {str(made.ref)}
    assert len(cards(scene)) == 1


async def test_an_address_that_the_crm_gives_to_one_card_only_is_told_beside_the_new_one(scene: Scene) -> None:
    done = await join(scene, await two_asked_about(scene))
    await scene.run()
    await merge.undo_merge(scene.desk.office, await head(scene), done)
    shelf(scene).faults.append(lambda what: PermanentFailure("taken") if what.startswith("update contact") else None)
    await scene.run()
    assert cards(scene)[1:] == [(LETTERS, (), ())]
    item = await scene.desk.one("crm_items", "ref = $1", str(shelf(scene).of(Entity.contact)[1].ref))
    assert (item["state"], item["reason"]) == ("refused", "taken")


async def test_m10_an_entry_in_doubt_while_cards_were_joined_is_looked_for_after_undoing(scene: Scene) -> None:
    done = await join(scene, await two_asked_about(scene))
    lost = OutcomeUnknown("no answer")
    shelf(scene).faults.append(lambda what: lost if what == "create entry" and entries(scene) else None)
    await scene.run()
    assert len(await scene.desk.rows("crm_items", "entity = 'entry' AND state = 'trying'")) == 1
    await merge.undo_merge(scene.desk.office, await head(scene), done)
    shelf(scene).faults.clear()
    await scene.run_after(400)
    assert [each.thing.text for each in entries(scene)] == ["Из чата", "Из письма"]
    kept = await scene.desk.rows("crm_items", "entity = 'entry' ORDER BY hub_id")
    assert [row["state"] for row in kept] == ["done", "done"]
    said = await scene.desk.rows("messages", "id = ANY($1::bigint[])", [row["hub_id"] for row in kept])
    assert {row["contact_id"] for row in kept} == {row["contact_id"] for row in said}
