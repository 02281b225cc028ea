"""Taking back in the chat: a button below what was done, `/undo` by name, a letter before it leaves."""

from datetime import timedelta

import pytest

from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, Sender
from hub.domain.manager import Role
from hub.testing.telegram.people import Person
from tests.bots.telegram.workplace import Workplace, repeat, waiting_update
from tests.inbox.desk import person, says
from tests.inbox.rules import MOSCOW, line_says, put_in_force

ASKED = "Сколько стоит?"
MAIL = 2


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    ivan = await place.hire("ivan", "Иван")
    await place.client_says(ASKED)
    return ivan


async def number(place: Workplace) -> int:
    return int((await place.desk.one("conversations"))["number"])


async def answered(place: Workplace, ivan: Person) -> None:
    await place.replies(ivan, ASKED, "Пять тысяч")
    await place.channel_says("sent")


async def test_a_close_is_taken_back_by_the_button_below_it(place: Workplace, ivan: Person) -> None:
    await answered(place, ivan)
    await place.presses(ivan, ASKED, "✅ Закрыть")
    await place.presses(ivan, "Чем закончилось", "💰 Сделка")
    await place.presses(ivan, "закрыто", "↩️ Отменить")
    assert (await place.desk.one("conversations"))["state"] == "open"
    assert (await place.desk.one("leads"))["state"] == "open"


async def test_a_close_of_five_minutes_ago_is_not_taken_back_by_it(place: Workplace, ivan: Person) -> None:
    await answered(place, ivan)
    await place.presses(ivan, ASKED, "✅ Закрыть")
    await place.presses(ivan, "Чем закончилось", "💰 Сделка")
    place.desk.clock.move(timedelta(minutes=5, seconds=1))
    await place.presses(ivan, "закрыто", "↩️ Отменить")
    assert (await place.desk.one("conversations"))["state"] == "closed"
    assert "вернуть уже нельзя" in "\n".join(place.seen(ivan))


async def test_p1_a_wait_that_a_close_dismissed_runs_on_by_its_own_deadline(place: Workplace, ivan: Person) -> None:
    before = await place.desk.one("waits")
    await place.writes(ivan, f"/close {await number(place)} duplicate")
    assert (await place.desk.one("waits"))["state"] == "dismissed"
    place.desk.clock.move(timedelta(minutes=2))
    await place.presses(ivan, "закрыто", "↩️ Отменить")
    after = await place.desk.one("waits")
    assert (after["state"], after["started_at"], after["deadline_at"]) == (
        "open",
        before["started_at"],
        before["deadline_at"],
    )


async def test_s8_who_needs_no_reply_waits_again_by_the_same_deadline(place: Workplace, ivan: Person) -> None:
    before = await place.desk.one("waits")
    await place.presses(ivan, ASKED, "🤷 Ответ не нужен")
    await place.presses(ivan, "ответ не нужен?", "🙏 Просто благодарность")
    await place.presses(ivan, "ответ не нужен", "↩️ Отменить")
    after = await place.desk.one("waits")
    assert (after["state"], after["deadline_at"]) == ("open", before["deadline_at"])
    assert await place.desk.rows("timers", "state = 'armed' AND kind = 'first_response'")


async def test_what_was_put_off_is_back_at_once(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "😴 Отложить")
    await place.presses(ivan, "До какого времени", "1 час")
    await place.presses(ivan, "отложено до", "↩️ Отменить")
    assert (await place.desk.one("conversations"))["snoozed_until"] is None
    assert not await place.desk.rows("timers", "kind = 'snooze' AND state = 'armed'")


async def test_r12_a_transfer_nobody_accepted_yet_is_withdrawn(place: Workplace, ivan: Person) -> None:
    anna = await place.hire("anna", "Анна")
    await place.presses(ivan, ASKED, "➡️ Передать")
    await place.presses(ivan, "Кому передать", "🟢 Анна · 0 ждут")
    await place.presses(ivan, "Анна", "➡️ Без заметки")
    await place.presses(ivan, "Анна", "↩️ Отменить")
    row = await place.desk.one("conversations")
    assert (row["transfer_to"], row["assignee_id"]) == (None, ivan.user.id)
    assert not await place.desk.rows("timers", "kind = 'transfer' AND state = 'armed'")
    assert "✅ Принять" not in str([each.buttons for each in anna.screen(place.account).visible()])


async def test_undo_names_what_it_takes_back_before_it_does(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "😴 Отложить")
    await place.presses(ivan, "До какого времени", "1 час")
    await place.client_says("Ещё вопрос", by=person(101, name="Олег"))
    await place.writes(ivan, "/undo")
    assert place.seen(ivan)[-1].startswith("Вернуть отложенное")
    assert await place.desk.rows("conversations", "snoozed_until IS NOT NULL")
    await place.presses(ivan, "Вернуть отложенное", "↩️ Отменить")
    assert not await place.desk.rows("conversations", "snoozed_until IS NOT NULL")


async def test_undo_right_below_what_was_done_asks_nothing(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, f"/snooze {await number(place)} 2h")
    await place.writes(ivan, "/undo")
    assert (await place.desk.one("conversations"))["snoozed_until"] is None


async def test_undo_with_nothing_done_says_so(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, "/undo")
    assert place.seen(ivan)[-1].endswith("отменять нечего.")


async def test_a_repeated_press_takes_nothing_else_back(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, f"/snooze {await number(place)} 2h")
    ivan.presses(place.account, place.post(ivan, "отложено до"), "↩️ Отменить")
    update = waiting_update(place)
    await place.work()
    await place.writes(ivan, f"/snooze {await number(place)} 3h")
    await repeat(place, update)
    assert (await place.desk.one("conversations"))["snoozed_until"] is not None


# --- letters


@pytest.fixture
async def letter(place: Workplace) -> Person:
    """Ivan with a client who wrote a letter."""
    ivan = await place.hire("ivan", "Иван")
    sender = Sender((Address(IdentityType.email, "m@romashka.ru", level=ProofLevel.proven),), "Мария")
    await place.desk.receive(says(ASKED, at=place.desk.now, by=sender), connection=MAIL)
    await place.work()
    return ivan


async def delivery(place: Workplace):
    return await place.desk.one("deliveries", "lane = 'reply'")


async def test_a_letter_leaves_a_quarter_of_a_minute_later(place: Workplace, letter: Person) -> None:
    await place.replies(letter, ASKED, "Пять тысяч")
    held = await delivery(place)
    assert held["due_at"] - held["created_at"] == timedelta(seconds=15)
    assert "уйдёт через несколько секунд" in place.seen(letter)[-1]


async def test_a_line_may_hold_no_letters(place: Workplace, letter: Person) -> None:
    put_in_force(place.desk, line_says('letter_hold = "0s"'))
    await place.replies(letter, ASKED, "Пять тысяч")
    assert (await delivery(place))["due_at"] <= place.desk.now
    assert "↩️ Отменить" not in str([each.buttons for each in letter.screen(place.account).visible()])


async def test_s3_a_letter_taken_back_never_leaves_and_the_clock_runs_on(place: Workplace, letter: Person) -> None:
    await place.replies(letter, ASKED, "Пять тысяч")
    await place.presses(letter, "уйдёт через несколько секунд", "↩️ Отменить")
    assert (await delivery(place))["state"] == "cancelled"
    place.desk.clock.move(timedelta(minutes=1))
    await place.channel_says("sent")
    assert (await place.desk.one("waits"))["state"] == "open"
    assert "не ушло" in "\n".join(place.seen(letter))


@pytest.mark.parametrize("way", ["button", "/delete"])
async def test_a_letter_taken_back_leaves_no_mark_below_the_managers_words(
    place: Workplace, letter: Person, way: str
) -> None:
    own = await place.replies(letter, ASKED, "Пять тысяч")
    assert list(own.reactions.values()) == ["👀"]
    if way == "button":
        await place.presses(letter, "уйдёт через несколько секунд", "↩️ Отменить")
    else:
        await place.replies(letter, "Пять тысяч", way)
    assert list(own.reactions.values()) == []


async def test_r11_about_a_letter_taken_back_nobody_is_asked_and_nobody_reads_it(
    place: Workplace, letter: Person
) -> None:
    olga = await place.hire("olga", "Ольга", role=Role.head)
    await place.writes(olga, f"/card {await number(place)}")
    await place.replies(letter, ASKED, "Пять тысяч")
    await place.presses(letter, "уйдёт через несколько секунд", "↩️ Отменить")
    await place.replies(olga, ASKED, "Четыре тысячи")
    assert "отвечает" not in "\n".join(place.seen(olga))
    assert len(await place.desk.rows("messages", "direction = 'outbound'")) == 2


async def test_s3_the_clock_stops_when_the_letter_really_left(place: Workplace, letter: Person) -> None:
    await place.replies(letter, ASKED, "Пять тысяч")
    place.desk.clock.move(timedelta(seconds=16))
    left_at = place.desk.now
    await place.channel_says("sent")
    wait = await place.desk.one("waits")
    assert wait["state"] == "answered" and wait["ended_at"] >= left_at
    assert "уйдёт через несколько секунд" not in "\n".join(place.seen(letter))


async def test_a_letter_on_its_way_is_not_taken_back(place: Workplace, letter: Person) -> None:
    await place.replies(letter, ASKED, "Пять тысяч")
    await place.desk.pool.execute("UPDATE deliveries SET state = 'sending', attempt = 1 WHERE lane = 'reply'")
    await place.presses(letter, "уйдёт через несколько секунд", "↩️ Отменить")
    assert (await delivery(place))["state"] == "sending"
    assert "уже ушло" in "\n".join(place.seen(letter))


async def test_rg2_a_colleagues_letter_is_not_taken_back(place: Workplace, letter: Person) -> None:
    anna = await place.hire("anna", "Анна")
    await place.replies(letter, ASKED, "Пять тысяч")
    press = letter.presses(place.account, place.post(letter, "уйдёт через несколько секунд"), "↩️ Отменить")
    place.account.updates.clear()
    stolen = place.account.post(place.account.private_chat(anna.user), place.account.user, {"text": "чужое"})
    stolen.keyboard = {"inline_keyboard": [[{"text": "↩️", "callback_data": press.data}]]}
    anna.presses(place.account, stolen, "↩️")
    await place.work()
    assert (await delivery(place))["state"] == "queued"


async def test_b1_a_letter_written_in_time_leaves_before_the_deadline(place: Workplace, letter: Person) -> None:
    deadline = (await place.desk.one("waits"))["deadline_at"]
    place.desk.clock.move(deadline - place.desk.now - timedelta(seconds=12))
    await place.replies(letter, ASKED, "Пять тысяч")
    assert (await delivery(place))["due_at"] == deadline - timedelta(seconds=5)


async def test_what_a_messenger_can_take_back_is_not_held(place: Workplace, ivan: Person) -> None:
    await place.replies(ivan, ASKED, "Пять тысяч")
    assert (await delivery(place))["due_at"] <= place.desk.now


# --- putting off by date


async def test_a_date_is_chosen_by_month_day_and_hour(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "😴 Отложить")
    await place.presses(ivan, "До какого времени", "📅 Дата…")
    month = place.post(ivan, "выберите день")
    tomorrow = place.desk.now.astimezone(MOSCOW) + timedelta(days=1)
    if tomorrow.day == 1:
        await place.presses(ivan, "выберите день", "⟩")
        month = place.post(ivan, "выберите день")
    ivan.presses(place.account, month, str(tomorrow.day))
    await place.work()
    await place.presses(ivan, "во сколько напомнить", "15:00")
    until = (await place.desk.one("conversations"))["snoozed_until"].astimezone(MOSCOW)
    assert (until.date(), until.hour, until.minute) == (tomorrow.date(), 15, 0)


async def test_a_place_without_a_day_does_nothing(place: Workplace, ivan: Person) -> None:
    await place.presses(ivan, ASKED, "😴 Отложить")
    await place.presses(ivan, "До какого времени", "📅 Дата…")
    before = place.seen(ivan)
    await place.presses(ivan, "выберите день", "Пн")
    assert place.seen(ivan) == before
    assert (await place.desk.one("conversations"))["snoozed_until"] is None


async def test_a_client_without_a_first_answer_is_put_off_no_longer_than_the_line_says(
    place: Workplace, ivan: Person
) -> None:
    put_in_force(place.desk, line_says('snooze_unanswered = "1h"'))
    await place.writes(ivan, f"/snooze {await number(place)} 2h")
    assert "не больше чем на 1 ч" in place.seen(ivan)[-1]
    assert (await place.desk.one("conversations"))["snoozed_until"] is None
    await place.writes(ivan, f"/snooze {await number(place)} 1h")
    assert (await place.desk.one("conversations"))["snoozed_until"] is not None


async def test_a_client_who_was_answered_before_is_put_off_as_long_as_one_likes(place: Workplace, ivan: Person) -> None:
    put_in_force(place.desk, line_says('snooze_unanswered = "1h"'))
    await answered(place, ivan)
    await place.client_says("А доставка?")
    await place.writes(ivan, f"/snooze {await number(place)} 2h")
    assert (await place.desk.one("conversations"))["snoozed_until"] is not None


async def test_a_clients_message_wakes_at_once(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, f"/snooze {await number(place)} 2h")
    await place.client_says("Вы тут?")
    assert (await place.desk.one("conversations"))["snoozed_until"] is None


async def test_who_waits_and_was_put_off_is_seen_to_be_so_in_lists(place: Workplace, ivan: Person) -> None:
    await place.writes(ivan, f"/snooze {await number(place)} 2h")
    await place.writes(ivan, "/my")
    assert "😴 отложено до" in place.seen(ivan)[-1]


async def test_s3_deleting_a_letter_that_is_held_keeps_it_from_leaving(place: Workplace, letter: Person) -> None:
    await place.replies(letter, ASKED, "Пять тысяч")
    await place.replies(letter, "Пять тысяч", "/delete")
    assert (await delivery(place))["state"] == "cancelled"
    assert place.seen(letter)[-1].startswith("↩️ Не отправлено")
    assert "уйдёт через несколько секунд" not in "\n".join(place.seen(letter))
