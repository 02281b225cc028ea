"""Answers of Bitrix24 that are no answers, and rights that are not there: each is told as what it is."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from json import dumps
from typing import Any

import pytest

from hub.channels.base import Raw
from hub.crm_sync.base import Patch, Place
from hub.crm_sync.connectors.bitrix24.records import read_instant
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import OutcomeUnknown, PayloadInvalid, PermanentFailure, TemporaryFailure
from hub.testing.contracts.crm.samples import CALL, ENTRY, KEY, PERSON, TASK, outcome, request_of
from hub.testing.crm.kit import Fault, Strike
from hub.testing.fixture_files import RECEIVED_AT
from tests.crm_sync.connectors.bitrix24_bench import connector, portal

CARD = Place(CrmRef("contact", "101"))
Ask = Callable[[Any], Awaitable[object]]
WRITES: dict[str, Ask] = {
    "crm.item.add": lambda crm: crm.create_contact(PERSON, key=KEY),
    "crm.item.update": lambda crm: crm.update_contact(CARD.contact, Patch({"name": "Анна"})),
    "crm.timeline.comment.add": lambda crm: crm.add_entry(ENTRY, CARD, key=KEY),
    "crm.activity.todo.add": lambda crm: crm.add_task(TASK, CARD, key=KEY),
    "telephony.externalCall.register": lambda crm: crm.add_entry(CALL, CARD, key=KEY),
    "telephony.externalCall.finish": lambda crm: crm.add_entry(CALL, CARD, key=KEY),
}
READS: dict[str, Ask] = {
    "crm.item.get": lambda crm: crm.get(CARD.contact),
    "crm.timeline.comment.get": lambda crm: crm.get(CrmRef("comment", "5")),
    "crm.activity.get": lambda crm: crm.get(CrmRef("activity", "5")),
    "crm.item.fields": lambda crm: crm.get(CARD.contact, ["UF_CRM_HUB_NOTE"]),
    "crm.timeline.comment.list": lambda crm: crm.find_by_key(Entity.entry, KEY, CARD),
    "crm.activity.list": lambda crm: crm.find_by_key(Entity.task, KEY, CARD),
    "profile": lambda crm: crm.describe(),
}


def told(method: str, result: object) -> Fault:
    body = dumps({"result": result, "time": {}}).encode()
    return Fault(Strike.answer, lambda call: call.path.endswith(f"/{method}.json"), 200, body)


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("result", [None, [], {}, "", {"item": 7}])
async def test_a_write_that_says_nothing_of_what_it_made_is_unknown(method: str, result: object) -> None:
    async with portal(is_application=True) as (crm, fake, scene):
        scene.card()
        fake.faults = [told(method, result)]

        assert isinstance(await outcome(WRITES[method](crm)), OutcomeUnknown)


@pytest.mark.parametrize("method", READS)
@pytest.mark.parametrize("result", [None, "", 7, {"item": 7}])
async def test_a_read_that_says_nothing_comes_again(method: str, result: object) -> None:
    async with portal(is_application=True) as (crm, fake, scene):
        scene.card()
        fake.faults = [told(method, result)]

        assert isinstance(await outcome(READS[method](crm)), TemporaryFailure)


@pytest.mark.parametrize("lasts", [10**12, 10**40, -(10**40)])
async def test_a_new_token_counts_however_absurd_its_life_is_said_to_be(lasts: int) -> None:
    pair = {"access_token": "acce55-token-1", "refresh_token": "refre5h-token-1", "expires_in": lasts}
    async with portal(is_application=True, access_token="") as (crm, fake, _):
        fake.access = "acce55-token-1"
        fake.faults = [Fault(Strike.answer, lambda call: call.path == "/oauth/token/", 200, dumps(pair).encode())]

        assert not await crm.find_contacts([], ["a@example.com"])


@pytest.mark.parametrize(("instant", "minutes"), [(10**11, 10), (10**40, 10), (-(10**40), 1 / 30)])
async def test_a_method_that_is_blocked_for_ever_is_tried_again_within_minutes(instant: int, minutes: float) -> None:
    body = dumps({"error": "OPERATION_TIME_LIMIT", "time": {"operating_reset_at": instant}}).encode()
    async with portal() as (crm, fake, _):
        fake.faults = [Fault(Strike.answer, status=429, body=body)]
        blocked = await outcome(crm.find_contacts([], ["a@example.com"]))

    assert isinstance(blocked, TemporaryFailure)
    assert blocked.retry_after == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_a_time_beyond_the_calendar_is_no_time(text: str) -> None:
    assert read_instant(text) is None


@pytest.mark.parametrize("times", [{}, {"operating_reset_at": "soon"}, None])
async def test_a_blocked_method_that_does_not_say_until_when_waits_a_moment(times: object) -> None:
    body = dumps({"error": "OPERATION_TIME_LIMIT", "time": times}).encode()
    async with portal() as (crm, fake, _):
        fake.faults = [Fault(Strike.answer, status=429, body=body)]
        blocked = await outcome(crm.find_contacts([], ["a@example.com"]))

    assert isinstance(blocked, TemporaryFailure)
    assert blocked.retry_after
    assert blocked.retry_after.total_seconds() == 2


async def test_a_card_we_may_not_see_is_not_taken_for_gone() -> None:
    body = dumps({"error": "ACCESS_DENIED", "error_description": "Доступ запрещён"}).encode()
    async with portal() as (crm, fake, scene):
        card = scene.card()
        fake.faults = [Fault(Strike.answer, status=403, body=body)]
        refused = await outcome(crm.get(card))

    assert isinstance(refused, PermanentFailure)
    assert refused.reason == "forbidden"


async def test_a_company_we_may_not_see_says_nothing_of_its_name() -> None:
    body = dumps({"error": "ACCESS_DENIED"}).encode()
    async with portal() as (crm, fake, _):
        fields = {"name": "Анна", "companyId": fake.records_kept.add(4, {"title": "Ромашка"}, "3")["id"]}
        card = CrmRef("contact", str(fake.records_kept.add(3, fields, "3")["id"]))
        fake.faults = [Fault(Strike.answer, lambda call: b'"entityTypeId": 4' in call.body, 403, body)]
        now = await crm.get(card)

    assert "company" not in now.values


async def test_a_chat_cannot_be_read_as_a_record() -> None:
    async with portal() as (crm, _, _scene):
        refused = await outcome(crm.get(CrmRef("chat", "5")))

    assert isinstance(refused, PermanentFailure)
    assert refused.reason == "unsupported"


async def test_rows_of_the_change_feed_that_cannot_be_read_are_left_out() -> None:
    rows = [{"id": 5, "updatedTime": None}, {"id": "x", "updatedTime": "2026-11-21T15:00:00+03:00"}]
    async with portal() as (crm, fake, scene):
        start = (await crm.changes({})).cursor
        scene.later()
        fake.faults = [told("crm.item.list", {"items": rows})]
        page = await crm.changes(start)

    assert page.hints == ()
    assert page.cursor["contact"] == start["contact"]


async def test_a_company_made_before_is_found_by_its_key() -> None:
    async with portal() as (crm, fake, _):
        await crm.create_contact(PERSON, key=KEY)
        made = fake.records_kept.add(4, {"title": "Ромашка", "originatorId": "hub", "originId": KEY}, "1")
        found = await crm.find_by_key(Entity.company, KEY, None)

    assert found.ref == CrmRef("company", str(made["id"]))


async def test_an_entry_of_our_own_person_has_that_author() -> None:
    async with portal() as (crm, fake, scene):
        await crm.add_entry(replace(ENTRY, is_inbound=False, user="5"), Place(scene.card()), key=KEY)
        (row,) = fake.records_kept.comments.values()

    assert row["AUTHOR_ID"] == "5"


async def test_a_text_of_a_request_is_changed_without_its_markup_acting() -> None:
    async with portal() as (crm, fake, scene):
        made = await crm.create_request(request_of(scene.card()), key=KEY)
        await crm.update_request(made.ref, Patch({"text": "[b]Срочно[/b]", "amount": "7"}))
        kept = fake.records_kept.find(2, made.ref.id)
        now = await crm.get(made.ref)

    assert "[b]" not in kept["comments"]
    assert (now.values["text"], now.values["amount"]) == ("[b]Срочно[/b]", "7")


async def test_a_subscription_that_fails_is_told_in_words() -> None:
    async with portal(is_application=True) as (crm, fake, _):
        fake.is_away = True
        found = await crm.subscribe()

    assert not found.is_ok
    assert len(found.lines) == 2


async def test_a_portal_that_does_not_know_features_is_asked_nothing_more() -> None:
    body = dumps({"error": "ERROR_METHOD_NOT_FOUND"}).encode()
    async with portal(is_application=True) as (crm, fake, _):
        fake.faults = [Fault(Strike.answer, lambda call: call.path.endswith("feature.get.json"), 404, body)]
        found = await crm.check()

    assert found.is_ok
    assert "offline_events" not in "\n".join(found.say("ru"))


def test_what_is_no_form_is_kept_as_it_is() -> None:
    crm = connector()
    raw = Raw(b"\xff", RECEIVED_AT, {}, "POST")

    assert crm.to_store(raw).body == b"\xff"
    with pytest.raises(PayloadInvalid):
        crm.parse(raw)
