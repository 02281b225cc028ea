"""Two people and one client: who answers at the same time as another is told of it, once (R-11)."""

import pytest

from hub.domain.manager import Role


@pytest.fixture
async def both(place):
    """A client of Ivan's whom he has answered just now, and Olga, his head, with the card before her."""
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    olga = await place.hire("olga", "Ольга", role=Role.head)
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(olga, f"/card {number}")
    return ivan, olga


async def answers(place):
    return [row["text"] for row in await place.desk.rows("messages", "direction = 'outbound' ORDER BY id")]


async def test_r11_a_head_sees_what_was_sent_meanwhile_and_sends_it_all_the_same(place, both):
    ivan, olga = both
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    own = await place.replies(olga, "Ведёт: Иван", "Скидка десять")
    question = place.post(olga, "Сейчас клиенту отвечает Иван")
    assert "Сто рублей" in question.text
    assert await answers(place) == ["Сто рублей"]
    await place.presses(olga, "Сейчас клиенту отвечает Иван", "✉️ Всё равно отправить")
    assert await answers(place) == ["Сто рублей", "Скидка десять"]
    assert list(own.reactions.values()) == ["👀"]
    assert "Отправляю: Мария" in question.text


async def test_r11_the_owner_is_asked_once_while_a_head_answers(place, both):
    ivan, olga = both
    await place.replies(olga, "Ведёт: Иван", "Это Ольга, чем помочь?")
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    assert await answers(place) == ["Это Ольга, чем помочь?"]
    await place.presses(ivan, "Сейчас клиенту отвечает Ольга", "✉️ Всё равно отправить")
    await place.replies(ivan, "Сколько стоит?", "И доставка даром")
    assert await answers(place) == ["Это Ольга, чем помочь?", "Сто рублей", "И доставка даром"]


async def test_r11_the_text_may_become_a_note_instead(place, both):
    ivan, olga = both
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.replies(olga, "Ведёт: Иван", "Предложи скидку")
    await place.presses(olga, "Сейчас клиенту отвечает Иван", "📝 Как заметку")
    assert (await place.desk.one("messages", "direction = 'note'"))["text"] == "Предложи скидку"
    assert await answers(place) == ["Сто рублей"]


async def test_r11_by_command_it_is_sent_all_the_same(place, both):
    ivan, olga = both
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.replies(olga, "Ведёт: Иван", "Скидка десять")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(olga, f"/to {number} anyway")
    assert await answers(place) == ["Сто рублей", "Скидка десять"]


async def test_case72_a_kept_text_never_goes_to_another_client_by_an_older_button(place, both):
    ivan, olga = both
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.replies(olga, "Ведёт: Иван", "Скидка десять")
    await place.writes(olga, "Всем привет")
    await place.presses(olga, "Сейчас клиенту отвечает Иван", "✉️ Всё равно отправить")
    assert await answers(place) == ["Сто рублей"]
    assert "больше нет" in "\n".join(place.seen(olga))
