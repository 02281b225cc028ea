"""Breaks the rules one at a time in a copy of the project and expects the tests that carry them to fail.

A test that fails although nothing is broken proves nothing: in the end those that killed are run once more, on the
whole copy, and a mutant whose test fails there too was not killed.
"""

import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT
from tests.mutations.carriers import nodes_of
from tests.mutations.mutation import Mutation
from tests.mutations.tree import FAILED, PASSED, broken, compile_tree, copy_tree, run_tests

# A test by its function: what stands in brackets behind it may hold anything.
_FAILURE = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+)", re.MULTILINE)

KILLED, SURVIVED, RED_ANYWAY = "killed", "survived", "red anyway"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant; `by` is the test that failed, `tests` how many carry the rule."""

    mutation: Mutation
    outcome: str
    tests: int
    seconds: float
    by: str = ""

    @property
    def is_killed(self) -> bool:
        return self.outcome == KILLED


@contextmanager
def prepared_tree(mutations: Iterable[Mutation]) -> Iterator[Path]:
    """Give a copy of the project.

    Raises:
        ValueError: a mutation no longer applies.
    """
    with tempfile.TemporaryDirectory(prefix="mutations-") as place:
        tree = copy_tree(ROOT, Path(place) / "tree")
        for mutation in mutations:
            mutation.mutated(tree)
        compile_tree(tree)
        yield tree


def verdicts(tree: Path, mutations: Iterable[Mutation]) -> Iterator[Verdict]:
    """Break each rule in turn and say whether its tests noticed."""
    return (_try(tree, mutation) for mutation in mutations)


def list_red(tree: Path, tried: Sequence[Verdict]) -> set[str]:
    """Return those of the tests that killed which fail although nothing is broken."""
    nodes = sorted({verdict.by for verdict in tried if verdict.is_killed})
    done = run_tests(tree, nodes) if nodes else None
    if done is None or done.returncode == PASSED:
        return set()
    return set(_FAILURE.findall(done.stdout)) or set(nodes)


def _try(tree: Path, mutation: Mutation) -> Verdict:
    nodes, began = nodes_of(mutation.rule), time.monotonic()
    with broken(tree, mutation):
        done = run_tests(tree, nodes, "-x")
    found = _FAILURE.search(done.stdout)
    seconds = time.monotonic() - began
    return Verdict(mutation, _outcome(done.returncode), len(nodes), seconds, found[1] if found else "")


def _outcome(code: int) -> str:
    if code == FAILED:
        return KILLED
    return SURVIVED if code == PASSED else f"pytest ended with {code}"
