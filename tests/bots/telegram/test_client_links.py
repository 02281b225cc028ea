"""A link from a card to the bot of clients: who opens it is asked about, never taken for the client (M-2, M-4, M-5)."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hub.domain.identity import IdentityType
from hub.domain.inbound import Address, FormSubmission, Sender
from hub.testing.telegram.people import Person
from tests.bots.telegram.clients_bot import ClientsBot, open_clients_bot
from tests.bots.telegram.workplace import Workplace

PHONE = "+79161234567"


@pytest.fixture
async def shop(place: Workplace) -> AsyncIterator[ClientsBot]:
    async with open_clients_bot(place) as shop:
        yield shop


@pytest.fixture
async def ivan(place: Workplace, shop: ClientsBot) -> Person:
    """Ivan, whose client Maria came by a form and left a telephone."""
    ivan = await place.hire("ivan", "Иван")
    sender = Sender((Address(IdentityType.phone, PHONE, "8-916-123-45-67"),), name="Мария Петрова")
    await place.desk.receive(FormSubmission("f1", "calc", sender, place.desk.now, text="Нужен шкаф"), connection=3)
    await place.work()
    return ivan


async def card_of(place: Workplace, name: str = "Мария Петрова") -> int:
    row = await place.desk.one(
        "conversations", "contact_id = (SELECT id FROM contacts WHERE name = $1 ORDER BY id LIMIT 1)", name
    )
    return int(row["number"])


async def payload(place: Workplace, ivan: Person) -> str:
    """What the link hands back that Ivan gets from the client's card."""
    await place.writes(ivan, f"/client {await card_of(place)}")
    await place.presses(ivan, PHONE, "🔗 Ссылка на бота")
    found = re.search(r"https://t\.me/brand_bot\?start=(c_[\w-]{22})\b", place.post(ivan, "🔗 Ссылка на бота").text)
    assert found is not None
    return found[1]


async def opens(place: Workplace, shop: ClientsBot, payload: str, name: str = "Олег") -> Person:
    """Somebody opens a link and writes."""
    person = place.api.person(name)
    person.starts(shop.account, payload)
    await shop.work()
    person.writes(shop.account, f"Это {name}, про шкаф")
    await shop.work()
    return person


async def questions(place: Workplace) -> int:
    return len(await place.desk.rows("match_candidates"))


async def test_m5_who_opens_the_link_and_writes_is_asked_about_and_joined_by_a_press(
    place: Workplace, shop: ClientsBot, ivan: Person
) -> None:
    oleg = await opens(place, shop, await payload(place, ivan))
    asked = place.post(ivan, "Это один клиент?")
    assert "открыта ссылка на бота с этой карточки" in asked.text and "Мария Петрова" in asked.text

    label = next(str(row[0]["text"]) for row in (asked.keyboard or {})["inline_keyboard"] if "🧩" in str(row))
    await place.presses(ivan, "Это один клиент?", label)
    [card] = await place.desk.rows("identities", "type = 'phone'")
    [account] = await place.desk.rows("identities", "type = 'tg_user' AND value = $1", str(oleg.user.id))
    assert card["contact_id"] == account["contact_id"]


async def test_m2_opening_the_link_alone_gives_nobody_the_card(
    place: Workplace, shop: ClientsBot, ivan: Person
) -> None:
    await opens(place, shop, await payload(place, ivan))
    [card] = await place.desk.rows("identities", "type = 'phone'")
    accounts = await place.desk.rows("identities", "type = 'tg_user'")
    assert card["contact_id"] not in [each["contact_id"] for each in accounts]


async def test_a_link_works_once(place: Workplace, shop: ClientsBot, ivan: Person) -> None:
    link = await payload(place, ivan)
    await opens(place, shop, link)
    await opens(place, shop, link, "Вера")
    assert await questions(place) == 1


@pytest.mark.parametrize(("days", "asked"), [(6, 1), (7, 0)])
async def test_a_link_works_for_seven_days(
    place: Workplace, shop: ClientsBot, ivan: Person, days: int, asked: int
) -> None:
    link = await payload(place, ivan)
    place.desk.clock.move(timedelta(days=days))
    await opens(place, shop, link)
    assert await questions(place) == asked


async def test_a_made_up_link_means_nothing_and_leaves_nothing(
    place: Workplace, shop: ClientsBot, ivan: Person
) -> None:
    await opens(place, shop, "c_" + "A" * 22)
    assert await questions(place) == 0
    assert await place.desk.rows("identities", "type = 'card_link'") == []


async def test_only_the_hash_of_a_link_is_kept(place: Workplace, shop: ClientsBot, ivan: Person) -> None:
    link = await payload(place, ivan)
    await opens(place, shop, link)
    token = link.removeprefix("c_")
    kept = [
        str([dict(row) for row in await place.desk.rows(table)])
        for table in ("identities", "messages", "conversations", "leads", "waits", "audit", "ledger", "deliveries")
    ]
    assert [each for each in kept if token in each] == []
    [row] = await place.desk.rows("identities", "type = 'card_link'")
    assert len(row["value"]) == 64


async def test_the_link_is_an_audit_fact_and_no_address_on_the_card(
    place: Workplace, shop: ClientsBot, ivan: Person
) -> None:
    await payload(place, ivan)
    [fact] = await place.desk.rows("audit", "action = 'client_link_made'")
    assert fact["manager_id"] == ivan.user.id
    await place.writes(ivan, f"/client {await card_of(place)}")
    [row] = await place.desk.rows("identities", "type = 'card_link'")
    assert row["value"] not in place.seen(ivan)[-1] and "card_link" not in place.seen(ivan)[-1]


async def test_rg2_nobody_makes_a_link_for_a_colleagues_client(
    place: Workplace, shop: ClientsBot, ivan: Person
) -> None:
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = $1", ivan.user.id)
    anna = await place.hire("anna", "Анна")
    await place.writes(anna, f"/botlink {await card_of(place)}")
    assert "t.me" not in "".join(place.seen(anna))
    assert await place.desk.rows("identities", "type = 'card_link'") == []


async def test_without_a_bot_for_clients_there_is_no_link(place: Workplace, ivan: Person) -> None:
    place.clients_bot = None
    await place.writes(ivan, f"/botlink {await card_of(place)}")
    assert place.seen(ivan)[-1].startswith("Бота для клиентов нет")
    assert await place.desk.rows("identities", "type = 'card_link'") == []


async def test_who_is_in_the_bot_already_needs_no_link(place: Workplace, shop: ClientsBot) -> None:
    ivan = await place.hire("ivan", "Иван")
    shop.maria.writes(shop.account, "Здравствуйте")
    await shop.work()
    await place.writes(ivan, f"/client {await card_of(place, 'Мария')}")
    assert "Ссылка на бота" not in str(ivan.screen(place.account).visible()[-1].buttons)


async def test_the_client_of_the_card_who_opens_it_is_not_asked_about(
    place: Workplace, shop: ClientsBot, ivan: Person
) -> None:
    number, link = await card_of(place), await payload(place, ivan)
    oleg = await opens(place, shop, link)
    asked = place.post(ivan, "Это один клиент?")
    label = next(str(row[0]["text"]) for row in (asked.keyboard or {})["inline_keyboard"] if "🧩" in str(row))
    await place.presses(ivan, "Это один клиент?", label)
    await place.writes(ivan, f"/botlink {number}")
    again = re.search(r"start=(c_[\w-]{22})", place.post(ivan, "🔗 Ссылка на бота").text)
    assert again is not None
    oleg.starts(shop.account, again[1])
    await shop.work()
    await opens(place, shop, again[1], "Вера")
    assert await questions(place) == 1


async def test_the_question_names_people_by_their_addresses_and_shows_no_hash_of_a_link(
    place: Workplace, shop: ClientsBot, ivan: Person
) -> None:
    await opens(place, shop, await payload(place, ivan))
    asked = place.post(ivan, "Это один клиент?").text
    [row] = await place.desk.rows("identities", "type = 'card_link'")
    assert PHONE in asked and row["value"][:20] not in asked
