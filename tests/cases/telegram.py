"""Cases that a messenger brings: texts, albums, edits, answers that arrive or do not (semantics §8)."""

from datetime import datetime, timedelta

from hub.domain.message import Attachment, AttachmentKind, DeliveryState
from hub.domain.outbound import Failed, Later, Sent
from hub.inbox import queries, waits
from hub.inbox.reply import Content, add_note
from tests.cases.desk import BOT, BOT_HEADERS, MARIA, MINUTE, SECOND, CaseDesk, private, unix, user
from tests.inbox.rules import answer, line_says, pass_time, put_in_force
from tests.inbox.test_queries import only, owner
from tests.inbox.test_rules_bot_talk import bot_says


async def case_01_welcome_auto_reply_in_a_second(desk: CaseDesk) -> None:
    put_in_force(desk, line_says("[lines.sales.texts.ru]", 'welcome = "Здравствуйте! Уже смотрим."'))
    await desk.writes("Сколько стоит?")
    assert await desk.deliver(after=SECOND) == ["Здравствуйте! Уже смотрим."]

    assert (await desk.wait())["state"] == "open"
    assert await desk.story("wait_opened", "answered") == ["wait_opened"]
    assert await desk.told() == ["new_lead"]


async def case_03_five_messages_in_three_minutes(desk: CaseDesk) -> None:
    asked = desk.now.replace(microsecond=0)
    for text in ("Добрый день", "Есть торшер?", "Белый", "Высокий", "Ау"):
        await desk.writes(text)
        desk.clock.move(36 * SECOND)

    wait = await desk.wait()
    assert (wait["started_at"], wait["requests"]) == (asked, 5)
    assert wait["deadline_at"] == asked + 15 * MINUTE
    assert await desk.story("wait_opened", "request_added") == ["wait_opened"] + 4 * ["request_added"]
    assert await desk.told() == ["new_lead"] + 4 * ["client_message"]


async def case_04_thanks_after_our_answer(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    await answer(desk)
    desk.clock.move(MINUTE)
    await desk.writes("Спасибо!")
    assert await desk.states() == ["answered", "open"]

    await waits.dismiss(desk.office, await owner(desk), await only(desk))
    assert await desk.states() == ["answered", "dismissed"]
    put_in_force(desk, line_says("thanks_filter = true"))
    await desk.writes("спасибо 🙏")
    assert await desk.states() == ["answered", "dismissed"]


async def case_05_album_of_ten_photos(desk: CaseDesk) -> None:
    for number in range(10):
        photo = [{"file_id": f"AgAC{number}", "file_unique_id": f"AQ{number}", "file_size": 500}]
        await desk.writes(media_group_id="138", photo=photo)

    assert (await desk.wait())["requests"] == 1
    assert len(await desk.rows("messages", "group_key = '138'")) == 10
    assert await desk.told() == ["new_lead", "client_message"]
    notice = await desk.one("deliveries", "payload->>'notice' = 'client_message'")
    assert notice["due_at"] - notice["created_at"] == 2 * SECOND


async def case_06_client_edits_the_message_adding_the_question(desk: CaseDesk) -> None:
    number = await desk.writes("Добрый день")
    before = await desk.wait()
    desk.clock.move(MINUTE)
    said = {"message_id": number, "date": unix(before["started_at"]), "edit_date": unix(desk.now)}
    await desk.update(
        "edited_message", **said, chat=private(MARIA), **{"from": user(MARIA)}, text="Добрый день, сколько стоит?"
    )

    assert await desk.wait() == before
    assert (await desk.one("messages"))["text"] == "Добрый день, сколько стоит?"
    assert await desk.story("request_added", "start_corrected") == []


async def case_07_manager_adds_a_note(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    await add_note(desk.office, await owner(desk), await only(desk), text="Перезвоню сам", key="note-1")

    assert await desk.deliver() == []
    assert (await desk.wait())["state"] == "open"
    assert await desk.story("answered") == []


async def case_08_manager_presses_canned_reply(desk: CaseDesk) -> None:
    welcome = "Здравствуйте! Уже смотрим."
    put_in_force(desk, line_says("[lines.sales.texts.ru]", f'welcome = "{welcome}"'))
    await desk.writes("Сколько стоит?")
    await desk.deliver()
    desk.clock.move(MINUTE)
    await answer(desk, welcome)

    wait, who = await desk.wait(), await owner(desk)
    assert (wait["state"], wait["responder_id"]) == ("answered", who.manager_id)
    assert await desk.story("wait_opened", "answered") == ["wait_opened", "answered"]


async def case_09_suggested_ai_text_approved_by_a_person(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    await bot_says(desk, "Какой размер вам нужен?")
    assert (await desk.wait())["state"] == "open"
    desk.clock.move(MINUTE)
    await desk.answers(Content("Пять тысяч", is_assisted=True))

    wait, who = await desk.wait(), await owner(desk)
    assert (wait["state"], wait["responder_id"]) == ("answered", who.manager_id)
    assert (await desk.fact("answered"))["facts"]["assisted"] is True
    assert "одобренный ответ помощника" in await desk.explained()


async def case_11_reply_fails_because_the_client_blocked_the_bot(desk: CaseDesk) -> None:
    await desk.shares_contact()
    await desk.outside.reply("Пять тысяч")
    desk.outside.channel.answers = [Failed("blocked", "клиент заблокировал бота")]
    await desk.deliver()

    assert (await desk.wait())["state"] == "open"
    assert (await desk.fact("send_failed"))["cause"] == "S3"
    assert await desk.told("reply_state") == ["reply_state"]
    card = await queries.get_card(desk.office, await owner(desk), await only(desk))
    assert card.recent[-1].delivery is DeliveryState.failed
    assert {each.type: each.can_reply for each in card.addresses} == {"tg_user": False, "phone": False}


async def case_12_reply_waits_for_telegram_and_is_sent_40_minutes_later(desk: CaseDesk) -> None:
    await desk.writes("Сколько стоит?")
    await desk.outside.reply("Пять тысяч")
    desk.outside.channel.answers = [Later("no connection to api.telegram.org")]
    await desk.deliver()
    assert (await desk.wait())["state"] == "open"
    await pass_time(desk, 40 * MINUTE)
    accepted = desk.now
    desk.outside.channel.answers = [Sent(("900",), accepted)]
    await desk.deliver()

    wait = await desk.wait()
    assert (wait["state"], wait["ended_at"]) == ("answered", accepted)
    assert wait["breached_at"] == wait["deadline_at"]
    tried = datetime.fromisoformat((await desk.fact("answered"))["facts"]["tried_at"])
    assert timedelta(0) <= accepted - 40 * MINUTE - tried < SECOND
    assert "канал не принимал его с 24.11 10:00" in await desk.explained()


async def case_45_manager_deletes_the_answer_at_once(desk: CaseDesk) -> None:
    await desk.business("Сколько стоит?")
    deadline = (await desk.wait())["deadline_at"]
    for pause, state in ((70 * SECOND, "answered"), (50 * SECOND, "open")):
        number = f"90{pause.seconds}"
        await desk.pool.execute("UPDATE waits SET state = 'open', ended_at = NULL")
        await desk.answers("Иван, ваш договор готов", number=number)
        desk.clock.move(pause)
        gone = {"chat": private(MARIA), "message_ids": [int(number)]}
        await desk.update("deleted_business_messages", business_connection_id="Bc7x", **gone)
        assert (await desk.wait())["state"] == state

    assert (await desk.fact("restored"))["cause"] == "S10"
    assert (await desk.wait())["deadline_at"] == deadline


async def case_47_voice_or_video_note_as_answer(desk: CaseDesk) -> None:
    for kind in (AttachmentKind.voice, AttachmentKind.video_note):
        await desk.writes("Сколько стоит?")
        desk.clock.move(MINUTE)
        await desk.answers(Content(attachments=(Attachment(kind, "ответ", sha256="0" * 64),)))
        desk.clock.move(MINUTE)

    assert await desk.states() == ["answered", "answered"]
    assert [row["text"] for row in await desk.rows("messages", "direction = 'outbound'")] == ["", ""]


async def case_48_payment_link_or_file_without_text_sent_by_a_person(desk: CaseDesk) -> None:
    bill = Attachment(AttachmentKind.document, "счёт.pdf", "application/pdf", sha256="1" * 64)
    for content in (Content("https://pay.example/1042"), Content(attachments=(bill,))):
        await desk.writes("Пришлите счёт")
        desk.clock.move(MINUTE)
        await desk.answers(content)
        desk.clock.move(MINUTE)

    assert await desk.states() == ["answered", "answered"]


async def case_28_duplicate_delivery_of_the_same_update(desk: CaseDesk) -> None:
    said = {"message_id": 5, "date": unix(desk.now), "chat": private(MARIA), "from": user(MARIA), "text": "Ау"}
    body = await desk.update("message", **said)
    for _ in range(3):
        await desk.post(BOT, body, BOT_HEADERS)
    await desk.update("message", **said)

    assert len(await desk.rows("receipts")) == 2
    assert (await desk.wait())["requests"] == len(await desk.rows("messages")) == 1
    assert await desk.told() == ["new_lead"]
