"""What one process has counted since it started: commits of payloads, refusals, ends of deliveries.

Kept in memory and written down with every heartbeat, so that the one role that answers HTTP can tell of all others.
Counting never waits and never fails.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of commits; one more bucket holds what took longer."""


@dataclass(slots=True)
class ProcessFigures:
    """The counters of a process.

    `commits` counts by bucket how long payloads took from the offer to the commit. `accepted` counts payloads, repeats
    included, `spooled` those that went to the spool first; `refused` requests by HTTP status; `ended` deliveries by
    lane and end.
    """

    commits: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_SECONDS) + 1))
    commit_seconds: float = 0.0
    accepted: int = 0
    spooled: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    ended: dict[str, Counter[str]] = field(default_factory=dict)

    def note_commit(self, seconds: float, payloads: int) -> None:
        """Note one commit that somebody waited for."""
        self.commits[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        self.commit_seconds += seconds
        self.accepted += payloads

    def note_spooled(self, payloads: int) -> None:
        """Note payloads that the database could not take."""
        self.spooled += payloads

    def note_refusal(self, status: int) -> None:
        """Note a request at a connection that was not taken."""
        self.refused[str(status)] += 1

    def note_end(self, lane: str, state: str) -> None:
        """Note that an attempt ended; one that is queued again has not."""
        if state != "queued":
            self.ended.setdefault(lane, Counter())[state] += 1

    def as_json(self) -> dict[str, object]:
        """Return the counters as they are written with a heartbeat."""
        return {
            "commits": list(self.commits),
            "commit_seconds": self.commit_seconds,
            "accepted": self.accepted,
            "spooled": self.spooled,
            "refused": dict(self.refused),
            "ended": {lane: dict(ends) for lane, ends in self.ended.items()},
        }
