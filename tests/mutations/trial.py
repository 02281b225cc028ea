"""Breaks the rules one at a time in a copy of the project and expects the tests that carry them to fail.

Before anything is broken those tests have to pass, or their failing would prove nothing.
"""

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.house.source import ROOT
from tests.mutations.carriers import nodes_of
from tests.mutations.mutation import Mutation
from tests.mutations.tree import FAILED, PASSED, broken, compile_tree, copy_tree, run_tests

_FAILURE = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: `killed`, `survived`, or in words why nobody can say. `by` is the test that failed."""

    mutation: Mutation
    outcome: str
    tests: int
    seconds: float
    by: str = ""

    @property
    def is_killed(self) -> bool:
        return self.outcome == "killed"


class RedBefore(Exception):
    """The tests fail although nothing is broken."""


@contextmanager
def prepared_tree(mutations: Sequence[Mutation]) -> Iterator[Path]:
    """Give a copy of the project in which every test that is going to be asked passes.

    Raises:
        RedBefore: one of them fails.
        ValueError: a mutation no longer applies.
    """
    with tempfile.TemporaryDirectory(prefix="mutations-") as place:
        tree = copy_tree(ROOT, Path(place) / "tree")
        for mutation in mutations:
            mutation.mutated(tree)
        compile_tree(tree)
        nodes = list(dict.fromkeys(node for mutation in mutations for node in nodes_of(mutation.rule)))
        whole = run_tests(tree, nodes)
        if whole.returncode != PASSED:
            failed = _FAILURE.findall(whole.stdout) or [whole.stdout[-2000:] + whole.stderr[-2000:]]
            raise RedBefore("fails before anything is broken: " + ", ".join(failed))
        yield tree


def verdicts(tree: Path, mutations: Sequence[Mutation]) -> Iterator[Verdict]:
    """Break each rule in turn and say whether its tests noticed."""
    return (_try(tree, mutation) for mutation in mutations)


def _try(tree: Path, mutation: Mutation) -> Verdict:
    nodes, began = nodes_of(mutation.rule), time.monotonic()
    with broken(tree, mutation):
        done = run_tests(tree, nodes, "-x")
    found = _FAILURE.search(done.stdout)
    by = found[1] if found else ""
    return Verdict(mutation, _outcome(done.returncode), len(nodes), time.monotonic() - began, by)


def _outcome(code: int) -> str:
    if code == FAILED:
        return "killed"
    return "survived" if code == PASSED else f"pytest ended with {code}"
