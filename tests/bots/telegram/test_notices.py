"""What managers are told: races, outcomes of answers, calls, questions, and what the worker learns of each notice."""

from datetime import timedelta

import pytest

from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.manager import Role
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Failed, Later, Sent, Unknown
from hub.inbox import clocks
from hub.inbox.people import create_invite
from hub.inbox.queries import get_actor_by_telegram
from hub.store import timers
from hub.testing.telegram.faults import reset_after, too_many_requests
from tests.inbox.desk import Desk, person, says

DAY = timedelta(days=1)


async def miss_call(desk: Desk, call: str) -> None:
    for stage in (CallStage.ringing, CallStage.ended):
        event = CallEvent(f"{call}-{stage}", call, stage, CallDirection.inbound, desk.now, client="+79161234567")
        await desk.receive(event, connection=4)
    desk.clock.move(timedelta(seconds=25))
    async with desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=desk.now, limit=100)
    await clocks.fire(desk.office, due)


async def test_s3_a_delivered_answer_is_marked_and_the_card_no_longer_waits(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    own = await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.channel_says("sent")
    assert list(own.reactions.values()) == ["👌"]
    assert "💬 Обращение #" in place.post(ivan, "Сколько стоит?").text


async def test_case66_a_failed_answer_says_why_and_that_the_client_still_waits(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    own = await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.channel_says("failed", "blocked")
    assert list(own.reactions.values()) == ["💔"]
    told = place.post(ivan, "Не доставлено")
    assert "клиент заблокировал бота" in told.text
    assert "Клиент по-прежнему ждёт" in told.text
    assert told.reply_to is own


async def test_s3_an_answer_of_unknown_outcome_is_confirmed_by_the_manager(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.channel_says("unknown", "timeout")
    assert (await place.desk.one("waits"))["state"] == "open"
    await place.presses(ivan, "Неизвестно", "✅ Дошло")
    assert (await place.desk.one("waits"))["state"] == "answered"
    assert "Записано: ответ дошёл" in place.seen(ivan)


async def test_a_missed_call_rings_again_on_a_new_card_and_the_old_one_points_down(place):
    ivan = await place.hire("ivan", "Иван")
    await miss_call(place.desk, "c1")
    await place.work()
    assert "📵 Пропущенный звонок #" in place.post(ivan, "Перезвонить").text
    await miss_call(place.desk, "c2")
    await place.work()
    assert "пропущено 2 звонка" in place.post(ivan, "Перезвонить").text
    assert [text for text in place.seen(ivan) if "↓ карточка ниже" in text]


async def test_c6_no_answer_is_counted_and_the_clock_runs_on(place):
    ivan = await place.hire("ivan", "Иван")
    await miss_call(place.desk, "c1")
    await place.work()
    await place.presses(ivan, "Перезвонить", "❌ Не ответил")
    wait = await place.desk.one("waits")
    assert (wait["state"], wait["call_attempts"]) == ("open", 1)
    assert "1 попытка дозвониться" in place.post(ivan, "Перезвонить").text


async def test_m5_m10_the_question_is_asked_and_a_press_joins_the_cards_until_undone(place):
    ivan = await place.hire("ivan", "Иван")
    phone = "+79161234567"
    await place.client_says("Первый", by=person(100, phone=phone))
    await place.client_says("Второй", by=person(200, name="Маша", phone=phone))
    question = place.post(ivan, "Это один клиент?")
    label = str(question.keyboard["inline_keyboard"][0][0]["text"])
    assert label.startswith("🧩 Объединить")
    await place.presses(ivan, "Это один клиент?", label)
    assert "Карточки объединены" in "\n".join(place.seen(ivan))
    assert (await place.desk.one("match_candidates"))["state"] == "joined"
    await place.presses(ivan, "Карточки объединены", "↩️ Разъединить")
    assert (await place.desk.one("merges"))["undone_at"] is not None


async def test_m5_different_clients_stay_apart(place):
    ivan = await place.hire("ivan", "Иван")
    phone = "+79161234567"
    await place.client_says("Первый", by=person(100, phone=phone))
    await place.client_says("Второй", by=person(200, name="Маша", phone=phone))
    await place.presses(ivan, "Это один клиент?", "✂️ Разные")
    assert "Это разные клиенты" in "\n".join(place.seen(ivan))
    assert (await place.desk.one("match_candidates"))["state"] == "apart"


async def test_a_clients_photo_is_shown_below_with_its_name_and_can_be_answered(place):
    ivan = await place.hire("ivan", "Иван")
    stored = await place.files.write(b"picture")
    photo = Attachment(AttachmentKind.photo, "a.jpg", "image/jpeg", 7, sha256=stored.digest)
    await place.client_says("Вот фото", attachments=(photo,))
    shown = [seen for seen in ivan.screen(place.account).visible() if seen.files]
    assert len(shown) == 1
    assert "Мария" in shown[0].text
    ivan.replies(place.account, "Вижу", to=shown[0].post)
    await place.work()
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Вижу"


async def test_an_album_without_context_is_asked_about_once(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Покажите")
    ivan.sends_album(place.account, 3)
    await place.work()
    assert len([text for text in place.seen(ivan) if text == "Кому отправить?"]) == 1
    label = str(place.post(ivan, "Кому отправить?").keyboard["inline_keyboard"][0][0]["text"])
    await place.presses(ivan, "Кому отправить?", label)
    assert len((await place.desk.one("messages", "direction = 'outbound'"))["attachments"]) == 3


async def test_case91_an_invitation_works_once(place):
    admin = await place.hire("olga", "Ольга", role=Role.admin)
    actor = await get_actor_by_telegram(place.desk.office, admin.user.id)
    assert actor is not None
    token = await create_invite(place.desk.office, actor, key="petr", name="Пётр")
    petr, thief = place.api.person("Пётр", id=9001), place.api.person("Вор", id=9002)
    petr.starts(place.account, f"m_{token}")
    thief.starts(place.account, f"m_{token}")
    await place.work()
    assert "Здравствуйте, Пётр" in "\n".join(place.seen(petr))
    assert "Ссылка не подошла" in place.seen(thief)[-1]
    assert "📥 Мои" in petr.screen(place.account).keyboard()


async def test_r6_a_blocked_bot_is_a_final_failure_and_the_manager_unreachable(place):
    ivan = await place.hire("ivan", "Иван")
    place.account.blocked.add(ivan.user.id)
    await place.desk.receive(_says(place, "Вы тут?"))
    assert await place.work() == [Failed("blocked", "the manager blocked the bot")]
    assert not (await place.desk.one("managers"))["is_reachable"]


@pytest.mark.parametrize(
    ("fault", "result"),
    [(too_many_requests(7), Later("Telegram asks to slow down", timedelta(seconds=7))), (reset_after(), Unknown)],
)
async def test_the_worker_learns_when_to_try_again(place, fault, result):
    await place.hire("ivan", "Иван")
    place.account.faults.add("sendMessage", fault)
    await place.desk.receive(_says(place, "Вы тут?"))
    [got] = await place.work()
    assert got == result or isinstance(got, Unknown)


async def test_a_notice_says_which_messages_it_made(place):
    ivan = await place.hire("ivan", "Иван")
    await place.desk.receive(_says(place, "Вы тут?"))
    [sent] = await place.work()
    assert isinstance(sent, Sent)
    assert sent.external_ids == (str(place.post(ivan, "Вы тут?").message_id),)


async def test_a_manager_without_telegram_cannot_be_told(place):
    ivan = await place.hire("ivan", "Иван")
    await place.desk.pool.execute("UPDATE managers SET tg_user_id = NULL")
    payload = {"notice": "card_changed", "manager_id": ivan.user.id, "conversation_id": 1}
    failed = await place.notifier.notify(payload, key="changed:1")
    assert isinstance(failed, Failed)
    assert failed.reason == "not_found"


async def test_a_stopped_connection_is_told_in_words(place):
    ivan = await place.hire("ivan", "Иван")
    payload = {"notice": "connection_down", "manager_id": ivan.user.id, "name": "Почта", "reason": "неверный пароль"}
    await place.notifier.notify(payload, key="down:1")
    assert "Подключение «Почта» не работает: неверный пароль" in place.seen(ivan)[-1]


async def test_a_connection_that_works_again_is_told_in_words(place):
    ivan = await place.hire("ivan", "Иван")
    payload = {"notice": "connection_up", "manager_id": ivan.user.id, "name": "Почта"}
    await place.notifier.notify(payload, key="up:1")
    assert "Подключение «Почта» снова работает" in place.seen(ivan)[-1]


async def test_access_that_runs_out_is_told_with_its_day_and_what_to_do(place):
    ivan = await place.hire("ivan", "Иван")
    payload = {"notice": "connection_ending", "manager_id": ivan.user.id, "name": "amo"}
    await place.notifier.notify(payload | {"ends_on": "2026-12-20", "days": 28}, key="ending:1")
    assert "«amo»: доступ действует до 20.12.2026, дней: 28" in place.seen(ivan)[-1]
    assert "hub connect" in place.seen(ivan)[-1]


async def test_case38_a_head_reads_what_is_late_and_in_doubt_after_a_restore(place):
    ivan = await place.hire("ivan", "Иван")
    payload = {"notice": "restored", "manager_id": ivan.user.id, "made_at": (place.desk.now - DAY).isoformat()}
    facts = {"late": [["Продажи", 3], ["Поддержка", 1]], "doubtful": 2}
    await place.notifier.notify(payload | facts, key="restored:1")
    told = place.seen(ivan)[-1]
    assert "Продажи: 3 клиента ждут дольше срока" in told
    assert "Поддержка: 1 клиент ждёт дольше срока" in told
    assert "2 ответа могли уйти и раньше" in told
    assert "/overdue" in told


async def test_case38_nothing_late_needs_no_list(place):
    ivan = await place.hire("ivan", "Иван")
    payload = {"notice": "restored", "manager_id": ivan.user.id, "made_at": place.desk.now.isoformat()}
    await place.notifier.notify(payload | {"late": [], "doubtful": 0}, key="restored:1")
    assert "Хаб восстановлен из копии" in place.seen(ivan)[-1]
    assert "/overdue" not in place.seen(ivan)[-1]


def _says(place, text):
    return says(text, at=place.desk.now)
