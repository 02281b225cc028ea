"""The generic pair: signed webhooks out and in, against a receiver that compares with the reference library."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from hub.channels.base import Raw
from hub.crm_sync.base import CrmSchema, Patch, Place, Written
from hub.crm_sync.connectors.webhooks import CHANNEL
from hub.crm_sync.connectors.webhooks.settings import EventType, WebhooksSettings
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import AuthenticationFailed, PermanentFailure, TemporaryFailure, WebhookRejected
from hub.net.standard_webhooks import sign
from hub.testing.contracts import CrmContract
from hub.testing.contracts.crm.faults import FAULTS
from hub.testing.contracts.crm.samples import ENTRY, KEY, OTHER_KEY, PERSON, TASK, request_of
from hub.testing.crm.kit import Fault, Strike
from hub.testing.crm.webhooks import HOOK_SECRET, SECRET, FakeReceiver
from hub.testing.fixture_files import RECEIVED_AT
from tests.crm_sync.connectors.webhooks_scene import receiver, settings_for

CARD = CrmRef("contact", "card-1")
EVENT = b'{"type": "contact.updated", "timestamp": "2026-11-21T11:59:00Z", "data": {"id": 17}}'
TAKEN = dict.fromkeys([name for name, told in FAULTS.items() if told.fault.status == 200], (Written,))


class TestWebhooks(CrmContract):
    """Any answer with 2xx is a success, whatever it says; an overloaded receiver drops a repeated id."""

    channel = CHANNEL
    fake = FakeReceiver
    settings = staticmethod(settings_for)
    signs_body = True
    tells_merges = True
    own_field = "colour"
    also = {**TAKEN, "malformed": (Written,), "502": (TemporaryFailure,), "504": (TemporaryFailure,)}


def told(status, **headers):
    return Fault(Strike.answer, status=status, body=b'{"error": "go away"}', headers=headers)


def sent(body, *secrets, at=RECEIVED_AT, received_at=RECEIVED_AT, webhook_id="msg_1"):
    return Raw(body, received_at, dict(sign(secrets, webhook_id, at, body)), "POST")


async def test_410_closes_the_address_and_says_what_to_do():
    async with receiver() as (fake, crm, _):
        fake.faults = [told(410)]
        with pytest.raises(AuthenticationFailed, match=r"go away.*wants nothing more"):
            await crm.create_contact(PERSON, key=KEY)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_not_followed(status):
    async with receiver() as (fake, crm, _):
        fake.faults = [told(status, Location=f"{fake.url}/events")]
        with pytest.raises(TemporaryFailure, match="redirects are not followed"):
            await crm.create_contact(PERSON, key=KEY)

        assert len(fake.calls) == 1


@pytest.mark.parametrize(("status", "headers"), [(429, {"Retry-After": "20"}), (502, {}), (503, {}), (504, {})])
async def test_an_overloaded_receiver_hears_nothing_for_a_while(status, headers):
    async with receiver() as (fake, crm, scene):
        fake.faults = [told(status, **headers)]
        with pytest.raises(TemporaryFailure) as first:
            await crm.create_contact(PERSON, key=KEY)
        with pytest.raises(TemporaryFailure) as second:
            await scene.connect().create_contact(PERSON, key=OTHER_KEY)

        assert len(fake.calls) == 1
    assert first.value.retry_after == timedelta(seconds=20 if headers else 30)
    assert second.value.retry_after
    assert second.value.retry_after > timedelta(seconds=15)


async def test_a_repetition_has_the_same_id_and_a_new_instant():
    async with receiver() as (fake, crm, scene):
        await crm.add_entry(ENTRY, Place(CARD), key=KEY)
        scene.clock.advance(timedelta(hours=2))
        await crm.add_entry(ENTRY, Place(CARD), key=KEY)
        first, second = fake.calls

    assert (first.headers["webhook-id"], second.headers["webhook-id"]) == (KEY, KEY)
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert [event.id for event in fake.events] == [KEY]


async def test_equal_changes_are_told_each_time():
    async with receiver() as (fake, crm, _):
        made = await crm.create_contact(PERSON, key=KEY)
        for name in ("Анна", "Аня", "Анна"):
            await crm.update_contact(made.ref, Patch({"name": name}))

        assert [event.data["values"]["name"] for event in fake.events[1:]] == ["Анна", "Аня", "Анна"]


@pytest.mark.parametrize("known", [SECRET, HOOK_SECRET])
async def test_while_a_secret_is_changed_both_sign(known):
    async with receiver(secret=HOOK_SECRET, previous_secret=SECRET) as (fake, crm, _):
        fake.secrets = [known]
        await crm.create_contact(PERSON, key=KEY)

        assert (len(fake.events), fake.refusals) == (1, [])


async def test_a_receiver_that_does_not_know_the_secret_refuses_the_connection():
    async with receiver() as (fake, crm, _):
        fake.secrets = [HOOK_SECRET]
        with pytest.raises(AuthenticationFailed, match="no signature matches"):
            await crm.create_contact(PERSON, key=KEY)
        found = await crm.check()

    assert not found.is_ok
    assert "no signature matches" in found.say("ru")[0]


async def test_a_receiver_with_another_clock_refuses_what_is_old():
    async with receiver() as (fake, crm, scene):
        fake.now = lambda: scene.clock.now() + timedelta(minutes=6)
        with pytest.raises(AuthenticationFailed, match="too old or too new"):
            await crm.create_contact(PERSON, key=KEY)


@pytest.mark.parametrize("address", ["https://127.0.0.1:1/events", "https://[::1]:1/e", "https://169.254.169.254/"])
async def test_an_address_inside_the_network_is_refused_unless_it_is_meant(address):
    async with receiver(url=address, own_network=False, lookup_url="") as (_, crm, _scene):
        with pytest.raises(PermanentFailure) as refused:
            await crm.create_contact(PERSON, key=KEY)
        found = await crm.check()

    assert refused.value.reason == "private_address"
    assert not found.is_ok
    assert "own_network = true" in found.say("ru")[1]


async def test_questions_are_guarded_like_events():
    async with receiver(url="https://hub.example/", lookup_url="https://127.0.0.1:1/", own_network=False) as (
        _,
        crm,
        _s,
    ):
        with pytest.raises(PermanentFailure) as refused:
            await crm.find_contacts(PERSON.phones, ())

    assert refused.value.reason == "private_address"


async def test_what_is_not_wanted_is_not_told():
    async with receiver(events=["contact.created"]) as (fake, crm, _):
        made = await crm.create_contact(PERSON, key=KEY)
        left_out = await crm.create_request(request_of(made.ref), key=OTHER_KEY)
        await crm.update_contact(made.ref, Patch({"name": "Анна"}))

        assert [event.type for event in fake.events] == ["contact.created"]
        assert left_out.ref == CrmRef(Entity.request, OTHER_KEY)


async def test_the_hubs_key_is_the_id_until_the_receiver_names_its_own():
    async with receiver() as (fake, crm, _):
        fake.faults = [Fault(Strike.answer, status=204, body=b"")]
        unnamed = await crm.create_contact(PERSON, key=KEY)
        fake.faults = [Fault(Strike.answer, status=201, body=b'{"id": 17, "url": "https://crm.example/17"}')]
        named = await crm.create_contact(PERSON, key=OTHER_KEY)

    assert (unnamed.ref, unnamed.url) == (CrmRef("contact", KEY), "")
    assert (named.ref, named.url) == (CrmRef("contact", "17"), "https://crm.example/17")


async def test_bodies_stay_small_whatever_was_written():
    long = replace(ENTRY, text="Длинный рассказ. " * 9000, author="А" * 9000)
    async with receiver() as (fake, crm, _):
        await crm.add_entry(long, Place(CARD), key=KEY)
        await crm.add_task(replace(TASK, text="дело " * 9000), Place(CARD), key=OTHER_KEY)

        assert max(len(call.body) for call in fake.calls) < 20_000
        assert fake.events[0].data["text"].endswith("… [cut]")


async def test_without_an_address_for_questions_the_pair_is_one_way_and_says_so():
    async with receiver(lookup_url="") as (fake, crm, _):
        fake.human_adds_contact("Анна", PERSON.phones)

        assert await crm.describe() == CrmSchema()
        assert await crm.find_contacts(PERSON.phones, PERSON.emails) == []
        assert crm.parse(sent(EVENT, HOOK_SECRET)) == []
        with pytest.raises(PermanentFailure) as refused:
            await crm.get(CARD)
        assert refused.value.reason == "unsupported"
        assert "nothing comes back" in "".join((await crm.check()).say("en"))
        assert [call.path for call in fake.calls] == ["/events"]


async def test_the_test_of_a_connection_leaves_no_record():
    async with receiver() as (fake, crm, _):
        assert (await crm.check()).is_ok

        assert (fake.pings, fake.events, [len(fake.records(entity)) for entity in Entity]) == (1, [], [0] * 5)


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_webhook_from_another_time_is_rejected(minutes):
    async with receiver() as (_, crm, _scene):
        raw = sent(EVENT, HOOK_SECRET, at=RECEIVED_AT + timedelta(minutes=minutes))
        with pytest.raises(WebhookRejected, match="5 minutes"):
            crm.verify(raw)


async def test_while_the_incoming_secret_is_changed_both_pass():
    async with receiver(incoming_secret=SECRET, previous_incoming_secret=HOOK_SECRET) as (_, crm, _scene):
        crm.verify(sent(EVENT, SECRET))
        crm.verify(sent(EVENT, HOOK_SECRET))


async def test_without_an_incoming_secret_nothing_is_taken():
    async with receiver(incoming_secret="") as (_, crm, _scene):
        with pytest.raises(WebhookRejected, match="incoming_secret is not set"):
            crm.verify(sent(EVENT, HOOK_SECRET))


async def test_webhooks_of_one_record_come_in_order_and_one_id_is_one_event():
    async with receiver() as (_, crm, _scene):
        first, second = crm.peek(sent(EVENT, HOOK_SECRET)), crm.peek(sent(EVENT, HOOK_SECRET, webhook_id="msg_2"))

    assert (first.event_id, second.event_id) == ("msg_1", "msg_2")
    assert first.order_key == second.order_key == "contact:17"


@pytest.mark.parametrize("kind", ["invoice.paid", "entry.added", "contact", "hub.ping"])
async def test_events_that_are_not_for_us_are_ignored_and_ours_need_an_id(kind):
    body = f'{{"type": "{kind}", "data": {{"id": "1"}}}}'.encode()
    async with receiver() as (_, crm, _scene):
        assert len(crm.parse(sent(body, HOOK_SECRET))) == (kind == "contact")


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": ""},
        {"secret": "s3cret-0123456789"},
        {"secret": "whsec_c2hvcnQ="},
        {"secret": "whsec_not base64 at all, but long enough to be one"},
        {"incoming_secret": "whsec_"},
        {"url": "http://crm.example/events", "own_network": False},
        {"url": "HTTP://crm.example/events", "own_network": False},
        {"url": "https://[crm.example"},
        {"url": ""},
        {"lookup_url": "ftp://crm.example/"},
        {"url": "crm.example"},
        {"events": ["contact.deleted"]},
        {"per_second": 0},
    ],
)
def test_settings_that_cannot_work_are_refused_without_repeating_them(changes):
    given = settings_for(FakeReceiver(), url="https://crm.example/", lookup_url="") | changes
    with pytest.raises(ValidationError) as refused:
        WebhooksSettings.model_validate(given)

    secrets = [value for name, value in changes.items() if name.endswith("secret") and len(value) > 9]
    assert [secret for secret in secrets if secret in str(refused.value)] == []


def test_everything_is_told_by_default():
    settings = WebhooksSettings.model_validate({"url": "https://crm.example/", "secret": SECRET})

    assert set(settings.events) == set(EventType)


@pytest.mark.parametrize("name", ["due_at", "changed_at"])
async def test_a_time_beyond_the_calendar_is_an_odd_answer(name):
    async with receiver() as (fake, crm, _):
        body = json.dumps({"id": "7", name: "0001-01-01T00:00:00+14:00"}).encode()
        fake.faults = [Fault(Strike.answer, status=200, body=body)]
        with pytest.raises(TemporaryFailure):
            await crm.get(CrmRef("contact", "7"))
