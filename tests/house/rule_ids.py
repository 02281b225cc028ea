"""The ids of the business rules: where the code claims them, and which tests carry them.

Families: FR first response, S what stops it, D deadlines, P pause and reopen, C calls,
B breaches, M matching, R routing, RG rights, L leads, T tasks, A automations, RP reports.
Docstrings write `FR-3` and `S3`, also as spans (`FR-1…FR-5`, `S1 to S5`); test names
write `test_fr3_…`, and one name may carry several.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.house.source import SourceFile, functions

FAMILIES = "FR|RG|RP|S|D|P|C|B|M|R|L|T|A"
# S is written without a dash; every other family with one, so that "B0" or "T5" are not rules.
WRITTEN = r"(?:(?:FR|RG|RP|D|P|C|B|M|R|L|T|A)-\d{1,2}|S\d{1,2})"
SPAN = re.compile(rf"(?<![\w-])({WRITTEN})\s*(?:…|\.\.\.?|–|to)\s*({WRITTEN})(?![\w-])")
SINGLE = re.compile(rf"(?<![\w-])({WRITTEN})(?![\w-])")
IN_TEST_NAME = re.compile(rf"(?:^|_)((?:{FAMILIES.lower()})\d{{1,2}})(?=_|$)")

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def folded(rule: str) -> str:
    """The one spelling in which ids are compared: `FR-3` and `fr3` are `fr3`."""
    return rule.replace("-", "").lower()


def split(rule: str) -> tuple[str, int]:
    """Family and number of an id."""
    family = folded(rule).rstrip("0123456789")
    return family, int(folded(rule)[len(family) :])


def rules_in(text: str) -> set[str]:
    """Every rule a docstring names, spans of one family written out."""
    named = {folded(rule) for rule in SINGLE.findall(text)}
    for first, last in SPAN.findall(text):
        (family, low), (last_family, high) = split(first), split(last)
        if family == last_family:
            named |= {f"{family}{number}" for number in range(low, high + 1)}
    return named


def claimed_rules(files: Iterable[SourceFile]) -> dict[str, str]:
    """Each rule that a docstring claims, with one place that does."""
    claims: dict[str, str] = {}
    for file in files:
        for node in ast.walk(file.tree):
            if isinstance(node, DOCUMENTED):
                place = f"{file.name}:{getattr(node, 'lineno', 1)}"
                claims |= dict.fromkeys(rules_in(ast.get_docstring(node) or ""), place)
    return claims


def claiming_modules(files: Iterable[SourceFile]) -> dict[str, list[str]]:
    """Each rule that docstrings claim, with every file that does, in the order of the files."""
    modules: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for rule in claimed_rules([file]):
            modules[rule].append(file.name)
    return modules


def carrying_tests(files: Iterable[SourceFile]) -> dict[str, list[tuple[str, str]]]:
    """Each rule that names of tests carry, with file and name of each, a name once."""
    tests: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file in files:
        for rule, name in dict.fromkeys(_rules_by_name(file)):
            tests[rule].append((file.name, name))
    return tests


def _rules_by_name(file: SourceFile) -> Iterator[tuple[str, str]]:
    for function in functions(file.tree):
        if function.name.startswith("test_"):
            for rule in IN_TEST_NAME.findall(function.name.removeprefix("test")):
                yield rule, function.name


def carried_rules(files: Iterable[SourceFile]) -> Iterator[str]:
    """Every rule in the name of a test."""
    return (rule for file in files for rule, _ in _rules_by_name(file))
