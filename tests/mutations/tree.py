"""A copy of the project to break things in, and pytest in a process of its own over it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path

from tests.mutations.mutation import Mutation

_LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", "__pycache__", ".*_cache", ".hypothesis", "data", "secrets", "out", "*.egg-info"
)
_QUICK = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-m", "not slow and not debian", "--timeout=90")

PASSED, FAILED = 0, 1
"""Exit codes of pytest; every other one says that the tests did not run as they should."""


def copy_tree(root: Path, to: Path) -> Path:
    """Copy the project without what is installed, made or cached."""
    shutil.copytree(root, to, ignore=_LEFT_OUT, symlinks=True)
    return to


@contextmanager
def broken(tree: Path, mutation: Mutation) -> Iterator[None]:
    """Apply a mutation to a copy, and mend it afterwards; what was compiled of the file goes away."""
    path = tree / mutation.file
    whole, text = path.read_text(encoding="utf-8"), mutation.mutated(tree)
    Path(cache_from_source(str(path))).unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(whole, encoding="utf-8")


def run_tests(tree: Path, nodes: Sequence[str], *options: str) -> subprocess.CompletedProcess[str]:
    """Run the given tests of a copy with its own packages; nothing compiled is kept."""
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, "-m", "pytest", *_QUICK, *options, *nodes]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def compile_tree(tree: Path) -> None:
    """Compile the packages once, so that every run starts quickly."""
    command = [sys.executable, "-m", "compileall", "-q", "hub", "bots"]
    subprocess.run(command, cwd=tree, capture_output=True, check=True)
