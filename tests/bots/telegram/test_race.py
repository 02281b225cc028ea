"""Several managers and one client: one wins, the other reads who; offers disappear from the others' chats."""

import pytest

from hub.domain.manager import Role
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.testing.telegram.files import Media
from tests.inbox.desk import ALWAYS_OPEN

PDF = Media("document", "расчёт.pdf", b"%PDF", "application/pdf")
OFFER_ALL = ALWAYS_OPEN + 'strategy = "offer_all"\n'


@pytest.fixture
async def offered(place):
    """A lead offered to Ivan and Anna."""
    place.desk.rules.append(to_policy(parse_policy(OFFER_ALL), 2))
    ivan, anna = await place.hire("ivan", "Иван"), await place.hire("anna", "Анна")
    await place.client_says("Сколько стоит?")
    return ivan, anna


async def test_r10_of_two_managers_one_wins_and_the_other_reads_who(place, offered):
    ivan, anna = offered
    for manager in (ivan, anna):
        manager.presses(place.account, place.post(manager, "Сколько стоит?"), "✋ Взять")
    await place.work()
    owner = (await place.desk.one("conversations"))["assignee_id"]
    winner, loser = (ivan, anna) if owner == ivan.user.id else (anna, ivan)
    name = winner.user.first_name
    assert f"Ведёт: {name}" in place.post(winner, "Сколько стоит?").text
    assert f"взял(а) {name}" in "\n".join(place.seen(loser))
    assert f"Уже ведёт {name}" in "\n".join(place.seen(loser))


async def test_case72_a_late_reply_is_not_sent_and_may_become_a_note(place, offered):
    ivan, anna = offered
    await place.replies(ivan, "Сколько стоит?", "Сто")
    await place.replies(anna, "взял(а) Иван", "Двести")
    assert [row["text"] for row in await place.desk.rows("messages", "direction = 'outbound'")] == ["Сто"]
    assert "Уже ведёт Иван. Ваш текст клиенту не ушёл." in "\n".join(place.seen(anna))


async def test_r10_what_was_written_too_late_reaches_the_winner_as_a_note(place, offered):
    ivan, anna = offered
    await place.replies(ivan, "Сколько стоит?", "Сто")
    await place.replies(anna, "взял(а) Иван", "Скидка десять")
    await place.presses(anna, "Ваш текст клиенту не ушёл", "📝 Как заметку")
    number = (await place.desk.one("conversations"))["number"]
    assert place.post(anna, f"📝 Заметка к #{number} сохранена")
    note = await place.desk.one("messages", "direction = 'note'")
    assert (note["text"], note["manager_id"]) == ("Скидка десять", anna.user.id)
    assert "📝 Анна: Скидка десять" in place.post(ivan, "Заметка коллеги о клиенте").text


@pytest.mark.parametrize("caption", ["", "Вот расчёт"])
async def test_r10_a_file_that_came_too_late_reaches_the_winner_with_the_note(place, offered, caption):
    ivan, anna = offered
    await place.replies(ivan, "Сколько стоит?", "Сто")
    await place.replies(anna, "взял(а) Иван", caption, files=(PDF,))
    await place.presses(anna, "Ваш текст клиенту не ушёл", "📝 Как заметку")
    note = await place.desk.one("messages", "direction = 'note'")
    assert (note["text"], [each["name"] for each in note["attachments"]]) == (caption, [PDF.name])
    assert PDF.name in place.post(ivan, "Заметка коллеги о клиенте").text
    await place.writes(ivan, f"/files {(await place.desk.one('conversations'))['number']}")
    await place.presses(ivan, "📎 Файлы клиента", "📎 1")
    assert [place.api.file(file_id).data for _, file_id in ivan.screen(place.account).visible()[-1].files] == [PDF.data]


async def test_r10_a_point_on_the_map_that_came_too_late_is_in_the_note(place, offered):
    ivan, anna = offered
    await place.replies(ivan, "Сколько стоит?", "Сто")
    anna.sends(
        place.account,
        {"location": {"latitude": 55.7558, "longitude": 37.6173}},
        reply_to=place.post(anna, "взял(а) Иван"),
    )
    await place.work()
    await place.presses(anna, "Ваш текст клиенту не ушёл", "📝 Как заметку")
    assert (await place.desk.one("messages", "direction = 'note'"))["text"] == "55.755800, 37.617300"


async def test_rg2_a_kept_text_without_a_client_is_no_way_into_a_colleagues(place, offered):
    ivan, anna = offered
    await place.replies(ivan, "Сколько стоит?", "Сто")
    await place.writes(anna, "Скидка десять")
    await place.writes(anna, f"/memo {(await place.desk.one('conversations'))['number']}")
    assert "нет или оно не ваше" in place.seen(anna)[-1]
    assert await place.desk.rows("messages", "direction = 'note'") == []


async def test_r8_a_declined_offer_goes_away(place, offered):
    ivan, _ = offered
    await place.presses(ivan, "Сколько стоит?", "🙅 Не могу")
    assert "предложу другим" in "\n".join(place.seen(ivan))
    await place.writes(ivan, "/queue")


async def test_next_takes_the_most_urgent_of_the_queue(place, offered):
    ivan, _ = offered
    await place.writes(ivan, "/next")
    assert (await place.desk.one("conversations"))["assignee_id"] == ivan.user.id
    await place.writes(ivan, "/next")
    assert "Срочных обращений нет" in place.seen(ivan)[-1]


async def test_rg2_a_number_of_another_line_answers_as_if_it_did_not_exist(place, offered):
    ivan, _ = offered
    await place.writes(ivan, "/card 99999")
    assert "нет или оно не ваше" in place.seen(ivan)[-1]


async def test_a_head_reads_what_a_manager_has(place, offered):
    ivan, _ = offered
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.presses(ivan, "Сколько стоит?", "✋ Взять")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(olga, f"/card {number}")
    assert "Ведёт: Иван" in place.seen(olga)[-1]


async def test_a_link_from_a_crm_opens_the_card_and_a_foreign_one_nothing(place, offered):
    ivan, _ = offered
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/start c_{number}")
    assert "Сколько стоит?" in place.seen(ivan)[-1]
    await place.writes(ivan, "/start c_99999")
    assert "нет или оно не ваше" in place.seen(ivan)[-1]
