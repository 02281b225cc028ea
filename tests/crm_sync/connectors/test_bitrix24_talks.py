"""The open channel of Bitrix24: clients in chats, answers from there, what is said when one is not taken."""

from dataclasses import replace
from typing import Any

import pytest

from hub.channels.base import Raw
from hub.crm_sync.base import Place, Talk, Talks
from hub.crm_sync.connectors.bitrix24.talks import unmarked
from hub.domain.crm import CrmRef
from hub.domain.errors import OutcomeUnknown, PermanentFailure
from hub.domain.inbound import CrmAnswer
from hub.testing.contracts.crm.samples import ENTRY, KEY, PERSON, outcome
from hub.testing.crm.kit import Fault, Strike
from hub.testing.fixture_files import RECEIVED_AT
from tests.crm_sync.connectors.bitrix24_bench import connector, portal

CARD = CrmRef("contact", "17")
TALK = Talk("42", PERSON, Place(CARD))
ANSWER = CrmAnswer(
    "1807:86497",
    "42",
    "3",
    "Добрый день!",
    RECEIVED_AT,
    {"im_chat": "1807", "im_message": "86497", "chat": "42.17", "line": "107"},
)


def talking() -> Any:
    """A connector of an application that stands in a line."""
    return portal(is_application=True, open_line="107")


async def test_a_clients_message_stands_in_the_chat_of_the_line() -> None:
    async with talking() as (crm, fake, _):
        assert (await crm.subscribe()).is_ok
        made = await crm.say(ENTRY, TALK, key=KEY)
        (said,) = fake.chats.said

    assert (made.ref.kind, said["id"], said["chat"], said["text"]) == ("chat", KEY, "42.17", ENTRY.text)
    assert (said["disable_crm"], "user_id" in said, said["date"]) == ("Y", False, int(ENTRY.at.timestamp()))
    assert (said["user"]["name"], said["user"]["last_name"]) == ("Анна", "Петрова")
    assert (said["user"]["phone"], said["user"]["id"]) == ("+79161234567", "contact-17")


async def test_an_answer_given_elsewhere_stands_there_as_its_authors() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        await crm.say(replace(ENTRY, is_inbound=False, user="3", author="Ольга"), TALK, key=KEY)
        await crm.say(replace(ENTRY, is_inbound=False, user="", author="Вера"), TALK, key=f"{KEY}-2")

    assert [said["user_id"] for said in fake.chats.said] == [3, 1]
    assert [said["text"].partition(":")[0] for said in fake.chats.said] == [ENTRY.text, "Вера"]


@pytest.mark.parametrize("name", ["Клиент +7 916 123-45-67", "Ромашка №5 (ООО) «Луч»", "", "А" * 60, "O'Neil-Smith"])
async def test_a_name_the_line_would_refuse_is_made_one_of_letters(name: str) -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        await crm.say(ENTRY, replace(TALK, person=replace(PERSON, name=name)), key=KEY)

        assert len(fake.chats.said) == 1


async def test_a_message_of_files_alone_names_them() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        await crm.say(replace(ENTRY, text="", files=("план.pdf", "фото.jpg")), TALK, key=KEY)

        assert fake.chats.said[0]["text"] == "план.pdf\nфото.jpg"


async def test_no_markup_of_a_client_acts_in_a_chat() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        await crm.say(replace(ENTRY, text="[url=https://evil.example]жми[/url]"), TALK, key=KEY)

        assert "[url" not in fake.chats.said[0]["text"]


async def test_an_answer_from_the_chat_comes_back_with_our_conversation() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        await crm.say(ENTRY, TALK, key=KEY)
        fake.hooks()
        fake.human_answers("42.17", "[b]Ольга Смирнова:[/b] [br]Добрый день![br]Ждём вас.")
        (raw,) = fake.hooks()
        crm.verify(raw)
        (answer,) = crm.parse(crm.to_store(raw))
        order = crm.peek(raw).order_key

    assert isinstance(answer, CrmAnswer)
    assert (answer.conversation, answer.user, answer.text) == ("42", "3", "Добрый день!\nЖдём вас.")
    assert order == "chat:42.17"
    assert b"acce55" not in crm.to_store(raw).body


async def test_an_answer_that_is_taken_is_told_to_be_delivered() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        await crm.confirm(ANSWER, "")
        (told,) = fake.chats.delivered

    assert told["im"] == {"chat_id": "1807", "message_id": "86497"}
    assert (told["message"], told["chat"]) == ({"id": ["1807:86497"]}, {"id": "42.17"})


async def test_an_answer_that_is_not_taken_is_told_in_the_chat() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        await crm.confirm(ANSWER, "С этим клиентом уже работает коллега")
        (said,) = fake.chats.said

    assert fake.chats.delivered == []
    assert (said["chat"], said["user"]["id"], said["user_id"]) == ("42.17", "contact-17", 1)
    assert said["text"] == "Клиенту не отправлено: С этим клиентом уже работает коллега"


async def test_an_error_inside_a_success_is_an_error() -> None:
    async with talking() as (crm, _, _scene):
        await crm.subscribe()
        told = await outcome(crm.confirm(replace(ANSWER, echo={"chat": "42.17", "line": "107"}), ""))

    assert isinstance(told, PermanentFailure)
    assert "IMCONNECTOR_NOT_ALL_THE_REQUIRED_DATA" in str(told)


async def test_a_line_that_is_off_refuses_in_the_vendors_words() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        fake.chats.active.clear()
        told = await outcome(crm.say(ENTRY, TALK, key=KEY))

    assert isinstance(told, PermanentFailure)
    assert "NOT_ACTIVE_LINE" in str(told)


async def test_a_message_whose_answer_was_lost_is_not_known_to_be_there() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        fake.faults = [Fault(Strike.drop_after, at=lambda call: call.path.endswith("send.messages.json"))]

        assert isinstance(await outcome(crm.say(ENTRY, TALK, key=KEY)), OutcomeUnknown)
        assert len(fake.chats.said) == 1


async def test_the_connector_is_registered_once_and_activated() -> None:
    async with talking() as (crm, fake, _):
        await crm.subscribe()
        await crm.subscribe()
        registered = [call for call in fake.calls if call.path.endswith("imconnector.register.json")]

    assert len(registered) == 1
    assert fake.chats.active == {("hub_7", "107")}


def test_only_an_application_with_a_line_talks() -> None:
    crm = connector()

    assert isinstance(crm, Talks)
    assert not crm.is_talking


@pytest.mark.parametrize("more", [{"open_line": "107"}, {"open_line": "зал"}])
def test_a_line_without_what_it_needs_is_refused(more: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        connector(**more)


def test_a_chat_of_another_connector_is_not_ours() -> None:
    crm = connector()
    body = b"event=ONIMCONNECTORMESSAGEADD&data[CONNECTOR]=telegrambot&data[MESSAGES][0][im][message_id]=1"

    assert crm.parse(Raw(body, RECEIVED_AT, {}, "POST")) == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[b]Ольга:[/b] [br]Да", "Да"),
        ("Да [b]точно[/b]", "Да точно"),
        ("раз[br]два[BR/]три", "раз\nдва\nтри"),
        ("[url=https://example.com]сайт[/url]", "сайт (https://example.com)"),
        ("[URL]https://example.com[/URL]", "https://example.com"),
        ("[1] пункт", "[1] пункт"),
    ],
)
def test_an_answer_is_read_without_its_markup(written: str, read: str) -> None:
    assert unmarked(written) == read
