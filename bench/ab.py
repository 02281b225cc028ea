"""Is this commit slower than its parent? `python -m bench.ab [--base REV] [--rounds N] [FIGURE …]`.

Both commits stand in work trees of their own and are measured in turn, each with its own bench, by the interpreter that
runs this. Every pair gives a ratio; it fails if the upper bound of the 95 % interval of their geometric mean is under
0.95 for any figure: then it is slower beyond the noise. What is not committed is not measured.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEAST_UPPER_BOUND = 0.95
COMPARED = {"accept": "accept_per_s", "pipeline": "pipeline_per_s_1core"}
# Student's t for a two-sided 95 % interval, by degrees of freedom.
_T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The paired ratios of one figure, new by old; above 1 is faster."""

    figure: str
    ratios: Sequence[float]

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the geometric mean."""
        logs = [math.log(ratio) for ratio in self.ratios]
        freedom = len(logs) - 1
        reach = _T.get(freedom, 2.0) * statistics.stdev(logs) / math.sqrt(len(logs))
        return math.exp(statistics.fmean(logs) - reach), math.exp(statistics.fmean(logs) + reach)

    @property
    def is_slower(self) -> bool:
        """Tell whether even the favourable end of the interval is a loss of more than a twentieth."""
        return self.interval[1] < LEAST_UPPER_BOUND

    def to_json(self) -> dict[str, object]:
        """Return the line that is printed."""
        low, high = self.interval
        middle = math.exp(statistics.fmean(math.log(ratio) for ratio in self.ratios))
        told = {"ratio": round(middle, 3), "interval": [round(low, 3), round(high, 3)], "rounds": len(self.ratios)}
        return {"compare": self.figure, **told, "is_slower": self.is_slower}


def main() -> int:
    """Compare; 1 if a figure is slower, 0 if none is or there is nothing to compare with."""
    given = _arguments(sys.argv[1:])
    base = _git("rev-parse", "--verify", "--quiet", f"{given.base}^{{commit}}")
    if not base:
        print(f"bench-ab: there is no commit {given.base} (a first commit has no parent): nothing to compare with")
        return 0
    if not _git("ls-tree", "--name-only", base, "bench/__main__.py"):
        print(f"bench-ab: {given.base} has no bench: nothing to compare with")
        return 0
    with _work_tree(base) as old, _work_tree("HEAD") as new:
        found = _compare(old, new, given.rounds, given.figures or list(COMPARED))
    for comparison in found:
        print(json.dumps(comparison.to_json()), flush=True)
    return int(any(comparison.is_slower for comparison in found))


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.ab", description="compare this commit with another")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"any of {', '.join(COMPARED)}; all by default")
    parser.add_argument("--base", default="HEAD~1", help="the commit to compare with; the parent by default")
    parser.add_argument("--rounds", type=int, default=7, help="pairs of runs, at least 2")
    given = parser.parse_args(words)
    if given.rounds < 2 or set(given.figures) - set(COMPARED):
        parser.error("at least two rounds, and only figures that can be compared")
    return given


def _compare(old: Path, new: Path, rounds: int, figures: Sequence[str]) -> list[Comparison]:
    ratios: dict[str, list[float]] = {name: [] for name in figures}
    for number in range(rounds):
        for name in figures:
            order = (old, new) if number % 2 == 0 else (new, old)
            rates = {tree: _measure(tree, name) for tree in order}
            ratios[name].append(rates[new] / rates[old])
            print(f"bench-ab: {number + 1}/{rounds} {name}: {ratios[name][-1]:.3f}", file=sys.stderr, flush=True)
    return [Comparison(COMPARED[name], each) for name, each in ratios.items()]


def _measure(tree: Path, name: str) -> float:
    """Return a figure of one commit, measured by its own bench."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "bench", name, "--quick", "--rounds", "1"]
    done = subprocess.run(command, check=False, cwd=tree, env=environment, text=True, capture_output=True)
    if done.returncode:
        commit = _git("-C", str(tree), "log", "--oneline", "-1")
        raise SystemExit(f"bench-ab: {commit} cannot be measured:\n{done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return float(lines[-1][COMPARED[name]])


@contextmanager
def _work_tree(revision: str) -> Iterator[Path]:
    """Give a work tree of a commit; removed at the end."""
    with tempfile.TemporaryDirectory(prefix="hub-ab-") as folder:
        tree = Path(folder) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(tree), revision, check=True)
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree), check=True)


def _git(*words: str, check: bool = False) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=check, text=True, capture_output=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
