"""What a manager reads where there is nothing to do, and words that must not leak into the chat."""

import pytest


@pytest.fixture
async def ivan(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    return ivan


async def number_of(place):
    return (await place.desk.one("conversations"))["number"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/accept", "вам сейчас не передают"),
        ("/refuse", "вам сейчас не передают"),
        ("/question", "вопроса «Это один клиент?» нет"),
        ("/join", "вопроса «Это один клиент?» нет"),
        ("/arrived", "нет ответов, о которых неизвестно"),
        ("/lost", "нет ответов, о которых неизвестно"),
    ],
)
async def test_a_command_with_nothing_to_do_says_what_is_missing(place, ivan, command, words):
    await place.writes(ivan, f"{command} {await number_of(place)}")
    assert words in place.seen(ivan)[-1]


async def test_history_says_in_words_why_an_answer_failed_and_nothing_of_one_that_went_out(place, ivan):
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.channel_says("failed", "blocked")
    await place.writes(ivan, f"/history {await number_of(place)}")
    assert "⛔ не доставлено · клиент заблокировал бота" in place.seen(ivan)[-1]


async def test_a_confirmed_answer_stands_in_the_history_without_technical_words(place, ivan):
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.channel_says("unknown")
    await place.writes(ivan, f"/arrived {await number_of(place)}")
    await place.writes(ivan, f"/history {await number_of(place)}")
    [line] = [each for each in place.seen(ivan)[-1].splitlines() if each.startswith("➡️")]
    assert line.endswith("✓ отправлено")


async def test_r12_the_confirmation_names_the_colleague_once(place, ivan):
    boris = await place.hire("boris", "Борис")
    await place.writes(boris, "/shift paused")
    await place.writes(ivan, f"/transfer {await number_of(place)} Борис")
    assert place.seen(ivan)[-1] == "Борис: перерыв. Передать всё равно?"
