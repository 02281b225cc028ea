"""amoCRM's chats: the hub as a channel, signatures over exact bytes, answers of people from there."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from hub.crm_sync.base import Entry, EntryKind, Person, Place, Talk, Talks
from hub.crm_sync.connectors.amocrm import CHANNEL
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import AuthenticationFailed, OutcomeUnknown, PayloadInvalid, PermanentFailure, WebhookRejected
from hub.domain.identity import IdentityType
from hub.domain.inbound import CrmAnswer
from hub.testing.crm.amocrm.shape import ANNA
from hub.testing.crm.kit import Fault, Strike
from tests.crm_sync.connectors.amocrm_desk import KEY, NOW, by_token, desk, hook, quick_account
from tests.crm_sync.scene import CRM, open_scene
from tests.inbox.desk import person, says

MARIA = Person("Мария", phones=("+79161234567",), emails=("maria@client.example",), link="https://hub.example/17")
SAID = Entry(EntryKind.message, NOW, "Здравствуйте", True, "telegram", author="Мария")
OTHER_KEY = "0b0e7a52-93f4-5b7c-8f0d-6f1c1f0a6a0e"


def by_chats(fake, **more):
    channel = {"chat_channel": fake.chat_channel, "chat_secret": fake.chat_secret, "chat_bot": fake.chat_bot}
    return by_token(fake, **channel, chat_url=fake.url, **more)


async def talking(at):
    """Return a connected connector, a card, and the talk with its client."""
    crm = at.connect(by_chats(at.fake))
    assert (await crm.subscribe()).is_ok
    card = at.fake.human_adds_contact("Мария", ["+79161234567"])
    return crm, card, Talk("42", MARIA, Place(card))


def to(path):
    return lambda called: called.method == "POST" and called.path.endswith(path)


def answered(**more):
    told = {
        "conversation": {"id": "c1", "client_id": "hub-42"},
        "sender": {"id": "amojo-502"},
        "timestamp": int(NOW.timestamp()),
        "message": {"id": "m1", "type": "text", "text": "Добрый день!"},
    }
    return hook(json.dumps({"account_id": "a", "message": told | more}).encode())


async def test_a_clients_message_stands_in_a_chat_of_its_card_and_makes_no_unclaimed_lead():
    async with desk() as at:
        crm, card, talk = await talking(at)
        made = await crm.say(SAID, talk, key=KEY)

        assert isinstance(crm, Talks)
        assert made.ref.kind == "chat_messages"
        assert at.fake.said_to(card) == [(f"hub-contact-{card.id}", "Здравствуйте")]
        assert at.fake.unclaimed == []


async def test_an_answer_given_in_the_hub_is_shown_in_the_name_of_who_gave_it():
    async with desk() as at:
        crm, card, talk = await talking(at)
        await crm.say(replace(SAID, is_inbound=False, user=str(ANNA), author="Анна"), talk, key=KEY)
        await crm.say(replace(SAID, is_inbound=False, author="Стажёр", text=""), talk, key=OTHER_KEY)

        assert at.fake.said_to(card) == [(f"amojo-{ANNA}", "Здравствуйте"), (at.fake.chat_bot, "…")]


async def test_a_chat_is_made_and_linked_once():
    async with desk() as at:
        crm, card, talk = await talking(at)
        await crm.say(SAID, talk, key=KEY)
        await crm.say(SAID, talk, key=OTHER_KEY)
        await at.connect(by_chats(at.fake)).say(SAID, talk, key=OTHER_KEY)

        links = [called for called in at.fake.calls if to("/contacts/chats")(called)]
        assert (len(links), len(at.fake.chats), len(at.fake.said_to(card))) == (1, 1, 2)


async def test_a_chat_of_another_card_is_refused_in_the_vendors_words():
    async with desk() as at:
        crm, _, talk = await talking(at)
        await crm.say(SAID, talk, key=KEY)
        other = at.fake.human_adds_contact("Олег")

        with pytest.raises(PermanentFailure, match="linked with another contact"):
            await crm.say(SAID, replace(talk, place=Place(other)), key=OTHER_KEY)


@pytest.mark.parametrize("joins", [True, False])
async def test_a_message_whose_answer_is_lost_is_found_in_the_history(joins):
    async with desk() as at:
        crm, card, talk = await talking(at)
        at.fake.joins_messages = joins
        at.fake.faults = [Fault(Strike.drop_after, to(at.fake.amojo_id))]
        with pytest.raises(OutcomeUnknown):
            await crm.say(SAID, talk, key=KEY)

        found = await crm.find_by_key(Entity.entry, KEY, Place(card))
        assert found.ref == CrmRef("chat_messages", at.fake.chats[0]["messages"][0]["message"]["id"])
        assert found.is_existing
        assert await crm.find_by_key(Entity.entry, OTHER_KEY, Place(card)) is None


@pytest.mark.parametrize(("path", "body"), [("/chats", b"{}"), ("", b"{}"), ("", b'{"new_message": 7}')])
async def test_a_success_that_names_nothing_is_unknown(path, body):
    async with desk() as at:
        crm, _, talk = await talking(at)
        at.fake.faults = [Fault(Strike.answer, to(f"{at.fake.amojo_id}{path}"), 200, body)]
        with pytest.raises(OutcomeUnknown):
            await crm.say(SAID, talk, key=KEY)


async def test_a_wrong_secret_or_a_clock_that_is_wrong_is_told_as_such():
    async with desk() as at:
        found = await at.connect(by_chats(at.fake) | {"chat_secret": "wrong-s3cret"}).subscribe()
        crm, card, talk = await talking(at)
        at.fake.now = lambda: NOW + timedelta(minutes=16)

        assert not found.is_ok
        assert "chat_secret is wrong" in found.say("ru")[0]
        with pytest.raises(AuthenticationFailed, match="clock"):
            await crm.say(SAID, talk, key=KEY)
        assert at.fake.said_to(card) == []


async def test_an_account_without_chats_is_told_so():
    async with desk() as at:
        at.fake.amojo_id = ""
        with pytest.raises(PermanentFailure) as refused:
            await at.connect(by_chats(at.fake)).say(SAID, Talk("42", MARIA, Place(CrmRef("contacts", "7"))), key=KEY)

        assert refused.value.reason == "plan"


async def test_a_client_of_little_and_a_refusal_in_words():
    async with desk() as at:
        crm, card, talk = await talking(at)
        await crm.say(SAID, replace(talk, person=Person("")), key=KEY)
        at.fake.faults = [Fault(Strike.answer, to(at.fake.amojo_id), 400, b'{"detail": "message.text"}')]

        with pytest.raises(PermanentFailure, match=r"message\.text"):
            await crm.say(SAID, talk, key=OTHER_KEY)
        assert len(at.fake.said_to(card)) == 1


async def test_an_answer_from_the_chats_is_told_with_whose_conversation_it_is():
    async with desk() as at:
        crm, _, talk = await talking(at)
        await crm.say(SAID, talk, key=KEY)
        at.fake.human_answers("hub-42", "Добрый день!")
        at.fake.human_answers(
            "hub-42", "Смотрите", album=("https://amojo.example/1.jpg", "https://amojo.example/2.jpg")
        )
        raws = at.fake.chat_hooks()
        for raw in raws:
            crm.verify(raw)
        told = [event for raw in raws for event in crm.parse(crm.to_store(raw))]

        assert [(each.conversation, each.user) for each in told] == [("42", f"amojo-{ANNA}")] * 3
        assert [each.text for each in told] == [
            "Добрый день!",
            "Смотрите\n0.jpg: https://amojo.example/1.jpg",
            "Смотрите\n1.jpg: https://amojo.example/2.jpg",
        ]
        peeked = crm.peek(raws[0])
        assert (peeked.event_id, peeked.order_key) == (told[0].external_id, "chat:42")
        assert at.fake.chat_hooks() == []


async def test_a_taken_answer_is_marked_and_a_refused_one_says_why():
    async with desk() as at:
        crm, _, talk = await talking(at)
        await crm.say(SAID, talk, key=KEY)
        at.fake.human_answers("hub-42", "Добрый день!")
        (raw,) = at.fake.chat_hooks()
        (answer,) = crm.parse(raw)
        await crm.confirm(answer, "")
        taken = at.fake.chats[0]["messages"][-1]["status"]
        await crm.confirm(answer, "Хаб не знает, кто это")

        assert taken == {"status_code": 1}
        assert at.fake.chats[0]["messages"][-1]["status"] == {
            "status_code": -1,
            "error_code": 905,
            "error": "Хаб не знает, кто это",
        }


async def test_a_status_of_a_message_that_is_gone_is_nobodys_and_another_refusal_is_told():
    answer = CrmAnswer("m-gone", "42", "amojo-502", "Добрый день!", NOW)
    async with desk() as at:
        crm, _, _ = await talking(at)
        await crm.confirm(answer, "")
        at.fake.faults = [Fault(Strike.answer, to("/delivery_status"), 400)]

        with pytest.raises(PermanentFailure):
            await crm.confirm(answer, "")


async def test_a_chat_that_people_began_there_has_no_conversation_here():
    async with desk() as at:
        crm, _, _ = await talking(at)
        at.fake.human_writes_first("Здравствуйте, это магазин")
        (raw,) = at.fake.chat_hooks()
        crm.verify(raw)

        assert (crm.parse(raw), crm.peek(raw).event_id) == ((), "")


@pytest.mark.parametrize(
    "raw",
    [
        hook(b"{}"),
        hook(b'{"message": 7}'),
        hook(b'{"message": {"message": {}, "conversation": []}}'),
        answered(sender=None),
        answered(message={"text": "без номера"}),
        hook(b'{"message": '),
    ],
)
async def test_a_message_of_another_form_is_parked(raw):
    async with desk() as at:
        crm = at.connect(by_chats(at.fake))
        with pytest.raises(PayloadInvalid):
            crm.parse(raw)
        assert crm.peek(raw).event_id == ""


async def test_a_message_that_is_not_signed_is_rejected():
    async with desk() as at:
        crm, _, talk = await talking(at)
        await crm.say(SAID, talk, key=KEY)
        at.fake.human_answers("hub-42", "Добрый день!")
        (raw,) = at.fake.chat_hooks()

        for wrong in (replace(raw, headers={}), replace(raw, body=raw.body + b" ")):
            with pytest.raises(WebhookRejected, match="X-Signature"):
                crm.verify(wrong)
        with pytest.raises(WebhookRejected, match="no channel"):
            at.connect().verify(raw)


@pytest.mark.parametrize("missing", ["chat_channel", "chat_secret", "chat_bot"])
def test_the_chats_need_channel_secret_and_bot_together(missing):
    settings = {key: value for key, value in by_chats(quick_account()).items() if key != missing}
    with pytest.raises(ValidationError, match="together"):
        CHANNEL.settings_model.model_validate(settings | {"api_url": "", "chat_url": ""})


def test_the_chats_are_where_the_account_is():
    model = CHANNEL.settings_model.model_validate({"account": "acme.kommo.com", "access_token": "t0ken-0123456789"})

    assert model.chat_base == "https://amojo.kommo.com"


async def test_a_manager_answers_from_amocrms_chat_and_the_client_gets_it(pool, tmp_path):
    async with quick_account().serving() as fake:
        settings = CHANNEL.settings_model.model_validate(by_chats(fake))
        scene = await open_scene(pool, tmp_path / "files", channel=CHANNEL, settings=settings)
        fake.now = scene.desk.clock.now
        anna = await scene.desk.hire("anna", "Анна")
        scene.desk.staff[(IdentityType.crm_id, str(CRM), str(ANNA))] = anna
        assert isinstance(scene.crm, CHANNEL)
        await scene.crm.subscribe()
        maria = person(100, name="Мария", phone="+79161234567")
        await scene.desk.receive(says("Здравствуйте", at=scene.desk.now, by=maria))
        await scene.run()
        conversation = (await scene.desk.one("conversations"))["id"]
        fake.human_answers(f"hub-{conversation}", "Добрый день!")
        await scene.bring(fake.chat_hooks())

        sent = await scene.desk.one("deliveries", "lane = 'reply'")
        message = await scene.desk.one("messages", "id = $1", sent["message_id"])
        assert (message["text"], message["manager_id"]) == ("Добрый день!", anna)
        (chat,) = fake.chats
        assert [row["message"]["text"] for row in chat["messages"]] == ["Здравствуйте", "Добрый день!"]
        assert chat["messages"][-1]["status"] == {"status_code": 1}
        assert fake.unclaimed == []
        await scene.http.close()
