"""Plants the defects one by one in a copy of the project and lets the crash harness hunt them.

`python -m tests.crash.defects [NAME …] [--kills N] [--seed N]`, or `make crash-defects`. Prints a row for each with the
number of kills it took, and one line of JSON at the end. The exit code is 0 only if every defect was caught and the
tree without any was found clean, 2 if a patch no longer applies.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.crash.defects.catalogue import BY_NAME, DEFECTS, Defect
from tests.house.source import ROOT
from tests.mutations.tree import compile_tree, copy_tree

CLEAN_KILLS = 24
_HUNT = (sys.executable, "-m", "tests.crash.defects.hunt")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a defect; the tree without any has no name. `by` is what was found, or why the hunt broke off."""

    name: str
    kills: int
    by: str
    seconds: int
    is_ended: bool = True

    @property
    def is_right(self) -> bool:
        """Tell whether a defect was caught, or the tree without any found clean."""
        return self.is_ended and bool(self.by) == bool(self.name)


@dataclass(frozen=True, slots=True)
class Hunt:
    """A hunt for one defect, or for anything in the tree without one; `logs` keeps what it said to people."""

    defect: Defect | None
    kills: int
    seed: int
    logs: Path

    @property
    def name(self) -> str:
        return self.defect.name if self.defect is not None else ""

    def run(self) -> Verdict:
        """Hunt in a copy of its own."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="defects-") as place:
            tree = copy_tree(ROOT, Path(place) / "tree")
            if self.defect is not None and (fault := self.defect.apply(tree)):
                raise ValueError(f"{self.name} no longer applies: {fault}")
            compile_tree(tree)
            done = self._start(tree)
        seconds = round(time.monotonic() - began)
        if done.returncode:
            return Verdict(self.name, 0, f"broke off, see {self._log}", seconds, is_ended=False)
        caught = json.loads(done.stdout.splitlines()[-1])
        return Verdict(self.name, caught["kills"], caught["by"], seconds)

    def _start(self, tree: Path) -> subprocess.CompletedProcess[str]:
        named = [self.name] if self.name else []
        command = [*_HUNT, *named, "--kills", str(self.kills), "--seed", str(self.seed)]
        environment = os.environ | {"PYTHONPATH": str(tree)}
        with self._log.open("w") as log:
            return subprocess.run(
                command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, check=False
            )

    @property
    def _log(self) -> Path:
        return self.logs / f"hunt-{self.name or 'clean'}.log"


def main(arguments: Sequence[str]) -> int:
    """Hunt, print, and return the exit code."""
    given = _parsed(arguments)
    defects = [BY_NAME[name] for name in given.names] or list(DEFECTS)
    if faults := [
        f"{each.name} no longer applies:\n{fault}" for each in defects if (fault := each.apply(ROOT, check=True))
    ]:
        print("\n".join(faults), file=sys.stderr)
        return 2
    hunts = [] if given.names else [Hunt(None, CLEAN_KILLS, given.seed, given.logs)]
    hunts += [Hunt(each, given.kills, given.seed, given.logs) for each in defects]
    tried = [_shown(hunt.run()) for hunt in hunts]
    print(json.dumps({"defects": [asdict(each) for each in tried], "is_right": all(each.is_right for each in tried)}))
    return int(not all(each.is_right for each in tried))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.defects", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="defects; all, and the clean tree, without any")
    parser.add_argument("--kills", type=int, default=60, help="at most, for each defect")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", type=Path, default=Path(tempfile.gettempdir()), help="where hunts say what they see")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.names) - set(BY_NAME)):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
    return given


def _shown(verdict: Verdict) -> Verdict:
    """Print the row of a verdict."""
    name, word = verdict.name or "(no defect)", "right" if verdict.is_right else "WRONG"
    told = verdict.by or "nothing found"
    print(f"{name:<26} {word:<6} {verdict.kills:>4} kills {verdict.seconds:>5} s  {told}", flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
