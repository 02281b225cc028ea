"""A head's day in the chat: figures with a picture at the time the rules name, and whenever asked (telegram 7.12)."""

from datetime import timedelta
from typing import Any

import pytest

from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.manager import Role
from hub.inbox import clocks
from hub.inbox.day_digests import watch_day_digests
from hub.store import timers
from hub.testing.telegram.faults import refused
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import person
from tests.inbox.rules import line_says, put_in_force, stand_at

TUESDAY, SATURDAY = 1, 5
PEOPLE = tuple(f"[managers.{key}]" for key in ("ivan", "anna", "olga", "petr"))
LED = line_says('team = ["ivan", "anna", "olga"]', "[lines.support]", 'name = "Поддержка"', 'team = ["petr"]', *PEOPLE)
OFFICE = LED.replace("always_open = true", '[calendars.always.hours]\nmon-fri = ["09:00-18:00"]')


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan, a manager of the sales line, on a Tuesday morning."""
    stand_at(place.desk, TUESDAY, "10:00")
    put_in_force(place.desk, LED)
    return await place.hire("ivan", "Иван")


@pytest.fixture
async def olga(place: Workplace, ivan: Person) -> Person:
    """The head of the line, who takes no clients herself."""
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.desk.pool.execute("UPDATE managers SET presence = 'off' WHERE id = $1", olga.user.id)
    return olga


async def miss_call(place: Workplace, call: str, *, client: str) -> None:
    for stage in (CallStage.ringing, CallStage.ended):
        event = CallEvent(f"{call}-{stage}", call, stage, CallDirection.inbound, place.desk.now, client=client)
        await place.desk.receive(event, connection=4)
    place.desk.clock.move(timedelta(seconds=25))
    async with place.desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=place.desk.now, limit=100)
    await clocks.fire(place.desk.office, due)


async def asks(place: Workplace, number: int, name: str) -> None:
    await place.client_says(f"Я {name}", by=person(number, name=name))


async def answers(place: Workplace, ivan: Person, name: str, *, after: int) -> None:
    place.desk.clock.move(timedelta(minutes=after))
    await place.replies(ivan, f"Я {name}", "Да")
    await place.channel_says("sent")


async def evening(place: Workplace, clock: str = "18:30", *, weekday: int = TUESDAY) -> int:
    stand_at(place.desk, weekday, clock)
    told = await watch_day_digests(place.desk.office)
    await place.work()
    return told


def days_of(place: Workplace, reader: Person) -> list[str]:
    return [text for text in place.seen(reader) if text.startswith("📅")]


def last_photo(place: Workplace) -> Any:
    return place.account.calls_of("sendPhoto")[-1]


# --- what it says


async def test_a_day_says_leads_answers_breaches_and_who_did_what(place: Workplace, ivan: Person, olga: Person) -> None:
    for number, (name, minutes) in enumerate((("Мария", 4), ("Олег", 6), ("Нина", 40)), start=100):
        await asks(place, number, name)
        await answers(place, ivan, name, after=minutes)
    await asks(place, 103, "Пётр")
    await evening(place, "10:55")
    await place.writes(olga, "/day")
    told = place.post(olga, "📅 вт").text.splitlines()
    assert told[0].endswith("итоги к 10:55")
    assert told[1:5] == [
        "🆕 Новых лидов: 4 · Telegram 4",
        "⏱ Первый ответ: половина быстрее 6 мин, 9 из 10 быстрее 40 мин",
        "🔴 Просрочено обращений: 1 из 4",
        "⏳ Ждут сейчас: 1",
    ]
    assert told[5] == "👤 Иван: ответов 3, 6 мин · 🔴 1"


async def test_a_breach_opens_by_its_button(place: Workplace, ivan: Person, olga: Person) -> None:
    await asks(place, 100, "Мария")
    number = (await place.desk.one("conversations"))["number"]
    await evening(place)
    await place.presses(olga, "📅 вт", f"🔴 #{number}")
    assert "Я Мария" in place.seen(olga)[-1]


async def test_missed_calls_are_told_with_those_called_back(place: Workplace, ivan: Person, olga: Person) -> None:
    for call, client in (("c1", "+79160000001"), ("c2", "+79160000001"), ("c3", "+79160000002")):
        await miss_call(place, call, client=client)
    await place.work()
    await place.writes(ivan, f"/reached {(await place.desk.rows('conversations', 'true ORDER BY id'))[0]['number']} да")
    await place.writes(olga, "/day")
    assert "📵 Пропущенных звонков: 2, перезвонили: 1" in place.post(olga, "📅 вт").text


async def test_a_day_stands_beside_the_same_weekdays_before_up_to_the_same_time(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    for week in range(2):
        for number in range(1 + 2 * week):
            await asks(place, 100 + 10 * week + number, f"Клиент{week}{number}")
        stand_at(place.desk, TUESDAY, "19:00")
        await asks(place, 150 + week, f"Поздний{week}")
        stand_at(place.desk, TUESDAY, "10:00")
    await asks(place, 199, "Сегодня")
    stand_at(place.desk, TUESDAY, "10:30")
    await place.writes(olga, "/day")
    told = place.post(olga, "📅 вт").text
    assert "🆕 Новых лидов: 1 (обычно 2)" in told
    assert "среднее за 2 прошлые недели" in told


async def test_the_week_is_seven_lines_and_the_week_before(place: Workplace, ivan: Person, olga: Person) -> None:
    await asks(place, 100, "Мария")
    stand_at(place.desk, TUESDAY, "10:00")
    await asks(place, 101, "Олег")
    await answers(place, ivan, "Олег", after=3)
    await place.writes(olga, "/stats")
    told = place.seen(olga)[-1].splitlines()
    assert len(told) == 10
    assert told[7].startswith("вт ")
    assert told[7].endswith("лидов 1, обращений 1 · ответ 3 мин")
    assert told[8] == "Всего · лидов 1, обращений 1 · ответ 3 мин"
    assert told[9] == "Неделей раньше · лидов 1, обращений 1 · 🔴 1"


# --- the picture


async def test_the_words_go_below_a_picture(place: Workplace, ivan: Person, olga: Person) -> None:
    await asks(place, 100, "Мария")
    await evening(place)
    photo = last_photo(place)
    assert photo.upload(photo.text("photo")).data.startswith(b"\x89PNG")
    assert "🟩 в срок" in photo.text("caption")
    assert not photo.flag("disable_notification")


async def test_a_day_without_any_request_ever_has_no_picture(place: Workplace, ivan: Person, olga: Person) -> None:
    await evening(place)
    assert place.account.calls_of("sendPhoto") == []
    assert "🆕 Новых лидов: 0" in days_of(place, olga)[-1]
    assert "🟩" not in days_of(place, olga)[-1]


async def test_where_no_picture_can_be_the_words_come_alone(place: Workplace, ivan: Person, olga: Person) -> None:
    await asks(place, 100, "Мария")
    place.account.faults.add("sendPhoto", refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"), times=9)
    await evening(place)
    assert "🆕 Новых лидов: 1" in days_of(place, olga)[-1]


async def test_a_list_opened_below_a_picture_comes_as_a_message(place: Workplace, ivan: Person, olga: Person) -> None:
    await asks(place, 100, "Мария")
    await evening(place)
    await place.presses(olga, "📅 вт", "👥 Команда")
    assert "👥 Команда сейчас" in place.seen(olga)[-1]
    assert len(days_of(place, olga)) == 1


# --- when and to whom


async def test_it_comes_once_a_day_however_often_it_is_looked_for(place: Workplace, ivan: Person, olga: Person) -> None:
    assert await evening(place) == 1
    assert await evening(place, "18:31") == 0
    assert len(days_of(place, olga)) == 1
    stand_at(place.desk, TUESDAY + 1, "18:30")
    assert await watch_day_digests(place.desk.office) == 1


async def test_it_does_not_come_before_its_time(place: Workplace, ivan: Person, olga: Person) -> None:
    assert await evening(place, "18:29") == 0


async def test_a_hub_that_was_away_tells_it_late_on_the_same_day(place: Workplace, ivan: Person, olga: Person) -> None:
    assert await evening(place, "23:40") == 1
    assert days_of(place, olga)[-1].splitlines()[0].endswith("итоги к 23:40")


async def test_a_day_that_is_over_when_the_messenger_answers_again_is_not_told(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    stand_at(place.desk, TUESDAY, "23:59")
    await watch_day_digests(place.desk.office)
    place.desk.clock.move(timedelta(minutes=2))
    await place.work()
    assert days_of(place, olga) == []


async def test_a_repeated_notice_shows_it_once(place: Workplace, ivan: Person, olga: Person) -> None:
    await evening(place)
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE payload->>'notice' = 'day'")
    await place.work()
    assert len(days_of(place, olga)) == 1


async def test_nothing_comes_on_a_day_off_without_a_word(place: Workplace, ivan: Person, olga: Person) -> None:
    put_in_force(place.desk, OFFICE)
    await evening(place, weekday=SATURDAY)
    assert days_of(place, olga) == []


async def test_a_day_off_on_which_somebody_wrote_is_told(place: Workplace, ivan: Person, olga: Person) -> None:
    put_in_force(place.desk, OFFICE)
    stand_at(place.desk, SATURDAY, "12:00")
    await asks(place, 100, "Мария")
    await evening(place, weekday=SATURDAY)
    assert "🆕 Новых лидов: 1" in days_of(place, olga)[-1]


async def test_the_rules_name_another_time_or_none(place: Workplace, ivan: Person, olga: Person) -> None:
    put_in_force(place.desk, LED.replace("[business]", '[business]\nday_digest = "off"'))
    assert await evening(place, "20:00") == 0
    put_in_force(place.desk, LED.replace("[business]", '[business]\nday_digest = "21:15"'))
    assert await evening(place, "21:14") == 0
    assert await evening(place, "21:15") == 1


async def test_rg1_heads_and_administrators_are_told_managers_are_not(
    place: Workplace, ivan: Person, olga: Person
) -> None:
    boss = await place.hire("boss", "Борис", role=Role.admin)
    assert await evening(place) == 2
    assert [len(days_of(place, each)) for each in (ivan, olga, boss)] == [0, 1, 1]


async def test_rg2_a_head_reads_of_own_lines_alone(place: Workplace, ivan: Person, olga: Person) -> None:
    await asks(place, 100, "Мария")
    await asks(place, 101, "Олег")
    petr = await place.hire("petr", "Пётр", role=Role.head)
    for table in ("conversations", "waits", "leads", "ledger"):
        await place.desk.pool.execute(
            f"UPDATE {table} SET line = 'support' WHERE contact_id = (SELECT id FROM contacts WHERE name = 'Олег')"
        )
    await evening(place)
    assert "обращений: 1 из 1" in days_of(place, olga)[-1]
    assert "обращений: 1 из 1" in days_of(place, petr)[-1]


async def test_fr8_a_line_that_only_observes_tells_nobody(place: Workplace, ivan: Person, olga: Person) -> None:
    put_in_force(place.desk, line_says('mode = "observe"'))
    assert await evening(place) == 0


@pytest.mark.parametrize("command", ["/day", "/stats"])
async def test_rg1_a_manager_is_refused_the_figures(place: Workplace, ivan: Person, command: str) -> None:
    await place.writes(ivan, command)
    assert place.seen(ivan)[-1] == "На это у вас нет прав."


@pytest.mark.parametrize(("command", "report"), [("/day", "report:day"), ("/stats", "report:week")])
async def test_rg6_that_figures_were_read_is_an_audit_fact(
    place: Workplace, ivan: Person, olga: Person, command: str, report: str
) -> None:
    await place.writes(olga, command)
    fact = await place.desk.one("audit", "action = 'report_read'")
    assert (fact["manager_id"], fact["subject"]) == (olga.user.id, report)


async def test_who_never_opened_the_bot_is_told_nothing(place: Workplace, ivan: Person, olga: Person) -> None:
    await place.desk.pool.execute("UPDATE managers SET tg_user_id = NULL WHERE id = $1", olga.user.id)
    assert await evening(place) == 0


async def test_of_many_people_those_with_most_breaches_are_named(place: Workplace, ivan: Person, olga: Person) -> None:
    people = [await place.hire(f"m{number}", f"Менеджер{number}") for number in range(8)]
    put_in_force(place.desk, line_says())
    for number, each in enumerate(people):
        await asks(place, 100 + number, f"Клиент{number}")
        for table in ("conversations", "waits"):
            await place.desk.pool.execute(
                f"UPDATE {table} SET assignee_id = $1 WHERE contact_id = (SELECT max(id) FROM contacts)", each.user.id
            )
        await place.writes(each, f"/card {(await place.desk.rows('conversations', 'true ORDER BY id'))[-1]['number']}")
        await place.replies(each, f"Я Клиент{number}", "Да")
        await place.channel_says("sent")
    await place.writes(olga, "/day")
    told = place.post(olga, "📅 вт").text
    assert told.count("👤") == 6
    assert "…и ещё 2" in told
