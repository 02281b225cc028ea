"""What a measurement found, as one JSON line on stdout; progress goes to stderr.

Every figure is the median of its rounds with the smallest and largest round beside it, and stands with the floor it was
divided by, its target, and the load of the machine: the readers decide how far to believe it.
"""

import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.machine import load_average


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure has to reach (architecture §8): `least` or `most`."""

    least: float | None = None
    most: float | None = None

    def is_met(self, value: float) -> bool:
        """Tell whether a figure reaches it."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One named figure with its rounds."""

    name: str
    rounds: Sequence[float]
    target: Target | None = None

    @property
    def value(self) -> float:
        """Return the median of the rounds."""
        return statistics.median(self.rounds)

    def to_json(self) -> dict[str, Any]:
        """Return the figure's part of the line."""
        told: dict[str, Any] = {self.name: _short(self.value)}
        if len(self.rounds) > 1:
            told[f"{self.name}_spread"] = [_short(min(self.rounds)), _short(max(self.rounds))]
        return told


@dataclass(frozen=True, slots=True)
class Report:
    """What one measurement found. `notes` are facts beside the figures: sizes, void rounds."""

    measure: str
    figures: Sequence[Figure]
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def missed(self) -> dict[str, str]:
        """Return what does not reach its target."""
        return {
            each.name: f"{_short(each.value)}, target {each.target}"
            for each in self.figures
            if each.target is not None and not each.target.is_met(each.value)
        }

    def to_json(self) -> dict[str, Any]:
        """Return the whole line."""
        told: dict[str, Any] = {"measure": self.measure}
        for figure in self.figures:
            told |= figure.to_json()
        return {**told, **self.notes, "missed": self.missed, "load_average": load_average()}


def print_report(report: Report) -> None:
    """Write the line."""
    print(json.dumps(report.to_json(), ensure_ascii=False), flush=True)


def progress(text: str) -> None:
    """Tell the person who waits."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def _short(value: float) -> float:
    return round(value, 3 if abs(value) < 100 else 1)
