"""What breaks when: a plan drawn from a seed. Carrying it out is `breaking`'s matter.

A plan has as many SIGKILLs as were asked for; between them come the slower and the stranger faults. Places are weighed
so that what holds promises (the workers, the web) dies most often. The clock is not moved: a process takes it from the
database, and no way from outside reaches it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

POSTGRES = "postgres"
REDIS = "redis"
TELEGRAM = "telegram"
MAIL = "mail"
DOOR = "door"
WORKERS = ("work-1", "work-2")
_KILLED = {"work-1": 26, "work-2": 26, "web": 20, "poll": 13, "bot": 8, POSTGRES: 4, REDIS: 3}
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.6, 3.6
_KILLS_A_STRANGE_FAULT = 4
_KILLS_A_LONG_FREEZE = 40


class What(StrEnum):
    """How something is broken."""

    kill = "kill"
    freeze = "freeze"
    terminate = "terminate"
    flush = "flush"
    burst = "burst"
    drop = "drop"
    hang = "hang"
    delay = "delay"
    cut_after_commit = "cut_after_commit"
    cut_before_commit = "cut_before_commit"
    lost_answer = "lost_answer"
    refused = "refused"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `after` the beginning of the one before, on `place`, for `length` where it lasts."""

    after: timedelta
    what: What
    place: str
    length: timedelta = timedelta(0)


_STRANGE: tuple[tuple[What, tuple[str, ...], float], ...] = (
    (What.freeze, (*WORKERS, "web", "poll", "bot"), 3.0),
    (What.terminate, ("web", *WORKERS, "poll", "bot"), 0.0),
    (What.flush, (REDIS,), 0.0),
    (What.burst, (DOOR,), 0.0),
    (What.drop, ("web", *WORKERS, "poll", "bot"), 2.0),
    (What.hang, ("web", *WORKERS, "poll", "bot"), 2.0),
    (What.delay, ("web", *WORKERS), 2.0),
    (What.cut_after_commit, ("web", *WORKERS, "poll", "bot"), 3.0),
    (What.cut_before_commit, ("web", *WORKERS, "poll", "bot"), 3.0),
    (What.drop, (REDIS,), 2.0),
    (What.lost_answer, (TELEGRAM, MAIL), 0.0),
    (What.refused, (TELEGRAM, MAIL), 0.0),
)


def plan(seed: int, kills: int) -> list[Fault]:
    """Return the faults of a run, in order; the same for the same seed and number."""
    chance, faults = random.Random(seed), list[Fault]()
    strange = _strange_ones(chance)
    for number in range(1, kills + 1):
        place = chance.choices(list(_KILLED), weights=list(_KILLED.values()))[0]
        faults.append(Fault(_pause(chance), What.kill, place))
        if number % _KILLS_A_STRANGE_FAULT == 0:
            faults.append(next(strange))
        if number % _KILLS_A_LONG_FREEZE == 0:
            faults.append(Fault(_pause(chance), What.freeze, chance.choice(WORKERS), _LONGER_THAN_A_LEASE))
    return faults


_LONGER_THAN_A_LEASE = timedelta(seconds=35)
"""A delivery's lease is 30 s: what the frozen one held is somebody else's when it wakes."""


def _strange_ones(chance: random.Random) -> Iterator[Fault]:
    """Yield strange faults for ever: every kind once in a shuffled order, then again."""
    while True:
        kinds = list(_STRANGE)
        chance.shuffle(kinds)
        for what, places, seconds in kinds:
            length = timedelta(seconds=round(seconds * chance.uniform(0.5, 1.5), 3))
            yield Fault(_pause(chance), what, chance.choice(places), length)


def _pause(chance: random.Random) -> timedelta:
    return timedelta(seconds=round(chance.uniform(_SHORTEST_PAUSE, _LONGEST_PAUSE), 3))
