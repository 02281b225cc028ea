"""Searching from the chat: what fits is shown, other pages ask again, a button opens the card."""

from tests.inbox.desk import person


async def test_a_search_by_words_shows_the_message_and_opens_its_card(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Есть красные торшеры?", by=person(100, name="Мария"))
    [row] = await place.desk.rows("conversations")

    await place.writes(ivan, "/find торшер")
    assert "💬 «Есть красные торшеры?»" in place.seen(ivan)[-1]
    await place.presses(ivan, "Найдено", f"#{row['number']}")
    assert "Есть красные торшеры?" in place.seen(ivan)[-1] and "Найдено" not in place.seen(ivan)[-1]


async def test_another_page_shows_the_rest_in_place(place):
    ivan = await place.hire("ivan", "Иван")
    for number in range(10):
        await place.client_says("Нужен торшер", by=person(100 + number, name=f"Клиент {number}"))
    await place.writes(ivan, "/find торшер")
    count = len(place.seen(ivan))

    await place.presses(ivan, "Найдено", "Ещё ⟩")

    assert len(place.seen(ivan)) == count and "9. #" in place.seen(ivan)[-1]
    await place.presses(ivan, "Найдено", "⟨ Назад")
    assert "1. #" in place.seen(ivan)[-1]


async def test_a_page_of_a_forgotten_search_asks_what_is_looked_for(place):
    ivan = await place.hire("ivan", "Иван")
    for number in range(10):
        await place.client_says("Нужен торшер", by=person(100 + number, name=f"Клиент {number}"))
    await place.writes(ivan, "/find торшер")
    await place.desk.pool.execute("DELETE FROM screens")

    await place.presses(ivan, "Найдено", "Ещё ⟩")
    assert place.seen(ivan)[-1].startswith("Что ищем?")
