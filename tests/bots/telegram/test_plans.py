"""Tasks, stages, leads by hand and the day, as a manager presses and writes them in Telegram."""

from datetime import timedelta

import pytest

from bots.screens.action import Action, Press, encode
from hub.delivery.clock_watch import ClockWatch
from hub.domain.manager import Role
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.testing.telegram.state import Press as Pressed
from hub.testing.telegram.state import User
from tests.bots.telegram.workplace import repeat, waiting_update
from tests.inbox.desk import person
from tests.inbox.test_calls import talk_in
from tests.inbox.test_lead_stages import STAGES


@pytest.fixture
async def ivan(place):
    return await place.hire("ivan", "Иван")


async def client_of(place):
    """A client who has written; returns the conversation's number."""
    await place.client_says("Сколько стоит?")
    return (await place.desk.one("conversations"))["number"]


async def test_t1_a_next_step_is_a_time_and_one_line(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/step {number}")
    await place.presses(ivan, "Когда следующий шаг", "3 часа")
    await place.writes(ivan, "Отправить расчёт")

    task = await place.desk.one("tasks")
    assert (task["what"], task["cause"]) == ("Отправить расчёт", "manual")
    assert timedelta(hours=2, minutes=59) < task["due_at"] - place.desk.now <= timedelta(hours=3)
    assert "📌" in place.seen(ivan)[-1]


async def test_t1_a_next_step_may_be_typed_at_once(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 2ч позвонить")
    assert (await place.desk.one("tasks"))["what"] == "позвонить"


async def test_t3_done_asks_for_the_result_and_offers_the_next_step_at_once(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 2h позвонить")
    await place.writes(ivan, "/tasks")
    await place.presses(ivan, "Мои задачи", "🗓 1")
    await place.presses(ivan, "позвонить", "✅ Сделано")
    assert "напишите одной строкой" in place.seen(ivan)[-1]
    await place.writes(ivan, "Думает до пятницы")

    task = await place.desk.one("tasks")
    assert (task["state"], task["result"]) == ("done", "Думает до пятницы")
    await place.presses(ivan, "Когда следующий шаг", "Завтра 10:00")
    await place.writes(ivan, "Перезвонить")
    assert len(await place.desk.rows("tasks", "state = 'open'")) == 1


async def test_t3_done_and_later_may_be_typed_by_number(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 2h позвонить")
    before = (await place.desk.one("tasks"))["due_at"]
    await place.writes(ivan, f"/later {number} 5h")
    assert (await place.desk.one("tasks"))["due_at"] > before
    await place.writes(ivan, f"/done {number} договорились")
    assert (await place.desk.one("tasks"))["result"] == "договорились"
    await place.writes(ivan, f"/done {number} ещё раз")
    assert "нет или оно не ваше" in place.seen(ivan)[-1]


async def test_t3_a_task_about_a_colleagues_client_is_done_and_says_so(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 2h позвонить")
    await place.hire("olga", "Ольга")
    olga = (await place.desk.one("managers", "key = 'olga'"))["id"]
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = $1, offered_to = '[]'", olga)
    await place.writes(ivan, "/tasks")
    await place.presses(ivan, "Мои задачи", "🗓 1")
    await place.presses(ivan, "позвонить", "✅ Сделано")
    await place.writes(ivan, "Думает до пятницы")

    assert (await place.desk.one("tasks"))["state"] == "done"
    assert place.seen(ivan)[-1].startswith("✅")


async def test_t2_overdue_tasks_come_first_and_the_reminder_rings(place, ivan):
    number = await client_of(place)
    for when, what in (("2d", "потом"), ("15m", "скоро")):
        await place.writes(ivan, f"/step {number} {when} {what}")
    place.desk.clock.move(timedelta(minutes=20))
    await _fire(place)
    assert "скоро" in place.post(ivan, "Срок задачи наступил").text
    await place.writes(ivan, "/tasks")
    listed = place.seen(ivan)[-1]
    assert listed.index("скоро") < listed.index("потом")
    assert "🔴" in listed


async def _fire(place):
    await ClockWatch(place.desk.office).fire_due()
    await place.work()


async def test_t2_the_head_reads_who_is_late_and_which_leads_have_no_step(place, ivan):
    vera = await place.hire("vera", "Вера", role=Role.head)
    number = await client_of(place)
    await place.writes(vera, "/tasks")
    assert f"#{number}" in place.seen(vera)[-1]
    await place.writes(ivan, f"/step {number} 15m позвонить")
    place.desk.clock.move(timedelta(hours=1))
    await place.writes(vera, "/tasks")
    assert "Иван: открыто 1, просрочено 1" in place.seen(vera)[-1]


async def test_l3_a_refusal_names_what_is_missing_lets_fill_it_and_then_moves(place, ivan):
    place.desk.rules.append(to_policy(parse_policy(STAGES), 2))
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 2h позвонить")
    await place.writes(ivan, f"/client {number}")
    await place.presses(ivan, "👤", "🎯 Этап")
    await place.presses(ivan, "🎯 #", "Предложение")
    assert "Сумма, Объект" in place.seen(ivan)[-1]

    await place.presses(ivan, "не перейдёт дальше", "✏️ Сумма")
    await place.writes(ivan, "много")
    assert "сумму" in place.seen(ivan)[-1]
    await place.writes(ivan, "125 000")
    await place.presses(ivan, "не перейдёт дальше", "✏️ Объект")
    await place.presses(ivan, "Объект по", "офис")

    lead = await place.desk.one("leads")
    assert (lead["stage"], lead["amount"], lead["fields"]) == ("proposal_sent", "125000.00", {"object_type": "офис"})
    assert "теперь «Предложение»" in place.seen(ivan)[-1]


async def test_l3_a_move_that_was_called_off_does_not_happen_when_the_fields_are_filled_in_later(place, ivan):
    place.desk.rules.append(to_policy(parse_policy(STAGES), 2))
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 2h позвонить")
    await place.writes(ivan, f"/stage {number} proposal_sent")
    await place.presses(ivan, "не перейдёт дальше", "✏️ Сумма")
    await place.presses(ivan, "сумм", "✖️ Отмена")
    await place.writes(ivan, f"/fill {number} amount 100")
    await place.writes(ivan, f"/fill {number} object_type офис")

    lead = await place.desk.one("leads")
    assert (lead["stage"], lead["amount"]) == ("new", "100.00")


@pytest.mark.parametrize("seconds", ["zzzzzzzzzzzz", "1y2p0ij32e8e7"])
async def test_an_instant_that_no_calendar_has_is_a_stale_button(place, ivan, seconds):
    number = await client_of(place)
    await place.writes(ivan, f"/card {number}")
    shown, place_id = place.post(ivan, "Сколько стоит?"), (await place.desk.one("conversations"))["id"]
    data = encode(Action(Press.step, place_id, 0, f"at-{seconds}"))
    place.account.press(Pressed("77000001", ivan.user, shown, data, place.account.now()))
    await place.work()

    assert "устарела" in place.seen(ivan)[-1]
    assert await place.desk.rows("tasks") == []


async def test_l3_closing_as_a_deal_names_what_is_missing_too(place, ivan):
    place.desk.rules.append(to_policy(parse_policy(STAGES), 2))
    number = await client_of(place)
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.channel_says("sent")
    await place.writes(ivan, f"/close {number} deal")
    assert "Сумма" in place.seen(ivan)[-1]
    await place.writes(ivan, f"/fill {number} amount 100")
    await place.writes(ivan, f"/close {number} deal")
    assert (await place.desk.one("leads"))["state"] == "won"


async def test_l5_losing_asks_for_a_reason_of_the_list(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/stage {number} lost")
    await place.presses(ivan, "Почему лид", "Выбрали других")
    assert (await place.desk.one("leads"))["loss_reason"] == "rival"
    await place.writes(ivan, f"/stage {number} waiting")
    await place.writes(ivan, f"/lose {number} other переехали")
    lead = await place.desk.one("leads")
    assert (lead["loss_reason"], lead["loss_note"]) == ("other", "переехали")


async def test_l9_new_asks_for_one_line_and_starts_a_lead_with_its_first_step(place, ivan):
    await place.writes(ivan, "/new")
    await place.writes(ivan, "Мария без телефона")
    assert "Не вижу телефона" in place.seen(ivan)[-1]
    await place.writes(ivan, "Мария, 8 916 123-45-67, окна на дачу, источник: вывеска")

    lead = await place.desk.one("leads")
    assert (lead["source"], (await place.desk.one("contacts"))["name"]) == ("вывеска", "Мария")
    assert (await place.desk.one("messages"))["text"] == "окна на дачу"
    assert "лид заведён" in place.seen(ivan)[-1]
    await place.presses(ivan, "лид заведён", "⏰ Перенести")
    await place.presses(ivan, "До какого времени", "Завтра 10:00")
    assert "⏰" in place.seen(ivan)[-1]


async def test_l9_a_forwarded_contact_starts_a_lead(place, ivan):
    ivan.shares_contact(place.account, card=User(0, "Пётр", phone="79161234567"))
    await place.work()
    assert (await place.desk.one("identities"))["value"] == "+79161234567"
    assert (await place.desk.one("contacts"))["name"] == "Пётр"
    assert (await place.desk.one("leads"))["state"] == "open"


async def test_rp_today_holds_own_overdue_plan_and_leads(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 15m позвонить")
    place.desk.clock.move(timedelta(minutes=30))
    await place.writes(ivan, "/today")
    day = place.seen(ivan)[-1]
    assert "Иван, ваш день" in day
    assert day.index("Просрочено") < day.index("позвонить") < day.index("Мои лиды: 1")


async def test_t5_after_a_talk_the_speaker_answers_with_a_next_step(place, ivan):
    await _talk(place, ivan)
    await place.presses(ivan, "чем закончился разговор", "📌 Следующий шаг")
    await place.presses(ivan, "Когда следующий шаг", "1 час")
    await place.writes(ivan, "Выслать договор")
    assert (await place.desk.one("tasks"))["what"] == "Выслать договор"
    assert (await place.desk.one("ledger", "kind = 'result_given'"))["facts"]["kind"] == "next_step"


async def test_t5_after_a_talk_the_speaker_writes_its_result_or_says_it_is_no_lead(place, ivan):
    number = await _talk(place, ivan)
    await place.presses(ivan, "чем закончился разговор", "📝 Итог")
    await place.writes(ivan, "Думает")
    await place.writes(ivan, f"/notlead {number}")
    kinds = [row["facts"]["kind"] for row in await place.desk.rows("ledger", "kind = 'result_given' ORDER BY id")]
    assert kinds == ["result", "not_a_lead"]
    assert (await place.desk.one("leads"))["loss_reason"] == "not_a_lead"


async def _talk(place, ivan):
    place.desk.staff[("pbx_extension", "4", "101")] = ivan.user.id
    await talk_in(place.desk)
    await place.work()
    return (await place.desk.one("conversations"))["number"]


async def test_fr5_write_sends_first_to_a_client_whose_conversation_was_closed(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/dismiss {number} спасибо")
    await place.writes(ivan, f"/close {number} solved")
    await place.writes(ivan, f"/write {number}")
    await place.writes(ivan, "Мария, у нас новая коллекция")
    await place.channel_says("sent")
    assert await place.desk.rows("waits", "state = 'open'") == []

    place.desk.clock.move(timedelta(days=1))
    await place.client_says("Покажите")
    assert (await place.desk.one("waits", "state = 'open'"))["kind"] == "next_response"


async def test_l9_r10_a_colleagues_client_is_named_and_nothing_is_started(place, ivan):
    await place.client_says("Сколько стоит?", by=person(100, phone="+79161234567"))
    vera = await place.hire("vera", "Вера")
    await place.writes(vera, "/new Мария, +7 916 123-45-67")
    assert "Уже ведёт Иван" in place.seen(vera)[-1]
    assert await place.desk.rows("tasks") == []


async def test_t3_a_done_task_pressed_again_says_so(place, ivan):
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 2h позвонить")
    await place.writes(ivan, f"/task {number}")
    await place.writes(ivan, f"/done {number} договорились")
    task = (await place.desk.one("tasks"))["id"]
    await place.presses(ivan, "🕓", "✅ Сделано")
    await place.writes(ivan, "второй раз")
    assert (await place.desk.one("tasks", "id = $1", task))["result"] == "договорились"


async def test_t3_the_same_result_twice_does_the_task_once_and_makes_one_step(place, ivan):
    number = await client_of(place)
    ivan.writes(place.account, f"/step {number} 2h позвонить")
    update = waiting_update(place)
    await place.work()
    await repeat(place, update)
    assert len(await place.desk.rows("tasks")) == 1


async def test_rp_english_reads_the_same_day(place, ivan):
    await place.desk.pool.execute("UPDATE managers SET language = 'en'")
    number = await client_of(place)
    await place.writes(ivan, f"/step {number} 15m call")
    await place.writes(ivan, "/today")
    assert "your day" in place.seen(ivan)[-1]
    await place.writes(ivan, f"/stage {number}")
    assert "New" in place.seen(ivan)[-1]
    await place.writes(ivan, f"/stage {number} lost")
    await place.presses(ivan, "Why was lead", "Too expensive")
    assert "now “Lost”" in place.seen(ivan)[-1]
