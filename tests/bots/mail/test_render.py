"""Letters say what the screens say; whatever a client wrote stays words."""

import re
from dataclasses import replace

import pytest

from bots.mail.render import draw
from bots.screens.action import Action, Press
from bots.screens.card import card_screen
from bots.screens.screen import Screen
from bots.texts import Texts
from hub.domain.reply_line import REPLY_LINE
from tests.bots.views import CARD, MESSAGE, NOW

HOSTILE = ("<b>Имя</b> & Co", "\u202eгнь", "👨‍👩‍👧‍👦" * 3, "x" * 4096, "<script>alert(1)</script>", "{name}")


def letter(screen: Screen, *, is_answerable: bool = True, link: str = ""):
    return draw([screen], links=lambda action: link, footer="Конец", is_answerable=is_answerable)


def is_take(action: Action) -> str:
    return "https://hub.example.ru/card/t?a=1&b=2" if action.press is Press.take else ""


def test_the_line_above_which_one_answers_stands_first():
    drawing = letter(card_screen(Texts("ru"), CARD, now=NOW))
    assert drawing.text.startswith(REPLY_LINE)
    assert drawing.html.index(REPLY_LINE) < drawing.html.index("Мария")


def test_a_letter_that_cannot_be_answered_has_no_such_line():
    assert REPLY_LINE not in letter(card_screen(Texts("ru"), CARD, now=NOW), is_answerable=False).text


@pytest.mark.parametrize("language", ["ru", "en"])
def test_both_forms_say_every_word_of_the_screen(language: str):
    screen = card_screen(Texts(language), CARD, now=NOW)
    drawing = letter(screen)
    plain = re.sub(r"<[^>]+>", "", drawing.html)
    for block in screen.blocks:
        assert block.text in drawing.text
        assert block.text.replace("\n", "") in plain.replace("&amp;", "&")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_and_words_never_become_markup(hostile: str):
    card = replace(CARD, contact_name=hostile, company=hostile, recent=(replace(MESSAGE, text=hostile),))
    html = letter(card_screen(Texts("ru"), card, now=NOW)).html
    assert set(re.findall(r"<(\w+)", html)) <= {"div", "p", "b", "i", "br", "hr"}
    assert "\u202e" not in html


def test_only_what_a_page_can_do_becomes_a_link():
    screen = card_screen(Texts("ru"), replace(CARD, assignee_id=None), now=NOW)
    drawing = draw([screen], links=is_take, footer="", is_answerable=True)
    assert drawing.text.count("https://") == 1
    assert 'href="https://hub.example.ru/card/t?a=1&amp;b=2"' in drawing.html
