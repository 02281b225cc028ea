"""Hours, days off, targets and texts of a line changed by one typed line: tried first, then decided (R-15)."""

from datetime import timedelta

import pytest

from hub.domain.manager import Role
from hub.inbox.draft_ends import watch_drafts
from hub.inbox.people import AT_THE_MACHINE
from hub.inbox.rule_changes import LAPSES_AFTER, change_at_once, propose, put_in_force, read_rules
from hub.routing.changes import Wish, Wished
from hub.store.policy import PolicyChange
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import ALWAYS_OPEN
from tests.inbox.rules import put_in_force as put_here

OFFICE = """
[calendars.office]
[calendars.office.hours]
mon-fri = ["09:00-13:00"]  # до обеда
"""
RULES = ALWAYS_OPEN.replace("[lines.sales]", f"{OFFICE}[lines.sales]")
SUPPORT = """
[lines.support]
name = "Поддержка"
calendar = "office"
[lines.support.templates.price]
name = "Цена"
text = "Пять"
"""
DOCUMENT = RULES + SUPPORT


@pytest.fixture
async def olga(place: Workplace) -> Person:
    """An administrator of a business with two lines, in revision 1."""
    await put_in_force(place.desk.pool, place.desk.office.ids, DOCUMENT, PolicyChange(place.desk.now))
    put_here(place.desk, DOCUMENT)
    return await place.hire("olga", "Ольга", role=Role.admin)


async def document(place: Workplace) -> str:
    return (await read_rules(place.desk.office, AT_THE_MACHINE)).text


async def ask_for_hours(place: Workplace, who: Person, typed: str) -> None:
    await place.writes(who, "/rules Поддержка")
    await place.presses(who, "📋 Поддержка", "🕘 Часы")
    await place.writes(who, typed)


async def test_hours_are_shown_as_a_week_and_changed_by_one_line_after_the_dry_run(
    place: Workplace, olga: Person
) -> None:
    await place.client_says("Сколько стоит?")
    await place.writes(olga, "/rules")
    await place.presses(olga, "Правила: какой линии?", "Поддержка")
    assert "    пн-пт  09:00-13:00" in place.post(olga, "📋 Поддержка").text
    await place.presses(olga, "📋 Поддержка", "🕘 Часы")
    await place.writes(olga, "пн-пт 9-18, сб 10-15")

    told = place.post(olga, "📋 Изменение правил: часы support").text
    assert "calendars.office.hours.mon-fri: 09:00-13:00 → 09:00-18:00" in told
    assert "За 14 дней: обращений 1; на другую линию ушло бы 0" in told
    assert "Открытых сроков сдвинется сразу: 0" in told
    assert await document(place) == DOCUMENT

    await place.presses(olga, "📋 Изменение правил", "✅ Применить")
    assert "✅ Правила изменены, редакция 2" in place.seen(olga)[-1]
    assert 'mon-fri = ["09:00-18:00"]  # до обеда\n' in await document(place)
    assert (await place.desk.one("policy_revisions", "number = 2"))["manager_id"] == olga.user.id


async def test_a_no_changes_nothing(place: Workplace, olga: Person) -> None:
    await ask_for_hours(place, olga, "круглосуточно")
    await place.presses(olga, "📋 Изменение правил", "✖️ Нет")
    assert "правила прежние" in place.seen(olga)[-1]
    assert await document(place) == DOCUMENT


async def test_a_line_that_is_not_understood_is_asked_for_again(place: Workplace, olga: Person) -> None:
    await ask_for_hours(place, olga, "как обычно")
    assert "не понимаю часы" in place.seen(olga)[-1]
    await place.writes(olga, "пн 9-18")
    assert "📋 Изменение правил" in place.seen(olga)[-1]


async def test_rules_that_somebody_else_changed_meanwhile_are_tried_anew(place: Workplace, olga: Person) -> None:
    await ask_for_hours(place, olga, "пн-пт 9-18")
    other = Wish(Wished.targets, "support", "", "5 мин")
    await change_at_once(place.desk.office, AT_THE_MACHINE, [other], comment="")

    await place.presses(olga, "📋 Изменение правил", "✅ Применить")
    assert "изменил кто-то другой" in "\n".join(place.seen(olga)[-2:])
    assert (await read_rules(place.desk.office, AT_THE_MACHINE)).revision == 2
    await place.presses(olga, "📋 Изменение правил", "✅ Применить")
    rules = await read_rules(place.desk.office, AT_THE_MACHINE)
    assert rules.revision == 3
    assert rules.document.lines["support"].targets.first_response == timedelta(minutes=5)


async def test_days_off_targets_and_texts_go_the_same_way(place: Workplace, olga: Person) -> None:
    for button, typed in (
        ("🎌 Праздники", "1.01-3.01 выходной"),
        ("⏱ Сроки ответа", "10 мин, почта 2 ч"),
        ("Вне часов", "Мы закрыты, ответим {{expected_time}}"),
        ("🗒 Цена", "Шесть"),
        ("➕ Шаблон", "Адрес: Улица, 5"),
    ):
        await place.writes(olga, "/rules Поддержка")
        await place.presses(olga, "📋 Поддержка", button)
        await place.writes(olga, typed)
        await place.presses(olga, "📋 Изменение правил", "✅ Применить")
    line = (await read_rules(place.desk.office, AT_THE_MACHINE)).document.lines["support"]
    assert line.texts["ru"].out_of_hours == "Мы закрыты, ответим {{expected_time}}"
    assert {key: (each.name, each.text) for key, each in line.templates.items()} == {
        "price": ("Цена", "Шесть"),
        "adres": ("Адрес", "Улица, 5"),
    }
    assert line.targets.first_response_by_channel == {"email": timedelta(hours=2)}
    await place.writes(olga, "/rules Поддержка")
    told = place.post(olga, "📋 Поддержка").text
    assert "⏱ первый 10 мин, ✉️ Почта 2 ч, дальше" in told
    assert "выходной" in told


async def test_a_text_is_taken_away_by_a_minus(place: Workplace, olga: Person) -> None:
    await place.writes(olga, "/rules Поддержка")
    await place.presses(olga, "📋 Поддержка", "🗒 Цена")
    await place.writes(olga, "-")
    await place.presses(olga, "📋 Изменение правил", "✅ Применить")
    assert (await read_rules(place.desk.office, AT_THE_MACHINE)).document.lines["support"].templates == {}


async def test_who_shares_the_calendar_is_named_before(place: Workplace, olga: Person) -> None:
    shared = DOCUMENT.replace('calendar = "office"', 'calendar = "always"')
    await put_in_force(place.desk.pool, place.desk.office.ids, shared, PolicyChange(place.desk.now))
    await place.writes(olga, "/rules Поддержка")
    await place.presses(olga, "📋 Поддержка", "🕘 Часы")
    assert "Этот же календарь у линий: Продажи" in place.seen(olga)[-1]


async def test_rg1_a_head_proposes_and_an_administrator_decides(place: Workplace, olga: Person) -> None:
    vera = await place.hire("vera", "Вера", role=Role.head)
    await ask_for_hours(place, vera, "пн-пт 9-18")
    assert "решает администратор" in place.seen(vera)[-1]
    assert "✅ Применить" not in str(place.post(vera, "📋 Изменение правил").keyboard)
    await place.presses(olga, "Вера предлагает изменить правила", "📋 Посмотреть, что изменится")
    assert "Предлагает: Вера" in place.post(olga, "📋 Изменение правил").text
    await place.presses(olga, "📋 Изменение правил", "✅ Применить")
    assert (await read_rules(place.desk.office, AT_THE_MACHINE)).revision == 2


async def test_a_proposal_that_lapsed_is_told_to_who_made_it_and_its_old_buttons_say_why(
    place: Workplace, olga: Person
) -> None:
    vera = await place.hire("vera", "Вера", role=Role.head)
    await ask_for_hours(place, vera, "пн-пт 9-18")
    await place.presses(olga, "Вера предлагает изменить правила", "📋 Посмотреть, что изменится")
    place.desk.clock.move(LAPSES_AFTER)
    await watch_drafts(place.desk.office)
    await place.work()
    assert "(часы support) больше не ждёт решения" in place.seen(vera)[-1]
    await place.presses(olga, "📋 Изменение правил", "✅ Применить")
    assert "больше 14 дней" in place.seen(olga)[-1]
    assert await document(place) == DOCUMENT


async def test_a_button_of_a_change_that_another_has_decided_about_says_so(place: Workplace, olga: Person) -> None:
    pavel, vera = await place.hire("pavel", "Павел", role=Role.admin), await place.hire("vera", "Вера", role=Role.head)
    await ask_for_hours(place, vera, "пн-пт 9-18")
    for admin in (olga, pavel):
        await place.presses(admin, "Вера предлагает изменить правила", "📋 Посмотреть, что изменится")
    await place.presses(olga, "📋 Изменение правил", "✖️ Нет")
    await place.presses(pavel, "📋 Изменение правил", "✅ Применить")
    assert "уже решили" in place.seen(pavel)[-1]
    assert await document(place) == DOCUMENT


async def test_an_administrator_reads_every_word_that_clients_would(place: Workplace, olga: Person) -> None:
    vera = await place.hire("vera", "Вера", role=Role.head)
    await place.writes(vera, "/rules Поддержка")
    await place.presses(vera, "📋 Поддержка", "🗒 Цена")
    await place.writes(vera, "Пять рублей за штуку. " * 120 + "Переводите на карту Веры.")
    await place.presses(olga, "Вера предлагает изменить правила", "📋 Посмотреть, что изменится")
    assert "на карту Веры" in "\n".join(place.seen(olga))
    olga.presses(place.account, place.post(olga, "Открытых сроков сдвинется"), "✅ Применить")
    await place.work()
    assert "карту Веры" in await document(place)


async def test_a_document_written_over_older_rules_says_that_it_takes_back_what_changed_since(
    place: Workplace, olga: Person
) -> None:
    whole = Wish(Wished.document, words=DOCUMENT.replace("Поддержка", "Помощь"))
    draft = (await propose(place.desk.office, AT_THE_MACHINE, whole)).draft.id
    await place.writes(olga, "/draft")
    await place.presses(olga, "Ждут решения:", "весь документ правил")
    assert "поверх редакции" not in place.seen(olga)[-1]

    await change_at_once(place.desk.office, AT_THE_MACHINE, [Wish(Wished.targets, "support", "", "5 мин")], comment="")
    await place.writes(olga, "/draft")
    await place.presses(olga, "Ждут решения:", "весь документ правил")
    assert "⚠️ Документ написан поверх редакции 1, а сейчас действует 2" in place.seen(olga)[-1]
    assert (await place.desk.one("policy_drafts"))["id"] == draft


async def test_a_change_of_a_shared_calendar_names_the_other_lines(place: Workplace, olga: Person) -> None:
    shared = (await document(place)).replace('calendar = "always"', 'calendar = "office"')
    await put_in_force(place.desk.pool, place.desk.office.ids, shared, PolicyChange(place.desk.now, based_on=1))
    await ask_for_hours(place, olga, "пн-пт 9-18")
    assert "⚠️ Этот же календарь у линий: Продажи. Часы изменятся и там." in place.seen(olga)[-1]


async def test_what_waits_for_a_decision_is_counted_in_the_menu(place: Workplace, olga: Person) -> None:
    await ask_for_hours(place, olga, "пн-пт 9-18")
    await place.writes(olga, "/admin")
    await place.presses(olga, "⚙️ Управление", "📋 Ждут решения: 1")
    await place.presses(olga, "Ждут решения:", "часы support")
    assert "calendars.office.hours.mon-fri" in place.seen(olga)[-1]


async def test_rg3_a_manager_reads_and_changes_no_rules(place: Workplace, olga: Person) -> None:
    ivan = await place.hire("ivan", "Иван")
    for command in ("/rules", "/draft"):
        await place.writes(ivan, command)
        assert "Правила" not in place.seen(ivan)[-1]
    await ask_for_hours(place, olga, "пн-пт 9-18")
    ivan.writes(place.account, "/draft 1")
    await place.work()
    assert await document(place) == DOCUMENT
