"""Who is right where both sides may have changed a field, and when nobody writes it any more."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.crm_sync.compare import FLIPS, FROZEN, Rule, Verdict, compare, note_writes, without_frozen

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
_VALUE = st.sampled_from(["", "a", "b", "c"])
_SIDE = st.dictionaries(st.sampled_from(["name", "owner", "stage"]), _VALUE)
_RULES = st.dictionaries(st.sampled_from(["name", "owner", "stage"]), st.sampled_from(list(Rule)))


@given(_SIDE, _SIDE, _SIDE, _RULES)
def test_after_both_writes_the_sides_agree_and_a_second_look_writes_nothing(base, hub, crm, rules):
    verdict = compare(base, hub, crm, rules)
    here, there = {**hub, **verdict.to_hub}, {**crm, **verdict.to_crm}
    again = compare(verdict.base, here, there, rules)
    assert (again.to_hub, again.to_crm) == ({}, {})
    assert all(here.get(name, verdict.base[name]) == there[name] == verdict.base[name] for name in there)


@given(_SIDE, _RULES)
def test_what_nobody_changed_is_not_written(base, rules):
    assert compare(base, base, base, rules) == Verdict({}, {}, base)


def test_what_one_side_changed_goes_to_the_other():
    base = {"name": "a"}
    assert compare(base, {"name": "b"}, {"name": "a"}, {}).to_crm == {"name": "b"}
    assert compare(base, {"name": "a"}, {"name": "b"}, {}).to_hub == {"name": "b"}


def test_where_both_changed_the_crm_wins_unless_its_value_is_empty():
    base = {"name": "a"}
    assert compare(base, {"name": "b"}, {"name": "c"}, {}).to_hub == {"name": "c"}
    assert compare(base, {"name": "b"}, {"name": ""}, {}).to_crm == {"name": "b"}


def test_an_amount_once_set_there_is_never_written_from_here():
    rules = {"amount": Rule.given}
    assert compare({"amount": "5"}, {"amount": "7"}, {"amount": "5"}, rules).to_hub == {"amount": "5"}
    assert compare({}, {"amount": "7"}, {"amount": ""}, rules).to_crm == {"amount": "7"}


def test_a_field_the_crm_does_not_tell_is_left_alone():
    assert compare({"name": "a"}, {"name": "b"}, {}, {}) == Verdict({}, {}, {"name": "b"})


def test_a_value_that_means_nothing_there_stays_as_agreed():
    assert compare({"stage": "NEW"}, {"stage": None}, {"stage": "NEW"}, {}) == Verdict({}, {}, {"stage": "NEW"})
    assert compare({"stage": "NEW"}, {"stage": None}, {"stage": "WORK"}, {}).to_hub == {"stage": "WORK"}


def test_a_field_written_over_and_over_is_frozen_and_stays_so():
    guard: dict[str, list[str]] = {}
    for number in range(FLIPS):
        guard = note_writes(guard, ["name"], AT + timedelta(seconds=number))
    assert FROZEN not in guard
    guard = note_writes(guard, ["name"], AT + timedelta(seconds=FLIPS))
    assert guard[FROZEN] == ["name"]
    held = without_frozen(Verdict({"name": "x", "owner": "7"}, {}, {"name": "x", "owner": "7"}), guard)
    assert held == Verdict({"owner": "7"}, {}, {"owner": "7"})


def test_writes_longer_apart_than_the_window_freeze_nothing():
    guard: dict[str, list[str]] = {}
    for number in range(20):
        guard = note_writes(guard, ["name"], AT + timedelta(minutes=3 * number))
    assert FROZEN not in guard
