"""Sending over the Bot API: what the manager sees, and every refusal in the hub's errors."""

from datetime import timedelta

import pytest

from bots.screens.card import card_screen
from bots.screens.screen import notice
from bots.telegram.client import publish_commands
from bots.telegram.failures import as_result
from bots.texts import Texts
from hub.domain.errors import AuthenticationFailed, OutcomeUnknown, PermanentFailure, ProviderError, TemporaryFailure
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Failed, Later, Unknown
from hub.testing.telegram.faults import bad_gateway, garbled, refused, reset_after, slow, too_many_requests
from tests.bots.views import CARD, NOW

RU = Texts("ru")
SCREEN = notice("Здравствуйте")


async def test_a_card_is_seen_with_its_text_and_buttons(chat, ivan, desk_bot):
    await chat.show(card_screen(RU, CARD, now=NOW))
    seen = ivan.screen(desk_bot).visible()[-1]
    assert "🟢 Ждёт ответа #1042 · Telegram" in seen.text
    assert "✅ Закрыть" in [label for row in seen.buttons for label in row]


async def test_a_screen_without_sound_says_so_to_telegram(chat, desk_bot):
    await chat.show(SCREEN)
    await chat.show(SCREEN.aloud())
    assert [call.flag("disable_notification") for call in desk_bot.calls_of("sendMessage")] == [True, False]


async def test_case105_no_call_ever_carries_a_parse_mode_or_a_preview(chat, desk_bot):
    await chat.show(card_screen(RU, CARD, now=NOW))
    [call] = desk_bot.calls_of("sendMessage")
    assert call.text("parse_mode") == ""
    assert call.nested("link_preview_options") == {"is_disabled": True}


async def test_a_screen_replaces_a_message_and_repeating_it_is_no_error(chat, ivan, desk_bot):
    [message_id] = await chat.show(SCREEN)
    assert await chat.replace(message_id, notice("Другое"))
    assert await chat.replace(message_id, notice("Другое"))
    assert ivan.screen(desk_bot).visible()[-1].text == "Другое"


async def test_a_message_that_is_gone_cannot_be_replaced(chat):
    assert not await chat.replace(999, SCREEN)


async def test_a_reaction_is_put_or_found_impossible(chat, ivan, desk_bot):
    own = ivan.writes(desk_bot, "ответ")
    assert await chat.react(own.message_id, "👀")
    assert ivan.screen(desk_bot).visible()[-1].reactions == ("👀",)
    desk_bot.faults.add("setMessageReaction", refused(400, "Bad Request: REACTION_INVALID"))
    assert not await chat.react(own.message_id, "👌")


@pytest.mark.parametrize("kind", list(AttachmentKind))
async def test_every_kind_of_file_is_shown_with_its_line(chat, ivan, desk_bot, kind):
    await chat.send_file(Attachment(kind, "file.bin", sha256="a" * 64), b"content", notice("💬 Мария · #1042"))
    seen = ivan.screen(desk_bot).visible()[-1]
    assert seen.text == "💬 Мария · #1042"
    assert len(seen.files) == 1


async def test_case68_markup_that_telegram_does_not_take_goes_out_as_plain_text_once(chat, ivan, desk_bot):
    desk_bot.faults.add("sendMessage", refused(400, "Bad Request: can't parse entities: unsupported type"))
    await chat.show(card_screen(RU, CARD, now=NOW))
    [second] = desk_bot.calls_of("sendMessage")
    assert not second.nested("entities")
    assert "#1042" in ivan.screen(desk_bot).visible()[-1].text


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (too_many_requests(3), TemporaryFailure),
        (refused(400, "Bad Request: chat not found"), PermanentFailure),
        (refused(401, "Unauthorized"), AuthenticationFailed),
        (refused(403, "Forbidden: bot was blocked by the user"), PermanentFailure),
        (refused(409, "Conflict"), PermanentFailure),
        (refused(500, "Internal Server Error"), TemporaryFailure),
        (bad_gateway(), OutcomeUnknown),
        (garbled(), OutcomeUnknown),
        (reset_after(), OutcomeUnknown),
    ],
)
async def test_case66_every_fault_of_telegram_has_its_error(chat, desk_bot, fault, error):
    desk_bot.faults.add("sendMessage", fault)
    with pytest.raises(error):
        await chat.show(SCREEN)


async def test_a_slow_answer_is_an_unknown_outcome(chat, bot, desk_bot):
    bot.session.timeout = 0.05
    desk_bot.faults.add("sendMessage", slow(0.3))
    with pytest.raises(OutcomeUnknown):
        await chat.show(SCREEN)


async def test_no_connection_surely_sent_nothing(chat, api):
    await api.stop()
    with pytest.raises(TemporaryFailure):
        await chat.show(SCREEN)


async def test_the_wait_that_telegram_asks_for_is_kept(chat, desk_bot):
    desk_bot.faults.add("sendMessage", too_many_requests(40))
    with pytest.raises(TemporaryFailure) as caught:
        await chat.show(SCREEN)
    assert as_result(caught.value) == Later("Telegram asks to slow down", timedelta(seconds=40))


async def test_the_worker_learns_what_an_error_means(chat, ivan, desk_bot):
    ivan.blocks(desk_bot)
    with pytest.raises(PermanentFailure) as caught:
        await chat.show(SCREEN)
    assert as_result(caught.value) == Failed("blocked", "the manager blocked the bot")
    assert isinstance(as_result(OutcomeUnknown("cut")), Unknown)
    assert as_result(AuthenticationFailed("no")) == Failed("refused", "no", is_connection_fault=True)
    assert isinstance(as_result(ProviderError("odd")), Later)


async def test_the_menu_of_commands_is_published_in_both_languages(bot, desk_bot):
    await publish_commands(bot)
    calls = desk_bot.calls_of("setMyCommands")
    assert [call.text("language_code") for call in calls] == ["ru", "en"]
    assert {"command": "my", "description": "Мои обращения"} in (calls[0].nested("commands") or [])
