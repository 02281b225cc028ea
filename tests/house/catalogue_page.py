"""Writes docs/catalogue.md from the table and the names of tests: `python -m tests.house.catalogue_page`."""

import sys
from collections.abc import Iterator, Mapping
from functools import cache

from tests.house.catalogue import CASES, SECTIONS, Case, carriers
from tests.house.rules_page import named_tests
from tests.house.source import ROOT, source_files

PAGE = ROOT / "docs/catalogue.md"

_HEAD = """\
# What goes wrong, and what the hub does

Every case that we know to lose, double, delay or misdirect messages elsewhere, what the hub does about it, and the
tests that show it: a test that carries a number (`case55`) belongs to the row of that number. What of it the hub
promises stands in [reliability](reliability.md), the rules of the business in [rules](rules.md).

This page is made from the code by `python -m tests.house.catalogue_page > docs/catalogue.md`; to run what a row names:
`pytest -k case55_`."""


@cache
def carriers_of_the_cases() -> Mapping[int, list[tuple[str, str]]]:
    """Each case with file and name of the tests that carry it, read once."""
    return carriers(source_files("tests", "hub/testing"))


def page_lines() -> Iterator[str]:
    """Yield the page line by line."""
    yield from _HEAD.splitlines()
    for title, cases in SECTIONS.items():
        yield from (
            "",
            f"## {title}",
            "",
            "| Case | What goes wrong | What the hub does | Shown by |",
            "|---|---|---|---|",
        )
        yield from (_row(number, case) for number, case in cases.items())
    without = [str(number) for number in CASES if number not in carriers_of_the_cases()]
    yield from ("", f"Without a test, for the reason in the row: {', '.join(without)}.")


def _row(number: int, case: Case) -> str:
    shown = named_tests(carriers_of_the_cases().get(number, []))
    return f"| {number} | {case.wrong} | {case.does} | {'<br>'.join(filter(None, (shown, case.reason)))} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(page_lines()) + "\n")
