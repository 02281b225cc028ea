"""What a written line says of a new client (L-9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.screens.starting import Written, parse_new


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Мария, +7 916 123-45-67", Written("Мария", "+7 916 123-45-67")),
        ("8 916 123 45 67; Пётр; окна; на дачу", Written("Пётр", "8 916 123 45 67", "окна, на дачу")),
        ("Мария\n89161234567\nисточник: вывеска", Written("Мария", "89161234567", "", "вывеска")),
        ("+79161234567", Written("", "+79161234567")),
        ("Maria, +7 916 123-45-67, source - exhibition", Written("Maria", "+7 916 123-45-67", "", "exhibition")),
    ],
)
def test_l9_a_line_is_cut_into_name_phone_note_and_source(text: str, written: Written) -> None:
    assert parse_new(text) == written


@pytest.mark.parametrize("text", ["", "Мария", "Мария, 12345", "Мария, 100000 рублей", ",;\n"])
def test_l9_without_a_number_of_a_person_nothing_is_started(text: str) -> None:
    assert parse_new(text) is None


@given(st.text(max_size=200))
def test_l9_no_line_breaks_the_reading(text: str) -> None:
    written = parse_new(text)
    assert written is None or written.phone in text
