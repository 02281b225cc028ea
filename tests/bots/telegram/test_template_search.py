"""Searching templates while typing: offered within rights, never kept, sent once to the client who was meant."""

import pytest

from bots.telegram.dispatcher import UPDATES
from hub.channels.telegram.manager_bot import WANTED
from hub.domain.manager import Role
from hub.testing.telegram.faults import refused
from hub.testing.telegram.people import Person
from hub.testing.telegram.state import Search
from tests.bots.telegram.workplace import Workplace, repeat, waiting_update
from tests.inbox.desk import person
from tests.inbox.rules import line_says, put_in_force

ASKED, OTHER = "Сколько стоит?", "Есть доставка?"
RULES = line_says(
    "[lines.sales.templates.price]",
    'name = "Цена"',
    'text = "Здравствуйте, {{client.first_name}}! Цена готова."',
    "[lines.sales.templates.delivery]",
    'name = "Доставка"',
    'text = "Доставка бесплатна."',
    "[lines.sales.templates.slashes]",
    'name = "Ссылка"',
    'text = "// так начинается ссылка"',
)


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan with Maria's and Oleg's questions, his bot open for inline queries."""
    place.account.has_inline_mode = True
    put_in_force(place.desk, RULES)
    ivan = await place.hire("ivan", "Иван")
    await place.client_says(ASKED, by=person(100, name="Мария"))
    await place.client_says(OTHER, by=person(101, name="Олег"))
    return ivan


async def number_of(place: Workplace, name: str) -> int:
    row = await place.desk.one("conversations", "contact_id = (SELECT id FROM contacts WHERE name = $1)", name)
    return int(row["number"])


async def search(place: Workplace, who: Person, text: str, **more: str) -> Search:
    asked = who.searches(place.account, text, **more)
    await place.work()
    return asked


async def said_to(place: Workplace, name: str) -> list[str]:
    rows = await place.desk.rows(
        "messages", "direction = 'outbound' AND contact_id = (SELECT id FROM contacts WHERE name = $1)", name
    )
    return [row["text"] for row in rows]


async def test_a_word_finds_the_text_as_the_client_named_by_number_would_read_it(
    place: Workplace, ivan: Person
) -> None:
    found = await search(place, ivan, f"#{await number_of(place, 'Мария')} цена")
    assert found.titles == ["Цена", "✉️ Отправить как написано"]
    assert found.found[0]["input_message_content"]["message_text"] == "Здравствуйте, Мария! Цена готова."


async def test_the_button_puts_the_number_into_the_input_field(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    filled = ivan.fills(place.post(ivan, "🗒 Шаблоны, #"), "🔎 Найти по слову")
    assert filled == f"#{await number_of(place, 'Мария')} "


async def test_a_bot_without_inline_mode_shows_no_button_that_needs_it(place: Workplace, ivan: Person) -> None:
    place.account.has_inline_mode = False
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    assert "🔎 Найти по слову" not in str(place.post(ivan, "🗒 Шаблоны, #").keyboard)


async def test_case16_what_is_chosen_in_reply_to_the_card_goes_to_its_client_once(
    place: Workplace, ivan: Person
) -> None:
    found = await search(place, ivan, "доставка")
    ivan.chooses(place.account, found, "Доставка", reply_to=place.post(ivan, OTHER))
    update = waiting_update(place)
    await place.work()
    await repeat(place, update)
    assert await said_to(place, "Олег") == ["Доставка бесплатна."]
    assert await said_to(place, "Мария") == []


async def test_what_is_chosen_without_a_reply_goes_to_the_client_whose_number_was_typed(
    place: Workplace, ivan: Person
) -> None:
    found = await search(place, ivan, f"#{await number_of(place, 'Мария')} цена")
    ivan.chooses(place.account, found, "Цена")
    await place.work()
    assert await said_to(place, "Мария") == ["Здравствуйте, Мария! Цена готова."]


@pytest.mark.parametrize("is_named", [True, False])
async def test_a_text_found_below_what_is_only_read_along_is_asked_about_first(
    place: Workplace, ivan: Person, is_named: bool
) -> None:
    olga = await place.hire("olga", "Ольга", role=Role.head)
    number = await number_of(place, "Мария")
    await place.writes(olga, f"/read {number}")
    await place.client_says("Ау?", by=person(100, name="Мария"))
    found = await search(place, olga, f"#{number} доставка" if is_named else "доставка")
    olga.chooses(place.account, found, "Доставка", reply_to=place.post(olga, "Ау?"))
    await place.work()

    assert await said_to(place, "Мария") == []
    await place.presses(olga, "Это увидит клиент", "✉️ Отправить клиенту")
    assert await said_to(place, "Мария") == ["Доставка бесплатна."]


async def test_reliability72_a_text_for_one_client_in_reply_to_another_goes_to_neither(
    place: Workplace, ivan: Person
) -> None:
    found = await search(place, ivan, f"#{await number_of(place, 'Мария')} цена")
    ivan.chooses(place.account, found, "Цена", reply_to=place.post(ivan, OTHER))
    await place.work()
    assert await said_to(place, "Олег") == await said_to(place, "Мария") == []
    assert place.seen(ivan)[-1].startswith("Кому отправить?")


async def test_reliability72_without_number_and_reply_the_bot_asks_whom(place: Workplace, ivan: Person) -> None:
    found = await search(place, ivan, "доставка")
    ivan.chooses(place.account, found, "Доставка")
    await place.work()
    assert await said_to(place, "Олег") == await said_to(place, "Мария") == []
    assert place.seen(ivan)[-1].startswith("Кому отправить?")


async def test_without_a_number_only_texts_that_name_no_client_are_offered(place: Workplace, ivan: Person) -> None:
    assert (await search(place, ivan, "")).titles == ["Доставка", "Ссылка"]


async def test_a_template_that_looks_like_a_note_goes_to_the_client(place: Workplace, ivan: Person) -> None:
    found = await search(place, ivan, f"#{await number_of(place, 'Мария')} ссылка")
    ivan.chooses(place.account, found, "Ссылка", reply_to=place.post(ivan, ASKED))
    await place.work()
    assert await said_to(place, "Мария") == ["// так начинается ссылка"]


async def test_own_words_behind_the_number_are_sent_as_written(place: Workplace, ivan: Person) -> None:
    found = await search(place, ivan, f"#{await number_of(place, 'Мария')} Мария, готово")
    ivan.chooses(place.account, found, "✉️ Отправить как написано")
    await place.work()
    assert await said_to(place, "Мария") == ["Мария, готово"]


async def test_a_template_put_into_the_field_and_sent_by_hand_goes_without_name_and_number(
    place: Workplace, ivan: Person
) -> None:
    maria = await number_of(place, "Мария")
    await place.writes(ivan, f"/tpl {maria} цена")
    await place.presses(ivan, "🗒 Цена, #", "✏️ Изменить")
    filled = ivan.fills(place.post(ivan, "✏️ Напишите свой вариант"), "⌨️ В поле ввода")
    assert filled == f"#{maria} Здравствуйте, Мария! Цена готова."
    await place.writes(ivan, f"@desk_bot {filled} Звоните!")
    assert await said_to(place, "Мария") == ["Здравствуйте, Мария! Цена готова. Звоните!"]


async def test_rg2_a_stranger_is_offered_nothing(place: Workplace, ivan: Person) -> None:
    stranger = place.api.person("Никто")
    found = await search(place, stranger, "доставка")
    assert found.is_answered and found.titles == []


async def test_rg2_a_colleagues_client_is_not_read(place: Workplace, ivan: Person) -> None:
    anna = await place.hire("anna", "Анна")
    found = await search(place, anna, f"#{await number_of(place, 'Мария')} ")
    assert found.is_answered and found.titles == []


async def test_rg3_texts_of_other_lines_are_not_offered(place: Workplace, ivan: Person) -> None:
    team = RULES.replace('name = "Продажи"', 'name = "Продажи"\nteam = ["anna"]')
    put_in_force(place.desk, "[managers.anna]\n[managers.ivan]\n" + team)
    assert (await search(place, ivan, "")).titles == []


async def test_in_another_chat_nothing_of_the_business_is_offered(place: Workplace, ivan: Person) -> None:
    assert (await search(place, ivan, "", chat_type="private")).titles == []


async def test_what_reads_otherwise_by_now_is_found_anew(place: Workplace, ivan: Person) -> None:
    await search(place, ivan, "доставка")
    put_in_force(place.desk, RULES.replace("бесплатна", "платная"))
    found = await search(place, ivan, "доставка")
    assert found.found[0]["input_message_content"]["message_text"] == "Доставка платная."


async def test_a_query_too_old_to_be_answered_is_no_trouble(place: Workplace, ivan: Person) -> None:
    place.account.faults.add("answerInlineQuery", refused(400, "Bad Request: query is too old"))
    found = await search(place, ivan, "доставка")
    assert not found.is_answered and place.waiting.given_back == []


def test_what_the_bot_understands_is_what_its_channel_asks_telegram_for():
    assert set(UPDATES) <= set(WANTED)


@pytest.mark.parametrize("is_sent", [True, False])
async def test_reliability72_a_number_typed_before_names_nobody_in_the_next_search(
    place: Workplace, ivan: Person, is_sent: bool
) -> None:
    found = await search(place, ivan, f"#{await number_of(place, 'Мария')} доставка")
    if is_sent:
        ivan.chooses(place.account, found, "Доставка")
        await place.work()
    before = await said_to(place, "Мария")
    ivan.chooses(place.account, await search(place, ivan, "доставка"), "Доставка")
    await place.work()
    assert await said_to(place, "Мария") == before
    assert place.seen(ivan)[-1].startswith("Кому отправить?")


async def test_reliability72_what_was_offered_for_a_client_is_sent_to_them_once(place: Workplace, ivan: Person) -> None:
    found = await search(place, ivan, f"#{await number_of(place, 'Мария')} доставка")
    for _ in range(2):
        ivan.chooses(place.account, found, "Доставка")
        update = waiting_update(place)
        await place.work()
        await repeat(place, update)
    assert await said_to(place, "Мария") == ["Доставка бесплатна."]
