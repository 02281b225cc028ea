"""The main job over real sockets: four channels in, one card, one owner, one clock, the answer out from Telegram."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.inbox.merge import undo_merge
from hub.testing.sandbox.cast import MARIA
from tests.acceptance.scene import Scene, open_scene

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def scene(dsn: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(dsn, tmp_path / "data") as scene:
        yield scene


async def test_a_one_client_by_four_channels_is_one_card_one_wait_and_the_answer_stops_it(scene: Scene) -> None:
    maria = scene.client("maria")
    maria.person.shares_contact(maria.bot)
    maria.person.writes(maria.bot, "Есть торшер в белом?")
    card = await scene.until_seen(scene.anna, "торшер в белом")
    began = await scene.one("waits")
    scene.pass_time(minutes=1)
    await scene.play.send_form(name="Мария", phone=f"+{MARIA.phone}", email=MARIA.email, text="Пришлите счёт")
    await scene.until_count("SELECT count(*) FROM messages WHERE kind = 'form'", 1)
    scene.play.town.mail.write(MARIA, "Счёт", "Добрый день, жду счёт. Мария")
    await scene.until_count("SELECT count(*) FROM messages WHERE subject = 'Счёт'", 1)
    await scene.misses_call(MARIA)
    await scene.until_count("SELECT count(*) FROM messages WHERE kind = 'call'", 1)

    wait = await scene.one("waits")
    assert await scene.count("contacts") == await scene.count("conversations") == 1
    assert (wait["state"], wait["started_at"], wait["missed_calls"]) == ("open", began["started_at"], 1)

    scene.anna.person.replies(scene.anna.bot, "Белый есть, 7 900 ₽", to=card)
    await scene.until_seen(maria, "Белый есть, 7 900 ₽")
    await scene.until_count("SELECT count(*) FROM waits WHERE state = 'answered'", 1)

    answered = await scene.one("waits")
    sent = await scene.one("deliveries", "lane = 'reply' AND manager_id IS NOT NULL")
    assert (sent["state"], answered["ended_at"] >= sent["first_attempt_at"]) == ("sent", True)
    assert answered["response_channel"] == "telegram"
    assert answered["responder_id"] == (await scene.one("managers", "key = 'anna'"))["id"]


async def three_cards(scene: Scene) -> None:
    """Telegram with a shared contact, a letter from an unknown address, a form that names both."""
    maria = scene.client("maria")
    maria.person.shares_contact(maria.bot)
    maria.person.writes(maria.bot, "Есть торшер в белом?")
    await scene.until_seen(scene.anna, "торшер в белом")
    scene.pass_time(minutes=1)
    scene.play.town.mail.write(MARIA, "Счёт", "Добрый день, жду счёт. Мария")
    await scene.until_seen(scene.anna, "жду счёт")
    scene.pass_time(minutes=1)
    await scene.play.send_form(name="Мария", phone=f"+{MARIA.phone}", email=MARIA.email, text="Пришлите счёт")
    await scene.until_seen(scene.anna, "Это один клиент?")


async def test_b_two_possible_cards_are_one_question_and_joining_makes_one_client_and_undo_restores_both(
    scene: Scene,
) -> None:
    await three_cards(scene)
    assert await scene.count("match_candidates") == 1
    before = await scene.count("contacts", "merged_into IS NULL")
    first = (await scene.pool.fetchrow("SELECT * FROM waits ORDER BY started_at LIMIT 1"))["started_at"]
    question = await scene.until_seen(scene.anna, "Это один клиент?")
    scene.anna.person.presses(scene.anna.bot, question, "🧩 Объединить: Мария Петрова")
    await scene.until_count("SELECT count(*) FROM contacts WHERE merged_into IS NULL", 1)

    assert await scene.count("conversations", "state = 'open'") == 1
    wait = await scene.one("waits", "state = 'open'")
    assert wait["started_at"] == first

    await undo_merges(scene)
    assert await scene.count("contacts", "merged_into IS NULL") == before
    assert await scene.count("waits", "state = 'open'") == 3


async def undo_merges(scene: Scene) -> None:
    """Take every merge back, newest first, as the administrator."""
    actor = scene.play.observer
    for row in await scene.pool.fetch("SELECT id FROM merges WHERE undone_at IS NULL ORDER BY merged_at DESC, id DESC"):
        await undo_merge(scene.hub.building.office, actor, row["id"])


async def test_c_keeping_apart_leaves_the_cards_as_they_are(scene: Scene) -> None:
    await three_cards(scene)
    before = await scene.count("contacts", "merged_into IS NULL")
    question = await scene.until_seen(scene.anna, "Это один клиент?")
    scene.anna.person.presses(scene.anna.bot, question, "✂️ Разные")
    await scene.until_count("SELECT count(*) FROM match_candidates WHERE state = 'apart'", 1)

    assert await scene.count("contacts", "merged_into IS NULL") == before
    assert await scene.count("waits", "state = 'open'") == 3
