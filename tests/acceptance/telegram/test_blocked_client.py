"""A client who blocked the bot is answered by letter: by itself where the hub knows, else with one press (§8)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.testing.sandbox.cast import MARIA
from hub.testing.telegram.state import Post
from tests.acceptance.scene import Scene, open_scene

pytestmark = pytest.mark.timeout(180)

ASKED = "Есть торшер в белом?"


@pytest.fixture
async def scene(dsn: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(dsn, tmp_path / "data") as scene:
        yield scene


async def known_by_three_ways(scene: Scene) -> Post:
    """Maria wrote in Telegram, sent the form and a letter; returns Anna's card."""
    maria = scene.client("maria")
    maria.person.shares_contact(maria.bot)
    maria.person.writes(maria.bot, ASKED)
    card = await scene.until_seen(scene.anna, ASKED)
    await scene.play.send_form(name="Мария", phone=f"+{MARIA.phone}", email=MARIA.email, text="Пришлите на почту")
    await scene.until_count("SELECT count(*) FROM messages WHERE kind = 'form'", 1)
    scene.play.town.mail.write(MARIA, "Торшер", "Добрый день, это Мария")
    await scene.until_count("SELECT count(*) FROM messages WHERE subject = 'Торшер'", 1)
    return card


async def is_answered_by_letter(scene: Scene) -> None:
    await scene.until_count("SELECT count(*) FROM waits WHERE state = 'answered'", 1)
    letters = [letter for letter in scene.play.town.mail.letters if "Белый есть" in letter.text]
    assert [letter.client for letter in letters] == [MARIA.email]
    assert (await scene.one("waits"))["response_channel"] == "email"


async def test_once_a_client_has_blocked_the_bot_the_card_says_so_and_the_answer_is_a_letter(scene: Scene) -> None:
    card, maria = await known_by_three_ways(scene), scene.client("maria")
    maria.person.blocks(maria.bot)
    await scene.until_count("SELECT count(*) FROM threads WHERE reach = 'blocked'", 1)
    scene.anna.person.replies(scene.anna.bot, "Белый есть, 7 900 ₽", to=card)
    await is_answered_by_letter(scene)
    await scene.until_seen(scene.anna, "клиент получит ответ: письмом")


async def test_what_is_refused_because_nobody_told_of_the_block_goes_by_letter_with_one_press(scene: Scene) -> None:
    card, maria, anna = await known_by_three_ways(scene), scene.client("maria"), scene.anna
    maria.bot.blocked.add(maria.person.user.id)
    anna.person.replies(anna.bot, "Белый есть, 7 900 ₽", to=card)
    told = await scene.until_seen(anna, "⛔ Не доставлено")
    assert await scene.count("waits", "state = 'open'") == 1

    labels = [str(button["text"]) for row in (told.keyboard or {})["inline_keyboard"] for button in row]
    [by_letter] = [label for label in labels if MARIA.email in label]
    anna.person.presses(anna.bot, told, by_letter)
    await is_answered_by_letter(scene)
