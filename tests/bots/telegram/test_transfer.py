"""Handing over in the chat: to a colleague, who accepts or not, and to another line with its deadline (R-12, D-7)."""

from datetime import timedelta

import pytest

from hub.domain.manager import Role
from hub.inbox.clocks import fire
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store.timers import list_due
from tests.inbox.desk import ALWAYS_OPEN

LINES = (
    ALWAYS_OPEN
    + """
team = ["ivan", "anna", "boris", "olga"]
[lines.support]
name = "Поддержка"
calendar = "always"
team = ["petr", "olga"]
[lines.support.targets]
first_response = "{target}"
"""
    + "".join(f"[managers.{key}]\n" for key in ("ivan", "anna", "boris", "olga", "petr"))
)
LATER, EARLIER = "2h", "5m"


async def open_lines(place, target):
    """Ivan of the sales line with a client, and a support line that answers within `target`."""
    place.desk.rules.append(to_policy(parse_policy(LINES.replace("{target}", target)), 2))
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    return ivan


@pytest.fixture
async def ivan(place):
    return await open_lines(place, EARLIER)


async def number_of(place):
    return (await place.desk.one("conversations"))["number"]


async def notes(place):
    return [row["text"] for row in await place.desk.rows("messages", "direction = 'note'")]


async def line_of(place):
    return (await place.desk.one("conversations"))["line"]


async def pass_time(place, minutes):
    place.desk.clock.move(timedelta(minutes=minutes))
    async with place.desk.pool.acquire() as connection:
        due = await list_due(connection, now=place.desk.now, limit=50)
    await fire(place.desk.office, due)
    await place.work()


# --- to a colleague


async def test_r12_the_note_of_a_transfer_is_kept_and_read_on_the_card(place, ivan):
    anna = await place.hire("anna", "Анна")
    await place.presses(ivan, "Сколько стоит?", "➡️ Передать")
    await place.presses(ivan, "Кому передать", "🟢 Анна · 0 ждут")
    await place.writes(ivan, "Просила скидку")
    assert await notes(place) == ["Просила скидку"]
    assert "📝 Иван: Просила скидку" in place.post(anna, "Вам передали").text


async def test_r12_a_command_names_colleague_and_note_at_once(place, ivan):
    await place.hire("anna", "Анна")
    await place.writes(ivan, f"/transfer {await number_of(place)} анна // просила скидку")
    assert "передаётся: Анна" in place.seen(ivan)[-1]
    assert await notes(place) == ["просила скидку"]


async def test_r12_somebody_on_a_break_is_asked_only_after_a_confirmation(place, ivan):
    boris = await place.hire("boris", "Борис")
    await place.writes(boris, "/shift paused")
    await place.presses(ivan, "Сколько стоит?", "➡️ Передать")
    await place.presses(ivan, "Кому передать", "🌙 Борис · 0 ждут")
    assert "перерыв" in place.post(ivan, "Передать всё равно?").text
    assert (await place.desk.one("conversations"))["transfer_to"] is None
    await place.presses(ivan, "Передать всё равно?", "➡️ Всё равно Борис")
    await place.presses(ivan, "Напишите заметку", "➡️ Без заметки")
    asked = await place.desk.one("conversations")
    assert (asked["transfer_to"], asked["assignee_id"]) == (boris.user.id, ivan.user.id)


async def test_r12_a_transfer_nobody_answers_falls_back_to_its_owner_who_reads_it(place, ivan):
    anna = await place.hire("anna", "Анна")
    await place.writes(ivan, f"/transfer {await number_of(place)} Анна // скидка")
    before = await place.desk.one("waits")
    await pass_time(place, 6)
    after = await place.desk.one("conversations")
    assert (after["transfer_to"], after["assignee_id"]) == (None, ivan.user.id)
    assert "Передачу не приняли: обращение остаётся у вас" in "\n".join(place.seen(ivan))
    assert "больше не у вас" in "\n".join(place.seen(anna))
    assert (await place.desk.one("waits"))["started_at"] == before["started_at"]


async def test_r12_an_accepted_transfer_does_not_fall_back(place, ivan):
    anna = await place.hire("anna", "Анна")
    await place.writes(ivan, f"/transfer {await number_of(place)} Анна // скидка")
    await place.presses(anna, "Вам передали", "✅ Принять")
    await pass_time(place, 6)
    assert (await place.desk.one("conversations"))["assignee_id"] == anna.user.id


async def test_r12_a_refused_transfer_is_told_to_its_owner(place, ivan):
    anna = await place.hire("anna", "Анна")
    await place.writes(ivan, f"/transfer {await number_of(place)} Анна // скидка")
    await place.presses(anna, "Вам передали", "↩️ Отклонить")
    assert "Передачу не приняли" in "\n".join(place.seen(ivan))
    assert (await place.desk.one("waits"))["declined"] == [anna.user.id]


# --- to a line


async def test_r12_a_client_goes_to_another_line_with_a_note(place, ivan):
    petr = await place.hire("petr", "Пётр")
    await place.presses(ivan, "Сколько стоит?", "➡️ Передать")
    await place.presses(ivan, "некому", "🗂 На другую линию")
    await place.presses(ivan, "На какую линию", "🗂 Поддержка")
    await place.writes(ivan, "Не включается")
    assert (await line_of(place), await notes(place)) == ("support", ["Не включается"])
    assert "передано на линию «Поддержка»" in place.seen(ivan)[-1]
    card = place.post(petr, "Вам передали").text
    assert "📝 Иван: Не включается" in card
    assert "Линия: Поддержка" in card
    assert "больше не у вас" in "\n".join(place.seen(ivan))


@pytest.mark.parametrize("words", ["линия Поддержка // не включается", "line support // не включается"])
async def test_r12_a_command_names_line_and_note_at_once(place, ivan, words):
    await place.writes(ivan, f"/transfer {await number_of(place)} {words}")
    assert (await line_of(place), await notes(place)) == ("support", ["не включается"])


@pytest.mark.parametrize("words", ["линия", "линия Склад"])
async def test_r12_without_a_line_that_is_meant_the_lines_are_listed(place, ivan, words):
    await place.writes(ivan, f"/transfer {await number_of(place)} {words}")
    await place.presses(ivan, "На какую линию", "🗂 Поддержка")
    await place.presses(ivan, "Напишите заметку для линии", "➡️ Без заметки")
    assert (await line_of(place), await notes(place)) == ("support", [])


async def test_d7_a_manager_reads_that_the_deadline_stays_and_who_may_move_it(place):
    ivan = await open_lines(place, LATER)
    before = await place.desk.one("waits")
    await place.writes(ivan, f"/transfer {await number_of(place)} линия Поддержка позже // срочно")
    asked = place.post(ivan, "только руководитель")
    assert "⏱ Сдвинуть" not in str(asked.keyboard)
    assert await line_of(place) == "sales"
    keep = asked.keyboard["inline_keyboard"][0][0]["text"]
    await place.presses(ivan, "только руководитель", keep)
    await place.presses(ivan, "Напишите заметку", "➡️ Без заметки")
    after = await place.desk.one("waits")
    assert (after["line"], after["deadline_at"]) == ("support", before["deadline_at"])


@pytest.mark.parametrize(("place_of_button", "is_later"), [(0, False), (1, True)])
async def test_d7_a_head_says_whether_the_deadline_gets_later(place, place_of_button, is_later):
    await open_lines(place, LATER)
    olga = await place.hire("olga", "Ольга", role=Role.head)
    before = await place.desk.one("waits")
    await place.writes(olga, f"/transfer {await number_of(place)} линия Поддержка")
    row = place.post(olga, "Сдвинуть?").keyboard["inline_keyboard"][0]
    await place.presses(olga, "Сдвинуть?", row[place_of_button]["text"])
    await place.presses(olga, "Напишите заметку", "➡️ Без заметки")
    after = await place.desk.one("waits")
    assert after["line"] == "support"
    assert (after["deadline_at"] > before["deadline_at"]) == is_later


async def test_d7_a_head_agrees_by_command_too(place):
    await open_lines(place, LATER)
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.writes(olga, f"/transfer {await number_of(place)} line support later // ждём деталь")
    wait = await place.desk.one("waits")
    assert (wait["line"], wait["deadline_at"] - wait["started_at"]) == ("support", timedelta(hours=2))


async def test_case92_a_press_on_a_line_that_is_gone_is_answered_politely(place, ivan):
    await place.writes(ivan, f"/transfer {await number_of(place)} линия")
    place.desk.rules.append(to_policy(parse_policy(ALWAYS_OPEN), 3))
    await place.presses(ivan, "На какую линию", "🗂 Поддержка")
    assert "нет или оно не ваше" in place.seen(ivan)[-1]


async def test_case92_a_press_older_than_the_last_change_moves_nothing(place, ivan):
    await place.writes(ivan, f"/transfer {await number_of(place)} линия")
    await place.writes(ivan, f"/snooze {await number_of(place)} 2h")
    await place.presses(ivan, "На какую линию", "🗂 Поддержка")
    assert "обращение изменилось" in "\n".join(place.seen(ivan))
    assert await line_of(place) == "sales"
