"""All twelve invariants of semantics §13 are proved here or where their arithmetic is, by 200 and by 2,000 examples."""

import ast
import re

from tests.house.source import SourceFile, functions, source_files

SIZES = re.compile(r"^(proven\(|pytest\.mark\.parametrize\('examples', EXAMPLES\))")
NUMBER = re.compile(r"invariant(\d+)(?=_)")


def proved(file: SourceFile) -> set[int]:
    """Return the invariants in names of tests of a file that run with both numbers of examples."""
    return {
        int(number)
        for test in functions(file.tree)
        if any(SIZES.match(ast.unparse(each)) for each in test.decorator_list)
        for number in NUMBER.findall(test.name)
    }


def test_every_invariant_is_proved_by_200_and_2000_examples() -> None:
    assert set().union(*map(proved, source_files("tests"))) == set(range(1, 13))


def test_those_that_concern_the_store_are_proved_over_the_store() -> None:
    assert set().union(*map(proved, source_files("tests/invariants"))) == set(range(1, 13)) - {9}
