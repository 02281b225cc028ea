"""The ladder: who is told when, while a client waits (semantics §7, B-2). Pure arithmetic over one target.

Instants come from the line's calendar, sending and re-checking from `hub.delivery.clock_watch`.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

HEAD_WINDOW = timedelta(minutes=5)
"""After a notice to a head, what follows within this span of elapsed time arrives as one (B-2)."""


class Recipient(StrEnum):
    """Whom a level of the ladder tells (B-2). `owner` is the owner of the business."""

    assignee = "assignee"
    head = "head"
    team = "team"
    duty = "duty"
    owner = "owner"


class LevelAction(StrEnum):
    """What a level does beside telling: hand the wait to the next candidate, or offer it to the whole team."""

    notify = "notify"
    reassign = "reassign"
    broadcast = "broadcast"


@dataclass(frozen=True, slots=True)
class LadderLevel:
    """A step of escalation at `percent` of the target, counted in open time from the start of the wait (B-2).

    `min_target`: only waits with at least this target have the level. `not_before`: at least so long after the start.
    """

    percent: int
    recipients: tuple[Recipient, ...]
    action: LevelAction = LevelAction.notify
    min_target: timedelta = timedelta(0)
    not_before: timedelta = timedelta(0)


DEFAULT_LEVELS = (
    LadderLevel(50, (Recipient.assignee,), min_target=timedelta(minutes=30)),
    LadderLevel(80, (Recipient.assignee,)),
    LadderLevel(100, (Recipient.assignee, Recipient.head)),
    LadderLevel(150, (Recipient.team,), LevelAction.broadcast),
)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels in rising order, at least `min_gap` apart (B-2)."""

    levels: tuple[LadderLevel, ...] = DEFAULT_LEVELS
    min_gap: timedelta = timedelta(minutes=2)

    def plan(self, target: timedelta) -> list[tuple[timedelta, LadderLevel]]:
        """Return (open time after the start, level) for a wait with this target, in order (B-2).

        The level at the deadline keeps its instant; earlier ones give way towards the start, and vanish when they
        would fall on it; later ones give way towards the end.
        """
        wanted = [
            (max(target * level.percent / 100, level.not_before), level)
            for level in self.levels
            if target >= level.min_target
        ]
        before = [step for step in wanted if step[0] < target]
        return self._pulled(before, target) + self._pushed([step for step in wanted if step[0] >= target])

    def _pulled(
        self, steps: list[tuple[timedelta, LadderLevel]], limit: timedelta
    ) -> list[tuple[timedelta, LadderLevel]]:
        pulled: list[tuple[timedelta, LadderLevel]] = []
        for offset, level in reversed(steps):
            limit = min(offset, limit - self.min_gap)
            if limit > timedelta(0):
                pulled.insert(0, (limit, level))
        return pulled

    def _pushed(self, steps: list[tuple[timedelta, LadderLevel]]) -> list[tuple[timedelta, LadderLevel]]:
        pushed: list[tuple[timedelta, LadderLevel]] = []
        for offset, level in steps:
            earliest = pushed[-1][0] + self.min_gap if pushed else offset
            pushed.append((max(offset, earliest), level))
        return pushed
