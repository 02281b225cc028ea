"""Whatever a client is called and writes stays data, on every screen, in both languages, in every messenger (case 105).

Telegram gets text with entities within its limits, mail gets no tag but ours, a terminal gets nothing that drives it,
and the page of the sandbox makes no markup of what it is told.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hub.testing.sandbox
from bots.mail import render as mail
from bots.screens.action import encode
from bots.screens.graphemes import JOINER, whole_signs
from bots.screens.quoting import ELLIPSIS, ISOLATE, ISOLATED, JOINERS, client_text, one_line
from bots.screens.screen import Screen
from bots.telegram import render as telegram
from bots.telegram.splitting import BUTTON_LIMIT, TEXT_LIMIT, pieces, units
from bots.terminal import render as terminal
from bots.texts import Texts
from tests.bots.every_screen import FAMILY, HOSTILE, drawn_by, list_screens

SCREENS = list_screens()
KEYBOARD_LIMIT = 100
PRESS_LIMIT_BYTES = 64
TAGS = {"div", "p", "b", "i", "br", "hr", "a"}
TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067")
"""Marks that turn the reading direction, but for the isolate that we put around names ourselves."""

on_every_screen = pytest.mark.parametrize(("name", "draw"), SCREENS, ids=[name for name, _ in SCREENS])
in_both_languages = pytest.mark.parametrize("language", ["ru", "en"])


def each_drawn(name: str, draw: Callable[..., Screen], language: str, check: Callable[[Screen], None]) -> None:
    """Check a screen over and over with other hostile values."""

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(drawn_by(name, draw, Texts(language)))
    def checked(screen: Screen) -> None:
        check(screen)

    checked()


def words_of(screen: Screen) -> Iterator[str]:
    yield from (block.text for block in screen.blocks)
    yield from (button.label for button in screen.buttons)


@in_both_languages
@on_every_screen
def test_case68_telegram_gets_entities_inside_texts_within_its_limits(name, draw, language):
    def check(screen: Screen) -> None:
        for drawing in telegram.draw(screen):
            raw = drawing.text.encode("utf-16-le")
            assert 0 < units(drawing.text) <= TEXT_LIMIT
            for entity in drawing.entities:
                assert 0 < entity.length <= units(drawing.text) - entity.offset
                raw[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le")
        keys = [button for row in (drawing.keyboard.inline_keyboard if drawing.keyboard else ()) for button in row]
        assert len(keys) <= KEYBOARD_LIMIT
        assert all(0 < units(key.text) <= BUTTON_LIMIT for key in keys)
        pressed = [encode(button.action) for button in screen.buttons if button.action]
        assert all(len(data.encode()) <= PRESS_LIMIT_BYTES for data in pressed)

    each_drawn(name, draw, language, check)


@in_both_languages
@on_every_screen
def test_case105_no_name_turns_or_hides_our_words_and_no_sign_is_cut(name, draw, language):
    def check(screen: Screen) -> None:
        for words in words_of(screen):
            assert not TURNING & set(words)
            assert words.count(ISOLATE) == words.count(ISOLATED)
            assert not [each for each in words if unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t"]
            assert f"{JOINER}{ELLIPSIS}" not in words
            assert not words.endswith(JOINER)

    each_drawn(name, draw, language, check)


@in_both_languages
@on_every_screen
def test_case105_a_letter_has_no_tag_but_ours_and_all_the_words(name, draw, language):
    def check(screen: Screen) -> None:
        drawing = mail.draw([screen], links=lambda _: "https://h.example/a?b=1&c=2", footer="", is_answerable=False)
        assert set(re.findall(r"<\s*/?\s*([^\s>/]+)", drawing.html)) <= TAGS
        assert set(re.findall(r'href="([^"]*)"', drawing.html)) <= {"https://h.example/a?b=1&amp;c=2"}
        plain = unescape(re.sub(r"<br>|<[^>]*>", "", drawing.html))
        assert all(block.text.replace("\n", "") in plain for block in screen.blocks)

    each_drawn(name, draw, language, check)


@in_both_languages
@on_every_screen
def test_case105_a_terminal_gets_text_and_nothing_that_drives_it(name, draw, language):
    def check(screen: Screen) -> None:
        shown = terminal.draw(screen, terminal.Numbers())
        allowed = {"\n", "\t", ISOLATE, ISOLATED, *JOINERS}
        assert not [each for each in shown if each not in allowed and unicodedata.category(each)[0] == "C"]

    each_drawn(name, draw, language, check)


@pytest.mark.parametrize("name", ["שלום עולם", "مرحبا 12"])
def test_a_name_of_a_right_to_left_script_is_isolated(name):
    assert one_line(name) == f"{ISOLATE}{name}{ISOLATED}"
    assert one_line(name * 100, 20)[0] + one_line(name * 100, 20)[-1] == ISOLATE + ISOLATED


@pytest.mark.parametrize("sign", [FAMILY, "👍🏽", "🇷🇺", "é", "☎️"])
@given(st.integers(12, 60), st.sampled_from(["", "x", "xy"]))
def test_a_cut_leaves_whole_signs(sign, limit, before):
    cut = one_line(before + sign * 60, limit).removeprefix(before).removesuffix(ELLIPSIS)
    assert cut == sign * (len(cut) // len(sign))
    assert client_text(before + sign * 60, limit).removesuffix(ELLIPSIS) == before + cut
    for piece in pieces(sign * 60, limit * 2):
        assert piece == sign * (len(piece) // len(sign))


def test_a_sign_without_end_is_cut_all_the_same():
    endless = JOINER.join("👩" * 5000)
    assert whole_signs(endless, 4000) == 4000
    assert "".join(pieces(endless, TEXT_LIMIT)) == endless


def test_the_page_of_the_sandbox_makes_no_markup_of_what_it_is_told():
    scripts = (Path(hub.testing.sandbox.__file__).parent / "static").glob("*.js")
    made = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|eval\("
    )
    assert [path.name for path in scripts if made.search(path.read_text("utf-8"))] == []


def test_what_is_hostile_here_is_what_the_issue_names():
    said = "".join(HOSTILE)
    assert "<b>" in said and "&" in said and "\u202e" in said and FAMILY in said
    assert max(map(len, HOSTILE)) >= 4096
