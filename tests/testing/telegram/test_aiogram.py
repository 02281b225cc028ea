"""The client library of the manager bot can work with the fake: every answer parses into its types."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReactionTypeEmoji,
)

from hub.testing.telegram import Media
from hub.testing.telegram.faults import too_many_requests


@pytest.fixture
async def client(world, bot) -> AsyncIterator[Bot]:
    client = Bot(bot.token, session=AiohttpSession(api=TelegramAPIServer.from_base(world.base_url)))
    yield client
    await client.session.close()


@pytest.fixture
def ivan(world, bot):
    ivan = world.person("Иван")
    ivan.starts(bot)
    return ivan


async def test_a_card_is_sent_edited_and_pressed(client, bot, ivan):
    card = await client.send_message(ivan.user.id, "<b>Новая</b>", parse_mode=ParseMode.HTML, reply_markup=_take())
    await client.edit_message_text("Взята", chat_id=ivan.user.id, message_id=card.message_id, reply_markup=_take())
    press = ivan.presses(bot, ivan.screen(bot).last_with("Взята"), "Взять")

    (*_, update) = await client.get_updates()
    assert update.callback_query is not None
    await client.answer_callback_query(update.callback_query.id, "Ваша")

    assert (card.text, press.toast, update.callback_query.data) == ("Новая", "Ваша", "take:1")


async def test_files_albums_and_reactions_go_through(client, bot, ivan):
    file = BufferedInputFile(b"%PDF", "счёт.pdf")
    sent = await client.send_document(ivan.user.id, file, caption="Счёт")
    album = [InputMediaPhoto(media=BufferedInputFile(b"1", "1.jpg")), InputMediaPhoto(media=sent_photo(bot))]
    await client.send_media_group(ivan.user.id, album)
    await client.set_message_reaction(ivan.user.id, 1, [ReactionTypeEmoji(emoji="👌")])

    assert sent.document is not None and sent.document.file_name == "счёт.pdf"
    assert [seen.files[0][0] for seen in ivan.screen(bot).visible()[1:]] == ["document", "photo", "photo"]
    assert ivan.screen(bot).visible()[0].reactions == ("👌",)


def sent_photo(bot) -> str:
    file_id: str = bot.stage.files.store(Media("photo", "2.jpg")).file_id
    return file_id


async def test_what_people_send_parses(client, bot, ivan):
    ivan.writes(bot, files=[Media(kind) for kind in ("photo", "voice", "video", "audio", "animation", "video_note")])
    ivan.writes(bot, files=[Media("sticker"), Media("document")])
    ivan.shares_location(bot)
    ivan.blocks(bot)

    updates = await client.get_updates(allowed_updates=["message", "my_chat_member"])

    assert len(updates) == 1 + 6 + 2 + 1 + 1
    assert updates[-1].my_chat_member is not None


async def test_the_bot_says_who_it_is_and_keeps_its_commands(client):
    await client.set_my_commands([BotCommand(command="mine", description="Мои")])

    assert (await client.me()).username == "shop_bot"
    assert [command.command for command in await client.get_my_commands()] == ["mine"]
    assert (await client.get_webhook_info()).url == ""


async def test_refusals_become_its_errors(client, bot, ivan):
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await client.send_message(424242, "x")
    bot.faults.add("sendMessage", too_many_requests(3))
    with pytest.raises(TelegramRetryAfter):
        await client.send_message(ivan.user.id, "x")
    ivan.blocks(bot)
    with pytest.raises(TelegramForbiddenError):
        await client.send_message(ivan.user.id, "x")


def _take() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Взять", callback_data="take:1")]])
