"""The client's card: shared addresses, numbers that changed hands (M-7, M-8); the clock of the whole matter (P-2)."""

from datetime import timedelta

import pytest

from hub.domain.ids import ContactId, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.merge import keep_apart
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN, person

PHONE = "+79161234567"
MATTER = ALWAYS_OPEN + '[lines.sales.targets]\nresolution = "4h"\n'
WORDS = {
    "ru": ("Дело закрыть до", "⏸ Ждём клиента", "срок дела стоит", "клиент ждёт нас", "нет срока на всё дело"),
    "en": (
        "Settle the matter",
        "⏸ Waiting for the client",
        "clock is paused",
        "the client waits for us",
        "sets no time",
    ),
}


def put_in_force(place, rules: str) -> None:
    place.desk.rules.append(to_policy(parse_policy(rules), len(place.desk.rules) + 1))


def labels(post) -> list[str]:
    return [str(button["text"]) for row in post.keyboard["inline_keyboard"] for button in row]


async def set_language(place, language: str) -> None:
    await place.desk.pool.execute("UPDATE managers SET language = $1", language)


@pytest.fixture
async def ivan(place):
    return await place.hire("ivan", "Иван")


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_p2_the_matter_has_its_deadline_on_the_card_and_stands_while_the_client_has_to_act(place, ivan, language):
    due, button, stands, waits, _ = WORDS[language]
    await set_language(place, language)
    put_in_force(place, MATTER)
    await place.client_says("Где мой договор?")
    number = (await place.desk.one("conversations"))["number"]
    card = place.post(ivan, "Где мой договор?")
    assert due in card.text
    assert button not in labels(card)
    await place.writes(ivan, f"/waitclient {number}")
    assert waits in place.seen(ivan)[-1]

    await place.replies(ivan, "Где мой договор?", "Пришлите реквизиты")
    await place.channel_says("sent")
    await place.presses(ivan, "Где мой договор?", button)
    assert stands in place.post(ivan, "Где мой договор?").text
    assert (await place.desk.one("timers", "kind = 'resolution'"))["state"] == "cancelled"
    assert button not in labels(place.post(ivan, "Где мой договор?"))

    place.desk.clock.move(timedelta(hours=30))
    await place.client_says("Вот реквизиты")
    assert due in place.post(ivan, "Вот реквизиты").text or due in place.post(ivan, due).text


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_p2_a_line_without_such_a_deadline_has_nothing_to_stop(place, ivan, language):
    await set_language(place, language)
    await place.client_says("Где мой договор?")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/waitclient {number}")
    assert WORDS[language][4] in place.seen(ivan)[-1]
    assert WORDS[language][0] not in place.post(ivan, "Где мой договор?").text


async def test_m7_an_address_is_marked_as_shared_on_the_clients_card_and_back(place, ivan):
    await place.client_says("Сколько стоит?", by=person(100, phone=PHONE))
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/client {number}")
    await place.presses(ivan, "👤 Мария", f"👥 Общий: {PHONE}")
    row = await place.desk.one("identities", "type = 'phone'")
    assert row["is_shared"]
    shown = place.post(ivan, "👤 Мария")
    assert f"{PHONE} (общий)" in shown.text
    assert "несколько людей" in shown.text

    await place.presses(ivan, "👤 Мария", f"👤 Не общий: {PHONE}")
    assert not (await place.desk.one("identities", "type = 'phone'"))["is_shared"]


@pytest.mark.parametrize(
    ("words", "is_shared"), [("1234", True), ("1234567 own", False), ("1234567 нет", False), ("999", False)]
)
async def test_m7_the_command_names_the_address_and_says_what_it_is(place, ivan, words, is_shared):
    await place.client_says("Сколько стоит?", by=person(100, phone=PHONE))
    number = (await place.desk.one("conversations"))["number"]
    if not is_shared and words != "999":
        await place.desk.pool.execute("UPDATE identities SET is_shared = true WHERE type = 'phone'")
    await place.writes(ivan, f"/shared {number} {words}")
    assert (await place.desk.one("identities", "type = 'phone'"))["is_shared"] is is_shared
    assert PHONE in place.seen(ivan)[-1]


MASKED = ALWAYS_OPEN.replace('name = "Продажи"', 'name = "Продажи"\nphone_masking = "always"')


@pytest.mark.parametrize(
    ("rules", "number"), [(ALWAYS_OPEN, PHONE), (MASKED, "+7••••••••67")], ids=["open", "masked (RG-5)"]
)
@pytest.mark.parametrize(
    ("language", "left", "came"),
    [("ru", "у другого клиента", "перешёл от «Анна»"), ("en", "Another client has", "came from “Анна”")],
)
async def test_m8_a_number_that_changed_hands_stands_on_both_cards(place, ivan, rules, number, language, left, came):
    await place.client_says("Сколько стоит?", by=person(100, name="Анна", phone=PHONE))
    await place.client_says("Здравствуйте", by=person(200, name="Борис", phone=PHONE))
    asked = await place.desk.one("match_candidates")
    actor = Person(ManagerId(ivan.user.id), Role.admin, frozenset(place.desk.office.policy().lines))
    await keep_apart(place.desk.office, actor, asked["id"])
    put_in_force(place, rules)
    await set_language(place, language)

    seen = {}
    for row in await place.desk.rows("conversations", "true ORDER BY id"):
        await place.writes(ivan, f"/client {row['number']}")
        seen[ContactId(row["contact_id"])] = place.seen(ivan)[-1]
    first, second = seen.values()
    assert left in first
    assert came in second
    assert all(number in text for text in (first, second))
    assert number == PHONE or PHONE not in first + second
