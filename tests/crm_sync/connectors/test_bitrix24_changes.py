"""The change feed of Bitrix24: positions, seconds that are not over, to-dos, leads, the queue of offline events."""

from datetime import timedelta

from hub.crm_sync.base import Patch, Place
from hub.domain.crm import Entity
from hub.testing.contracts.crm.samples import KEY, PERSON, TASK, outcome
from hub.testing.crm.kit import Fault, Strike
from tests.crm_sync.connectors.bitrix24_bench import called, portal


async def test_a_change_within_the_last_seconds_is_told_again_until_it_has_settled() -> None:
    async with portal() as (crm, fake, scene):
        card = scene.card()
        page = await crm.changes({})
        fake.human_renames(card, "Анна")
        fresh = await crm.changes(page.cursor)
        scene.clock.advance(timedelta(seconds=6))
        settled = await crm.changes(fresh.cursor)
        after = await crm.changes(settled.cursor)

    assert [len(each.hints) for each in (fresh, settled, after)] == [1, 1, 0]
    assert fresh.hints[0].external_id != settled.hints[0].external_id


async def test_a_second_change_in_the_same_second_is_not_lost() -> None:
    async with portal() as (crm, fake, scene):
        cards = [scene.card("Анна"), scene.card("Олег", ["+79031112244"])]
        page = await crm.changes({})
        scene.clock.advance(timedelta(seconds=1))
        fake.human_renames(cards[1], "Олег Второй")
        page = await crm.changes(page.cursor)
        fake.human_renames(cards[0], "Анна Вторая")
        scene.later()
        told = await crm.changes(page.cursor)

    assert cards[0] in {hint.ref for hint in told.hints}


async def test_a_second_with_more_changes_than_a_page_is_read_to_its_end() -> None:
    async with portal() as (crm, fake, scene):
        cursor = (await crm.changes({})).cursor
        scene.later()
        crowd = [fake.human_adds_contact(f"Клиент {n}") for n in range(130)]
        scene.clock.advance(timedelta(seconds=1))
        last = fake.human_adds_contact("Последний")
        scene.later()
        told, pages, has_more = [], 0, True
        while has_more:
            page = await crm.changes(cursor)
            told += [hint.ref for hint in page.hints]
            cursor, has_more, pages = page.cursor, page.has_more, pages + 1

    assert told == [*crowd, last]
    assert pages == 4


async def test_t4_a_todo_that_somebody_completed_is_told() -> None:
    async with portal() as (crm, fake, scene):
        made = await crm.add_task(TASK, Place(scene.card()), key=KEY)
        scene.later()
        page = await crm.changes({})
        scene.later()
        fake.human_completes(made.ref)
        scene.later()
        told = await crm.changes(page.cursor)
        now = await crm.get(made.ref)

    assert [(hint.entity, hint.ref, hint.changed_by) for hint in told.hints] == [(Entity.task, made.ref, "3")]
    assert (now.entity, now.values["done"]) == (Entity.task, "yes")


async def test_leads_are_read_where_the_portal_has_them() -> None:
    async with portal(is_simple=False) as (crm, fake, scene):
        card = scene.card()
        page = await crm.changes({})
        scene.later()
        lead = fake.human_adds_request(card, "Диван")
        scene.later()
        told = await crm.changes(page.cursor)

    assert (lead.kind, [hint.ref for hint in told.hints]) == ("lead", [lead])


async def test_a_cursor_of_an_older_kind_of_reading_begins_now() -> None:
    async with portal() as (crm, _, scene):
        scene.card()
        scene.later()

        assert (await crm.changes({"contact": "nonsense", "deal": 5})).hints == ()


async def test_deletions_come_through_the_queue_and_our_own_writes_do_not() -> None:
    async with portal(is_application=True, offline_events=True, application_token="") as (crm, fake, scene):
        await crm.subscribe()
        card = scene.card()
        first = await crm.changes((await crm.changes({})).cursor)
        made = await crm.create_contact(PERSON, key=KEY)
        await crm.update_contact(made.ref, Patch({"name": "Анна Иванова"}))
        fake.human_deletes(card)
        told = await crm.changes(first.cursor)

    queued = [hint for hint in told.hints if hint.external_id.startswith("queue:")]
    assert [(hint.ref, hint.is_deleted) for hint in queued] == [(card, True)]


async def test_a_batch_of_the_queue_is_cleared_when_its_cursor_was_stored() -> None:
    async with portal(is_application=True, offline_events=True, application_token="") as (crm, fake, scene):
        await crm.subscribe()
        start = (await crm.changes({})).cursor
        card = scene.card()
        for name in ("Анна", "Ольга", "Вера"):
            fake.human_renames(card, name)
        read = await crm.changes(start)
        kept = len(fake.events.queue)
        scene.later()
        done = await crm.changes(read.cursor)

    assert [hint.external_id.startswith("queue:") for hint in read.hints][:2] == [True, True]
    assert (kept, fake.events.queue) == (2, [])
    assert "queue" not in done.cursor


async def test_a_batch_whose_answer_was_lost_is_covered_by_the_lists() -> None:
    async with portal(is_application=True, offline_events=True, application_token="") as (crm, fake, scene):
        await crm.subscribe()
        start = (await crm.changes({})).cursor
        scene.later()
        card = scene.card()
        fake.faults = [Fault(Strike.drop_after, at=lambda call: call.path.endswith("event.offline.get.json"))]
        await outcome(crm.changes(start))
        told = await crm.changes(start)

    assert card in {hint.ref for hint in told.hints}


async def test_a_webhook_never_asks_for_the_queue() -> None:
    async with portal(offline_events=True) as (crm, fake, _):
        await crm.changes((await crm.changes({})).cursor)

        assert called(fake, "event.offline.get") == 0
