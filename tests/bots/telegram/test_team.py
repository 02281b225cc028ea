"""A head's team in the chat: load and answers of a moment, one person's clients, reading along, taking over, relief."""

from datetime import timedelta

import pytest

from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.testing.telegram.faults import refused
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import person
from tests.inbox.rules import line_says, put_in_force

TWO_LINES = line_says(
    'team = ["ivan", "anna", "olga"]',
    "[lines.support]",
    'name = "Поддержка"',
    'calendar = "always"',
    'team = ["petr", "vera"]',
    *(f"[managers.{key}]" for key in ("ivan", "anna", "olga", "petr", "vera")),
)
ONE_LINE = line_says()
CLIENTS = ("Мария", "Олег", "Нина")


async def give(place: Workplace, name: str, to: Person, *, line: str) -> None:
    """Let the client called `name` be `to`'s on another line."""
    client = await place.desk.one("contacts", "name = $1", name)
    for table in ("conversations", "waits"):
        await place.desk.pool.execute(
            f"UPDATE {table} SET assignee_id = $1, line = $3 WHERE contact_id = $2", to.user.id, client["id"], line
        )


async def held_by(place: Workplace, person: Person) -> int:
    return len(await place.desk.rows("conversations", "assignee_id = $1", person.user.id))


def line_of(place: Workplace, reader: Person, name: str) -> str:
    """What the team's screen says of one person: both of its lines."""
    told = place.post(reader, "👥 Команда сейчас").text.splitlines()
    at = next(n for n, each in enumerate(told) if name in each)
    return " ".join(each.strip() for each in told[at : at + 2])


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan with three clients who wait; Anna and the head Olga have none."""
    put_in_force(place.desk, TWO_LINES)
    ivan = await place.hire("ivan", "Иван")
    for number, name in enumerate(CLIENTS, start=100):
        await place.client_says(f"Я {name}", by=person(number, name=name))
    await place.hire("anna", "Анна")
    return ivan


@pytest.fixture
async def olga(place: Workplace, ivan: Person) -> Person:
    return await place.hire("olga", "Ольга", role=Role.head)


# --- the screen


async def test_a_head_reads_who_is_at_work_and_what_each_has(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.writes(await place.hire("petr", "Пётр"), "/shift paused")
    place.desk.clock.move(timedelta(minutes=12))
    await place.writes(olga, "/team")
    assert line_of(place, olga, "Иван") == (
        "🟢 Иван · открыто 3 · ждут 3 сегодня первых ответов нет · дольше всех ждут 12 мин"
    )
    assert line_of(place, olga, "Анна").startswith("🟢 Анна · открыто 0 · ждут 0")
    assert "Никто не взял: 0" in place.post(olga, "👥 Команда сейчас").text


async def test_the_median_is_of_first_answers_of_today_and_of_who_sent_them(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    for name, minutes in zip(CLIENTS, (3, 2, 4), strict=True):
        place.desk.clock.move(timedelta(minutes=minutes))
        await place.replies(ivan, f"Я {name}", "Да")
        await place.channel_says("sent")
    await place.writes(olga, "/team")
    assert "сегодня первых ответов 3, медиана 5 мин" in line_of(place, olga, "Иван")
    assert "первых ответов нет" in line_of(place, olga, "Анна")


async def test_an_answer_of_yesterday_is_no_answer_of_today(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.replies(ivan, "Я Мария", "Да")
    await place.channel_says("sent")
    place.desk.clock.move(timedelta(days=1))
    await place.writes(olga, "/team")
    assert "первых ответов нет" in line_of(place, olga, "Иван")


async def test_what_is_late_and_what_nobody_took_is_told(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.desk.pool.execute(
        "UPDATE conversations SET assignee_id = NULL WHERE assignee_id IS NOT NULL AND id = "
        "(SELECT min(id) FROM conversations)"
    )
    place.desk.clock.move(timedelta(minutes=20))
    await place.writes(olga, "/team")
    assert "ждут 2 · 🔴 2" in line_of(place, olga, "Иван")
    assert "Никто не взял: 1 · дольше всех ждут 20 мин" in place.post(olga, "👥 Команда сейчас").text


async def test_a_head_has_the_team_under_the_input_field_and_in_the_menu(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "👥 Команда")
    assert "👥 Команда сейчас" in place.seen(olga)[-1]
    menus = [call for call in place.account.calls_of("setMyCommands") if call.nested("scope")]
    assert [(call.nested("scope") or {}).get("chat_id") for call in menus] == [olga.user.id, olga.user.id]
    assert [(call.nested("commands") or [{}])[0]["command"] for call in menus] == ["team", "team"]


async def test_a_head_is_welcomed_once_also_where_telegram_refuses_the_menu(place: Workplace) -> None:
    place.account.faults.add("setMyCommands", refused(400, "Bad Request: chat not found"), times=99)
    olga = await place.hire("olga", "Ольга", role=Role.head)
    assert len([each for each in place.seen(olga) if "Ольга" in each]) == 1
    olga.taps(place.account, "👥 Команда")
    await place.work()
    assert "👥 Команда сейчас" in place.seen(olga)[-1]
    assert place.waiting.given_back == []


# --- whose


async def test_rg2_a_head_reads_only_the_lines_they_lead(place: Workplace, ivan: Person, olga: Person) -> None:
    petr = await place.hire("petr", "Пётр")
    await give(place, "Нина", petr, line="support")
    await place.writes(olga, "/team")
    assert "Пётр" not in place.post(olga, "👥 Команда сейчас").text
    assert "открыто 2" in line_of(place, olga, "Иван")
    await place.writes(olga, "/team Пётр")
    assert "Нина" not in "\n".join(place.seen(olga))


async def test_rg1_an_administrator_reads_everybody(place: Workplace, ivan: Person) -> None:
    petr = await place.hire("petr", "Пётр")
    await give(place, "Нина", petr, line="support")
    boss = await place.hire("boss", "Борис", role=Role.admin)
    await place.writes(boss, "/team")
    assert "открыто 1" in line_of(place, boss, "Пётр")


@pytest.mark.parametrize("words", ["/team", "/team Анна", "/relieve Анна", "/relieve Анна да"])
async def test_rg2_a_manager_is_refused(place: Workplace, ivan: Person, words: str) -> None:
    await place.writes(ivan, words)
    assert place.seen(ivan)[-1] == "На это у вас нет прав."
    assert await held_by(place, ivan) == 3


# --- one person's clients


async def test_reading_along_opens_the_card_and_takes_nothing(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.writes(olga, "/team")
    await place.presses(olga, "👥 Команда сейчас", "🟢 Иван")
    number = (await place.desk.one("conversations", "contact_id = (SELECT id FROM contacts WHERE name = 'Олег')"))[
        "number"
    ]
    await place.presses(olga, "Иван: открытые обращения", f"👁 Читать #{number}")
    assert "Я Олег" in place.seen(olga)[-1]
    assert "Ведёт: Иван" in place.seen(olga)[-1]
    assert await held_by(place, ivan) == 3


async def test_taking_over_makes_it_the_heads_and_tells_who_had_it(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    number = (await place.desk.one("conversations", "contact_id = (SELECT id FROM contacts WHERE name = 'Олег')"))[
        "number"
    ]
    await place.writes(olga, "/team иван")
    await place.presses(olga, "Иван: открытые обращения", f"🫴 Забрать #{number}")
    assert (await held_by(place, ivan), await held_by(place, olga)) == (2, 1)
    assert f"✋ #{number} взял(а) Ольга" in "\n".join(place.seen(ivan))


# --- by name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Анна Петрова", "Анна Петрова"),
        ("петрова", "Анна Петрова"),
        ("Петрова, Анна", "Анна Петрова"),
        ("Анна Се", "Анна Семёнова"),
        ("семенова", "Анна Семёнова"),
        ("Анна", "Анна"),
    ],
)
async def test_a_name_means_whom_all_its_words_fit(
    place: Workplace, ivan: Person, olga: Person, typed: str, meant: str
) -> None:
    await place.hire("petr", "Анна Петрова")
    await place.hire("vera", "Анна Семёнова")
    put_in_force(place.desk, ONE_LINE)
    await place.writes(olga, f"/team {typed}")
    assert place.seen(olga)[-1].startswith(f"👤 {meant}: открытые обращения")


async def test_a_name_of_several_says_how_many_and_lets_choose(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.hire("petrova1", "Инна Петрова")
    petrova = await place.hire("petrova2", "Инна Петрова")
    put_in_force(place.desk, ONE_LINE)
    await place.writes(olga, "/relieve Инна да")
    assert place.seen(olga)[-1] == "Имя «Инна» подходит 2 сотрудникам. Назовите точнее или выберите:"
    await give(place, "Нина", petrova, line="sales")
    await place.presses(olga, "Имя «Инна» подходит", "🟢 Инна Петрова")
    assert "Инна Петрова: открытые обращения" in place.seen(olga)[-1]


@pytest.mark.parametrize(
    "words", ["/team Инна", "/relieve Инна да", "/relieve Анна Петрова да", "/team Анна да", "/team !"]
)
async def test_a_name_of_nobody_is_said(place: Workplace, ivan: Person, olga: Person, words: str) -> None:
    await place.writes(olga, words)
    assert place.seen(olga)[-1].startswith("На ваших линиях нет никого, кого зовут «")


# --- relief


@pytest.mark.parametrize("name", ["Надежда", "Ида", "Зинаида", "Да"])
async def test_r9_a_name_that_ends_like_a_yes_is_still_asked_about(
    place: Workplace, ivan: Person, olga: Person, name: str
) -> None:
    await place.desk.pool.execute("UPDATE managers SET name = $2 WHERE id = $1", ivan.user.id, name)
    await place.writes(olga, f"/relieve {name}")
    assert place.seen(olga)[-1].startswith(f"Передать 3 клиентов, которые ждут ({name})")
    assert await held_by(place, ivan) == 3


@pytest.mark.parametrize("yes", ["да", "Да", "да!", "YES"])
async def test_r9_a_typed_yes_behind_the_whole_name_relieves_at_once(
    place: Workplace, ivan: Person, olga: Person, yes: str
) -> None:
    await place.desk.pool.execute("UPDATE managers SET name = 'Надежда Орлова' WHERE id = $1", ivan.user.id)
    await place.writes(olga, f"/relieve Надежда Орлова {yes}")
    assert await held_by(place, ivan) == 0


async def test_r9_relief_gives_waiting_clients_to_others_and_moves_no_deadline(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    before = [row["deadline_at"] for row in await place.desk.rows("waits", "true ORDER BY id")]
    await place.writes(olga, "/team Иван")
    await place.presses(olga, "Иван: открытые обращения", "⚖️ Разгрузить (3)")
    assert await held_by(place, ivan) == 3
    await place.presses(olga, "Передать 3 клиентов", "⚖️ Передать")
    assert await held_by(place, ivan) == 0
    assert place.post(olga, "⚖️ Иван: передано 3 клиента").text
    assert [row["deadline_at"] for row in await place.desk.rows("waits", "true ORDER BY id")] == before
    assert {tuple(row["declined"]) for row in await place.desk.rows("waits")} == {(ivan.user.id,)}
    assert "больше не у вас" in "\n".join(place.seen(ivan))


async def test_r9_whom_nobody_else_can_take_stays(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.desk.pool.execute("UPDATE managers SET presence = 'off' WHERE id <> $1", ivan.user.id)
    await place.writes(olga, "/relieve Иван да")
    assert "У менеджера Иван остаются 3 клиента" in place.seen(olga)[-1]
    assert await held_by(place, ivan) == 3
    assert {tuple(row["declined"]) for row in await place.desk.rows("waits")} == {()}


async def test_r9_an_answered_client_stays_with_the_one_who_answered(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    await place.replies(ivan, "Я Олег", "Да")
    await place.channel_says("sent")
    await place.writes(olga, "/relieve Иван да")
    assert await held_by(place, ivan) == 1


async def test_r9_relief_of_somebody_without_waiting_clients_says_so(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    await place.writes(olga, "/relieve Анна да")
    assert place.seen(olga)[-1] == "Анна: никто не ждёт, передавать некого."


async def test_rg3_relief_leaves_the_clients_of_lines_the_head_does_not_lead(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    await give(place, "Нина", ivan, line="support")
    await place.writes(olga, "/relieve Иван да")
    assert await held_by(place, ivan) == 1


async def test_a_button_about_somebody_who_left_is_answered_politely(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    await place.writes(olga, "/team")
    await place.desk.pool.execute("UPDATE managers SET is_active = false WHERE id = $1", ManagerId(ivan.user.id))
    await place.presses(olga, "👥 Команда сейчас", "🟢 Иван")
    assert "нет или оно не ваше" in place.seen(olga)[-1]
