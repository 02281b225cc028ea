"""What the bot asks for in a line of text: what becomes of the question once it was answered, or refused."""

import pytest


@pytest.fixture
async def ivan(place):
    return await place.hire("ivan", "Иван")


async def test_a_refused_line_ends_its_question_and_the_next_line_is_words_for_a_client_again(place, ivan):
    await place.client_says("Сколько стоит?")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/note {number}")
    vera = await place.desk.hire("vera", "Вера")
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = $1", vera)
    await place.writes(ivan, "просил скидку")
    assert "нет или оно не ваше" in place.seen(ivan)[-1]

    await place.writes(ivan, "Здравствуйте!")
    assert "Открытых обращений у вас нет" in place.seen(ivan)[-1]
    assert await place.desk.rows("messages", "direction = 'note'") == []


async def test_a_line_that_brings_another_question_leaves_that_one_open(place, ivan):
    await place.writes(ivan, "/new")
    await place.writes(ivan, "Мария без телефона")
    await place.writes(ivan, "Мария, 8 916 123-45-67")
    assert "лид заведён" in place.seen(ivan)[-1]


async def test_case72_a_reply_to_something_else_is_no_answer_to_what_is_being_asked(place, ivan):
    await place.client_says("Сколько стоит?")
    await place.writes(ivan, "/my")
    listed = ivan.screen(place.account).visible()[-1].text
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/note {number}")
    question = place.seen(ivan)[-1]

    await place.replies(ivan, listed, "Сто рублей")
    assert place.post(ivan, "Кому отправить?")
    assert await place.desk.rows("messages", "direction = 'note'") == []

    await place.replies(ivan, question, "просил скидку")
    assert [row["text"] for row in await place.desk.rows("messages", "direction = 'note'")] == ["просил скидку"]
