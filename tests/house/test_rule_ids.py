"""A rule that the code claims is a rule that a test carries in its name."""

import ast

import pytest

from tests.house.rule_ids import carried_rules, claimed_rules, rules_in
from tests.house.source import SourceFile, source_files


def test_every_claimed_rule_is_carried_by_a_test():
    carried = set(carried_rules(source_files("tests", "hub/testing")))

    missing = {rule: place for rule, place in claimed_rules(source_files("hub", "bots")).items() if rule not in carried}

    assert missing == {}, "\n".join(f"{place} claims {rule}" for rule, place in sorted(missing.items()))


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Starts a wait (FR-1, FR-9).", {"fr1", "fr9"}),
        ("A response is S1 to S3.", {"s1", "s2", "s3"}),
        ("Missed calls: C-2…C-4", {"c2", "c3", "c4"}),
        ("Stored as UTF-8 in B0, RFC-5322, T5 and SHA-1", set()),
    ],
)
def test_rules_are_read_from_docstrings(text, rules):
    assert rules_in(text) == rules


def test_one_test_name_may_carry_several_rules():
    text = "async def test_fr3_s6_second_message_waits(): ...\ndef test_m10_undo(): ...\ndef test_s3cret(): ..."

    assert set(carried_rules([SourceFile("tests/test_x.py", text, ast.parse(text))])) == {"fr3", "s6", "m10"}
