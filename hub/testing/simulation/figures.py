"""What many seeds came to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hub.testing.simulation.drawing import draw_story
from hub.testing.simulation.office import SOUND, Defect
from hub.testing.simulation.run import Outcome, run_story


@dataclass(slots=True)
class Figures:
    """Sums over stories; `failed` are the seeds that broke something, `checks` how often which."""

    seeds: int = 0
    accepted: int = 0
    commits: int = 0
    fired: int = 0
    failed: list[int] = field(default_factory=list)
    checks: Counter[str] = field(default_factory=Counter)

    def add(self, seed: int, outcome: Outcome) -> None:
        """Count the outcome of a seed."""
        self.seeds += 1
        self.accepted += outcome.accepted
        self.commits += outcome.commits
        self.fired += outcome.fired
        if outcome.findings:
            self.failed.append(seed)
            self.checks.update({finding.check for finding in outcome.findings})

    def as_summary(self, *, seconds: float) -> dict[str, object]:
        """Return what is printed; `seconds` of real time."""
        return {
            "seeds": self.seeds,
            "failed": len(self.failed),
            "first_failed": self.failed[0] if self.failed else None,
            "checks": dict(self.checks),
            "accepted": self.accepted,
            "commits": self.commits,
            "fired": self.fired,
            "seconds": round(seconds, 1),
            "seeds_a_minute": round(60 * self.seeds / seconds) if seconds else 0,
        }


def run_seeds(seeds: Iterable[int], figures: Figures, defect: Defect = SOUND) -> Iterator[Outcome]:
    """Run stories and count them; yields each outcome after it is counted."""
    for seed in seeds:
        outcome = run_story(draw_story(seed), defect)
        figures.add(seed, outcome)
        yield outcome
