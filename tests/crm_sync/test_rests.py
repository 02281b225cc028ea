"""A CRM that is away costs next to nothing, whatever waits for it; a clock that was moved stops no watch."""

from dataclasses import replace
from datetime import timedelta

from hub.crm_sync.lane import CrmConnection, is_merged
from hub.delivery.worker import DeliveryWorker, LaneWork
from hub.domain.crm import CrmField, Entity
from hub.domain.delivery import Lane
from hub.domain.errors import AuthenticationFailed, TemporaryFailure
from hub.domain.outbound import SendResult
from hub.store.deliveries import ClaimedDelivery
from tests.crm_sync.memory_crm import MemoryCrm, Shelf
from tests.crm_sync.scene import CRM, Scene
from tests.inbox.desk import person, says

CLIENTS, PLACES = 40, 4


def shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


def counted(scene: Scene) -> list[int]:
    """Each attempt the lane makes is noted here."""
    attempts: list[int] = []
    find = scene.lane.find

    def noted(connection_id: int) -> CrmConnection | None:
        attempts.append(connection_id)
        return find(connection_id)

    scene.lane.find = noted
    return attempts


async def all_write(scene: Scene) -> None:
    for number in range(CLIENTS):
        await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=person(1000 + number)))


async def test_m14_of_all_who_wait_for_a_crm_that_is_away_only_a_few_are_tried_after_each_rest(scene: Scene) -> None:
    shelf(scene).faults.append(lambda _: TemporaryFailure("away"))
    await all_write(scene)
    attempts = counted(scene)
    for _ in range(5):
        before = len(attempts)
        await scene.run_after(301)
        assert len(attempts) - before <= 2 * PLACES
    shelf(scene).faults.clear()
    await scene.run_after(301)
    assert len(shelf(scene).of(Entity.contact)) == CLIENTS


async def test_after_a_rest_clients_come_in_the_order_in_which_they_waited(scene: Scene) -> None:
    shelf(scene).faults.append(lambda _: TemporaryFailure("away"))
    await all_write(scene)
    aged = "UPDATE deliveries SET created_at = created_at - id * interval '1 second' WHERE lane = 'crm'"
    await scene.desk.pool.execute(aged)
    await scene.run()
    waiting = await scene.desk.rows("deliveries", "lane = 'crm' AND attempt = 0 ORDER BY created_at")
    shelf(scene).faults.clear()
    scene.desk.clock.move(timedelta(seconds=60))
    came = await one_by_one(scene)
    ids = [row["id"] for row in waiting]
    assert len(ids) >= CLIENTS - 2 * PLACES
    assert [each for each in came if each in ids] == ids


async def one_by_one(scene: Scene) -> list[int]:
    """Carry out what is due in one place; return the deliveries in the order in which they came."""
    came: list[int] = []

    async def noted(claimed: ClaimedDelivery) -> SendResult:
        came.append(claimed.id)
        return await scene.lane.carry_out(claimed)

    work = LaneWork(noted, is_merged=is_merged, places=1)
    await DeliveryWorker(scene.desk.office, Lane.crm, work).run_until_idle()
    return came


async def test_of_all_who_wait_for_a_connection_without_credentials_only_a_few_are_looked_at_each_minute(
    scene: Scene,
) -> None:
    shelf(scene).faults.append(lambda _: AuthenticationFailed("expired"))
    await all_write(scene)
    find = scene.lane.find
    await scene.run()
    paused = replace(found, is_paused=True) if (found := find(int(CRM))) else None
    scene.lane.find = lambda _: paused
    attempts = counted(scene)
    for _ in range(3):
        before = len(attempts)
        await scene.run_after(61)
        assert len(attempts) - before <= 2 * PLACES
    shelf(scene).faults.clear()
    scene.lane.find = find
    await scene.run_after(61)
    assert len(shelf(scene).of(Entity.contact)) == CLIENTS


async def test_a_watch_whose_last_look_lies_in_the_future_looks_now(scene: Scene) -> None:
    await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=person(100, name="Мария")))
    await scene.run()
    await scene.watch()
    await scene.desk.pool.execute("UPDATE crm_accounts SET compared_at = compared_at + interval '3 days'")
    card = shelf(scene).of(Entity.contact)[0]
    shelf(scene).edit(card.ref, name="Мария Ивановна")
    scene.desk.clock.move(timedelta(minutes=2))
    assert await scene.watch() == 1
    await scene.run()
    assert shelf(scene).of(Entity.contact)[0].values[CrmField.name] == "Мария Ивановна"


async def test_a_watch_of_another_process_whose_clock_is_seconds_ahead_is_not_repeated(scene: Scene) -> None:
    await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=person(100, name="Мария")))
    await scene.run()
    await scene.watch()
    await scene.desk.pool.execute("UPDATE crm_accounts SET compared_at = compared_at + interval '5 seconds'")
    shelf(scene).edit(shelf(scene).of(Entity.contact)[0].ref, name="Мария Ивановна")
    assert await scene.watch() == 0
