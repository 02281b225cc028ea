"""Many offers at once: after the second card one list a chat, drawn again in its place, and none of them is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.telegram.notifier import TelegramNotifier
from hub.delivery.alarms import Alarms
from hub.delivery.notices import NoticeHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.outbound import Later, Sent
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store.connections import list_connections
from hub.testing.telegram.faults import too_many_requests
from tests.delivery.bench import add_connection
from tests.inbox.desk import ALWAYS_OPEN, person, says

OFFER_ALL = ALWAYS_OPEN + 'strategy = "offer_all"\n'


@pytest.fixture
async def both(place):
    """Ivan and Anna, to whom everything is offered."""
    place.desk.rules.append(to_policy(parse_policy(OFFER_ALL), 2))
    return await place.hire("ivan", "Иван"), await place.hire("anna", "Анна")


async def leads(place, *numbers):
    for number in numbers:
        await place.desk.receive(says(f"Вопрос {number}", at=place.desk.now, by=lead(number)))
        await place.work()


def lead(number):
    return person(100 + number, name=f"Клиент {number}")


def cards(place, manager):
    return [text for text in place.seen(manager) if "Кто возьмёт?" in text]


def lists(place, manager):
    return [text for text in place.seen(manager) if "Свободны:" in text]


async def test_two_offers_come_as_cards_and_the_third_as_a_list_of_all(place, both):
    ivan, anna = both
    await leads(place, 1, 2)
    assert [(len(cards(place, each)), len(lists(place, each))) for each in both] == [(2, 0), (2, 0)]
    await leads(place, 3)
    assert [(len(cards(place, each)), len(lists(place, each))) for each in both] == [(2, 1), (2, 1)]
    [shown] = lists(place, anna)
    assert shown.startswith("✋ Свободны: 3")
    assert "Клиент 3 · Telegram · 🟢 до" in shown
    assert all(f"Вопрос {number}" in shown for number in (1, 2, 3))
    seen = ivan.screen(place.account).visible()[-1]
    assert seen.buttons == (("✋ 1", "✋ 2", "✋ 3"),)


async def test_further_offers_change_the_list_in_its_place_and_eight_are_named(place, both):
    ivan, _ = both
    await leads(place, *range(1, 12))
    assert (len(cards(place, ivan)), len(lists(place, ivan))) == (2, 1)
    [shown] = lists(place, ivan)
    assert shown.startswith("✋ Свободны: 11")
    assert "Вопрос 8" in shown
    assert "Вопрос 9" not in shown
    assert "…и ещё 3 обращения" in shown


async def test_r10_taking_from_the_list_shows_the_whole_card_and_the_row_goes_from_everybody(place, both):
    ivan, anna = both
    await leads(place, 1, 2, 3, 4)
    await place.presses(ivan, "Свободны: 4", "✋ 4")
    card = place.post(ivan, "Ведёт: Иван").text
    assert "Вопрос 4" in card
    assert [lists(place, each)[0].splitlines()[0] for each in both] == ["✋ Свободны: 3"] * 2
    assert "Вопрос 4" not in lists(place, anna)[0]


async def test_taking_one_that_has_a_card_above_leaves_the_list_where_it_is(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    await place.presses(ivan, "Свободны: 3", "✋ 1")
    assert lists(place, ivan)[0].startswith("✋ Свободны: 2")
    assert "Ведёт: Иван" in place.post(ivan, "Вопрос 1").text


async def test_a_reply_to_the_list_is_asked_about_though_one_row_is_left(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    for _ in range(2):
        await place.presses(ivan, "Свободны:", "✋ 1")
    await place.replies(ivan, "Свободны: 1", "Сто рублей")
    assert await place.desk.rows("messages", "direction = 'outbound'") == []
    assert place.post(ivan, "Кому отправить?")


async def test_r10_of_two_who_press_the_same_row_one_reads_who_was_faster(place, both):
    await leads(place, 1, 2, 3)
    for manager in both:
        manager.presses(place.account, place.post(manager, "Свободны: 3"), "✋ 3")
    await place.work()
    owner = (await place.desk.one("conversations", "assignee_id IS NOT NULL"))["assignee_id"]
    winner, loser = both if owner == both[0].user.id else both[::-1]
    assert f"Уже ведёт {winner.user.first_name}" in "\n".join(place.seen(loser))
    assert [lists(place, each)[0].splitlines()[0] for each in both] == ["✋ Свободны: 2"] * 2


async def test_a_declined_offer_goes_from_ones_own_list_alone(place, both):
    ivan, anna = both
    await leads(place, 1, 2, 3)
    ivan.presses(place.account, ivan.screen(place.account).visible()[-3].post, "🙅 Не могу")
    await place.work()
    assert lists(place, ivan)[0].startswith("✋ Свободны: 2")
    assert lists(place, anna)[0].startswith("✋ Свободны: 3")


async def test_a_closed_one_goes_from_the_list(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    number = (await place.desk.rows("conversations", "true ORDER BY id DESC LIMIT 1"))[0]["number"]
    await place.writes(ivan, f"/close {number} spam")
    assert (await place.desk.one("conversations", "number = $1", number))["state"] == "closed"
    assert [lists(place, each)[0].splitlines()[0] for each in both] == ["✋ Свободны: 2"] * 2


async def test_offers_that_come_far_apart_are_a_card_each(place, both):
    ivan, _ = both
    for number in (1, 2, 3, 4):
        await leads(place, number)
        place.desk.clock.move(timedelta(seconds=20))
    assert (len(cards(place, ivan)), len(lists(place, ivan))) == (4, 0)


async def test_an_emptied_list_says_so_and_the_next_offer_is_a_card_again(place, both):
    ivan, anna = both
    await leads(place, 1, 2, 3)
    for _ in range(3):
        await place.presses(ivan, "Свободны:", "✋ 1")
    assert [text for text in place.seen(anna) if text == "✋ Свободных клиентов нет"]
    await leads(place, 4)
    assert "Вопрос 4" in cards(place, anna)[-1]


async def test_further_words_of_the_client_are_on_the_list(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    await place.desk.receive(says("Уже не надо", at=place.desk.now, by=lead(3)))
    await place.work()
    assert "Уже не надо" in lists(place, ivan)[0]


async def test_a_list_rings_once_in_half_a_minute_and_then_stands_below(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3, 4)
    assert loud(place, ivan) == [True]
    place.desk.clock.move(timedelta(seconds=40))
    await leads(place, 5, 6, 7)
    assert loud(place, ivan) == [True, True]
    assert len(lists(place, ivan)) == 1
    assert [text for text in place.seen(ivan) if text == "✋ Список свободных ниже ↓"]


def loud(place, manager):
    sent = calls_to(manager, place.account.calls_of("sendMessage"))
    return [not call.flag("disable_notification") for call in sent if "Свободны" in call.text("text")]


def calls_to(manager, calls):
    return [each for each in calls if each.number("chat_id") == manager.user.id]


async def test_a_list_that_was_deleted_is_posted_again(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    place.post(ivan, "Свободны: 3").is_deleted = True
    await leads(place, 4)
    assert lists(place, ivan)[0].startswith("✋ Свободны: 4")


async def test_a_list_too_far_up_is_posted_again_without_sound(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    conversation = (await place.desk.rows("conversations", "true ORDER BY id LIMIT 1"))[0]["number"]
    for _ in range(10):
        await place.writes(ivan, f"/card {conversation}")
    await leads(place, 4)
    assert loud(place, ivan) == [True, False]
    assert "Свободны: 4" in place.seen(ivan)[-1]


async def test_rg3_a_line_one_does_not_work_on_any_more_is_not_counted(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    only_anna = OFFER_ALL.replace('name = "Продажи"', 'name = "Продажи"\nteam = ["anna"]') + "[managers.anna]\n"
    place.desk.rules.append(to_policy(parse_policy(only_anna), 3))
    await tells(place, ivan, "offers_changed", 0)
    assert not lists(place, ivan)


async def tells(place, manager, notice, conversation):
    payload = {"notice": notice, "manager_id": manager.user.id, "conversation_id": conversation}
    return await place.notifier.notify(payload, key=f"{notice}:{conversation}")


async def test_an_offer_that_the_list_has_already_asks_nothing_of_telegram(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3, 4)
    newest = (await place.desk.rows("conversations", "true ORDER BY id DESC LIMIT 1"))[0]["id"]
    before = len(place.account.calls)
    assert isinstance(await tells(place, ivan, "offer", newest), Sent)
    await tells(place, ivan, "offers_changed", 0)
    assert len(place.account.calls) == before


async def test_an_offer_waits_while_the_list_was_drawn_a_moment_ago(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    resting = replace(place.office, queue_card_rests=timedelta(minutes=5))
    place.notifier = TelegramNotifier(resting, place.bot)
    await place.desk.receive(says("Вопрос 4", at=place.desk.now, by=lead(4)))
    newest = (await place.desk.rows("conversations", "true ORDER BY id DESC LIMIT 1"))[0]["id"]
    result = await tells(place, ivan, "offer", newest)
    assert isinstance(result, Later)
    assert result.retry_after is not None
    assert timedelta(minutes=4) < result.retry_after <= timedelta(minutes=5)
    assert lists(place, ivan)[0].startswith("✋ Свободны: 3")


async def test_r10_a_card_says_at_once_who_took_it_though_the_list_must_rest(place, both):
    ivan, anna = both
    await leads(place, 1, 2, 3)
    place.notifier = TelegramNotifier(replace(place.office, queue_card_rests=timedelta(minutes=5)), place.bot)
    await place.presses(anna, "Кто возьмёт?", "✋ Взять")
    assert [text for text in place.seen(ivan) if "взял(а) Анна" in text]
    assert lists(place, ivan)[0].startswith("✋ Свободны: 3")


async def test_a_429_leaves_the_offer_waiting_as_long_as_telegram_says_and_then_lists_it(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3)
    await place.desk.receive(says("Вопрос 4", at=place.desk.now, by=lead(4)))
    newest = (await place.desk.rows("conversations", "true ORDER BY id DESC LIMIT 1"))[0]["id"]
    place.account.faults.add("editMessageText", too_many_requests(40))
    result = await tells(place, ivan, "offer", newest)
    assert result == Later("Telegram asks to slow down", timedelta(seconds=40))
    assert isinstance(await tells(place, ivan, "offer", newest), Sent)
    assert lists(place, ivan)[0].startswith("✋ Свободны: 4")


async def test_cards_that_were_told_by_mail_meanwhile_are_owed_as_one_list(place, both):
    ivan, _ = both
    for number in (1, 2, 3):
        await place.desk.receive(says(f"Вопрос {number}", at=place.desk.now, by=lead(number)))
    await place.desk.pool.execute(
        'UPDATE deliveries SET payload = payload || \'{"notice": "card_changed", "owed": true}\''
    )
    await place.work()
    assert (cards(place, ivan), len(lists(place, ivan)), loud(place, ivan)) == ([], 1, [False])


async def test_offers_that_come_at_the_same_time_are_one_list_at_once(place, both):
    before = len(place.account.calls_of("sendMessage"))
    for number in range(1, 21):
        await place.desk.receive(says(f"Вопрос {number}", at=place.desk.now, by=lead(number)))
    await add_connection(place.desk)
    await (await worker(place)).run_until_idle()
    assert [cards(place, each) for each in both] == [[], []]
    assert [lists(place, each)[0].splitlines()[0] for each in both] == ["✋ Свободны: 20"] * 2
    assert {row["state"] for row in await place.desk.rows("deliveries", "lane = 'notify'")} == {"sent"}
    assert len(place.account.calls_of("sendMessage")) - before == 2


async def test_notices_that_only_refresh_the_list_stand_for_each_other(place, both):
    ivan, _ = both
    await leads(place, 1, 2, 3, 4)
    for number in (2, 3, 4):
        ivan.presses(place.account, place.post(ivan, "Свободны: 4"), f"✋ {number}")
    await place.intake.run_once()
    before = len(place.account.calls_of("editMessageText"))
    await add_connection(place.desk)
    await (await worker(place)).run_until_idle()
    ends = await place.desk.rows("deliveries", "payload->>'notice' = 'offers_changed' ORDER BY id")
    assert [each["state"] for each in ends] == ["sent", "cancelled", "cancelled"]
    assert lists(place, ivan)[0].startswith("✋ Свободны: 1")
    assert len(calls_to(ivan, place.account.calls_of("editMessageText")[before:])) == 1


async def worker(place):
    """The lane of notices as an installation runs it, without letters."""
    [bot] = await list_connections(place.desk.pool)
    handler = NoticeHandler(place.notifier, Alarms(place.desk.office), lambda: bot)
    return DeliveryWorker(place.desk.office, Lane.notify, handler.as_lane())
