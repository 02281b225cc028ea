"""A client appears in the CRM, is changed there and here, and both sides agree in the end; doubles and losses none."""

from datetime import timedelta

from hub.crm_sync.base import EntryKind
from hub.crm_sync.base import Person as Card
from hub.delivery.alarms import Alarms
from hub.domain.contact import Contact
from hub.domain.crm import CrmField, Entity
from hub.domain.errors import AuthenticationFailed, OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId, ContactId, LineKey, ManagerId
from hub.domain.inbound import FormSubmission
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.domain.workset import WorkingSet
from hub.inbox.assignment import take
from hub.inbox.folds.tasks import NewTask
from hub.inbox.tasks import make_task
from hub.store.scope import Scope
from tests.crm_sync.memory_crm import MemoryCrm, Shelf, at_minute
from tests.crm_sync.scene import Scene
from tests.inbox.desk import person, says

PHONE = "+79161234567"
MARIA = person(100, name="Мария", phone=PHONE)


def shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


async def write(scene: Scene, text: str = "Здравствуйте") -> None:
    await scene.desk.receive(says(text, at=scene.desk.now, by=MARIA))


async def test_a_new_client_gets_a_card_a_sales_chance_and_their_words_there(scene: Scene):
    await write(scene)
    await scene.run()
    card = shelf(scene).of(Entity.contact)[0]
    assert (card.values[CrmField.name], card.phones) == ("Мария", (PHONE,))
    assert [each.contact for each in shelf(scene).of(Entity.request)] == [card.ref]
    entry = shelf(scene).of(Entity.entry)[0]
    assert (entry.thing.text, entry.thing.kind, entry.thing.is_inbound) == ("Здравствуйте", EntryKind.message, True)
    assert entry.thing.channel == ""  # the desk's connections stand in memory only


async def test_a_sales_chance_is_called_by_the_name_people_gave_the_connection(scene: Scene):
    kind = scene.desk.endpoints[ConnectionId(1)].kind
    await scene.desk.pool.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) VALUES (1, $1, 'Сайт', '', now())",
        kind,
    )

    await write(scene)
    await scene.run()

    assert [each.thing.title for each in shelf(scene).of(Entity.request)] == ["Мария — Сайт"]


async def test_everything_goes_there_once_however_often_it_is_looked_at(scene: Scene):
    for number in range(5):
        await write(scene, f"сообщение {number}")
        await scene.run()
    await write(scene, "и ещё")
    await scene.run()
    assert [len(shelf(scene).of(each)) for each in (Entity.contact, Entity.request, Entity.entry)] == [1, 1, 6]
    said = [each.thing.text for each in shelf(scene).of(Entity.entry)]
    assert said == [*(f"сообщение {number}" for number in range(5)), "и ещё"]


async def test_one_run_stands_for_all_changes_that_wait(scene: Scene):
    for number in range(8):
        await write(scene, f"сообщение {number}")
    await scene.run()
    states = {row["state"] for row in await scene.desk.rows("deliveries", "lane = 'crm'")}
    runs = await scene.desk.rows("deliveries", "lane = 'crm' AND state = 'sent'")
    assert states == {"sent", "cancelled"}
    assert len(runs) == 1


async def test_m12_a_card_that_is_there_already_is_linked_and_its_name_and_manager_come_here(scene: Scene):
    ivan = await scene.desk.hire("ivan", "Иван")
    scene.desk.staff[(IdentityType.email, "", "ivan@romashka.example")] = ivan
    known = await scene.crm.create_contact(_person("Мария Петрова", owner="7"), key="made-by-hand")
    await write(scene)
    await scene.run()
    assert len(shelf(scene).of(Entity.contact)) == 1
    item = await scene.desk.one("crm_items", "entity = 'contact'")
    contact = await scene.desk.one("contacts")
    assert (item["ref"], contact["name"], contact["crm_owner_id"]) == (str(known.ref), "Мария Петрова", ivan)


async def test_r3_a_responsible_found_there_in_time_gets_the_client(scene: Scene):
    ivan = await scene.desk.hire("ivan", "Иван")
    scene.desk.staff[(IdentityType.email, "", "ivan@romashka.example")] = ivan
    await scene.crm.create_contact(_person("Мария", owner="7"), key="made-by-hand")
    await write(scene)
    await scene.run()
    assert (await scene.desk.one("conversations"))["assignee_id"] == ivan


async def test_r3_a_responsible_found_later_than_a_minute_does_not_take_the_client_away(scene: Scene):
    ivan = await scene.desk.hire("ivan", "Иван")
    scene.desk.staff[(IdentityType.email, "", "ivan@romashka.example")] = ivan
    await scene.crm.create_contact(_person("Мария", owner="7"), key="made-by-hand")
    await write(scene)
    before = (await scene.desk.one("conversations"))["assignee_id"]
    await scene.run_after(61)
    after = (await scene.desk.one("conversations"))["assignee_id"]
    assert after == before
    assert (await scene.desk.one("contacts"))["crm_owner_id"] == ivan


async def test_a_name_changed_there_comes_here_and_one_changed_on_both_sides_is_the_crms(scene: Scene):
    await write(scene)
    await scene.run()
    card = shelf(scene).of(Entity.contact)[0]
    shelf(scene).edit(card.ref, name="Мария Ивановна")
    await scene.hint(Entity.contact, card.ref)
    assert (await scene.desk.one("contacts"))["name"] == "Мария Ивановна"
    await scene.desk.pool.execute("UPDATE contacts SET name = 'Маша', version = version + 1")
    shelf(scene).edit(card.ref, name="М. Иванова")
    await scene.hint(Entity.contact, card.ref)
    assert (await scene.desk.one("contacts"))["name"] == "М. Иванова"


async def test_a_stage_moved_there_moves_the_lead_here_and_a_lost_one_has_its_reason(scene: Scene):
    await write(scene)
    await scene.run()
    deal = shelf(scene).of(Entity.request)[0]
    shelf(scene).edit(deal.ref, stage="LOST")
    await scene.hint(Entity.request, deal.ref)
    lead = await scene.desk.one("leads")
    assert (lead["state"], lead["loss_note"]) == ("lost", "crm: Провал")


async def test_a_responsible_changed_there_gets_lead_and_conversation(scene: Scene):
    ivan = await scene.desk.hire("ivan", "Иван")
    scene.desk.staff[(IdentityType.email, "", "ivan@romashka.example")] = ivan
    await write(scene)
    await scene.run()
    deal = shelf(scene).of(Entity.request)[0]
    shelf(scene).edit(deal.ref, owner="7")
    await scene.hint(Entity.request, deal.ref)
    assert (await scene.desk.one("leads"))["responsible_id"] == ivan
    assert (await scene.desk.one("conversations"))["assignee_id"] == ivan


async def test_what_no_webhook_told_is_found_by_asking_and_counted(scene: Scene):
    await write(scene)
    await scene.run()
    assert await scene.watch() == 0
    card = shelf(scene).of(Entity.contact)[0]
    shelf(scene).edit(card.ref, name="Мария Ивановна")
    scene.desk.clock.move(timedelta(minutes=2))
    assert await scene.watch() == 1
    await scene.run()
    assert (await scene.desk.one("contacts"))["name"] == "Мария Ивановна"
    assert (await scene.desk.one("crm_accounts"))["drift"] == 1


async def test_what_a_webhook_told_or_the_hub_wrote_itself_is_not_counted_as_missed(scene: Scene):
    await write(scene)
    await scene.run()
    assert await scene.watch() == 0
    card = shelf(scene).of(Entity.contact)[0]
    shelf(scene).edit(card.ref, name="Мария Ивановна")
    await scene.hint(Entity.contact, card.ref)
    await scene.desk.pool.execute("UPDATE contacts SET name = 'Маша', version = version + 1")
    await write(scene, "ещё")
    await scene.run()
    assert shelf(scene).of(Entity.contact)[0].values[CrmField.name] == "Маша"
    scene.desk.clock.move(timedelta(seconds=58))
    assert await scene.watch() == 0
    assert (await scene.desk.one("crm_accounts"))["drift"] == 0


async def test_an_answer_that_was_lost_makes_no_second_record(scene: Scene):
    for lost in range(1, 4):
        shelf(scene).lost_answers = 1
        await write(scene, f"сообщение {lost}")
        for _ in range(4):
            await scene.run_after(120)
    assert [len(shelf(scene).of(each)) for each in (Entity.contact, Entity.request, Entity.entry)] == [1, 1, 3]


async def test_m14_a_crm_that_is_away_rests_and_gets_everything_in_order_afterwards(scene: Scene):
    shelf(scene).faults.append(lambda _: TemporaryFailure("away"))
    for number in range(6):
        await write(scene, f"сообщение {number}")
        await scene.run_after(10)
    assert (await scene.desk.rows("deliveries", "lane = 'crm' AND state = 'parked'")) == []
    assert len(await scene.desk.rows("waits")) == 1
    shelf(scene).faults.clear()
    await scene.run_after(600)
    assert [each.thing.text for each in shelf(scene).of(Entity.entry)] == [f"сообщение {n}" for n in range(6)]


async def test_m14_runs_that_fail_together_are_one_failure(scene: Scene):
    shelf(scene).faults.append(lambda _: TemporaryFailure("a hiccup"))
    for number in range(8):
        await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=person(number + 1)))
    await scene.run()
    shelf(scene).faults.clear()
    await scene.run_after(6)
    assert len(shelf(scene).of(Entity.contact)) == 8


async def test_m14_a_crm_that_wishes_to_be_left_for_days_is_asked_within_the_hour(scene: Scene):
    shelf(scene).faults.append(lambda _: TemporaryFailure("busy", 429, timedelta(days=9)))
    await write(scene)
    await scene.run()
    shelf(scene).faults.clear()
    await scene.run_after(3601)
    assert len(shelf(scene).of(Entity.contact)) == 1


async def test_a_record_that_is_refused_is_told_beside_it_and_the_others_pass(scene: Scene):
    shelf(scene).faults.append(lambda what: PermanentFailure("Поле обязательно") if what == "create request" else None)
    await write(scene)
    await scene.run()
    refused = await scene.desk.one("crm_items", "state = 'refused'")
    assert (refused["entity"], refused["reason"]) == ("request", "Поле обязательно")
    assert len(shelf(scene).of(Entity.entry)) == 1
    before = len(shelf(scene).writes)
    await write(scene, "ещё")
    await scene.run()
    assert shelf(scene).writes[before:] == ["create entry"]  # what was refused is not tried again unchanged


async def test_a_refused_token_pauses_the_connection_and_keeps_the_work(scene: Scene):
    shelf(scene).faults.append(lambda _: AuthenticationFailed("expired"))
    await write(scene)
    await scene.run()
    assert scene.paused == ["expired"]
    assert {row["state"] for row in await scene.desk.rows("deliveries", "lane = 'crm'")} == {"queued"}


async def test_a_token_refused_while_nobody_writes_is_told_to_the_administrators_once(
    scene: Scene,
):
    olga = await scene.desk.hire("olga", "Ольга", role=Role.admin)
    await scene.desk.hire("igor", "Игорь")
    await scene.desk.pool.execute("UPDATE connections SET name = 'amo'")
    scene.lane.pause = Alarms(scene.desk.office).pause

    for _ in range(3):
        shelf(scene).faults.append(lambda _: AuthenticationFailed("the token has expired"))
        await scene.watch()
        scene.desk.clock.move(timedelta(minutes=2))

    told = [row["payload"] for row in await scene.desk.rows("deliveries", "lane = 'notify'")]
    assert [(each["notice"], each["manager_id"], each["name"], each["reason"]) for each in told] == [
        ("connection_down", int(olga), "amo", "the token has expired")
    ]
    assert (await scene.desk.one("connections"))["state"] == "paused"


async def test_two_programs_that_correct_each_other_are_stopped(scene: Scene):
    await write(scene)
    await scene.run()
    card = shelf(scene).of(Entity.contact)[0]
    for number in range(12):
        shelf(scene).edit(card.ref, name=f"имя {number}")
        await scene.hint(Entity.contact, card.ref)
    item = await scene.desk.one("crm_items", "entity = 'contact'")
    assert item["guard"]["frozen"] == ["name"]
    assert (await scene.desk.one("contacts"))["name"] == "имя 5"


async def test_t4_a_task_goes_there_and_is_done_here_when_it_is_done_there(scene: Scene):
    anna = (await scene.desk.one("managers"))["id"]
    await write(scene)
    conversation = await scene.desk.one("conversations")
    actor = _actor(anna)
    await take(scene.desk.office, actor, conversation["id"])
    due_at = scene.desk.now + timedelta(hours=3)
    await make_task(scene.desk.office, actor, conversation["id"], new=NewTask("Перезвонить", due_at))
    await scene.run()
    task = shelf(scene).of(Entity.task)[0]
    assert (task.thing.text, at_minute(task.thing.due_at)) == ("Перезвонить", at_minute(due_at))
    shelf(scene).edit(task.ref, done="yes")
    await scene.hint(Entity.task, task.ref)
    assert (await scene.desk.one("tasks"))["state"] == "done"


def _actor(manager_id: int) -> Person:
    return Person(ManagerId(manager_id), Role.admin, frozenset({LineKey("sales")}))


def _person(name: str, *, owner: str = "") -> Card:
    return Card(name, phones=(PHONE,), owner=owner)


async def test_an_entry_leads_to_its_conversation_in_the_managers_bot(scene: Scene):
    await write(scene)
    await scene.run()
    number = (await scene.desk.one("conversations"))["number"]
    assert shelf(scene).of(Entity.entry)[0].thing.link == f"https://t.me/romashka_hub_bot?start=c_{number}"


async def test_l8_the_company_a_card_has_there_is_the_clients_company_here(scene: Scene):
    await write(scene)
    await scene.run()
    card = shelf(scene).of(Entity.contact)[0]
    for name in ("ООО Ромашка", "ооо ромашка", "АО Лютик"):
        shelf(scene).edit(card.ref, company=name)
        await scene.hint(Entity.contact, card.ref)
    contact = await scene.desk.one("contacts")
    companies = {row["id"]: row["name"] for row in await scene.desk.rows("companies")}
    assert companies[contact["company_id"]] == "АО Лютик"
    assert sorted(companies.values()) == ["АО Лютик", "ООО Ромашка"]
    assert shelf(scene).of(Entity.contact)[0].values[CrmField.company] == "АО Лютик"


async def test_a_change_of_very_many_clients_at_once_is_brought_over_too(scene: Scene):
    contacts = [Contact(ContactId(10**9 + number), scene.desk.now, name=f"Клиент {number}") for number in range(900)]

    def fold(rows: WorkingSet) -> None:
        for contact in contacts:
            rows.contacts.add(contact.id, contact)
            rows.new_id()

    await scene.desk.office.change(Scope(ids=len(contacts)), fold)
    assert len(await scene.desk.rows("deliveries", "lane = 'crm'")) == len(contacts)


async def test_a_card_deleted_there_stays_deleted_until_the_client_is_back(scene: Scene):
    await write(scene)
    await scene.run()
    for entity in (Entity.contact, Entity.request):
        record = shelf(scene).of(entity)[0]
        shelf(scene).delete(record.ref)
        await scene.hint(entity, record.ref)
    await scene.desk.pool.execute("UPDATE contacts SET name = 'Маша', version = version + 1")
    await scene.run_after(5)
    assert shelf(scene).of(Entity.contact) == []
    await write(scene, "я снова здесь")
    await scene.run()
    card = shelf(scene).of(Entity.contact)[0]
    assert [each.contact for each in shelf(scene).of(Entity.request)] == [card.ref]
    assert [each.thing.text for each in shelf(scene).of(Entity.entry)][-1] == "я снова здесь"
    assert (await scene.desk.one("contacts"))["merged_into"] is None


async def test_what_the_crm_cannot_be_asked_about_is_repeated_once_and_then_left_to_a_person(scene: Scene):
    scene.crm.keyed = frozenset({Entity.contact, Entity.request})  # type: ignore[misc]
    await write(scene)
    shelf(scene).faults.append(lambda what: OutcomeUnknown("no answer") if what == "create entry" else None)
    for _ in range(6):
        await scene.run_after(700)
    entry = await scene.desk.one("crm_items", "entity = 'entry'")
    assert (entry["state"], shelf(scene).writes.count("create entry")) == ("unsure", 2)


async def test_a_record_that_the_crm_does_not_show_is_told_and_delays_nobody(scene: Scene):
    await write(scene)
    await scene.run()
    deal = shelf(scene).of(Entity.request)[0]
    shelf(scene).hidden.add(deal.ref)
    await scene.hint(Entity.request, deal.ref)
    refused = await scene.desk.one("crm_items", "state = 'refused'")
    assert (refused["entity"], refused["reason"]) == ("request", "not for this key")
    await scene.desk.receive(says("я другой", at=scene.desk.now, by=person(200, name="Олег")))
    await scene.run()
    assert len(shelf(scene).of(Entity.contact)) == 2


async def test_a_form_says_there_once_what_its_message_field_and_its_text_both_hold(scene: Scene):
    fields = (("name", "Мария"), ("message", "Хочу торт"))
    await scene.desk.receive(FormSubmission("form-1", "Торты", MARIA, scene.desk.now, "Хочу торт", fields))
    await scene.run()
    assert shelf(scene).of(Entity.entry)[0].thing.text == "Хочу торт\nname: Мария"


async def test_a_card_renamed_there_before_its_lost_answer_was_made_up_for_brings_its_name_here(scene: Scene):
    shelf(scene).lost_answers = 1
    await write(scene)
    await scene.run()
    card = shelf(scene).of(Entity.contact)[0]
    shelf(scene).edit(card.ref, name="Мария Ивановна")
    await scene.hint(Entity.contact, card.ref)
    await scene.run_after(700)
    assert (await scene.desk.one("contacts"))["name"] == "Мария Ивановна"
