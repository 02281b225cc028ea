"""Draws the story of a seed: what happens, when, and under which rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from hub.domain.manager import Presence
from hub.testing.presses import MINUTE, PRESSES
from hub.testing.simulation.deeds import (
    SECOND,
    Answers,
    Bounces,
    Calls,
    Confirms,
    Decides,
    Deed,
    Delivered,
    Goes,
    Mails,
    Presses,
    RulesChange,
    Submits,
    TakesBack,
    TypesOnThePhone,
    Undoes,
    WatchSleeps,
    Writes,
)
from hub.testing.simulation.doors import Fate
from hub.testing.simulation.world import RULES, TEAM

SETTINGS = (
    "",
    'strategy = "offer_all"',
    'strategy = "least_loaded"',
    'strategy = "manual"',
    "take_over = true",
    "capacity = 1",
)
TEXTS = ("Сколько стоит?", "Сколько стоит?", "У меня сломался чайник", "Спасибо!")
_HOUR = 60 * MINUTE
_GAPS = (
    timedelta(0),
    timedelta(0),
    SECOND,
    30 * SECOND,
    MINUTE,
    MINUTE,
    6 * MINUTE,
    20 * MINUTE,
    3 * _HOUR,
    192 * _HOUR,
)
_LATE = (*[timedelta(0)] * 4, 40 * SECOND, 10 * MINUTE, 2 * _HOUR, 25 * _HOUR, -MINUTE)
_AGAIN = (timedelta(0), SECOND, 45 * SECOND, 2 * MINUTE, 6 * _HOUR)
_FEWEST, _MOST = 8, 24


@dataclass(frozen=True, slots=True)
class Happening:
    """A deed with the span since the story's beginning and a number that decides its luck."""

    after: timedelta
    number: int
    deed: Deed


@dataclass(frozen=True, slots=True)
class Story:
    """All that befalls one hub."""

    seed: int
    document: str
    happenings: tuple[Happening, ...]


def draw_story(seed: int) -> Story:
    """Return the story of a seed, always the same."""
    luck = Random(seed)
    after, happenings = timedelta(0), []
    for number in range(luck.randint(_FEWEST, _MOST)):
        after += luck.choice(_GAPS)
        happenings.append(Happening(after, number, luck.choices(*_DRAWN)[0](luck)))
    return Story(seed, _document(luck), tuple(happenings))


def _document(luck: Random) -> str:
    sales, support = luck.choice(SETTINGS), luck.choice(SETTINGS)
    return RULES.replace("{sales}", sales).replace("{support}", support)


def _how(luck: Random) -> Delivered:
    again = tuple(luck.choice(_AGAIN) for _ in range(luck.choice([0, 0, 0, 1, 2])))
    return Delivered(luck.choice(_LATE), again, luck.choices([*Fate], [8, 1, 1])[0])


def _client(luck: Random) -> int:
    return luck.randint(1, 3)


def _several(luck: Random) -> int:
    return luck.choice([1, 1, 1, 3])


def _place(luck: Random) -> int:
    return luck.randint(0, 5)


def _who(luck: Random) -> str:
    return luck.choice(["", "", "", *TEAM, "olga"])


_DEEDS: Sequence[tuple[int, Callable[[Random], Deed]]] = (
    (10, lambda luck: Writes(_client(luck), luck.choice(TEXTS), _several(luck), luck.random() < 0.4, _how(luck))),
    (5, lambda luck: Mails(_client(luck), luck.choice(["", "", "", "auto_reply", "bounce"]), _how(luck))),
    (5, lambda luck: Submits(_client(luck), _client(luck), _how(luck))),
    (5, lambda luck: Calls(_client(luck), luck.choice([0, 0, 4, 40]), luck.random() < 0.2, _how(luck))),
    (3, lambda luck: TypesOnThePhone(_client(luck), _how(luck))),
    (1, lambda luck: TakesBack(luck.randint(0, 30), _how(luck))),
    (1, lambda luck: Bounces(luck.randint(0, 30), _how(luck))),
    (10, lambda luck: Presses(_who(luck), luck.choice([*PRESSES]), _place(luck))),
    (9, lambda luck: Answers(_who(luck), _place(luck), _several(luck), luck.choice([1, 1, 2]))),
    (1, lambda luck: Confirms(_place(luck), luck.random() < 0.5)),
    (3, lambda luck: Decides(_place(luck), luck.random() < 0.7)),
    (2, lambda luck: Undoes(_place(luck))),
    (2, lambda luck: Goes(luck.choice([*TEAM]), luck.choice([*Presence]))),
    (1, lambda luck: RulesChange(_document(luck), luck.random() < 0.5)),
    (2, lambda luck: WatchSleeps(luck.choice([MINUTE, 10 * MINUTE, 2 * _HOUR]))),
)
_DRAWN = [draw for _, draw in _DEEDS], [weight for weight, _ in _DEEDS]
