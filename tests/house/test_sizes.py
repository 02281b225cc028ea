"""Sizes stay within the limits, and the measuring itself is right."""

import ast

import pytest

from tests.house.sizes import (
    ARGUMENTS,
    BRANCHES,
    FILE_LINES,
    FUNCTION_LINES,
    Limit,
    Sample,
    at_share,
    distribution,
    excesses,
    measure,
)
from tests.house.source import SourceFile, source_files


def sizes_of(text, name="hub/x.py"):
    return {
        limit.what: [s.size for s in found]
        for limit, found in measure([SourceFile(name, text, ast.parse(text))]).items()
    }


@pytest.mark.parametrize("limit", [FUNCTION_LINES, FILE_LINES, BRANCHES, ARGUMENTS], ids=lambda limit: limit.what)
def test_the_house_keeps_its_sizes(limit):
    samples = measure(source_files("hub", "bots"))[limit]

    found = excesses(limit, samples)

    assert found == [], "\n".join([distribution(limit, samples), *found])


def test_a_docstring_does_not_count_as_lines_of_code():
    assert sizes_of('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n')["function lines"] == [2]


BRANCHY = """
def f(self, a, *, b, **rest):
    if a and b or rest:
        return [x for x in a if x]
    match b:
        case 1:
            return a if b else None
        case _:
            pass
    for _ in a:
        try:
            pass
        except ValueError:
            pass
"""


def test_branches_are_the_places_where_the_path_splits():
    # if, and, or, comprehension if, case 1, conditional expression, for, except
    assert sizes_of(BRANCHY)["branches"] == [8]


def test_self_is_no_argument_but_keywords_and_spreads_are():
    assert sizes_of(BRANCHY)["arguments"] == [3]


def test_a_nested_function_does_not_add_to_its_parent():
    assert sizes_of("def f():\n    def g(a):\n        return 1 if a else 2\n    return g\n")["branches"] == [0, 1]


def test_the_tables_are_measured_like_everything():
    assert sizes_of("pass\n", "hub/store/schema/work.py")["file lines"] == [1]


@pytest.mark.parametrize(("share", "value"), [(0.5, 10), (0.95, 19), (1.0, 20)])
def test_a_share_is_the_nearest_rank(share, value):
    assert at_share(list(range(1, 21)), share) == value


def test_each_limit_is_named_when_it_is_broken():
    samples = [Sample(2, "a.py:1 f"), Sample(9, "b.py:1 g"), Sample(9, "c.py:1 h")]

    found = excesses(Limit("lines", median=8, p95=8, largest=8), samples)

    assert found == ["lines: 9 > 8 at b.py:1 g", "lines: 9 > 8 at c.py:1 h", "lines: median 9 > 8", "lines: p95 9 > 8"]
