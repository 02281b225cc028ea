"""A picture with its words in a chat: one message where they fit, and never less than the words."""

import pytest

from bots.pictures.canvas import Canvas
from bots.screens.action import Action, Press
from bots.screens.screen import Button, Screen, line
from hub.domain.errors import PermanentFailure, TemporaryFailure
from hub.testing.telegram.faults import refused, too_many_requests

PNG = Canvas(4, 4).as_png()
BUTTONS = ((Button("👥 Команда", Action(Press.team)),),)


def screen(*words: str) -> Screen:
    return Screen(tuple(line(each) for each in words), BUTTONS, picture=PNG)


async def test_words_that_fit_stand_below_the_picture_with_the_buttons(chat, ivan, desk_bot):
    [message_id] = await chat.show(screen("Итоги дня", "Лидов: 4"))
    seen = ivan.screen(desk_bot).visible()[-1]
    assert (seen.message_id, seen.text, seen.buttons) == (message_id, "Итоги дня\nЛидов: 4", (("👥 Команда",),))
    assert [kind for kind, _ in seen.files] == ["photo"]


async def test_more_words_than_fit_follow_the_picture_whole_with_the_buttons_below_them(chat, ivan, desk_bot):
    ids = await chat.show(screen("Итоги дня", "Слово. " * 200))
    picture, words = ivan.screen(desk_bot).visible()[-2:]
    assert (picture.text, picture.buttons, bool(picture.files)) == ("Итоги дня", (), True)
    assert words.text.startswith("Итоги дня\nСлово.")
    assert (ids, words.buttons, words.files) == ([words.message_id], (("👥 Команда",),), ())


async def test_a_picture_that_is_refused_leaves_the_words(chat, ivan, desk_bot):
    desk_bot.faults.add("sendPhoto", refused(400, "Bad Request: IMAGE_PROCESS_FAILED"))
    await chat.show(screen("Итоги дня"))
    seen = ivan.screen(desk_bot).visible()[-1]
    assert (seen.text, seen.files, seen.buttons) == ("Итоги дня", (), (("👥 Команда",),))


async def test_who_blocked_the_bot_gets_neither(chat, ivan, desk_bot):
    ivan.blocks(desk_bot)
    with pytest.raises(PermanentFailure):
        await chat.show(screen("Итоги дня"))
    assert desk_bot.calls_of("sendMessage") == []


async def test_told_to_slow_down_nothing_is_sent_yet(chat, desk_bot):
    desk_bot.faults.add("sendPhoto", too_many_requests(7))
    with pytest.raises(TemporaryFailure):
        await chat.show(screen("Итоги дня"))
    assert desk_bot.calls_of("sendMessage") == []
