"""A client's file over 20 MB, a poll, a quotation: nothing is silence, and a press asks for what is too large."""

import pytest

from hub.testing.telegram import Media
from tests.bots.telegram.clients_bot import open_clients_bot

MB = 1024 * 1024
VIDEO = Media("video", "цех.mp4", b"mp4", "video/mp4", size=143 * MB)
ASKED = "Файл «цех.mp4» больше 20 МБ"


@pytest.fixture
async def shop(place):
    async with open_clients_bot(place) as shop:
        yield shop


def heard(shop):
    """What the bot said to Maria."""
    return [each.text for each in shop.maria.screen(shop.account).visible() if each.is_from_bot]


async def test_the_manager_sees_name_and_size_of_a_file_that_cannot_come(place, shop):
    ivan = await place.hire("ivan", "Иван")
    shop.maria.writes(shop.account, "Вот наш цех", files=[VIDEO])
    await shop.work()
    card = place.post(ivan, "Вот наш цех")
    assert "цех.mp4 (143.0 МБ) — больше 20 МБ" in card.text


@pytest.mark.parametrize("opening", ["", "Здравствуйте"])
async def test_one_press_on_card_or_message_asks_the_client_for_a_link_and_is_an_answer(place, shop, opening):
    ivan = await place.hire("ivan", "Иван")
    if opening:
        shop.maria.writes(shop.account, opening)
        await shop.work()
    shop.maria.writes(shop.account, "Вот наш цех", files=[VIDEO])
    await shop.work()
    await place.presses(ivan, "Вот наш цех", "🔗 Попросить ссылку")
    await shop.work()
    assert ASKED in heard(shop)[-1]
    assert (await place.desk.one("waits"))["state"] == "answered"


async def test_a_double_tap_asks_once(place, shop):
    ivan = await place.hire("ivan", "Иван")
    shop.maria.writes(shop.account, "Вот наш цех", files=[VIDEO])
    await shop.work()
    post = place.post(ivan, "Вот наш цех")
    for _ in range(2):
        ivan.presses(place.account, post, "🔗 Попросить ссылку")
    await shop.work()
    assert sum(ASKED in text for text in heard(shop)) == 1


async def test_where_every_file_came_there_is_nothing_to_ask_for(place, shop):
    ivan = await place.hire("ivan", "Иван")
    shop.maria.writes(shop.account, "Вот план", files=[Media("document", "план.pdf", b"%PDF")])
    await shop.work()
    assert "🔗 Попросить ссылку" not in str(place.post(ivan, "Вот план").keyboard)
    ivan.replies(place.account, "/asklink", to=place.post(ivan, "Вот план"))
    await shop.work()
    assert place.seen(ivan)[-1] == "В этом обращении нет файла, который не дошёл."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            {"poll": {"id": "1", "question": "Какой цвет?", "options": [{"text": "Белый"}, {"text": "Синий"}]}},
            "– Синий",
        ),
        ({"dice": {"emoji": "🎯", "value": 4}}, "🎯 4"),
        ({"game": {"title": "Змейка", "description": "", "photo": []}}, "Игра: Змейка"),
        ({"checklist": {"title": "Ремонт", "tasks": [{"id": 1, "text": "Стены"}]}}, "– Стены"),
        ({"story": {"chat": {"id": 1}, "id": 2}}, "История"),
        ({"from_the_future": {"x": 1}}, "видно только в приложении"),
    ],
)
async def test_fr1_content_without_text_is_a_request_with_words(place, shop, content, words):
    ivan = await place.hire("ivan", "Иван")
    shop.maria.sends(shop.account, content)
    await shop.work()
    assert words in place.seen(ivan)[-1]
    assert (await place.desk.one("waits"))["state"] == "open"


async def test_the_manager_sees_which_words_of_an_answer_the_client_replies_to(place, shop):
    ivan = await place.hire("ivan", "Иван")
    shop.maria.writes(shop.account, "Здравствуйте")
    await shop.work()
    ivan.replies(place.account, "Есть белый и синий.", to=place.post(ivan, "Здравствуйте"))
    await shop.work()
    answer = shop.maria.screen(shop.account).last_with("Есть белый")
    shop.maria.replies(shop.account, "Второй", to=answer)
    await shop.work()
    assert "↪️: Есть белый и синий." in place.post(ivan, "Второй").text
    shop.maria.sends(shop.account, {"text": "Он матовый?", "quote": {"text": "синий", "position": 14}}, reply_to=answer)
    await shop.work()
    assert "↪️: синий" in place.post(ivan, "Он матовый?").text
