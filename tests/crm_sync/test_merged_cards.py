"""Cards that were joined here, and taken apart again: what each brought to the CRM stays one record there."""

from collections.abc import Sequence
from datetime import timedelta

from hub.domain.crm import CrmField, CrmRef, Entity, read_ref
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.folds.tasks import NewTask
from hub.inbox.tasks import complete_task, make_task
from tests.crm_sync.memory_crm import MemoryCrm, Record, Shelf
from tests.crm_sync.scene import Scene
from tests.inbox.desk import person, says

MARIA, MASHA, MASHENKA = (person(number, name="Мария") for number in (100, 200, 300))


def there(scene: Scene, entity: Entity) -> list[Record]:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf.of(entity)


def shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


async def write(scene: Scene, *people: object) -> None:
    for each in people:
        await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=each))  # type: ignore[arg-type]
    await scene.run()


async def join(scene: Scene, kept: int, absorbed: Sequence[int]) -> None:
    """What stands in the tables after a merge, as far as a CRM is concerned."""
    pool = scene.desk.pool
    await pool.execute(
        "INSERT INTO merges (id, kept_id, absorbed_id, merged_at, map) VALUES ($1 + 1, $1, $2, now(), $3)",
        kept,
        absorbed[0],
        {"absorbed": list(absorbed)},
    )
    await pool.execute("UPDATE contacts SET merged_into = $1 WHERE id = ANY($2::bigint[])", kept, absorbed)
    for table in ("leads", "tasks", "identities", "threads"):
        await pool.execute(
            f"UPDATE {table} SET contact_id = $1 WHERE contact_id = ANY($2::bigint[])",
            kept,
            absorbed,
        )
    await pool.execute("UPDATE conversations SET state = 'closed' WHERE contact_id = ANY($1::bigint[])", absorbed)


async def made_by(scene: Scene, by: object) -> list[str]:
    """What the CRM is told when a client writes."""
    assert isinstance(scene.crm, MemoryCrm)
    before = len(scene.crm.shelf.writes)
    await write(scene, by)
    return scene.crm.shelf.writes[before:]


async def contacts(scene: Scene) -> list[int]:
    return [row["id"] for row in await scene.desk.rows("contacts", "true ORDER BY id")]


async def test_m10_three_cards_joined_at_once_keep_one_sales_chance_each(scene: Scene) -> None:
    await write(scene, MARIA, MASHA, MASHENKA)
    kept, *absorbed = await contacts(scene)
    await join(scene, kept, absorbed)
    assert await made_by(scene, MARIA) == ["create entry"]


async def test_m10_a_card_joined_with_a_joined_one_keeps_its_sales_chances(scene: Scene) -> None:
    await write(scene, MARIA, MASHA, MASHENKA)
    first, second, third = await contacts(scene)
    await join(scene, second, [third])
    await join(scene, first, [second])
    assert await made_by(scene, MARIA) == ["create entry"]


async def test_m10_a_lead_that_went_there_while_cards_were_joined_is_not_made_twice_after_undoing(scene: Scene) -> None:
    await write(scene, MARIA, MASHA)
    kept, _ = await contacts(scene)
    await scene.desk.pool.execute("UPDATE crm_items SET contact_id = $1 WHERE entity = 'request'", kept)
    assert await made_by(scene, MASHA) == ["create entry"]


async def test_t4_a_task_of_an_absorbed_card_that_is_done_here_is_done_there(scene: Scene) -> None:
    anna = Person(ManagerId((await scene.desk.one("managers"))["id"]), Role.admin, frozenset({LineKey("sales")}))
    await write(scene, MARIA, MASHA)
    conversation = (await scene.desk.rows("conversations", "true ORDER BY id"))[-1]
    due_at = scene.desk.now + timedelta(hours=3)
    await make_task(scene.desk.office, anna, conversation["id"], new=NewTask("Перезвонить", due_at))
    await scene.run()
    kept, absorbed = await contacts(scene)
    await join(scene, kept, [absorbed])
    await complete_task(scene.desk.office, anna, (await scene.desk.one("tasks"))["id"], result="дозвонилась")
    await write(scene, MARIA)
    assert [task.values[CrmField.done] for task in there(scene, Entity.task)] == ["yes"]


async def last_deal(scene: Scene) -> CrmRef:
    """The sales chance there of the lead that was made last here."""
    items = await scene.desk.rows("crm_items", "entity = 'request' ORDER BY hub_id")
    return read_ref(items[-1]["ref"])


async def test_m10_a_deal_of_an_absorbed_card_that_is_moved_there_is_read_at_once(scene: Scene) -> None:
    await write(scene, MARIA, MASHA)
    kept, absorbed = await contacts(scene)
    await join(scene, kept, [absorbed])
    deal = await last_deal(scene)
    shelf(scene).edit(deal, stage="LOST")
    await scene.hint(Entity.request, deal)
    assert [lead["state"] for lead in await scene.desk.rows("leads", "true ORDER BY id")] == ["open", "lost"]


async def test_m10_a_deal_made_while_cards_were_joined_is_read_at_once_after_undoing(scene: Scene) -> None:
    await write(scene, MARIA, MASHA)
    kept, _ = await contacts(scene)
    await scene.desk.pool.execute("UPDATE crm_items SET contact_id = $1 WHERE entity = 'request'", kept)
    deal = await last_deal(scene)
    shelf(scene).edit(deal, stage="LOST")
    await scene.hint(Entity.request, deal)
    assert [lead["state"] for lead in await scene.desk.rows("leads", "true ORDER BY id")] == ["open", "lost"]
