"""Screens as Telegram messages: limits in UTF-16 units, entities in place, nothing parsed."""

from hypothesis import given
from hypothesis import strategies as st

from bots.screens.action import Action, Press
from bots.screens.card import card_screen
from bots.screens.mirror import mirror_screen
from bots.screens.screen import Button, Screen, bold, line, quote
from bots.telegram.render import draw
from bots.telegram.splitting import head, pieces, units
from bots.texts import Texts
from tests.bots.views import CARD, NOW, card, message, minutes

RU = Texts("ru")


def marked(drawing):
    """What each entity covers, cut out as Telegram does: in UTF-16 units."""
    raw = drawing.text.encode("utf-16-le")
    return [(e.type, raw[e.offset * 2 : (e.offset + e.length) * 2].decode("utf-16-le")) for e in drawing.entities]


def test_case67_entities_are_in_utf16_units_behind_emoji():
    screen = Screen((line("🆕🆕 ", bold("жирно 💬")), quote("слова\nклиента")))
    [drawing] = draw(screen)
    assert marked(drawing) == [("bold", "жирно 💬"), ("blockquote", "слова\nклиента")]


def test_the_time_left_counts_by_itself_in_the_app():
    [drawing] = draw(card_screen(RU, CARD, now=NOW))
    [moment] = [entity for entity in drawing.entities if entity.type == "date_time"]
    assert moment.unix_time == int((NOW + minutes(14)).timestamp())
    assert moment.date_time_format == "r"
    assert ("date_time", "через 14 мин") in marked(drawing)


def test_case105_markup_of_a_client_stays_text():
    nasty = "<b>*x*</b> [y](tg://user?id=1) `z` ||s||"
    [drawing] = draw(mirror_screen(RU, CARD, message(text=nasty), now=NOW))
    assert ("blockquote", nasty) in marked(drawing)
    assert {entity.type for entity in drawing.entities} <= {"bold", "blockquote", "date_time"}


def test_case67_a_long_letter_becomes_several_messages_with_the_keyboard_on_the_last():
    letter = "слово 💬 " * 1200
    drawings = draw(mirror_screen(RU, CARD, message(text=letter), now=NOW))
    assert len(drawings) > 1
    assert all(units(drawing.text) <= 4096 for drawing in drawings)
    assert [drawing.keyboard is not None for drawing in drawings] == [False] * (len(drawings) - 1) + [True]
    assert all("expandable_blockquote" not in dict(marked(d)) for d in drawings)


def test_a_quotation_of_many_lines_is_folded():
    [drawing] = draw(Screen((quote("1\n2\n3\n4\n5"),)))
    assert drawing.entities[0].type == "expandable_blockquote"


def test_buttons_act_or_copy():
    rows = ((Button("Взять", Action(Press.take, 1)), Button("Номер", copies="+79161234567")),)
    [drawing] = draw(Screen((line("x"),), rows))
    assert drawing.keyboard is not None
    take, copy = drawing.keyboard.inline_keyboard[0]
    assert take.callback_data == "h1:take:1:0"
    assert copy.copy_text is not None
    assert copy.copy_text.text == "+79161234567"


@given(st.text(), st.integers(2, 50))
def test_case67_pieces_are_short_enough_and_together_the_whole(text, limit):
    parts = pieces(text, limit)
    assert "".join(parts) == text
    assert all(0 < units(part) <= limit for part in parts)


@given(st.text())
def test_units_are_what_utf16_says(text):
    assert units(text) == len(text.encode("utf-16-le")) // 2
    assert units(head(text, 3)) <= 3


@given(st.text(max_size=6000))
def test_case68_any_text_of_a_client_draws_with_entities_inside_the_text(text):
    for drawing in draw(mirror_screen(RU, card(contact_name=text), message(text=text, subject=text), now=NOW)):
        assert 0 < units(drawing.text) <= 4096
        for entity in drawing.entities:
            assert entity.length > 0
            assert entity.offset + entity.length <= units(drawing.text)
