"""What bots change in a chat and copy between chats, as the person sees it."""

from datetime import timedelta

import pytest

from hub.testing.telegram import Media
from hub.testing.telegram.feed import Change


@pytest.fixture
def maria(world, bot):
    maria = world.person("Мария")
    maria.writes(bot, "Вот фото", files=[Media("photo", "1.jpg")])
    return maria


@pytest.fixture
async def sent(program, maria):
    return {
        "chat_id": maria.user.id,
        "message_id": (await program.result("sendMessage", chat_id=maria.user.id, text="Ждёт"))["message_id"],
    }


async def test_a_copy_shows_the_content_and_a_forward_also_whose_it_was(world, bot, program, maria):
    ivan = world.person("Иван")
    ivan.starts(bot)
    source = {"chat_id": ivan.user.id, "from_chat_id": maria.user.id, "message_id": 1}

    copied = await program.result("copyMessage", **source, caption="От Марии")
    forwarded = await program.result("forwardMessage", **source)

    shown = ivan.screen(bot).visible()
    assert [(seen.text, seen.files[0][0]) for seen in shown[1:]] == [("От Марии", "photo"), ("Вот фото", "photo")]
    assert copied == {"message_id": 2}
    assert forwarded["forward_origin"]["sender_user"]["first_name"] == "Мария"


async def test_a_caption_can_be_edited_but_not_as_a_text(program, bot, maria):
    file_id = maria.screen(bot).visible()[0].files[0][1]
    photo = await program.result("sendPhoto", chat_id=maria.user.id, photo=file_id, caption="старая")
    where = {"chat_id": maria.user.id, "message_id": photo["message_id"]}

    await program.result("editMessageCaption", **where, caption="новая")

    assert maria.screen(bot).visible()[-1].text == "новая"
    assert (await program.refusal("editMessageText", **where, text="x"))[1].endswith("no text in the message to edit")


async def test_buttons_can_be_taken_away_alone(program, bot, maria, sent):
    keyboard = {"inline_keyboard": [[{"text": "Взять", "callback_data": "x"}]]}
    await program.result("editMessageReplyMarkup", **sent, reply_markup=keyboard)
    assert maria.screen(bot).visible()[-1].buttons == (("Взять",),)

    await program.result("editMessageReplyMarkup", **sent)
    assert maria.screen(bot).visible()[-1].buttons == ()


async def test_somebody_elses_message_cannot_be_edited(program, maria):
    refusal = await program.refusal("editMessageText", chat_id=maria.user.id, message_id=1, text="x")

    assert refusal == (400, "Bad Request: message to edit not found")


async def test_a_message_can_be_deleted_for_two_days(program, bot, maria, sent, clock):
    clock.advance(hours=49)
    assert (await program.refusal("deleteMessage", **sent))[1].endswith("can't be deleted for everyone")
    clock.instant -= timedelta(hours=2)

    await program.result("deleteMessages", chat_id=maria.user.id, message_ids=[sent["message_id"], 999])

    assert [seen.message_id for seen in maria.screen(bot).visible()] == [1]


async def test_reactions_and_pins_are_seen_and_taken_back(program, bot, maria, sent):
    await program.result("setMessageReaction", **sent, reaction=[{"type": "emoji", "emoji": "👀"}])
    await program.result("pinChatMessage", **sent)
    seen = maria.screen(bot).visible()[-1]
    assert (seen.reactions, seen.is_pinned) == (("👀",), True)

    await program.result("setMessageReaction", **sent, reaction=[])
    await program.result("unpinChatMessage", **sent)
    seen = maria.screen(bot).visible()[-1]
    assert (seen.reactions, seen.is_pinned) == ((), False)


async def test_places_cards_and_actions_are_shown(program, bot, maria):
    chat = {"chat_id": maria.user.id}
    await program.result("sendLocation", **chat, latitude=55.75, longitude=37.61)
    await program.result("sendContact", **chat, phone_number="+79160000000", first_name="Склад")
    await program.result("sendChatAction", **chat, action="typing")

    assert [seen.text for seen in maria.screen(bot).visible()[-2:]] == ["55.75, 37.61", "Склад +79160000000"]
    assert bot.chats[maria.user.id].last_action == "typing"


async def test_a_toast_comes_too_late_after_150_seconds(program, bot, maria, sent, clock):
    keyboard = {"inline_keyboard": [[{"text": "Взять", "callback_data": "x"}]]}
    await program.result("editMessageReplyMarkup", **sent, reply_markup=keyboard)
    press = maria.presses(bot, maria.screen(bot).last_with("Ждёт"), "Взять")
    clock.advance(seconds=151)

    code, words = await program.refusal("answerCallbackQuery", callback_query_id=press.id)

    assert (code, "query is too old" in words, press.is_answered) == (400, True, False)


def test_pressing_what_is_not_there_names_what_is(bot, maria):
    with pytest.raises(AssertionError, match="no button 'Взять', there are"):
        maria.presses(bot, maria.screen(bot).visible()[0].post, "Взять")


async def test_waiting_in_vain_shows_what_is_visible(bot, maria):
    with pytest.raises(AssertionError, match="Вот фото"):
        await maria.screen(bot).wait_for("ответ", seconds=0.01)


def test_listeners_hear_of_every_change_until_they_leave(world, bot, maria):
    heard: list[Change] = []
    leave = world.listen(heard.append)
    maria.writes(bot, "раз")
    count = len(heard)
    leave()
    maria.writes(bot, "два")

    assert set(heard) == {Change("shop_bot", maria.user.id)}
    assert len(heard) == count


async def test_a_group_may_get_20_messages_a_minute(world, bot, program):
    group = world.group(bot, "Закупки")
    bot.limits.is_on = True
    answers = [await program.call("sendMessage", chat_id=group.id, text=f"{n}") for n in range(21)]

    assert [answer["ok"] for answer in answers] == [True] * 20 + [False]
    assert answers[-1]["parameters"] == {"retry_after": 3}
