"""What a head reads of several late clients at once (B-2)."""

import pytest

from bots.screens.action import Action, Press
from bots.screens.digest import MOST_BUTTONS, digest_screen
from bots.telegram.render import draw
from bots.texts import Texts
from hub.domain.ids import ConversationId
from tests.bots.views import NOW, minutes, row

RU, EN = Texts("ru"), Texts("en")
LATE = row(is_overdue=True, deadline_at=NOW - minutes(5), assignee_name="Иван")
FREE = row(id=ConversationId(8), number=7, contact_name="Олег", line_name="Сервис")


def test_b2_each_client_has_number_name_time_line_and_who_has_it():
    screen = digest_screen(RU, [LATE, FREE], settled=0, now=NOW)
    assert screen.text.splitlines() == [
        "⏰ Ещё 2 клиента ждут ответа",
        "1. #1042 Мария Петрова · 🔴 до 12:16 (просрочено на 5 мин)",
        "    Продажи · ведёт Иван",
        "2. #7 Олег · 🟡 до 12:35 (через 14 мин)",
        "    Сервис · никто не взял",
    ]


def test_b2_each_client_has_a_button_that_opens_the_card():
    screen = digest_screen(RU, [LATE, FREE], settled=0, now=NOW)
    assert [(button.label, button.action) for button in screen.buttons] == [
        ("#1042", Action(Press.card, 77_000)),
        ("#7", Action(Press.card, 8)),
    ]


def test_b2_an_english_head_reads_english():
    text = digest_screen(EN, [LATE, FREE], settled=1, now=NOW).text
    assert text.startswith("⏰ 2 more clients are waiting for an answer")
    assert "Продажи · with Иван" in text
    assert text.endswith("Answered or handed on meanwhile: 1 conversation")


@pytest.mark.parametrize(
    ("settled", "words"),
    [(1, "решено или передано: 1 обращение"), (3, "решено или передано: 3 обращения")],
)
def test_b2_what_needs_nobody_any_more_is_counted(settled, words):
    assert words in digest_screen(RU, [LATE, FREE], settled=settled, now=NOW).text


def test_b2_a_call_to_return_is_marked():
    screen = digest_screen(RU, [row(needs_callback=True), FREE], settled=0, now=NOW)
    assert "🟡 перезвонить до 12:35" in screen.text


def test_b2_however_many_they_are_every_one_is_listed_and_the_keyboard_keeps_its_limit():
    rows = [row(id=ConversationId(number), number=number) for number in range(1, 151)]
    screen = digest_screen(RU, rows, settled=0, now=NOW)
    drawn = "\n".join(drawing.text for drawing in draw(screen))
    assert all(f"{number}. #{number} " in drawn for number in range(1, 151))
    assert len(list(screen.buttons)) == MOST_BUTTONS
    assert "по номеру: /card" in screen.text


def test_case105_a_name_of_several_lines_stays_one():
    screen = digest_screen(RU, [row(contact_name="Олег\n2. #9 Все ответили"), FREE], settled=0, now=NOW)
    assert len(screen.text.splitlines()) == 5
