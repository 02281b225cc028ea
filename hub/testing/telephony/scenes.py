"""Scenes of calls: who calls, what happens when, in words of no provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Scene(StrEnum):
    """How a call goes."""

    answered = "answered"
    missed = "missed"
    abandoned_in_menu = "abandoned_in_menu"
    out_of_hours = "out_of_hours"
    hidden = "hidden"
    outgoing = "outgoing"
    not_reached = "not_reached"


class Moment(StrEnum):
    """What may happen in a call; at `arrives` some PBXs ask who answers, `over` is the record of the whole."""

    arrives = "arrives"
    ringing = "ringing"
    answered = "answered"
    leg_ended = "leg_ended"
    over = "over"


@dataclass(frozen=True, slots=True)
class PlayedCall:
    """Who calls whom and when. Numbers are digits with country code; `call` is the provider's id of the call."""

    call: str
    started_at: datetime
    client: str = "79161234567"
    line: str = "74951234567"
    extension: str = "101"
    colleague: str = "102"
    ring: timedelta = timedelta(seconds=8)
    talk: timedelta = timedelta(seconds=42)


@dataclass(frozen=True, slots=True)
class Happening:
    """One moment of a played call at `at`, with the employee it concerns; `talked` only when it is over."""

    moment: Moment
    at: datetime
    extension: str = ""
    talked: timedelta = timedelta(0)

    @property
    def answered_unix(self) -> int:
        """Return when the talk began as unix seconds, 0 without one."""
        return int((self.at - self.talked).timestamp()) if self.talked else 0


@dataclass(frozen=True, slots=True)
class Post:
    """A request of the provider; `suffix` goes behind the connection's address."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """What an encoder knows: the scene, the call and the settings of the connection on the other side."""

    scene: Scene
    call: PlayedCall
    settings: Mapping[str, str]

    @property
    def is_out(self) -> bool:
        """Tell whether we call."""
        return self.scene in {Scene.outgoing, Scene.not_reached}

    @property
    def way(self) -> str:
        """Return the direction as most providers spell it."""
        return "out" if self.is_out else "in"

    @property
    def client(self) -> str:
        """Return the client's number, empty where it is hidden."""
        return "" if self.scene is Scene.hidden else self.call.client

    @property
    def client_or(self) -> str:
        """Return the client's number, `anonymous` where it is hidden."""
        return self.client or "anonymous"


def timeline(scene: Scene, call: PlayedCall) -> Sequence[Happening]:
    """Return what happens in a scene, in order."""
    start, picked_up = call.started_at, call.started_at + call.ring
    hung_up = picked_up + call.talk
    mine, other = call.extension, call.colleague
    match scene:
        case Scene.answered:
            return (
                Happening(Moment.arrives, start),
                Happening(Moment.ringing, start, mine),
                Happening(Moment.ringing, start, other),
                Happening(Moment.answered, picked_up, mine),
                Happening(Moment.leg_ended, picked_up, other),
                Happening(Moment.leg_ended, hung_up, mine),
                Happening(Moment.over, hung_up, mine, call.talk),
            )
        case Scene.outgoing:
            return (
                Happening(Moment.ringing, start, mine),
                Happening(Moment.answered, picked_up, mine),
                Happening(Moment.over, hung_up, mine, call.talk),
            )
        case Scene.missed | Scene.hidden | Scene.not_reached:
            return (
                Happening(Moment.arrives, start),
                Happening(Moment.ringing, start, mine),
                Happening(Moment.leg_ended, picked_up, mine),
                Happening(Moment.over, picked_up, mine),
            )
        case Scene.abandoned_in_menu | Scene.out_of_hours:
            return Happening(Moment.arrives, start), Happening(Moment.ringing, start), Happening(Moment.over, picked_up)
