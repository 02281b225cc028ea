"""The project's files as the house checks read them: parsed, never imported.

Every check of this folder asks here for the Python files of a top folder and for
the functions in them, so that all of them mean the same thing by "a function".
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Python file. `name` is its path from the top of the project, with slashes."""

    name: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """Dotted name; a package is named without its `__init__`."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def read_source(path: Path) -> SourceFile:
    """Parse one file of the project."""
    text = path.read_text(encoding="utf-8")
    return SourceFile(path.relative_to(ROOT).as_posix(), text, ast.parse(text, str(path)))


def source_files(*tops: str) -> list[SourceFile]:
    """Every Python file below the given top folders, sorted by name; a folder not there yet is empty."""
    return [read_source(path) for top in tops for path in sorted((ROOT / top).rglob("*.py"))]


def functions(tree: ast.AST) -> Iterator[Function]:
    """All functions and methods, nested ones included."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function's body, without the functions, classes and lambdas nested in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
