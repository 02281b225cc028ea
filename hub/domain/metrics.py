"""What reports compute: percentiles, shares of holding, and the figures of response times (semantics §9). Pure.

Percentiles are nearest-rank: the smallest value that at least so many per cent do not exceed, so every figure is a
wait that happened. Lengths are whole seconds, kept in arrays of four bytes each, which is all that a report keeps of a
wait it has counted.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from hub.domain.ids import ManagerId
from hub.domain.rebuilding import Ending, Holding, WaitStory

_ANSWERED = frozenset({Ending.answered, Ending.reached, Ending.elsewhere})
UNCOUNTED = frozenset({Ending.cancelled, Ending.joined})
"""Endings that no figure counts: spam (P-3), and what goes on in another wait (P-4)."""


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Return the nearest-rank percentile of sorted values, `None` of none."""
    if not values:
        return None
    return values[max(ceil(len(values) * percent / 100), 1) - 1]


def share(part: int, whole: int) -> float | None:
    """Return a part of a whole between 0 and 1, `None` of nothing."""
    return part / whole if whole else None


def holding_shares(holdings: Sequence[Holding], start: datetime, end: datetime) -> dict[ManagerId | None, timedelta]:
    """Return how long each held a wait between two instants, `None` for nobody; the sum is its length (invariant 8).

    Holdings count in the order they were written: one dated before an earlier one begins with it. A wait whose start a
    provider's fast clock puts ahead of its end has no length yet.
    """
    shares: dict[ManagerId | None, timedelta] = {}
    end = max(start, end)
    at, holder = start, holdings[0].manager_id if holdings else None
    for holding in (*holdings, Holding(end, None)):
        until = min(max(holding.since, at), end)
        shares[holder] = shares.get(holder, timedelta(0)) + (until - at)
        at, holder = until, holding.manager_id
    return {manager_id: held for manager_id, held in shares.items() if held}


def holder_at(holdings: Sequence[Holding], at: datetime) -> ManagerId | None:
    """Return who was responsible at an instant: the last that was written with a time not after it."""
    held = [holding.manager_id for holding in holdings if holding.since <= at]
    return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Measured:
    """A wait with its lengths until the answer, both `None` without one: by the calendar frozen in it, and elapsed."""

    story: WaitStory
    working: timedelta | None = None
    elapsed: timedelta | None = None

    @property
    def is_counted(self) -> bool:
        """Tell whether figures count it: no spam, no absorbed wait, no hidden number (P-3, P-4, C-8)."""
        return self.story.ending not in UNCOUNTED and self.story.wait.is_counted

    @property
    def is_within(self) -> bool:
        """Tell whether it was answered by its deadline."""
        wait = self.story.wait
        return self.is_answered and wait.ended_at is not None and wait.ended_at <= wait.deadline_at

    @property
    def is_answered(self) -> bool:
        return self.story.ending in _ANSWERED

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether nobody has answered and the deadline has passed."""
        return self.story.ending is Ending.running and now > self.story.wait.deadline_at


@dataclass(slots=True)
class ResponseFigures:
    """Counts and lengths of many waits.

    `waits` counts everything but what `UNCOUNTED` names; `reached` and `elsewhere` are parts of `answered`; `at_once`
    are calls answered at the first ring, which are no response times (C-10). `overdue` enters the denominator of the
    share within target as soon as the deadline passes; `running` is not due yet. Of `handed_over` a bot had heard first
    (FR-6).
    """

    now: datetime
    waits: int = 0
    answered: int = 0
    reached: int = 0
    elsewhere: int = 0
    unconfirmed: int = 0
    at_once: int = 0
    dismissed: int = 0
    overdue: int = 0
    running: int = 0
    within: int = 0
    late_delivery: int = 0
    handed_over: int = 0
    _from_bot: "array[int]" = field(default_factory=lambda: array("I"))
    _working: "array[int]" = field(default_factory=lambda: array("I"))
    _elapsed: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, measured: Measured) -> None:
        """Count one wait, unless it is none that figures count."""
        story = measured.story
        if not measured.is_counted:
            return
        self.waits += 1
        self.late_delivery += story.wait.is_late_delivery
        self.handed_over += story.bot_began_at is not None
        match story.ending:
            case Ending.at_once:
                self.at_once += 1
            case Ending.dismissed:
                self.dismissed += 1
            case Ending.running:
                self.overdue += measured.is_overdue(self.now)
                self.running += not measured.is_overdue(self.now)
            case _:
                self._add_answer(measured)

    def _add_answer(self, measured: Measured) -> None:
        self.answered += 1
        self.reached += measured.story.ending is Ending.reached
        self.elsewhere += measured.story.ending is Ending.elsewhere
        self.unconfirmed += measured.story.is_unconfirmed
        self.within += measured.is_within
        self._working.append(_seconds(measured.working))
        self._elapsed.append(_seconds(measured.elapsed))
        began, ended = measured.story.bot_began_at, measured.story.wait.ended_at
        if began is not None and ended is not None:
            self._from_bot.append(_seconds(ended - began))

    @property
    def within_share(self) -> float | None:
        """Return the share answered by the deadline, of all that were answered or should have been."""
        return share(self.within, self.answered + self.overdue)

    def working(self) -> "Spread":
        """Return the spread of working seconds."""
        return spread_of(self._working)

    def from_bot(self) -> "Spread":
        """Return the spread of elapsed seconds since the first message to a bot that handed over (FR-6)."""
        return spread_of(self._from_bot)

    def elapsed(self) -> "Spread":
        """Return the spread of elapsed seconds."""
        return spread_of(self._elapsed)


@dataclass(frozen=True, slots=True)
class Spread:
    """How lengths are spread, in seconds; all `None` of none. The mean never stands alone."""

    median: int | None
    p90: int | None
    p95: int | None
    mean: int | None


def spread_of(lengths: Iterable[int]) -> Spread:
    """Return the spread of lengths in any order."""
    values = sorted(lengths)
    mean = round(sum(values) / len(values)) if values else None
    return Spread(percentile(values, 50), percentile(values, 90), percentile(values, 95), mean)


def _seconds(length: timedelta | None) -> int:
    return max(int((length or timedelta(0)).total_seconds()), 0)
