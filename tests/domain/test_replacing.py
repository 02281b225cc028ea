"""Rows made fast are rows: equal, frozen, and computing what they compute."""

from dataclasses import FrozenInstanceError, dataclass
from datetime import UTC, datetime

import pytest

from hub.domain.facts import RequestFacts
from hub.domain.replacing import maker_of, replace


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    name: str = ""


@dataclass(frozen=True)
class Loose:
    id: int
    name: str = ""


def test_a_row_made_of_its_values_equals_one_that_was_constructed() -> None:
    made = maker_of(Row)(1, "a")
    assert type(made) is Row
    assert (made, hash(made), repr(made)) == (Row(1, "a"), hash(Row(1, "a")), repr(Row(1, "a")))


def test_a_replaced_row_is_frozen_as_before() -> None:
    row = replace(Row(1, "a"), name="b")
    assert row == Row(1, "b")
    with pytest.raises(FrozenInstanceError):
        row.name = "c"  # type: ignore[misc]


def test_a_row_without_differences_is_the_very_row() -> None:
    row = Row(1, "a")
    assert replace(row, name="a") is row


def test_a_class_without_slots_is_replaced_too() -> None:
    assert replace(Loose(1, "a"), name="b") == Loose(1, "b")


def test_what_a_class_computes_is_computed_anew() -> None:
    facts = RequestFacts(datetime(2026, 3, 2, tzinfo=UTC), text="Ёлка")
    assert replace(facts, text="ЩЁТКА").folded_text == "щетка"
