"""Several managers and one client: one wins, the other reads who; offers disappear from the others' chats."""

import pytest

from hub.domain.manager import Role
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN

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
