"""Which tests carry a rule, as pytest names them: those of one file together, the quick ones first."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.house.rule_ids import IN_TEST_NAME, folded
from tests.house.source import Function, SourceFile, source_files

_QUICK_FIRST = ("tests/domain/", "tests/routing/", "tests/channels/", "tests/bots/test_", "tests/inbox/")


def nodes_of(rule: str) -> list[str]:
    """Return the node ids of the tests that carry a rule in their name."""
    return [node for found, node in _carriers() if found == folded(rule)]


@cache
def _carriers() -> list[tuple[str, str]]:
    files = sorted(source_files("tests"), key=lambda file: (_rank(file.name), file.name))
    return [pair for file in files for pair in _in_file(file)]


def _in_file(file: SourceFile) -> Iterator[tuple[str, str]]:
    for node in file.tree.body:
        inside = [(f"{node.name}::", each) for each in node.body] if isinstance(node, ast.ClassDef) else [("", node)]
        for prefix, each in inside:
            if isinstance(each, Function) and each.name.startswith("test_"):
                for rule in IN_TEST_NAME.findall(each.name.removeprefix("test")):
                    yield rule, f"{file.name}::{prefix}{each.name}"


def _rank(name: str) -> int:
    return next((place for place, top in enumerate(_QUICK_FIRST) if name.startswith(top)), len(_QUICK_FIRST))
