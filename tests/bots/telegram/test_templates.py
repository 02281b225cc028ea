"""Answering by a template in the chat: what the client would read is read first, then a press sends it."""

from datetime import timedelta

import pytest

from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import person
from tests.inbox.rules import OFFICE, line_says, put_in_force, stand_at

ASKED = "Сколько стоит?"
PRICE = (
    "Здравствуйте, {{client.first_name|друг}}! Это {{manager.first_name}}. "
    "Расчёт по обращению {{conversation.number}} готов."
)
LONG = "Подробно. " * 80
LATER = """calendar = "office"
[lines.sales.templates.later]
name = "Позже"
text = "Ответим {{opening_time}}"
"""


def rules(price: str = PRICE, *more: str) -> str:
    return line_says(
        "[lines.sales.templates.price]",
        'name = "Цена"',
        f'text = "{price}"',
        'text_en = "Hello, {{client.first_name|friend}}!"',
        "[lines.sales.templates.long]",
        'name = "Доставка"',
        f'text = "{LONG}"',
        *more,
    )


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan of a line with two templates, and a client."""
    put_in_force(place.desk, rules())
    ivan = await place.hire("ivan", "Иван Орлов")
    await place.client_says(ASKED, by=person(100, name="Мария Петрова"))
    return ivan


async def answers(place: Workplace) -> list[str]:
    return [row["text"] for row in await place.desk.rows("messages", "direction = 'outbound'")]


async def number(place: Workplace) -> int:
    return int((await place.desk.one("conversations"))["number"])


async def test_a_template_is_read_as_the_client_will_read_it_and_sent_by_a_press(
    place: Workplace, ivan: Person
) -> None:
    words = f"Здравствуйте, Мария! Это Иван. Расчёт по обращению {await number(place)} готов."
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    assert words in place.seen(ivan)[-1]
    assert await answers(place) == []
    await place.presses(ivan, "🗒 Шаблоны, #", "1. Цена")
    assert await answers(place) == [words]
    assert "Отправляю: Мария Петрова" in place.seen(ivan)[-1]


async def test_s3_an_answer_by_template_stops_the_clock_when_the_channel_took_it(
    place: Workplace, ivan: Person
) -> None:
    await place.writes(ivan, f"/tpl {await number(place)}")
    await place.presses(ivan, "🗒 Шаблоны, #", "1. Цена")
    assert (await place.desk.one("waits"))["state"] == "open"
    await place.channel_says("sent")
    assert (await place.desk.one("waits"))["state"] == "answered"


async def test_a_long_one_opens_whole_before_it_can_be_sent(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    await place.presses(ivan, "🗒 Шаблоны, #", "👁 2. Доставка")
    assert LONG.strip() in place.seen(ivan)[-1]
    assert await answers(place) == []
    await place.presses(ivan, "🗒 Доставка, #", "✉️ Отправить")
    assert await answers(place) == [LONG]


async def test_a_word_finds_the_template(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, f"/tpl {await number(place)} цена")
    await place.presses(ivan, "🗒 Цена, #", "✉️ Отправить")
    assert len(await answers(place)) == 1
    await place.writes(ivan, f"/tpl {await number(place)} ипотека")
    assert "Ни один шаблон не подходит: «ипотека»" in place.seen(ivan)[-1]


async def test_a_client_who_speaks_english_reads_english(place: Workplace, ivan: Person) -> None:
    await place.desk.pool.execute("UPDATE contacts SET language = 'en-GB'")
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    assert "Hello, Мария!" in place.seen(ivan)[-1]


async def test_a_wording_that_changed_since_it_was_read_is_not_sent(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    put_in_force(place.desk, rules("Цена выросла."))
    await place.presses(ivan, "🗒 Шаблоны, #", "1. Цена")
    assert await answers(place) == []
    assert "Цена выросла." in place.seen(ivan)[-1]
    assert "Текст шаблона тем временем изменился" in "\n".join(place.seen(ivan))


@pytest.mark.parametrize("name", ["Марина Петрова", ""])
async def test_a_text_that_would_read_otherwise_by_now_is_shown_anew(place: Workplace, ivan: Person, name: str) -> None:
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    await place.desk.pool.execute("UPDATE contacts SET name = $1", name)
    await place.presses(ivan, "🗒 Шаблоны, #", "1. Цена")
    assert await answers(place) == []
    assert f"Здравствуйте, {name.partition(' ')[0] or 'друг'}!" in place.seen(ivan)[-1]
    await place.presses(ivan, "🗒 Шаблоны, #", "1. Цена")
    assert len(await answers(place)) == 1


async def test_an_opening_time_that_is_said_otherwise_by_now_is_shown_anew(place: Workplace, ivan: Person) -> None:
    put_in_force(place.desk, OFFICE + LATER)
    stand_at(place.desk, 0, "23:50")
    await place.writes(ivan, f"/tpl {await number(place)} завтра")
    place.desk.clock.move(timedelta(minutes=20))
    await place.presses(ivan, "🗒 Позже, #", "✉️ Отправить")
    assert await answers(place) == []
    assert "Ответим сегодня в 9:00" in place.seen(ivan)[-1]


async def test_case16_a_double_tap_sends_a_template_once(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    shown = place.post(ivan, "🗒 Шаблоны, #")
    for _ in range(2):
        ivan.presses(place.account, shown, "1. Цена")
    await place.work()
    assert len(await answers(place)) == 1
    assert len(await place.desk.rows("deliveries", "lane = 'reply'")) == 1
    assert "Отправляю: Мария Петрова" in place.seen(ivan)[-2]
    assert place.seen(ivan)[-1] == "Этот шаблон отсюда уже отправлен: второй раз он не уходит."


async def test_case16_a_template_chosen_anew_goes_again(place: Workplace, ivan: Person) -> None:
    for _ in range(2):
        await place.writes(ivan, f"/tpl {await number(place)} цена")
        await place.presses(ivan, "🗒 Цена, #", "✉️ Отправить")
    assert len(await answers(place)) == 2


async def test_a_line_without_templates_says_who_adds_them(place: Workplace, ivan: Person) -> None:
    put_in_force(place.desk, line_says())
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    assert place.seen(ivan)[-1] == "У линии нет шаблонов: их добавляет администратор в правилах."


async def test_more_than_a_page_of_them_has_pages(place: Workplace, ivan: Person) -> None:
    many = (f'[lines.sales.templates.n{n}]\nname = "Ещё {n}"\ntext = "Текст {n}"' for n in range(3, 9))
    put_in_force(place.desk, rules(PRICE, *many))
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    await place.presses(ivan, "страница 1 из 2", "Ещё ⟩")
    await place.presses(ivan, "страница 2 из 2", "8. Ещё 8")
    assert await answers(place) == ["Текст 8"]


async def test_case103_a_clients_name_that_looks_like_a_template_stays_text(place: Workplace, ivan: Person) -> None:
    await place.desk.pool.execute("UPDATE contacts SET name = '{{manager.name}} <b>'")
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    await place.presses(ivan, "🗒 Шаблоны, #", "1. Цена")
    assert (await answers(place))[0].startswith("Здравствуйте, {{manager.name}}!")


async def test_rg2_templates_of_a_colleagues_client_are_not_read(place: Workplace, ivan: Person) -> None:
    anna = await place.hire("anna", "Анна")
    await place.writes(anna, f"/tpl {await number(place)}")
    assert "нет или оно не ваше" in place.seen(anna)[-1]


async def test_r10_a_template_for_a_free_client_takes_them(place: Workplace, ivan: Person) -> None:
    put_in_force(place.desk, rules().replace('name = "Продажи"', 'name = "Продажи"\nstrategy = "manual"'))
    await place.client_says("А доставка?", by=person(101, name="Олег"))
    free = await place.desk.one("conversations", "assignee_id IS NULL")
    await place.writes(ivan, f"/tpl {free['number']} цена")
    await place.presses(ivan, "🗒 Цена, #", "✉️ Отправить")
    taken = await place.desk.one("conversations", "id = $1", free["id"])
    assert taken["assignee_id"] == ivan.user.id


# --- put otherwise


async def test_a_template_goes_in_own_words(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, f"/tpl {await number(place)} цена")
    await place.presses(ivan, "🗒 Цена, #", "✏️ Изменить")
    assert "Расчёт по обращению" in place.seen(ivan)[-1]
    await place.writes(ivan, "Мария, расчёт готов, звоните")
    assert await answers(place) == ["Мария, расчёт готов, звоните"]


async def test_a_line_that_begins_with_a_plus_goes_behind_the_template(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    await place.presses(ivan, "🗒 Шаблоны, #", "✏️ Изменить…")
    await place.presses(ivan, "Какой из шаблонов", "1. Цена")
    await place.writes(ivan, "+ Скидка 5 %")
    [said] = await answers(place)
    assert said.endswith("готов.\nСкидка 5 %") and said.startswith("Здравствуйте, Мария!")


async def test_one_tap_copies_a_template_that_is_to_be_changed(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, f"/tpl {await number(place)} цена")
    await place.presses(ivan, "🗒 Цена, #", "✏️ Изменить")
    entities = place.post(ivan, "✏️ Напишите свой вариант").content["entities"]
    assert [each["type"] for each in entities] == ["code"]


async def test_a_plus_behind_a_template_that_changed_meanwhile_sends_nothing(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, f"/tpl {await number(place)} цена")
    await place.presses(ivan, "🗒 Цена, #", "✏️ Изменить")
    put_in_force(place.desk, rules("Цена выросла."))
    await place.writes(ivan, "+ Скидка 5 %")
    assert await answers(place) == []
    assert "Цена выросла." in place.seen(ivan)[-1]


# --- the most used ones first


async def test_what_is_sent_most_on_this_channel_stands_first(place: Workplace, ivan: Person) -> None:
    many = (f'[lines.sales.templates.n{n}]\nname = "Ещё {n}"\ntext = "Текст {n}"' for n in range(3, 9))
    put_in_force(place.desk, rules(PRICE, *many))
    for _ in range(2):
        await place.writes(ivan, f"/tpl {await number(place)} Текст 8")
        await place.presses(ivan, "🗒 Ещё 8, #", "✉️ Отправить")
    await place.presses(ivan, ASKED, "🗒 Шаблоны")
    assert "1. Ещё 8" in place.seen(ivan)[-1] and "2. Цена" in place.seen(ivan)[-1]
