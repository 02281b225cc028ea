"""Events of Bitrix24: the bodies of the documents, their proof, what is kept of them, what arrives and what is lost."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from hub.channels.base import Raw
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.testing.fixture_files import RECEIVED_AT
from tests.crm_sync.connectors.bitrix24_bench import connector, portal

FIXTURES = Path(__file__).parent / "fixtures" / "bitrix24"
MEMBER = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


def event(name: str) -> Raw:
    body = (FIXTURES / f"{name}.form").read_bytes()
    return Raw(body, RECEIVED_AT, {"content-type": "application/x-www-form-urlencoded"}, "POST")


def form(**fields: str) -> Raw:
    return Raw("&".join(f"{name}={value}" for name, value in fields.items()).encode(), RECEIVED_AT, {}, "POST")


@pytest.mark.parametrize(
    ("name", "entity", "ref", "is_deleted"),
    [
        ("outgoing_deal_update", Entity.request, CrmRef("deal", "662"), False),
        ("application_contact_update", Entity.contact, CrmRef("contact", "82"), False),
        ("application_lead_delete_by_robot", Entity.request, CrmRef("lead", "17"), True),
    ],
)
def test_an_event_of_the_documents_is_a_hint(name, entity, ref, is_deleted) -> None:
    crm = connector()
    crm.verify(event(name))
    (hint,) = crm.parse(event(name))

    assert (hint.entity, hint.ref, hint.is_deleted) == (entity, ref, is_deleted)
    assert hint.occurred_at.tzinfo is UTC
    assert hint.occurred_at.date() == datetime(2026, 11, 22, tzinfo=UTC).date()


def test_access_and_refresh_tokens_of_an_event_are_not_kept() -> None:
    kept = connector().to_store(event("application_contact_update"))

    assert set(parse_qs(kept.body.decode())) == {
        "event",
        "event_handler_id",
        "data[FIELDS][ID]",
        "ts",
        "auth[member_id]",
    }


def test_two_events_of_one_record_keep_their_order() -> None:
    crm = connector()

    assert crm.peek(event("outgoing_deal_update")).order_key == "deal:662"


def test_both_tokens_are_good_while_one_is_changed() -> None:
    raw = event("outgoing_deal_update")
    token = "Tk51856fefc120afa4b628cc82d3935cce"

    connector(application_token="n3wToken-0123456789", previous_application_token=token).verify(raw)
    with pytest.raises(WebhookRejected):
        connector(application_token="n3wToken-0123456789").verify(raw)


def test_a_connection_without_a_token_takes_no_events() -> None:
    with pytest.raises(WebhookRejected, match="no application_token"):
        connector(application_token="-").verify(event("outgoing_deal_update"))


def test_another_portal_is_refused_where_one_is_named() -> None:
    connector(member_id=MEMBER).verify(event("outgoing_deal_update"))
    with pytest.raises(WebhookRejected, match="member_id"):
        connector(member_id="0" * 32).verify(event("outgoing_deal_update"))


def test_an_event_the_hub_has_no_use_for_is_ignored() -> None:
    assert connector().parse(form(event="ONCRMTIMELINECOMMENTADD", ts="1")) == ()


@pytest.mark.parametrize("record", ["", "x", "-1", "9" * 40, "١٢"])
def test_an_event_without_a_record_is_parked(record) -> None:
    with pytest.raises(PayloadInvalid):
        connector().parse(form(event="ONCRMDEALUPDATE", **{"data[FIELDS][ID]": record}))


def test_a_form_without_an_event_is_parked() -> None:
    with pytest.raises(PayloadInvalid):
        connector().parse(form(auth="x"))


def test_an_instant_that_is_none_is_when_it_came() -> None:
    (hint,) = connector().parse(form(event="ONCRMDEALADD", ts="9" * 17, **{"data[FIELDS][ID]": "5"}))

    assert hint.occurred_at == RECEIVED_AT


async def test_an_application_binds_its_events_once() -> None:
    async with portal(is_application=True) as (crm, fake, _):
        fake.events.has_outgoing = False
        first, again = await crm.subscribe(), await crm.subscribe()
        bound = len(fake.events.bindings)
        card = fake.human_adds_contact("Анна")
        (raw,) = fake.hooks()
        crm.verify(raw)
        (hint,) = crm.parse(raw)

    assert (first.is_ok, again.is_ok, bound) == (True, True, 13)
    assert hint.ref == card


async def test_an_application_without_a_token_binds_no_address() -> None:
    async with portal(is_application=True, application_token="") as (crm, fake, _):
        assert (await crm.subscribe()).is_ok
        assert fake.events.bindings == []


async def test_a_webhook_is_told_where_to_press() -> None:
    async with portal() as (crm, fake, _):
        told = await crm.subscribe()

    assert told.is_ok
    assert crm.context.public_url in "".join(told.say("ru"))
    assert fake.calls == []


async def test_a_lost_event_is_made_up_for_by_the_change_feed() -> None:
    async with portal() as (crm, fake, scene):
        card = scene.card()
        page = await crm.changes({})
        fake.hooks()
        fake.events.lost = 1
        scene.later()
        fake.human_renames(card, "Анна")
        scene.later()
        told = await crm.changes(page.cursor)

        assert fake.hooks() == []
    assert [hint.ref for hint in told.hints] == [card]
