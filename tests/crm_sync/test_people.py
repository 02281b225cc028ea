"""A responsible there of whom nobody here knows who it is: noted, named to people, and brought here once they say."""

from hub.crm_sync.account import load_account
from hub.crm_sync.people import link_user, list_matches, unlink_user
from hub.domain.crm import CrmField, Entity
from hub.domain.identity import IdentityType
from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.store.crm_overview import count_unknown_owners
from hub.store.managers import load_staff
from tests.crm_sync.memory_crm import MemoryCrm
from tests.crm_sync.scene import CRM, Scene
from tests.inbox.desk import says

ADMIN = Person(ManagerId(0), Role.admin, frozenset())


async def given_to(scene: Scene, user: str) -> None:
    """A client writes, and somebody in the CRM makes a user responsible for the card."""
    assert isinstance(scene.crm, MemoryCrm)
    await scene.desk.receive(says("Здравствуйте", at=scene.desk.now))
    await scene.run()
    card = scene.crm.shelf.of(Entity.contact)[0]
    scene.crm.shelf.edit(card.ref, **{CrmField.owner.value: user})
    await scene.hint(Entity.contact, card.ref)


async def strangers(scene: Scene) -> dict[str, int]:
    return dict(await count_unknown_owners(scene.desk.pool, CRM))


async def read_staff(scene: Scene) -> None:
    """What a running hub does every two seconds."""
    found = {key: ManagerId(whose) for key, whose in (await load_staff(scene.desk.pool)).items()}
    scene.desk.staff.update(found)


async def test_a_responsible_whom_nobody_knows_is_counted_and_changes_nothing_here(scene: Scene):
    await given_to(scene, "7")

    assert await strangers(scene) == {"7": 1}
    assert (await scene.desk.one("contacts"))["crm_owner_id"] is None
    account = await load_account(scene.desk.office, scene.crm, CRM, "crm")
    assert [(each.user.id, each.is_missing, each.clients) for each in list_matches(account, {"7": 1})] == [
        ("1", False, 0),
        ("7", True, 1),
    ]


async def test_who_the_hub_itself_works_as_is_no_stranger(scene: Scene):
    await given_to(scene, "1")

    assert await strangers(scene) == {}


async def test_r3_once_somebody_says_who_that_is_the_responsible_arrives_here(scene: Scene):
    ivan = await scene.desk.hire("ivan", "Иван")
    await given_to(scene, "7")

    queued = await link_user(scene.desk.office, ADMIN, CRM, user="7", manager_id=ivan)
    await read_staff(scene)
    await scene.run()

    assert queued == 1
    assert (await scene.desk.one("contacts"))["crm_owner_id"] == ivan
    assert await strangers(scene) == {}


async def test_what_was_said_is_taken_back_once(scene: Scene):
    ivan = await scene.desk.hire("ivan", "Иван")
    await link_user(scene.desk.office, ADMIN, CRM, user="7", manager_id=ivan)

    ended = [await unlink_user(scene.desk.office, ADMIN, CRM, user="7") for _ in range(2)]

    assert ended == [True, False]
    assert await scene.desk.rows("staff_identities", "type = $1", IdentityType.crm_id) == []


async def test_a_responsible_the_crm_no_longer_lists_is_shown_by_number(scene: Scene):
    account = await load_account(scene.desk.office, scene.crm, CRM, "crm")

    gone = list_matches(account, {"99": 3})[-1]

    assert (gone.user.id, gone.user.name, gone.is_missing, gone.clients) == ("99", "", True, 3)
