"""CRMs in `hub policy`: a file is held against the account at a socket, and a draft shows what it would write there."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import Result

from hub.app.connecting import create_connection
from hub.app.ground import Ground, open_ground
from hub.config import load_config
from hub.domain.crm import Entity
from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId, ContactId, LeadId
from hub.inbox.crm_changes import CardChange, LeadChange, change_card, change_lead
from hub.store import crm_items
from hub.store.crm_accounts import save_described
from hub.store.crm_items import CrmItem
from hub.store.managers import add_staff_identity
from hub.store.pool import acquire
from hub.testing.crm.retailcrm import FakeRetailCrm
from tests.commands.conftest import Place, Run
from tests.inbox.desk import ALWAYS_OPEN, Desk, open_desk, person, says

RULES = (
    ALWAYS_OPEN
    + """
[leads.contact_fields.about]
name = "О клиенте"
[leads.contact_fields.city]
name = "Город"
"""
)
MAPPED = """
[crm.shop.stages]
new = "agreed"
[crm.shop.contact_fields]
about = "hub_about"
"""


@dataclass
class Shop:
    """A hub that is connected with an account, named `shop`."""

    fake: FakeRetailCrm
    ground: Ground
    desk: Desk
    connection_id: ConnectionId
    run: Run
    file: Path

    async def policy(self, command: str, crm: str, *options: str) -> Result:
        """Run `hub policy COMMAND` over a file with this section; the account answers meanwhile."""
        self.file.write_text(RULES + crm, encoding="utf-8")
        return await asyncio.to_thread(self.run, "policy", command, str(self.file), *options)

    async def remember(self, **schema: object) -> None:
        """Store what the account said an hour ago."""
        async with acquire(self.ground.pool) as connection:
            await save_described(connection, self.connection_id, schema, at=self.ground.clock.now())

    @property
    def asked(self) -> list[str]:
        return [called.path for called in self.fake.calls]


@pytest.fixture
async def shop(hub: Run, place: Place, tmp_path: Path) -> AsyncIterator[Shop]:
    config = load_config(dsn=place.dsn, data=place.data, public_url="https://hub.example", language="en")
    async with FakeRetailCrm().serving() as fake, open_ground(config) as ground:
        settings = {"account": "shop.example", "api_url": fake.url, "api_key": fake.api_key}
        new = await create_connection(ground, "retailcrm", name="shop", settings=settings)
        desk = await open_desk(ground.pool, place.data / "files", policy=RULES)
        await hire_anna(ground, desk)
        yield Shop(fake, ground, desk, new.id, hub, tmp_path / "draft.toml")


async def hire_anna(ground: Ground, desk: Desk) -> None:
    """Anna works here, and has an account there under the same mail address."""
    anna = await desk.hire("anna", "Анна")
    async with acquire(ground.pool) as connection:
        await add_staff_identity(connection, 900, anna, address=(IdentityType.email.value, "", "anna@shop.example"))


async def happen(shop: Shop) -> None:
    """Anna gets two clients; of one something is known, and the talk has begun."""
    for number, name in ((1, "Мария"), (2, "Пётр")):
        await shop.desk.receive(says("Сколько стоит?", at=shop.desk.now, by=person(number, name=name)))
    maria = await shop.desk.one("contacts", "name = 'Мария'")
    card = CardChange(fields={"about": "Пишет по утрам", "city": "Казань"})
    await change_card(shop.desk.office, ContactId(maria["id"]), card, crm=shop.connection_id)
    lead = await shop.desk.one("leads", "contact_id = $1", maria["id"])
    change = LeadChange(stage="contacted")
    await change_lead(shop.desk.office, ContactId(maria["id"]), LeadId(lead["id"]), change, cause="test")


# ---------------------------------------------------------------- held against the account


async def test_what_the_account_has_is_taken_and_is_asked_for_once(shop: Shop) -> None:
    first = await shop.policy("apply", MAPPED)
    asked = len(shop.asked)
    second = await shop.policy("apply", MAPPED)

    assert (first.exit_code, first.stderr, first.stdout) == (0, "", "Revision 1 is in force.\n")
    assert (second.exit_code, second.stderr) == (0, "")
    assert "/api/v5/custom-fields" in shop.asked and len(shop.asked) == asked


@pytest.mark.parametrize("command", ["check", "try", "apply"])
async def test_what_the_account_does_not_have_is_refused_with_place_and_mend(shop: Shop, command: str) -> None:
    refused = await shop.policy(command, MAPPED.replace("hub_about", "hub_abuot").replace("agreed", "agred"))

    faults = [line.partition(": ")[2] for line in refused.stdout.splitlines()]
    assert refused.exit_code == 1
    assert faults == [
        "crm.shop.stages.new: the CRM has no 'agred'; there are: agreed (Согласован), new (Новый), no-call (Недозвон), "
        "complete (Выполнен); write the right one, make it there, or take the line out",
        "crm.shop.contact_fields.about: the CRM has no 'hub_abuot'; there are: hub_about (О клиенте); write the right "
        "one, make it there, or take the line out",
    ]
    assert "nothing changed: crm.shop.stages.new: the CRM has no 'agred'" in refused.stderr
    assert await shop.desk.rows("policy_revisions") == []


async def test_a_field_that_was_made_there_a_moment_ago_counts(shop: Shop) -> None:
    await shop.remember(fields=[{"entity": "contact", "code": "older", "title": "Раньше"}])

    assert (await shop.policy("apply", MAPPED)).exit_code == 0


async def test_an_account_that_is_away_is_judged_by_what_it_said_last(shop: Shop) -> None:
    await shop.remember(fields=[{"entity": "contact", "code": "hub_about"}], stages=[{"id": "agreed", "name": "Да"}])
    shop.fake.is_away = True
    taken = await shop.policy("apply", MAPPED)
    refused = await shop.policy("apply", MAPPED.replace("hub_about", "other"))

    assert (taken.exit_code, taken.stderr) == (0, "")
    assert (refused.exit_code, "the CRM has no 'other'; there are: hub_about;" in refused.stderr) == (1, True)


async def test_an_account_that_never_said_what_it_has_is_only_doubted(shop: Shop) -> None:
    shop.fake.is_away = True
    done = await shop.policy("apply", MAPPED.replace("agreed", "agred"))

    assert (done.exit_code, done.stdout) == (0, "Revision 1 is in force.\n")
    assert "warning, crm.shop: the CRM has not answered yet what it has" in done.stderr


async def test_an_account_that_this_hub_cannot_open_is_only_doubted(shop: Shop) -> None:
    async with acquire(shop.ground.pool) as connection:
        await connection.execute("UPDATE connections SET settings_encrypted = 'nonsense'::bytea")
    done = await shop.policy("apply", MAPPED)

    assert (done.exit_code, shop.asked) == (0, [])
    assert "warning, crm.shop: the CRM has not answered yet what it has" in done.stderr


@pytest.mark.parametrize("command", ["check", "try", "apply"])
async def test_a_section_without_a_connection_is_doubted_with_the_names_there_are(shop: Shop, command: str) -> None:
    done = await shop.policy(command, MAPPED.replace("crm.shop", "crm.shopp"))

    assert done.exit_code == 0
    assert "warning, crm.shopp: no CRM 'shopp' is connected, the section does nothing; there are: 'shop'" in done.stderr
    assert shop.asked == []


async def test_a_file_that_says_nothing_of_crms_asks_none(shop: Shop) -> None:
    assert (await shop.policy("apply", "")).stderr == ""
    assert shop.asked == []


# ---------------------------------------------------------------- what a draft would write

IN_FORCE = """
[crm.shop.stages]
new = "agreed"
"""
DRAFT = """
[crm.shop.stages]
new = "agreed"
contacted = "new"
[crm.shop.contact_fields]
about = "hub_about"
"""


async def test_a_draft_shows_people_what_would_be_written_of_the_last_clients(shop: Shop) -> None:
    await shop.policy("apply", IN_FORCE)
    await happen(shop)
    shown = await shop.policy("try", DRAFT)
    title, *table = shown.stdout[shown.stdout.index("shop:") :].splitlines()

    assert title == "shop: what the hub would write of the last clients (2, other than now: 1):"
    assert [re.split(r"\s{2,}", line.strip())[1:] for line in table] == [
        ["name", "owner", "stage", "fields"],
        ["Пётр", "Анна Смирнова", "agreed (Согласован)", "—"],
        ["Мария", "Анна Смирнова", "first stage → new (Новый)", "hub_about = — → Пишет по утрам"],
    ]


async def test_a_draft_shows_so_many_clients_as_are_asked_for(shop: Shop) -> None:
    await shop.policy("apply", IN_FORCE)
    nobody = await shop.policy("try", DRAFT)
    await happen(shop)
    one = await shop.policy("try", DRAFT, "--clients", "1")

    assert nobody.stdout.endswith("\nshop: there are no clients yet.\n")
    assert ("Пётр" in one.stdout, "Мария" in one.stdout) == (True, False)


async def test_scripts_get_every_client_as_now_and_as_under_the_draft(shop: Shop) -> None:
    await shop.policy("apply", IN_FORCE)
    await happen(shop)
    (found,) = json.loads((await shop.policy("try", DRAFT, "--json")).stdout)["crms"]
    peter, maria = found["clients"]
    (was,), (becomes,) = maria["now"]["leads"], maria["becomes"]["leads"]

    assert (found["crm"], found["users"]["12"], found["stages"]["new"]) == ("shop", "Анна Смирнова", "Новый")
    assert (peter["is_changed"], peter["now"]) == (False, peter["becomes"])
    assert (maria["is_changed"], maria["now"]["fields"]) == (True, {})
    assert (maria["becomes"]["name"], maria["becomes"]["fields"]) == ("Мария", {"hub_about": "Пишет по утрам"})
    assert (was["stage"], becomes["stage"], becomes["owner"], becomes["is_new"]) == ("", "new", "12", True)


async def test_where_leads_stay_here_no_stage_is_shown(shop: Shop) -> None:
    await shop.policy("apply", IN_FORCE)
    await happen(shop)
    shown = await shop.policy("try", "[crm.shop]\nleads = false\n")

    assert "agreed (Согласован) → —" in shown.stdout and "first stage → —" in shown.stdout


async def test_what_was_brought_already_is_shown_by_what_would_be_changed(shop: Shop) -> None:
    await shop.policy("apply", IN_FORCE)
    await happen(shop)
    await bring_leads(shop)
    (found,) = json.loads((await shop.policy("try", DRAFT, "--json")).stdout)["crms"]

    assert [lead["is_new"] for client in found["clients"] for lead in client["becomes"]["leads"]] == [False, False]


async def bring_leads(shop: Shop) -> None:
    """Both leads are orders there already."""
    async with acquire(shop.ground.pool) as connection:
        for lead in await shop.desk.rows("leads"):
            item = CrmItem(
                shop.connection_id, Entity.request, lead["id"], lead["contact_id"], f"key-{lead['id']}", shop.desk.now
            )
            await crm_items.save(connection, replace(item, ref=f"order:{lead['id']}", state=crm_items.DONE))


async def test_a_draft_writes_nothing_there_and_nothing_here(shop: Shop) -> None:
    await shop.policy("apply", IN_FORCE)
    await happen(shop)
    before = [await shop.desk.rows(table) for table in ("contacts", "leads", "deliveries", "crm_items", "crm_accounts")]
    shop.fake.calls.clear()
    await shop.policy("try", DRAFT)

    assert shop.asked == []
    assert before == [
        await shop.desk.rows(table) for table in ("contacts", "leads", "deliveries", "crm_items", "crm_accounts")
    ]


async def test_of_a_draft_that_changes_no_section_no_client_is_shown(shop: Shop) -> None:
    await shop.policy("apply", IN_FORCE)
    await happen(shop)
    done = await shop.policy("try", IN_FORCE + "[lines.support]\nname = 'Сервис'\n")

    assert (done.exit_code, "shop:" in done.stdout) == (0, False)
