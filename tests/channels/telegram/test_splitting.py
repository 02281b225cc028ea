from hypothesis import given
from hypothesis import strategies as st

from hub.channels.telegram.splitting import split_text, utf16_length

TEXTS = st.text(alphabet=st.sampled_from("аб я.!\n\t😀👍🏽é\u200d"), max_size=300)


@given(text=TEXTS, limit=st.integers(2, 40))
def test_every_piece_fits_and_none_is_blank(text, limit):
    pieces = split_text(text, limit)

    assert all(0 < len(piece.encode("utf-16-le")) // 2 <= limit for piece in pieces)
    assert all(piece.strip() for piece in pieces)


@given(text=TEXTS, limit=st.integers(2, 40))
def test_nothing_but_blank_space_is_lost_and_order_is_kept(text, limit):
    assert "".join("".join(split_text(text, limit)).split()) == "".join(text.split())


@given(text=st.text(max_size=200))
def test_lengths_are_utf16_units(text):
    assert utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_a_short_text_stays_whole():
    assert split_text("Ваш заказ готов.\n\nПриезжайте!", 4096) == ["Ваш заказ готов.\n\nПриезжайте!"]


def test_a_cut_prefers_a_paragraph_to_a_line_a_sentence_and_a_word():
    assert split_text("Один два.\n\nТри. Четыре пять", 20) == ["Один два.", "Три. Четыре пять"]
    assert split_text("Один два.\nТри. Четыре", 19) == ["Один два.", "Три. Четыре"]
    assert split_text("Один два. Три четыре", 15) == ["Один два.", "Три четыре"]
    assert split_text("Один два три", 10) == ["Один два", "три"]


def test_a_word_over_the_limit_is_cut_between_characters():
    assert split_text("😀😀😀", 3) == ["😀", "😀", "😀"]


def test_a_blank_text_has_no_pieces():
    assert split_text(" \n ", 10) == []
