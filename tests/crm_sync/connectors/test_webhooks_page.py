"""What docs/crm-webhooks.md shows is what is sent, what is understood, and what runs."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from hub.channels.base import Raw
from hub.crm_sync.base import CrmSchema, CrmStage, CrmUser, Match, OwnField, Patch, Place, Snapshot
from hub.crm_sync.connectors.webhooks.settings import EventType, WebhooksSettings
from hub.domain.crm import CrmRef, Entity
from hub.domain.inbound import CrmHint
from hub.testing.contracts.crm.samples import CALL, KEY, PERSON, TASK, request_of
from hub.testing.crm.kit import FakeCrm, Fault, Strike
from hub.testing.crm.webhooks import HOOK_SECRET, SECRET
from hub.testing.fixture_files import RECEIVED_AT
from tests.crm_sync.connectors.webhooks_scene import receiver
from tests.house.source import ROOT

PAGE = (ROOT / "docs/crm-webhooks.md").read_text(encoding="utf-8")
CARD, DEAL = CrmRef("contact", "A-1"), CrmRef("request", "B-7")
CLIENT = replace(
    PERSON,
    owner="olga",
    source="telegram",
    company="Ромашка",
    marks={"utm_source": "yandex"},
    fields={"colour": "red"},
)
CHANCE = replace(
    request_of(CARD),
    person=CLIENT,
    owner="olga",
    stage="new",
    source="telegram",
    amount="1500.50",
    marks={"utm_source": "yandex"},
)
SPOKEN = replace(CALL, text="Спрашивала про доставку", user="olga")
RENAMED = Patch({"name": "Анна Иванова"}, {"colour": "green"}, ("+79031112233",))
JOB = replace(TASK, owner="olga")
WRITES = {
    "contact.created": lambda crm: crm.create_contact(CLIENT, key=KEY),
    "contact.updated": lambda crm: crm.update_contact(CARD, RENAMED),
    "request.created": lambda crm: crm.create_request(CHANCE, key=KEY),
    "request.updated": lambda crm: crm.update_request(DEAL, Patch({"stage": "won", "owner": "olga"})),
    "entry.added": lambda crm: crm.add_entry(SPOKEN, Place(CARD, DEAL), key=KEY),
    "task.created": lambda crm: crm.add_task(JOB, Place(CARD), key=KEY),
}


def section(title):
    """Return the text below a heading, to the next one."""
    return re.split(r"^#+ ", PAGE.partition(f" {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def blocks(title, language="json"):
    """Return the blocks of code below a heading."""
    return re.findall(rf"^```{language}\n(.*?)^```", section(title), re.DOTALL | re.MULTILINE)


async def answered(title, ask):
    """Ask, let the receiver answer with the last block below a heading; return question and what was understood."""
    async with receiver() as (fake, crm, _):
        fake.faults = [Fault(Strike.answer, status=200, body=blocks(title)[-1].encode())]
        understood = await ask(crm)
        return json.loads(fake.calls[-1].body), understood


@pytest.mark.parametrize("kind", WRITES)
async def test_an_event_is_sent_as_the_page_shows_it(kind):
    async with receiver() as (fake, crm, _):
        fake.faults = [Fault(Strike.answer, status=200)]
        await WRITES[kind](crm)

        assert json.loads(fake.calls[-1].body) == json.loads(blocks(kind)[0])


def test_every_event_and_every_setting_is_on_the_page():
    told = {*WRITES, "task.updated"}

    assert told == set(EventType)
    assert [kind for kind in EventType if kind not in PAGE] == []
    assert [name for name in WebhooksSettings.model_fields if f"`{name}`" not in PAGE] == []


async def test_a_task_that_changes_has_the_same_without_its_place():
    async with receiver() as (fake, crm, _):
        fake.faults = [Fault(Strike.answer, status=200)]
        await crm.update_task(CrmRef("task", KEY), JOB)
        sent = json.loads(fake.calls[-1].body)

    shown = json.loads(blocks("task.created")[0])["data"]
    assert sent["type"] == "task.updated"
    assert sent["data"] == {name: value for name, value in shown.items() if name not in {"contact", "request"}}


async def test_the_schema_of_the_page_is_understood():
    asked, told = await answered("schema.get", lambda crm: crm.describe())

    assert asked == {"type": "schema.get", "timestamp": "2026-11-21T12:00:00Z", "data": {}}
    assert told == CrmSchema(
        (CrmUser("olga", "Ольга", "olga@example.com"),),
        (CrmStage("new", "Новая", "open"), CrmStage("won", "Продано", "won")),
        (OwnField(Entity.contact, "colour", "Цвет"),),
        "hub",
    )


async def test_cards_are_asked_for_and_understood_as_on_the_page():
    asked, told = await answered("contact.find", lambda crm: crm.find_contacts(CLIENT.phones, CLIENT.emails))

    assert asked == json.loads(blocks("contact.find")[0])
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    matched, url = (*CLIENT.phones, *CLIENT.emails), "https://crm.example.com/cards/A-1"
    assert told == [Match(CARD, "Анна Петрова", "olga", matched, has_open_request=True, active_at=at, url=url)]


async def test_a_record_is_asked_for_and_understood_as_on_the_page():
    asked, told = await answered("record.get", lambda crm: crm.get(DEAL))

    assert asked == json.loads(blocks("record.get")[0])
    assert isinstance(told, Snapshot)
    assert told.values == {"name": "Диван и два кресла", "owner": "olga", "stage": "won", "amount": "1500.50"}
    assert (told.outcome, told.contact, told.changed_by, told.is_own) == ("won", CARD, "olga", False)


async def test_what_the_page_sends_is_a_hint():
    (body,) = (block.encode() for block in blocks("What you send"))
    signature = Webhook(HOOK_SECRET).sign("msg_1", RECEIVED_AT, body.decode())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": f"{RECEIVED_AT.timestamp():.0f}"}
    raw = Raw(body, RECEIVED_AT, {**headers, "webhook-signature": signature}, "POST")
    async with receiver() as (_, crm, _scene):
        crm.verify(raw)

        at = RECEIVED_AT - timedelta(minutes=2)
        assert crm.parse(raw) == [CrmHint("msg_1", Entity.request, DEAL, at, changed_by="olga")]


class PageReceiver(FakeCrm):
    """Answers with the example of the page, which verifies with the reference library at the machine's own clock."""

    def __init__(self):
        super().__init__()
        self.example: dict[str, Any] = {}
        exec(compile("".join(blocks("What your side does", "python")), "docs/crm-webhooks.md", "exec"), self.example)

    async def respond(self, request, called):
        headers = {name.lower(): value for name, value in called.headers.items()}
        status, told = self.example["receive"](headers, called.body)
        return web.json_response(told, status=status)


@pytest.mark.parametrize("secrets", [{"secret": SECRET}, {"secret": HOOK_SECRET, "previous_secret": SECRET}])
async def test_the_receiver_of_the_page_takes_an_event_once(secrets):
    async with receiver(PageReceiver, **secrets) as (_, crm, scene):
        scene.clock.at = datetime.now(UTC)
        first = await crm.create_contact(CLIENT, key=KEY)
        again = await crm.create_contact(CLIENT, key=KEY)

    assert (first.ref, again.ref) == (CARD, CARD)
