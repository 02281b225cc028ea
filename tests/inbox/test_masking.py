"""Numbers in words: found however they are spelled, and nothing that only looks like one (RG-5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.inbox.masking import hide_numbers, mask_phone

KNOWN = "+79161234567"
MASK = "+7••••••••67"
GAPS = ["", " ", "-", " - ", "\u00a0", "\u200b", ".", ") ", "("]


@pytest.mark.parametrize(
    "spelled",
    [
        "+79161234567",
        "89161234567",
        "8 (916) 123-45-67",
        "8-916-123-45-67",
        "+7.916.123.45.67",
        "8 916\u00a0123\u200b45 67",
        "916 123 45 67",
        "+7 (495) 123-45-67",
        "８９１６１２３４５６７",
        "8 (916) - 123 - 45 - 67",
        "+7 (916) – 123 – 45 – 67",
        "8 916 123−45−67",
        "8-916/123-45-67",
        "8_916_123_45_67",
        "＋44 20 7946 1230",
    ],
)
def test_rg5_a_number_is_found_however_it_is_written(spelled):
    hidden = hide_numbers(f"Мария {spelled}, срочно", ())
    assert "123" not in hidden and "•" in hidden
    assert hidden.startswith("Мария ") and hidden.endswith(", срочно")


def test_rg5_numbers_side_by_side_are_all_found():
    hidden = hide_numbers("8 916 123 45 67 8 903 765 43 21 +375 29 123-45-67", ())
    assert not any(part in hidden for part in ("916", "903", "765", "375 29", "29 123"))


def test_rg5_a_clients_own_number_is_found_without_its_beginning():
    assert hide_numbers("495 765-43-21", ["+74957654321"]) == "+7••••••••21"
    assert "7654321" not in hide_numbers("мой 4957654321", ["+74957654321"])


@pytest.mark.parametrize(
    "text",
    [
        "заказ 1042",
        "12 500 000 рублей",
        "ИНН 7707083893",
        "счёт 40817810000001234567",
        "ОГРН 1027700132195",
        "28.11.2026",
        "с 28/11/2026 по 29/11/2026",
        "договор 12/2026",
    ],
)
def test_what_is_no_number_of_a_telephone_stays(text):
    assert hide_numbers(text, ()) == text


@given(
    st.lists(st.sampled_from(GAPS), min_size=10, max_size=10),
    st.sampled_from(["+7", "8", "7"]),
    st.text("абв ,", max_size=5),
)
def test_rg5_no_gaps_bring_a_number_through(gaps, start, around):
    spelled = start + "".join(gap + digit for gap, digit in zip(gaps, KNOWN[2:], strict=True))
    hidden = hide_numbers(f"{around}{spelled}{around}", ())
    assert MASK in hidden and "4" not in hidden


@given(st.text(max_size=60))
def test_hiding_twice_changes_nothing_more_and_words_without_digits_stay(text):
    once = hide_numbers(text, [KNOWN])
    assert hide_numbers(once, [KNOWN]) == once
    if not any(each.isdigit() for each in text):
        assert once == text


def test_rg5_a_masked_number_shows_its_ends_alone():
    assert mask_phone(KNOWN) == MASK
