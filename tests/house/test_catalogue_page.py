"""docs/catalogue.md is the code's own account, and no case of reliability is without a test or a reason."""

import ast

from tests.house.catalogue import CASES, EDGE_IN_TEST_NAME, MISSPELT, SECTIONS, carriers, names_of_tests
from tests.house.catalogue_page import PAGE, carriers_of_the_cases, page_lines
from tests.house.source import SourceFile, source_files

# Cases of security and law are numbered on from the last one here.
LAST_CASE, LAST_EDGE = 124, 50


def test_the_page_is_made_from_the_code_as_it_is():
    shown = PAGE.read_text(encoding="utf-8").splitlines()

    assert shown == list(page_lines()), "write it anew: python -m tests.house.catalogue_page > docs/catalogue.md"


def test_every_case_has_its_row_in_order():
    assert list(CASES) == list(range(1, 85))
    assert sum(map(len, SECTIONS.values())) == len(CASES)


def test_every_case_is_carried_by_a_test_or_says_why_not():
    bare = [number for number, case in CASES.items() if not case.reason and number not in carriers_of_the_cases()]

    assert bare == []


def test_every_number_in_the_name_of_a_test_is_a_case_spelt_in_one_way():
    names = [name for file in source_files("tests", "hub/testing") for name in names_of_tests(file)]

    assert [name for name in names if MISSPELT.search(name)] == []
    assert [number for number in carriers_of_the_cases() if not 1 <= number <= LAST_CASE] == []
    assert [name for name in names for edge in EDGE_IN_TEST_NAME.findall(name) if not 1 <= int(edge) <= LAST_EDGE] == []


def test_a_test_of_two_cases_carries_both_and_one_of_an_edge_none():
    text = "def test_case7_case12_x(): ...\ndef test_edge7_y(): ...\ndef case7_z(): ..."
    file = SourceFile("tests/a.py", text, ast.parse(text))

    assert carriers([file]) == {number: [("tests/a.py", "test_case7_case12_x")] for number in (7, 12)}


def test_other_spellings_are_found():
    assert MISSPELT.search("test_case_12_x")
    assert MISSPELT.search("test_case07_x")
    assert not MISSPELT.search("test_case7_x")
