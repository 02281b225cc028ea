"""Links of letters: what they say cannot be changed, and they end."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.card_link import CardLink, LinkDeed, read_link, sign_link
from hub.domain.ids import ConversationId, ManagerId

UNTIL = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LINK = CardLink(LinkDeed.take, ManagerId(7), ConversationId(1042), UNTIL)


def prove(text: str) -> bytes:
    return hmac.digest(b"key", text.encode(), hashlib.sha256)


def other(text: str) -> bytes:
    return hmac.digest(b"other", text.encode(), hashlib.sha256)


def test_a_link_says_what_it_was_made_for():
    assert read_link(sign_link(LINK, prove), prove) == LINK


def test_a_link_of_another_installation_says_nothing():
    assert read_link(sign_link(LINK, other), prove) is None


def test_a_link_for_taking_closes_nothing():
    assert read_link(sign_link(LINK, prove).replace("take", "close"), prove) is None


def test_a_link_ends():
    assert not LINK.is_over(UNTIL - timedelta(seconds=1))
    assert LINK.is_over(UNTIL)


@given(st.text())
def test_junk_is_no_link(token: str):
    assert read_link(token, prove) is None


@given(st.integers(0, 200), st.characters())
def test_no_character_of_a_link_can_be_changed(place: int, character: str):
    token = sign_link(LINK, prove)
    changed = token[: place % len(token)] + character + token[place % len(token) + 1 :]
    assert changed == token or read_link(changed, prove) is None
