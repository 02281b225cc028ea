"""A head's digest over a real database and a fake Telegram: who still waits when it is sent (B-2)."""

import pytest

from hub.domain.ids import ConversationId, LineKey
from hub.domain.manager import Role
from hub.domain.outbound import Sent
from hub.inbox.lines import move_to_line
from hub.inbox.queries import get_actor_by_telegram
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import person
from tests.inbox.rules import MINUTE, answer, line_says, pass_time, put_in_force

RULES = line_says(
    'strategy = "manual"',
    "[[lines.sales.ladder]]",
    "percent = 100",
    'recipients = ["head"]',
    "[managers.ivan]",
    "[lines.support]",
    'name = "Сервис"',
    'team = ["ivan"]',
    'strategy = "manual"',
)
TITLE = "⏰ Ещё 3 клиента ждут ответа"


@pytest.fixture
async def olga(place: Workplace) -> Person:
    """The head of a line on which four clients are late: of Мария she has heard, of the others she will."""
    put_in_force(place.desk, RULES)
    olga = await place.hire("olga", "Ольга", role=Role.head)
    for number, name in enumerate(("Мария", "Олег", "Анна", "Пётр"), start=100):
        await place.client_says(f"Я {name}", by=person(number, name=name))
    await pass_time(place.desk, 15 * MINUTE)
    await place.work()
    return olga


async def conversation_of(place: Workplace, name: str) -> ConversationId:
    row = await place.desk.one("conversations", "contact_id = (SELECT id FROM contacts WHERE name = $1)", name)
    return ConversationId(row["id"])


async def answer_client(place: Workplace, olga: Person, name: str) -> None:
    await answer(place.desk, by=olga.user.id, where=await conversation_of(place, name))


async def tell_again(place: Workplace) -> object:
    """Bring the digest to the head, once more if it was brought already."""
    row = await place.desk.one("deliveries", "payload->>'notice' = 'digest'")
    return await place.notifier.notify(row["payload"], key=row["key"])


async def test_b2_the_first_arrives_as_a_card_and_the_others_as_one_list(place: Workplace, olga: Person) -> None:
    assert not [text for text in place.seen(olga) if "⏰" in text]
    await pass_time(place.desk, 5 * MINUTE)
    await place.work()

    digest = place.post(olga, TITLE)
    assert [name in digest.text for name in ("Мария", "Олег", "Анна", "Пётр")] == [False, True, True, True]


async def test_b2_a_line_of_the_list_opens_its_card(place: Workplace, olga: Person) -> None:
    await pass_time(place.desk, 5 * MINUTE)
    await place.work()
    row = await place.desk.one("conversations", "id = $1", await conversation_of(place, "Анна"))
    await place.presses(olga, TITLE, f"#{row['number']}")

    assert "Я Анна" in place.seen(olga)[-1]


async def test_b2_of_a_list_with_one_left_the_card_itself_arrives(place: Workplace, olga: Person) -> None:
    await pass_time(place.desk, 5 * MINUTE)
    for name in ("Олег", "Пётр"):
        await answer_client(place, olga, name)
    await place.work()

    assert not [text for text in place.seen(olga) if "⏰" in text]
    assert "🔴 Срок ответа прошёл" in place.post(olga, "Я Анна").text


async def test_b2_who_was_answered_since_is_counted_not_listed(place: Workplace, olga: Person) -> None:
    await pass_time(place.desk, 5 * MINUTE)
    await answer_client(place, olga, "Олег")
    await place.work()

    digest = place.post(olga, "⏰ Ещё 2 клиента ждут ответа").text
    assert ("Олег" in digest, "решено или передано: 1 обращение" in digest) == (False, True)


async def test_b2_a_list_in_which_nobody_waits_any_more_is_not_sent(place: Workplace, olga: Person) -> None:
    await pass_time(place.desk, 5 * MINUTE)
    for name in ("Олег", "Анна", "Пётр"):
        await answer_client(place, olga, name)
    before = place.seen(olga)

    assert isinstance(await tell_again(place), Sent)
    assert place.seen(olga) == before


async def test_b2_a_list_brought_twice_is_shown_once(place: Workplace, olga: Person) -> None:
    await pass_time(place.desk, 5 * MINUTE)
    await place.work()
    before = place.seen(olga)

    assert isinstance(await tell_again(place), Sent)
    assert place.seen(olga) == before


async def test_rg2_a_client_who_went_to_a_foreign_line_is_counted_not_listed(place: Workplace, olga: Person) -> None:
    await pass_time(place.desk, 5 * MINUTE)
    actor = await get_actor_by_telegram(place.desk.office, olga.user.id)
    assert actor is not None
    await move_to_line(place.desk.office, actor, await conversation_of(place, "Олег"), line=LineKey("support"))
    await place.work()

    digest = place.post(olga, "⏰ Ещё 2 клиента ждут ответа").text
    assert ("Олег" in digest, "решено или передано: 1 обращение" in digest) == (False, True)
