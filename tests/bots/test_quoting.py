"""A client's words are data: no name forges a line, nothing invisible gets through (case 105)."""

from hypothesis import given
from hypothesis import strategies as st

from bots.screens.quoting import client_text, cut, one_line

RIGHT_TO_LEFT = "\u202e"


def test_case105_a_name_cannot_forge_a_second_line():
    assert one_line("Мария\n\n✅ Закрыто\u2028#1") == "Мария ✅ Закрыто #1"


def test_case105_characters_that_turn_the_reading_direction_are_dropped():
    assert one_line(f"a{RIGHT_TO_LEFT}gpj.exe") == "agpj.exe"
    assert client_text(f"раз{RIGHT_TO_LEFT}\r\nдва\x00") == "раз\nдва"


def test_case105_markup_means_itself():
    text = "<b>*жирно*</b> [ссылка](tg://user?id=1) _&_"
    assert client_text(text) == text


def test_emoji_of_several_people_stay_whole():
    assert one_line("👨‍👩‍👧 семья") == "👨‍👩‍👧 семья"


def test_long_text_is_cut_at_a_word():
    assert cut("один два три четыре", 16) == "один два три…"


@given(st.text(), st.integers(1, 100))
def test_a_line_is_one_line_and_short_enough(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


def test_what_is_cut_ends_with_no_joiner_that_would_hang_on_the_ellipsis():
    assert cut("\u200d\u200c слово за словом", 3) == "…"
    assert cut("да\u200c и ещё слова", 5) == "да…"
