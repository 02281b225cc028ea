"""Sizes of functions and files against the limits the project keeps: `python -m tests.house.sizes`.

Limits: function lines median 8, p95 35, max 80 (docstring not counted: documenting
must not cost); file lines 130 / 400 / 600; branches p95 6, max 10; arguments max 5
(`self` and `cls` not counted). A branch is a place where the path splits: `if`, a
loop, an `except`, a `case` with a pattern, a conditional expression, an extra operand
of `and` or `or`, the `if` of a comprehension. No file may be longer.
"""

import ast
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from tests.house.source import Function, SourceFile, functions, own_nodes, source_files

SPLITS = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one measure may reach; `None` where only the others count."""

    what: str
    median: int | None
    p95: int | None
    largest: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured thing: how much, and where it stands."""

    size: int
    place: str


FUNCTION_LINES = Limit("function lines", 8, 35, 80)
FILE_LINES = Limit("file lines", 130, 400, 600)
BRANCHES = Limit("branches", None, 6, 10)
ARGUMENTS = Limit("arguments", None, None, 5)


def docstring_lines(function: Function) -> int:
    """Lines of the function's docstring, 0 without one."""
    if ast.get_docstring(function, clean=False) is None:
        return 0
    return span(function.body[0])


def span(node: ast.stmt) -> int:
    """Lines from the first to the last of a statement."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def branches_of(node: ast.AST) -> int:
    """How many times the path splits at this one node."""
    match node:
        case ast.BoolOp():
            return len(node.values) - 1
        case ast.comprehension():
            return len(node.ifs)
        case ast.match_case(pattern=ast.MatchAs(pattern=None)):
            return 0
        case ast.match_case():
            return 1
        case _:
            return int(isinstance(node, SPLITS))


def arguments_of(function: Function) -> int:
    """Arguments a caller thinks about."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    spread = [arguments.vararg, arguments.kwarg]
    return len([a for a in named if a.arg not in {"self", "cls"}]) + sum(a is not None for a in spread)


def measure(files: Iterable[SourceFile]) -> dict[Limit, list[Sample]]:
    """Measure every function and file."""
    samples: dict[Limit, list[Sample]] = {limit: [] for limit in (FUNCTION_LINES, FILE_LINES, BRANCHES, ARGUMENTS)}
    for file in files:
        samples[FILE_LINES].append(Sample(len(file.text.splitlines()), file.name))
        for function in functions(file.tree):
            place = f"{file.name}:{function.lineno} {function.name}"
            samples[FUNCTION_LINES].append(Sample(span(function) - docstring_lines(function), place))
            samples[BRANCHES].append(Sample(sum(map(branches_of, own_nodes(function))), place))
            samples[ARGUMENTS].append(Sample(arguments_of(function), place))
    return samples


def at_share(ordered: list[int], share: float) -> int:
    """The value that `share` of the sorted sizes do not exceed (nearest rank), 0 for none."""
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)] if ordered else 0


def excesses(limit: Limit, samples: list[Sample]) -> list[str]:
    """What breaks the limit, in words, with the places to look."""
    ordered = sorted(sample.size for sample in samples)
    found = [f"{limit.what}: {s.size} > {limit.largest} at {s.place}" for s in samples if s.size > limit.largest]
    for name, allowed, share in (("median", limit.median, 0.5), ("p95", limit.p95, 0.95)):
        if allowed is not None and at_share(ordered, share) > allowed:
            found.append(f"{limit.what}: {name} {at_share(ordered, share)} > {allowed}")
    return found


def distribution(limit: Limit, samples: list[Sample]) -> str:
    """One line: the measure, its median, p95 and maximum, and where the maximum stands."""
    ordered = sorted(sample.size for sample in samples)
    largest = max(samples, key=lambda sample: sample.size, default=Sample(0, "-"))
    shares = f"median {at_share(ordered, 0.5):>4}  p95 {at_share(ordered, 0.95):>4}"
    return f"{limit.what:<15} n {len(samples):>5}  {shares}  max {largest.size:>4}  {largest.place}"


def main() -> int:
    """Print the distribution of hub and bots; the exit code says whether every limit holds."""
    samples = measure(source_files("hub", "bots"))
    for limit, measured in samples.items():
        print(distribution(limit, measured))
    broken = [line for limit, measured in samples.items() for line in excesses(limit, measured)]
    for line in broken:
        print(f"over the limit: {line}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
