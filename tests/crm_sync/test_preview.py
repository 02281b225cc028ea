"""Rules for a CRM over an account at a socket: a draft shows what is written then, and a mapping reaches old cards."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.crm_sync.account import load_account
from hub.crm_sync.base import CrmSchema, CrmStage
from hub.crm_sync.connectors.retailcrm import CHANNEL
from hub.crm_sync.connectors.retailcrm.settings import RetailCrmSettings
from hub.crm_sync.preview import CardSketch, preview_clients
from hub.domain.crm_rules import CrmRules
from hub.domain.identity import IdentityType
from hub.domain.ids import ContactId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.assignment import take
from hub.inbox.crm_changes import CardChange, change_card
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.testing.crm.retailcrm import FakeRetailCrm
from tests.crm_sync.scene import CRM, Scene, open_scene
from tests.inbox.desk import ALWAYS_OPEN, person, says

RULES = ALWAYS_OPEN + "[leads.contact_fields.about]\nname = 'О клиенте'\n"
MAPPED = RULES + "[crm.crm.stages]\nnew = 'agreed'\n[crm.crm.contact_fields]\nabout = 'hub_about'\n"
MARIA = person(100, name="Мария", phone="+79161234567")


@dataclass
class Shop:
    """A hub beside an account; nobody works there until somebody is hired."""

    scene: Scene
    fake: FakeRetailCrm

    async def hire(self) -> ManagerId:
        """Anna works here from now on, and has an account there."""
        anna = await self.scene.desk.hire("anna", "Анна")
        self.scene.desk.staff[(IdentityType.email, "", "anna@shop.example")] = anna
        return anna

    async def receive(self, text: str) -> None:
        """Maria writes."""
        await self.scene.desk.receive(says(text, at=self.scene.desk.now, by=MARIA))

    async def write(self, text: str = "Здравствуйте") -> None:
        """Maria writes, and what is due is brought together."""
        await self.receive(text)
        await self.scene.run()

    async def learn(self, about: str) -> None:
        """Something is written into the card here."""
        contact = await self.scene.desk.one("contacts")
        card = CardChange(fields={"about": about})
        await change_card(self.scene.desk.office, ContactId(contact["id"]), card, crm=CRM)

    def put_in_force(self, text: str) -> None:
        self.scene.desk.rules.append(to_policy(parse_policy(text), len(self.scene.desk.rules) + 1))

    async def sketch(self, text: str) -> CardSketch:
        """Return the one client as a draft shows them."""
        draft = to_policy(parse_policy(text), 99)
        now = await load_account(self.scene.desk.office, self.scene.crm, CRM, "crm")
        office = replace(self.scene.desk.office, policy=lambda: draft)
        (found,) = await preview_clients(now, replace(now, office=office, rules=draft.crms["crm"]), limit=20)
        return found.becomes

    @property
    def customer(self) -> dict[str, Any]:
        (customer,) = self.fake.shelves.records["customers"]
        return customer

    @property
    def about(self) -> str:
        fields = self.customer["customFields"]
        return str(fields["hub_about"]) if fields else ""


@pytest.fixture
async def shop(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Shop]:
    async with FakeRetailCrm().serving() as fake:
        settings = RetailCrmSettings.model_validate(
            {"account": "shop.example", "api_url": fake.url, "api_key": fake.api_key}
        )
        scene = await open_scene(pool, tmp_path / "files", policy=RULES, channel=CHANNEL, settings=settings)
        fake.now = scene.desk.clock.now
        yield Shop(scene, fake)
        await scene.http.close()


async def test_what_a_draft_shows_is_what_is_written_once_it_is_in_force(shop: Shop) -> None:
    await shop.hire()
    await shop.receive("Здравствуйте")
    await shop.learn("Пишет по утрам")
    shown = await shop.sketch(MAPPED)
    shop.put_in_force(MAPPED)
    await shop.scene.run()
    (order,) = shop.fake.shelves.records["orders"]

    assert (shown.name, shown.owner) == (shop.customer["firstName"], str(shop.customer["managerId"]))
    assert shown.fields == {"hub_about": shop.about} == {"hub_about": "Пишет по утрам"}
    assert [(lead.stage, lead.owner, lead.is_new) for lead in shown.leads] == [
        (order["status"], str(order["managerId"]), True)
    ]


async def test_a_field_mapped_later_is_filled_in_cards_that_are_there(shop: Shop) -> None:
    await shop.write()
    await shop.learn("Пишет по утрам")
    await shop.scene.run()
    shop.put_in_force(MAPPED)
    await shop.write("Есть кто?")

    assert shop.about == "Пишет по утрам"


async def test_what_people_wrote_there_before_the_mapping_comes_here_and_stays_there(shop: Shop) -> None:
    await shop.write()
    await shop.learn("Пишет по утрам")
    typed = {"customFields": {"hub_about": "Оптовик"}}
    shop.fake.shelves.change("customers", shop.customer, typed, user=12)

    shop.put_in_force(MAPPED)
    await shop.write("Есть кто?")

    assert (shop.about, (await shop.scene.desk.one("contacts"))["fields"]) == ("Оптовик", {"about": "Оптовик"})


async def test_who_takes_the_client_after_the_card_was_made_is_named_there(shop: Shop) -> None:
    await shop.write()
    assert "managerId" not in shop.customer

    anna = await shop.hire()
    actor = Person(anna, Role.manager, frozenset({LineKey("sales")}))
    await take(shop.scene.desk.office, actor, (await shop.scene.desk.one("conversations"))["id"])
    await shop.scene.run()

    assert shop.customer["managerId"] == 12


async def test_a_won_stage_that_belongs_to_all_pipelines_is_found_where_one_is_named(shop: Shop) -> None:
    stages = (
        CrmStage("7001", "Новая", pipeline="7"),
        CrmStage("142", "Успешно", "won"),
        CrmStage("143", "Нет", "lost"),
    )
    account = await load_account(shop.scene.desk.office, shop.scene.crm, CRM, "crm")
    named = replace(account, rules=CrmRules(pipeline="7"), schema=CrmSchema(stages=stages))

    assert (named.stage_there("won"), named.stage_there("lost"), named.stage_there("new")) == ("142", "143", None)
