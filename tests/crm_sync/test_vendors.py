"""The same stories for every CRM, over its fake at a socket: clients appear there once, and changes come back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.crm_sync.base import KeepsTasks, TellsChanges
from hub.domain.crm import Entity
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, CallDirection, CallEvent, CallStage, FormSubmission, MailHints, Origin, Sender
from hub.inbox import clocks
from hub.store import timers
from hub.testing.crm.kit import Called, Fault, Strike
from hub.testing.crm.surface import CrmSurface, SendsHooks
from tests.crm_sync.scene import Scene, open_scene
from tests.crm_sync.vendors import contract_of, list_vendors
from tests.inbox.desk import person, says

PHONE, MAIL = "+79161234567", "maria@client.example"


@dataclass
class Story:
    """A hub, a fake CRM with its people, and who is who."""

    scene: Scene
    fake: CrmSurface
    kind: str

    async def told(self, after: timedelta = timedelta(minutes=2)) -> None:
        """What people changed there reaches the hub, by webhook or by asking when its time has come."""
        self.fake.settle()
        if isinstance(self.fake, SendsHooks) and (hooks := self.fake.hooks()):
            await self.scene.bring(hooks)
            return
        self.scene.desk.clock.move(after)
        await self.scene.watch()
        await self.scene.run_after(3)

    async def first_look(self) -> None:
        """The watch looks for the first time: what changes from now on is told."""
        self.fake.settle()
        if isinstance(self.scene.crm, TellsChanges):
            await self.scene.watch()
        if isinstance(self.fake, SendsHooks):
            self.fake.hooks()


@pytest.fixture(params=list_vendors())
async def story(request: pytest.FixtureRequest, pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Story]:
    contract = contract_of(request.param)
    async with contract.fake().serving() as fake:
        settings = contract.channel.settings_model.model_validate(dict(contract.settings(fake)))
        scene = await open_scene(pool, tmp_path / "files", channel=contract.channel, settings=settings)
        fake.now = scene.desk.clock.now
        await scene.desk.hire("anna", "Анна")
        if hasattr(scene.crm, "subscribe"):
            await scene.crm.subscribe()
        yield Story(scene, fake, request.param)
        await scene.http.close()


def _form(story: Story) -> FormSubmission:
    addresses = (Address(IdentityType.phone, PHONE, PHONE), Address(IdentityType.email, MAIL, MAIL))
    origin = Origin("Калькулятор", {"utm_source": "yandex", "utm_campaign": "zima"})
    at = story.scene.desk.now
    return FormSubmission("f-1", "calc", Sender(addresses, name="Мария"), at, text="Сколько стоит?", origin=origin)


async def _writes_in_telegram(story: Story) -> None:
    desk = story.scene.desk
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(100, name="Мария", phone=PHONE)))


async def _writes_a_letter(story: Story) -> None:
    desk = story.scene.desk
    by = Sender((Address(IdentityType.email, MAIL, MAIL, ProofLevel.proven),), name="Мария")
    letter = says("Письмо", at=desk.now, by=by, mail=MailHints("m-1@client.example", is_sender_verified=True))
    await desk.receive(letter, connection=2)


async def _fills_a_form(story: Story) -> None:
    await story.scene.desk.receive(_form(story), connection=3)


async def _calls_and_is_missed(story: Story) -> None:
    desk = story.scene.desk
    for stage in (CallStage.ringing, CallStage.ended):
        event = CallEvent(f"c-{stage}", "c-1", stage, CallDirection.inbound, desk.now, client=PHONE)
        await desk.receive(event, connection=4)
    desk.clock.move(timedelta(seconds=25))
    async with desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=desk.now, limit=100)
    await clocks.fire(desk.office, due)


ARRIVALS = {
    "telegram": _writes_in_telegram,
    "letter": _writes_a_letter,
    "form": _fills_a_form,
    "call": _calls_and_is_missed,
}


@pytest.mark.parametrize("way", ARRIVALS)
async def test_a_new_client_by_any_channel_has_card_chance_and_history_there(story: Story, way: str) -> None:
    await ARRIVALS[way](story)
    await story.scene.run()
    assert await _wrong(story) == []
    card = _one(story, Entity.contact)
    assert [each["contact"] for each in story.fake.records(Entity.request)] == [card["ref"]]
    assert len(story.fake.records(Entity.entry)) == 1
    reached = card["emails"] if way == "letter" else card["phones"]
    assert reached


async def test_what_a_client_says_stands_there_in_order(story: Story) -> None:
    await _writes_in_telegram(story)
    for number in range(3):
        desk = story.scene.desk
        await desk.receive(says(f"вопрос {number}", at=desk.now, by=person(100, name="Мария", phone=PHONE)))
        await story.scene.run()
    texts = [each["text"] for each in story.fake.records(Entity.entry)]
    assert [any(f"вопрос {number}" in text for text in texts) for number in range(3)] == [True] * 3
    places = [next(i for i, text in enumerate(texts) if f"вопрос {number}" in text) for number in range(3)]
    assert places == sorted(places)


async def test_m12_a_client_whom_the_crm_knows_by_the_number_gets_no_second_card(story: Story) -> None:
    story.fake.human_adds_contact("Мария Петрова", ["8 (916) 123-45-67"])
    story.fake.settle()
    await _writes_in_telegram(story)
    await story.scene.run()
    assert _one(story, Entity.contact)["name"] == "Мария Петрова"
    assert (await story.scene.desk.one("contacts"))["name"] == "Мария Петрова"


async def test_a_name_changed_there_comes_here(story: Story) -> None:
    await _writes_in_telegram(story)
    await story.scene.run()
    await story.first_look()
    story.scene.desk.clock.move(timedelta(seconds=90))
    story.fake.human_renames(_one(story, Entity.contact)["ref"], "Мария Ивановна")
    await story.told()
    assert (await story.scene.desk.one("contacts"))["name"] == "Мария Ивановна"


async def test_a_stage_moved_there_ends_the_lead_here(story: Story) -> None:
    await _writes_in_telegram(story)
    await story.scene.run()
    await story.first_look()
    story.scene.desk.clock.move(timedelta(seconds=90))
    won = next(each.id for each in (await story.scene.crm.describe()).stages if each.outcome == "won")
    story.fake.human_moves(_one(story, Entity.request)["ref"], won)
    await story.told()
    assert (await story.scene.desk.one("leads"))["state"] == "won"


async def test_r3_a_responsible_changed_there_is_the_clients_own_here(story: Story) -> None:
    await _writes_in_telegram(story)
    await story.scene.run()
    await story.first_look()
    story.scene.desk.clock.move(timedelta(seconds=90))
    schema = await story.scene.crm.describe()
    other = next(each.id for each in schema.users if each.id != schema.own_user)
    ivan = await story.scene.desk.hire("ivan", "Иван")
    story.scene.desk.staff[(IdentityType.crm_id, "9", other)] = ivan
    story.fake.human_reassigns(_one(story, Entity.contact)["ref"], other)
    await story.told()
    assert (await story.scene.desk.one("contacts"))["crm_owner_id"] == ivan


async def test_where_both_sides_changed_the_name_the_crms_stands_on_both(story: Story) -> None:
    await _writes_in_telegram(story)
    await story.scene.run()
    await story.first_look()
    story.scene.desk.clock.move(timedelta(seconds=90))
    await story.scene.desk.pool.execute("UPDATE contacts SET name = 'Маша', version = version + 1")
    story.fake.human_renames(_one(story, Entity.contact)["ref"], "М. Иванова")
    await story.told()
    assert (await story.scene.desk.one("contacts"))["name"] == "М. Иванова"
    assert _one(story, Entity.contact)["name"] == "М. Иванова"


async def test_a_program_there_that_writes_a_name_over_and_over_is_stopped(story: Story) -> None:
    await _writes_in_telegram(story)
    await story.scene.run()
    await story.first_look()
    story.scene.desk.clock.move(timedelta(seconds=90))
    card = _one(story, Entity.contact)["ref"]
    for number in range(9):
        story.fake.human_renames(card, f"Имя {number}")
        await story.told(timedelta(seconds=61))
    item = await story.scene.desk.one("crm_items", "entity = 'contact'")
    assert "name" in item["guard"]["frozen"]
    assert (await story.scene.desk.one("contacts"))["name"] == "Имя 5"


async def test_t4_a_task_stands_there_with_its_deadline(story: Story) -> None:
    if not isinstance(story.scene.crm, KeepsTasks):
        assert story.fake.records(Entity.task) == []
        return
    await _writes_in_telegram(story)
    desk = story.scene.desk
    due_at = (desk.now + timedelta(hours=5)).replace(second=0, microsecond=0)
    contact = (await desk.one("contacts"))["id"]
    await desk.pool.execute(
        "INSERT INTO tasks (id, what, due_at, cause, created_at, contact_id, line) "
        "VALUES (77, 'Перезвонить', $1, 'manual', $2, $3, 'sales')",
        due_at,
        desk.now,
        contact,
    )
    await desk.receive(says("ещё", at=desk.now, by=person(100, name="Мария", phone=PHONE)))
    await story.scene.run()
    task = _one(story, Entity.task)
    assert ("Перезвонить" in task["text"], task["due_at"]) == (True, due_at)


@pytest.mark.parametrize("number", range(5))
async def test_a_write_whose_answer_is_lost_makes_no_second_record(story: Story, number: int) -> None:
    seen = 0

    def is_that_write(called: Called) -> bool:
        nonlocal seen
        if not story.fake.is_write(called):
            return False
        seen += 1
        return seen == number + 1

    story.fake.faults.append(Fault(Strike.drop_after, at=is_that_write))
    await _fills_a_form(story)
    for _ in range(5):
        story.fake.settle()
        await story.scene.run_after(700)
    crm = story.scene.crm
    counts = {each: len(story.fake.records(each)) for each in (Entity.contact, Entity.request, Entity.entry)}
    most = {each: 1 if each in crm.keyed or hasattr(crm, "find_by_key") else 2 for each in counts}
    assert all(1 <= counts[each] <= most[each] for each in counts), counts
    assert await _wrong(story) == []


async def test_m14_an_hour_without_the_crm_delays_nobody_and_everything_is_there_afterwards(story: Story) -> None:
    desk, story.fake.is_away = story.scene.desk, True
    for number in range(30):
        by = person(200 + number % 10, name=f"Клиент {number % 10}", phone=f"+7916000{number % 10:04d}")
        await desk.receive(says(f"слово {number}.", at=desk.now, by=by))
        if number % 5 == 0:
            await story.scene.run_after(120)
    waits = await desk.rows("waits")
    assert len(waits) == 10
    assert story.fake.records(Entity.contact) == []
    story.fake.is_away = False
    for _ in range(4):
        story.fake.settle()
        await story.scene.run_after(700)
    assert len(story.fake.records(Entity.contact)) == 10
    texts = [each["text"] for each in story.fake.records(Entity.entry)]
    for client in range(10):
        places = [_place_of(texts, f"слово {number}.") for number in range(client, 30, 10)]
        assert places == sorted(places)
    assert len(texts) == 30
    assert all(limit.refused == 0 for limit in story.fake.limits)


def _place_of(texts: list[str], words: str) -> int:
    return next(place for place, text in enumerate(texts) if words in text)


def _one(story: Story, entity: Entity) -> Any:
    found = story.fake.records(entity)
    assert len(found) == 1, f"{len(found)} of {entity} in {story.kind}"
    return found[0]


async def _wrong(story: Story) -> list[Any]:
    rows = await story.scene.desk.rows("crm_items", "state <> 'done'")
    return [(row["entity"], row["state"], row["reason"]) for row in rows]
