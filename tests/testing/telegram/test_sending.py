"""What bots send, people see; what the provider refuses, the fake refuses in the same words."""

import aiohttp
import pytest

from hub.testing.telegram import Media
from hub.testing.telegram.faults import bad_gateway, reset_after, reset_before, too_many_requests
from hub.testing.telegram.state import Json


@pytest.fixture
def maria(world, bot):
    maria = world.person("Мария Иванова", phone="79161234567")
    maria.starts(bot)
    return maria


async def test_a_person_sees_texts_after_edits_and_buttons_by_label(program, bot, maria):
    sent = await program.result("sendMessage", chat_id=maria.user.id, text="Ждёт", reply_markup=_button("Взять"))
    await program.result(
        "editMessageText",
        chat_id=maria.user.id,
        message_id=sent["message_id"],
        text="Взял Иван",
        reply_markup=_button("Закрыть"),
    )

    seen = maria.screen(bot).visible()[-1]
    assert (seen.text, seen.buttons, seen.is_edited) == ("Взял Иван", (("Закрыть",),), True)


async def test_a_press_shows_the_toast_of_the_answer(program, bot, maria):
    await program.result("sendMessage", chat_id=maria.user.id, text="Ждёт", reply_markup=_button("Взять"))
    press = maria.presses(bot, maria.screen(bot).last_with("Ждёт"), "Взять")

    query = (await program.result("getUpdates", offset=-1))[0]["callback_query"]
    await program.result("answerCallbackQuery", callback_query_id=query["id"], text="Уже взял Пётр")

    assert (query["data"], press.toast, press.is_answered) == ("x", "Уже взял Пётр", True)


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        ({"text": "x" * 4097}, 400, "message is too long"),
        ({"text": "😀" * 2049}, 400, "message is too long"),
        ({"text": "  "}, 400, "message text is empty"),
        ({"text": "x", "chat_id": 1}, 400, "chat not found"),
        ({"text": "<b>x", "parse_mode": "HTML"}, 400, "can't parse entities"),
        ({"text": "<щи>", "parse_mode": "HTML"}, 0, ""),
        ({"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, 400, "out of bounds"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, 400, "replied not found"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "ж", "callback_data": "ж" * 33}]]}}, 400, "DATA"),
    ],
)
async def test_a_text_is_checked_as_the_provider_does(program, maria, params, code, words):
    answer = await program.call("sendMessage", **{"chat_id": maria.user.id} | params)

    assert answer.get("error_code", 0) == code
    assert words in answer.get("description", "")


async def test_an_edit_that_changes_nothing_is_refused(program, maria):
    sent = await program.result("sendMessage", chat_id=maria.user.id, text="Ждёт")
    same = {"chat_id": maria.user.id, "message_id": sent["message_id"], "text": "Ждёт"}

    code, words = await program.refusal("editMessageText", **same)

    assert (code, "message is not modified" in words) == (400, True)


async def test_who_blocked_the_bot_gets_nothing_until_unblocking(program, bot, maria):
    maria.blocks(bot)
    assert await program.refusal("sendMessage", chat_id=maria.user.id, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    maria.unblocks(bot)
    assert await program.result("sendMessage", chat_id=maria.user.id, text="x")


async def test_a_migrated_group_names_its_new_id(world, bot, program):
    group = world.group(bot, "Закупки")
    world.person("Пётр").writes(bot, "всем привет", group=group)
    world.migrate(bot, group, -100500)

    answer = await program.call("sendMessage", chat_id=group.id, text="x")

    assert answer["parameters"] == {"migrate_to_chat_id": -100500}


async def test_an_upload_can_be_downloaded_and_sent_again_by_its_id(world, bot, program, maria):
    form = aiohttp.FormData({"chat_id": str(maria.user.id), "caption": "счёт"}, quote_fields=False)
    form.add_field("document", b"%PDF", filename="счёт.pdf", content_type="application/pdf")
    async with program.session.post(f"{program.url}/sendDocument", data=form) as answer:
        document = (await answer.json())["result"]["document"]

    again = await program.result("sendDocument", chat_id=maria.user.id, document=document["file_id"])
    path = (await program.result("getFile", file_id=document["file_id"]))["file_path"]
    async with program.session.get(f"{world.base_url}/file/bot{bot.token}/{path}") as answer:
        assert await answer.read() == b"%PDF"
    assert again["document"]["file_name"] == "счёт.pdf"


async def test_an_album_takes_attached_files_and_refuses_mixed_kinds(program, maria):
    form = aiohttp.FormData({"chat_id": str(maria.user.id)})
    form.add_field("media", '[{"type":"photo","media":"attach://a"},{"type":"photo","media":"attach://b"}]')
    form.add_field("a", b"1", filename="a.jpg")
    form.add_field("b", b"2", filename="b.jpg")
    async with program.session.post(f"{program.url}/sendMediaGroup", data=form) as answer:
        parts = (await answer.json())["result"]
    assert len({part["media_group_id"] for part in parts}) == 1

    ids = [part["photo"][0]["file_id"] for part in parts]
    mixed = [{"type": "photo", "media": ids[0]}, {"type": "document", "media": ids[1]}]
    assert (await program.refusal("sendMediaGroup", chat_id=maria.user.id, media=mixed))[0] == 400


async def test_a_file_over_20_mb_is_not_given_to_bots(bot, program, maria):
    maria.writes(bot, files=[Media("video", "свадьба.mp4", size=25 * 1024 * 1024)])
    video = (await program.result("getUpdates", offset=-1))[0]["message"]["video"]

    assert await program.refusal("getFile", file_id=video["file_id"]) == (400, "Bad Request: file is too big")


async def test_limits_answer_429_with_a_wait_when_switched_on(bot, program, maria, clock):
    bot.limits.is_on = True
    for _ in range(3):
        await program.result("sendMessage", chat_id=maria.user.id, text="x")

    answer = await program.call("sendMessage", chat_id=maria.user.id, text="x")
    clock.advance(seconds=1)

    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 1})
    assert await program.result("sendMessage", chat_id=maria.user.id, text="x")


async def test_scripted_faults_spoil_the_call_they_are_told_to(bot, program, maria):
    bot.faults.add("sendMessage", too_many_requests(7), on_call=2)

    first = await program.call("sendMessage", chat_id=maria.user.id, text="раз")
    second = await program.call("sendMessage", chat_id=maria.user.id, text="два")

    assert (first["ok"], second["parameters"]) == (True, {"retry_after": 7})


@pytest.mark.parametrize(("fault", "is_there"), [(reset_before(), False), (reset_after(), True)])
async def test_a_cut_connection_leaves_the_message_or_not(bot, program, maria, fault, is_there):
    bot.faults.add("sendMessage", fault)

    with pytest.raises(aiohttp.ClientError):
        await program.call("sendMessage", chat_id=maria.user.id, text="дошло")

    assert (maria.screen(bot).last_with("дошло") is not None) is is_there


async def test_the_front_answers_502_with_a_page(bot, program):
    bot.faults.add("*", bad_gateway())

    async with program.session.get(f"{program.url}/getMe") as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")


async def test_a_wrong_token_is_401_and_an_unknown_method_404(world, program):
    async with program.session.get(f"{world.base_url}/bot0:wrong/getMe") as answer:
        assert answer.status == 401
    assert (await program.refusal("makeCoffee"))[0] == 404


async def test_the_contact_button_shares_the_own_number(program, bot, maria):
    keyboard = {"keyboard": [[{"text": "Отправить номер", "request_contact": True}]]}
    await program.result("sendMessage", chat_id=maria.user.id, text="Ваш номер?", reply_markup=keyboard)

    maria.taps(bot, "Отправить номер")

    contact = (await program.result("getUpdates", offset=-1))[0]["message"]["contact"]
    assert contact == {"phone_number": "79161234567", "first_name": "Мария", "user_id": maria.user.id}


def _button(label: str) -> Json:
    return {"inline_keyboard": [[{"text": label, "callback_data": "x"}]]}
