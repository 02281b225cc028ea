"""A card that a person links by hand: read first, never another client's, held against the client afterwards."""

import pytest

from hub.crm_sync.account import load_account
from hub.crm_sync.base import Person as Card
from hub.crm_sync.linking import LinkedCard, link_card
from hub.domain.crm import CrmField, CrmRef, Entity
from hub.domain.errors import ConfigError, Conflict, NotFound
from hub.domain.ids import ContactId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from tests.crm_sync.memory_crm import MemoryCrm, Shelf
from tests.crm_sync.scene import CRM, Scene
from tests.inbox.desk import person, says

ADMIN = Person(ManagerId(0), Role.admin, frozenset())
MARIA, OLEG = person(100, name="Мария"), person(200, name="Олег")


def shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


async def write(scene: Scene, by: object = MARIA) -> ContactId:
    await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=by))  # type: ignore[arg-type]
    return ContactId((await scene.desk.rows("contacts", "true ORDER BY id"))[-1]["id"])


async def by_hand(scene: Scene, name: str = "Мария Петровна") -> CrmRef:
    """Somebody makes a card there."""
    card = Card(name, phones=("+79161234567",), emails=())
    return (await scene.crm.create_contact(card, key=f"by-hand-{name}")).ref


async def link(scene: Scene, contact_id: ContactId, card: str, *, actor: Person = ADMIN) -> LinkedCard:
    account = await load_account(scene.desk.office, scene.crm, CRM, "crm")
    return await link_card(account, actor, contact_id, card)


async def links(scene: Scene) -> list[str]:
    return [row["ref"] for row in await scene.desk.rows("crm_items", "entity = 'contact' ORDER BY hub_id")]


async def test_a_client_without_number_and_mail_is_linked_to_the_card_there_and_both_get_what_they_lack(
    scene: Scene,
) -> None:
    card, maria = await by_hand(scene), await write(scene)
    done = await link(scene, maria, card.id)
    await scene.run()
    assert (done.ref, done.name, done.former) == (card, "Мария Петровна", "")
    assert [each.ref for each in shelf(scene).of(Entity.contact)] == [card]
    assert (await scene.desk.one("contacts"))["name"] == "Мария Петровна"
    assert [each.contact for each in shelf(scene).of(Entity.entry)] == [card]


async def test_a_client_who_has_a_card_there_goes_over_to_the_other_one(scene: Scene) -> None:
    maria = await write(scene)
    await scene.run()
    former, card = shelf(scene).of(Entity.contact)[0], await by_hand(scene)
    assert (await link(scene, maria, card.id)).former == str(former.ref)
    await scene.run_after(1)
    assert await links(scene) == [str(card)]
    assert (await scene.desk.one("contacts"))["name"] == "Мария Петровна"
    assert shelf(scene).records[former.ref].values[CrmField.name] == "Мария"


async def test_it_is_noted_who_linked_whom(scene: Scene) -> None:
    card, maria = await by_hand(scene), await write(scene)
    await link(scene, maria, card.id)
    noted = await scene.desk.one("audit")
    assert (noted["action"], noted["subject"]) == ("crm_card_linked", f"contact:{maria}")
    assert noted["facts"] == {"crm": CRM, "card": str(card), "former": ""}


async def test_linking_twice_is_linking_once(scene: Scene) -> None:
    card, maria = await by_hand(scene), await write(scene)
    await link(scene, maria, card.id)
    assert (await link(scene, maria, card.id)).former == ""
    await scene.run()
    assert await links(scene) == [str(card)]


async def test_a_card_of_another_client_is_refused_with_that_client_named(scene: Scene) -> None:
    maria = await write(scene)
    await scene.run()
    card, oleg = shelf(scene).of(Entity.contact)[0], await write(scene, OLEG)
    [number] = [row["number"] for row in await scene.desk.rows("conversations", "contact_id = $1", maria)]
    with pytest.raises(Conflict, match=f"another client's, #{number}"):
        await link(scene, oleg, card.ref.id)


async def test_a_card_of_somebody_whose_data_was_erased_is_free(scene: Scene) -> None:
    maria = await write(scene)
    await scene.run()
    card, oleg = shelf(scene).of(Entity.contact)[0], await write(scene, OLEG)
    await scene.desk.pool.execute("UPDATE contacts SET is_anonymous = true WHERE id = $1", maria)
    assert (await link(scene, oleg, card.ref.id)).ref == card.ref


async def test_a_client_with_whom_the_lane_is_at_work_is_left_to_it(scene: Scene) -> None:
    card, maria = await by_hand(scene), await write(scene)
    await scene.desk.pool.execute("UPDATE deliveries SET state = 'sending' WHERE lane = 'crm'")
    with pytest.raises(Conflict, match="in a few seconds"):
        await link(scene, maria, card.id)


@pytest.mark.parametrize(("card", "error"), [("77", NotFound), ("Мария", ConfigError), ("", ConfigError)])
async def test_what_is_no_card_there_is_refused(scene: Scene, card: str, error: type[Exception]) -> None:
    maria = await write(scene)
    with pytest.raises(error):
        await link(scene, maria, card)


async def test_a_client_whom_another_card_absorbed_is_refused(scene: Scene) -> None:
    card, maria, oleg = await by_hand(scene), await write(scene), await write(scene, OLEG)
    await scene.desk.pool.execute("UPDATE contacts SET merged_into = $1 WHERE id = $2", maria, oleg)
    with pytest.raises(NotFound):
        await link(scene, oleg, card.id)


async def test_only_an_administrator_links(scene: Scene) -> None:
    card, maria = await by_hand(scene), await write(scene)
    with pytest.raises(NotFound):
        await link(scene, maria, card.id, actor=Person(ManagerId(5), Role.head, frozenset({LineKey("sales")})))
