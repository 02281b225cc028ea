"""Writes docs/rules.md from the code and its tests: `python -m tests.house.rules_page > docs/rules.md`.

One row for each rule: what it says, which modules claim it in a docstring, which tests carry it in their names. Up to
three tests are named, more are counted by file.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from tests.house.rule_ids import carrying_tests, claiming_modules, folded
from tests.house.rules import LATER, PARTS_LATER, RULES, Later
from tests.house.source import ROOT, source_files

PAGE = ROOT / "docs/rules.md"

NAMED = 3

_HEAD = """\
# Rules

What the hub promises, rule by rule: where each is implemented, and the tests whose names carry its id. That a test of
the row fails when its rule is taken out is shown by `python -m tests.mutations`, which breaks the rules one at a time.

This page is made from the code by `python -m tests.house.rules_page > docs/rules.md`.

| Rule | What it says | Implemented in | Carried by |
|---|---|---|---|"""


@cache
def claims_of_the_code() -> dict[str, list[str]]:
    """Each rule with the modules that claim it, read once."""
    return claiming_modules(source_files("hub", "bots"))


@cache
def carriers_of_the_rules() -> dict[str, list[tuple[str, str]]]:
    """Each rule with file and name of the tests that carry it, read once."""
    return carrying_tests(source_files("tests", "hub/testing"))


def page_lines() -> Iterator[str]:
    """Yield the page line by line."""
    claims, tests = claims_of_the_code(), carriers_of_the_rules()
    yield from _HEAD.splitlines()
    for rule, sentence in RULES.items():
        claimed, carried = claims.get(folded(rule), []), tests.get(folded(rule), [])
        yield f"| {rule} | {sentence} | {_modules(rule, claimed)} | {named_tests(carried)} |"
    if sorted_later():
        yield from ("", "## Still to come", "", "| Rule | What is missing | Issue |", "|---|---|---|")
    yield from (_later(rule, later) for rule, later in sorted_later().items())


def sorted_later() -> Mapping[str, Later]:
    """Return what is still to come in the order of the rules."""
    later = LATER | PARTS_LATER
    return {rule: later[rule] for rule in RULES if rule in later}


def _later(rule: str, later: Later) -> str:
    return f"| {rule} | {'' if rule in PARTS_LATER else 'all of it: '}{later.what} | {later.issue} |"


def _modules(rule: str, modules: Iterable[str]) -> str:
    shown = "<br>".join(f"`{module}`" for module in modules)
    return shown or (f"issue {LATER[rule].issue}" if rule in LATER else "")


def named_tests(tests: list[tuple[str, str]]) -> str:
    """Return the tests of a row: up to three by name, more counted by file."""
    if len(tests) <= NAMED:
        return "<br>".join(f"`{file}`: `{name}`" for file, name in tests)
    files: dict[str, int] = defaultdict(int)
    for file, _ in tests:
        files[file] += 1
    return "<br>".join(f"`{file}`: {count}" for file, count in files.items())


if __name__ == "__main__":
    sys.stdout.write("\n".join(page_lines()) + "\n")
