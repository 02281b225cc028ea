"""docs/rules.md is the code's own account, and no rule is missing without an issue that brings it."""

from tests.house.rule_ids import folded, split
from tests.house.rules import LATER, PARTS_LATER, RULES
from tests.house.rules_page import PAGE, carriers_of_the_rules, claims_of_the_code, page_lines

# How many ids each family of the design has.
FAMILIES = {
    "fr": 9, "s": 11, "d": 8, "p": 6, "c": 12, "b": 6, "m": 16, "r": 15, "rg": 7, "l": 9, "t": 5, "a": 19, "rp": 12,
}  # fmt: skip

CLAIMS, TESTS = claims_of_the_code(), carriers_of_the_rules()


def test_the_page_is_made_from_the_code_as_it_is():
    shown = PAGE.read_text(encoding="utf-8").splitlines()

    assert shown == list(page_lines()), "write it anew: python -m tests.house.rules_page > docs/rules.md"


def test_every_id_has_its_sentence_in_order():
    ids = [f"{family}{number}" for family, count in FAMILIES.items() for number in range(1, count + 1)]

    assert [folded(rule) for rule in RULES] == ids


def test_nobody_claims_or_carries_an_id_that_is_no_rule():
    known = {folded(rule) for rule in RULES}

    assert sorted((set(CLAIMS) | set(TESTS)) - known, key=split) == []


def test_every_rule_is_implemented_and_carried_or_has_an_issue():
    missing = [rule for rule in RULES if not (CLAIMS.get(folded(rule)) and TESTS.get(folded(rule)))]

    assert missing == list(LATER)


def test_what_comes_in_part_is_there_in_part():
    assert [rule for rule in PARTS_LATER if not CLAIMS.get(folded(rule))] == []
