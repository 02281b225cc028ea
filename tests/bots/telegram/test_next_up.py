"""«⏭ Дальше»: after an answer the most urgent client is offered in one quiet line."""

from datetime import timedelta

import pytest

from hub.testing.telegram.faults import reset_before
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import person
from tests.inbox.rules import line_says, put_in_force

FIRST, SECOND = "Сколько стоит?", "Когда привезёте?"


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    """Ivan with two clients, the second of whom wrote a minute later."""
    ivan = await place.hire("ivan", "Иван")
    await place.client_says(FIRST, by=person(100, name="Мария"))
    place.desk.clock.move(timedelta(minutes=1))
    await place.client_says(SECOND, by=person(101, name="Олег"))
    return ivan


def offers(place: Workplace, ivan: Person) -> list[str]:
    return [text for text in place.seen(ivan) if text.startswith("⏭ Дальше")]


async def test_after_an_answer_the_next_client_is_offered_without_sound(place: Workplace, ivan: Person) -> None:
    await place.replies(ivan, FIRST, "Пять тысяч")
    [offer] = offers(place, ivan)
    assert "Олег" in offer and "через 14 мин" in offer and SECOND in offer
    sent = [call for call in place.account.calls_of("sendMessage") if call.text("text").startswith("⏭ Дальше")]
    assert [call.flag("disable_notification") for call in sent] == [True]


async def test_the_one_just_answered_is_not_offered_before_the_channel_took_the_answer(
    place: Workplace, ivan: Person
) -> None:
    await place.replies(ivan, FIRST, "Пять тысяч")
    await place.replies(ivan, SECOND, "Завтра")
    assert offers(place, ivan) == []


async def test_one_line_stands_in_the_chat_however_many_answers_are_given(place: Workplace, ivan: Person) -> None:
    await place.client_says("И третий", by=person(102, name="Пётр"))
    await place.replies(ivan, SECOND, "Завтра")
    await place.replies(ivan, FIRST, "Пять тысяч")
    [offer] = offers(place, ivan)
    assert "Пётр" in offer


async def test_the_most_urgent_comes_first_whoever_wrote_last(place: Workplace, ivan: Person) -> None:
    await place.client_says("И третий", by=person(102, name="Пётр"))
    await place.replies(ivan, "И третий", "Да")
    assert "Мария" in offers(place, ivan)[0]


async def test_a_press_brings_the_card_down_and_takes_the_line_away(place: Workplace, ivan: Person) -> None:
    await place.replies(ivan, FIRST, "Пять тысяч")
    await place.presses(ivan, "⏭ Дальше", "⏭ Открыть: Олег")
    assert SECOND in place.seen(ivan)[-1] and "Олег" in place.seen(ivan)[-1]
    assert offers(place, ivan) == []


async def test_a_reply_to_the_line_answers_the_client_it_names(place: Workplace, ivan: Person) -> None:
    await place.replies(ivan, FIRST, "Пять тысяч")
    await place.replies(ivan, "⏭ Дальше", "Завтра к обеду")
    oleg = await place.desk.one("contacts", "name = 'Олег'")
    assert (await place.desk.one("messages", "text = 'Завтра к обеду'"))["contact_id"] == oleg["id"]


async def test_who_was_put_off_is_not_offered(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, SECOND, "😴 Отложить")
    await place.presses(ivan, "До какого времени", "1 час")
    await place.replies(ivan, FIRST, "Пять тысяч")
    assert offers(place, ivan) == []


async def test_r10_a_free_client_is_taken_by_the_press(place: Workplace, ivan: Person) -> None:
    put_in_force(place.desk, line_says().replace('name = "Продажи"', 'name = "Продажи"\nstrategy = "manual"'))
    await place.replies(ivan, SECOND, "Завтра")
    await place.client_says("Есть кто?", by=person(103, name="Ева"))
    await place.replies(ivan, FIRST, "Пять тысяч")
    await place.presses(ivan, "⏭ Дальше", "✋ Взять: Ева")
    assert "Есть кто?" in place.seen(ivan)[-1]
    eva = await place.desk.one("conversations", "contact_id = (SELECT id FROM contacts WHERE name = 'Ева')")
    assert eva["assignee_id"] == ivan.user.id


async def test_rg2_a_client_who_is_a_colleagues_by_now_is_not_shown(place: Workplace, ivan: Person) -> None:
    await place.replies(ivan, FIRST, "Пять тысяч")
    anna = await place.desk.hire("anna", "Анна")
    await place.desk.pool.execute(
        "UPDATE conversations SET assignee_id = $1 WHERE contact_id = (SELECT id FROM contacts WHERE name = 'Олег')",
        anna,
    )
    await place.presses(ivan, "⏭ Дальше", "⏭ Открыть: Олег")
    assert place.seen(ivan)[-1] == "Этого клиента уже взяли или ему ответили."
    assert offers(place, ivan) == []


async def test_fr8_a_line_that_only_watches_offers_nobody(place: Workplace, ivan: Person) -> None:
    rules = line_says() + '[lines.watched]\nname = "Опыт"\ncalendar = "always"\nmode = "observe"\n'
    put_in_force(place.desk, rules)
    oleg = await place.desk.one("contacts", "name = 'Олег'")
    for table in ("conversations", "waits"):
        await place.desk.pool.execute(f"UPDATE {table} SET line = 'watched' WHERE contact_id = $1", oleg["id"])
    await place.replies(ivan, FIRST, "Пять тысяч")
    assert offers(place, ivan) == []


async def test_an_answer_is_carried_out_even_where_no_line_can_come(place: Workplace, ivan: Person) -> None:
    place.account.faults.add("sendMessage", reset_before())
    await place.replies(ivan, FIRST, "Пять тысяч")
    assert len(place.account.calls_of("setMessageReaction")) == 1
