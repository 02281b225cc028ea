"""The codec of buttons: exact both ways, small, and polite about anything it did not make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.screens.action import LIMIT_BYTES, Action, Press, StaleButton, decode, encode, to_base36

ACTIONS = st.builds(
    Action,
    st.sampled_from(Press),
    st.integers(0, 36**8 - 1),
    st.integers(0, 36**4 - 1),
    st.from_regex(r"[0-9A-Za-z_.\-]{0,10}", fullmatch=True),
)


@given(ACTIONS)
def test_a_button_says_exactly_what_was_put_into_it(action):
    text = encode(action)

    assert len(text.encode()) <= LIMIT_BYTES
    assert decode(text) == action


def test_a_button_reads_as_documented():
    assert encode(Action(Press.end, 1042, 6, "refused.price")) == "h1:end:sy:6:refused.price"


@given(st.text(max_size=50))
def test_anything_else_is_a_stale_button_and_nothing_worse(text):
    try:
        action = decode(text)
    except StaleButton:
        return
    assert encode(action) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h0:take:1:1",
        "h2:take:1:1",
        "h1:take:1",
        "h1:fly:1:1",
        "h1:take:-1:1",
        "h1:take:01:1",
        "h1:take:1:1:",
        "h1:take:1:1:a b",
        "h1:take:1:1:a:b",
        "H1:take:1:1",
        "h1:take:A:1",
    ],
)
def test_a_damaged_or_foreign_button_is_refused(text):
    with pytest.raises(StaleButton):
        decode(text)


def test_what_does_not_fit_into_a_button_is_an_error_of_ours():
    with pytest.raises(ValueError, match="40 bytes"):
        encode(Action(Press.needless, 36**12, 36**6, "a" * 20))


def test_a_number_larger_than_any_of_ours_is_a_stale_button():
    assert decode(f"h1:take:{to_base36(2**63 - 1)}:0").subject == 2**63 - 1
    with pytest.raises(StaleButton):
        decode(f"h1:take:{to_base36(2**63)}:0")
