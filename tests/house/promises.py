"""Promises that code must not make: work put off, tests that skip without a word, asserts that prove nothing."""

import ast
import re
from collections.abc import Iterable, Iterator

from tests.house.source import SourceFile

# Broken by brackets, so that this file does not contain what it looks for.
LATER = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|NotImplemente[d]Error|HAC[K])\b")

SILENT = {"skip", "xfail", "skipif"}


def dotted(node: ast.expr) -> str:
    """`pytest.mark.skip` for the expression of that name, empty for anything that is not a dotted name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
        case _:
            return ""


def is_wordless(node: ast.AST) -> bool:
    """Whether a node is a skip or an expected failure without a reason, bare marks included."""
    match node:
        case ast.Call(func=function, args=arguments, keywords=keywords):
            named = any(keyword.arg in {"reason", "msg"} for keyword in keywords)
            positional = bool(arguments) and not dotted(function).endswith(".skipif")
            return is_silent(function) and not named and not positional
        case _:
            return False


def is_silent(node: ast.expr) -> bool:
    """Whether an expression is `pytest.skip`, `pytest.mark.xfail` or one of their kind."""
    name = dotted(node)
    return name.startswith("pytest.") and name.rpartition(".")[2] in SILENT


def bare_marks(tree: ast.Module) -> Iterator[ast.expr]:
    """Decorators like `@pytest.mark.skip` that are not even called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (decorator for decorator in node.decorator_list if is_silent(decorator))


def proves_nothing(node: ast.AST) -> bool:
    """Whether a node is an assert of something that is always true."""
    match node:
        case ast.Assert(test=ast.Constant(value=value)):
            return bool(value)
        case ast.Assert(test=ast.Tuple(elts=elements)):
            return bool(elements)
        case _:
            return False


def promises(files: Iterable[SourceFile]) -> Iterator[str]:
    """Every promise in the files, with its place."""
    for file in files:
        for number, line in enumerate(file.text.splitlines(), 1):
            if found := LATER.search(line):
                yield f"{file.name}:{number}: {found.group()}"
        wordless = [node for node in ast.walk(file.tree) if is_wordless(node)]
        for node in [*wordless, *bare_marks(file.tree)]:
            yield f"{file.name}:{getattr(node, 'lineno', 0)}: skipped without a reason"
        for node in filter(proves_nothing, ast.walk(file.tree)):
            yield f"{file.name}:{getattr(node, 'lineno', 0)}: an assert that proves nothing"
