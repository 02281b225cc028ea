"""What a line of the business can be told, part by part, with the defaults of semantics §12.

`hub.domain.policy.LinePolicy` puts the parts together. Durations are open time of the line's calendar unless a class
says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from hub.domain.wait import WaitKind

EVERYONE = "*"
"""In a team: every active manager of the business."""


class LineMode(StrEnum):
    """`observe` receives, matches, times and reports, and nothing leaves to clients or managers (FR-8)."""

    normal = "normal"
    observe = "observe"


class ClockStart(StrEnum):
    """When the clock of a client starts to whom a bot or assistant talks first (FR-6)."""

    first_message = "first_message"
    handover = "handover"


@dataclass(frozen=True, slots=True)
class BotTalk:
    """How long a bot or assistant may have a client (FR-6): silent for `patience`, it hands over without a word."""

    clock_start: ClockStart = ClockStart.first_message
    patience: timedelta = timedelta(minutes=10)


class StrategyName(StrEnum):
    """How a line finds somebody for a new wait (R-5)."""

    round_robin = "round_robin"
    least_loaded = "least_loaded"
    offer_all = "offer_all"
    strict_order = "strict_order"
    manual = "manual"


class OwnerOffShift(StrEnum):
    """What happens to a client whose own manager is off shift (R-3)."""

    wait = "wait"
    fallback = "fallback"
    fallback_and_return = "fallback_and_return"


class ShiftEnd(StrEnum):
    """What becomes of waiting clients when the shift of who has them ends (R-13).

    `hand_over` gives them to somebody who can take them, and leaves them where nobody can; `queue` frees them either
    way; `keep` leaves them.
    """

    hand_over = "hand_over"
    queue = "queue"
    keep = "keep"


class PhoneMasking(StrEnum):
    """Who sees telephone numbers of clients (RG-5)."""

    never = "never"
    until_taken = "until_taken"
    always = "always"


@dataclass(frozen=True, slots=True)
class Targets:
    """How soon a line answers; the mappings are by channel kind and come before the general value.

    `resolution` is the time for the whole matter, zero where the line has no such clock (P-2).
    """

    first_response: timedelta = timedelta(minutes=15)
    next_response: timedelta = timedelta(minutes=30)
    callback: timedelta = timedelta(minutes=15)
    resolution: timedelta = timedelta(0)
    first_response_by_channel: Mapping[str, timedelta] = field(
        default_factory=lambda: {"email": timedelta(minutes=60), "webform": timedelta(minutes=5)}
    )
    next_response_by_channel: Mapping[str, timedelta] = field(default_factory=dict)

    def response(self, kind: WaitKind, channel: str) -> timedelta:
        """Return the target of a wait of this kind whose first request came by this channel kind (FR-4)."""
        if kind is WaitKind.first_response:
            return self.first_response_by_channel.get(channel, self.first_response)
        return self.next_response_by_channel.get(channel, self.next_response)


@dataclass(frozen=True, slots=True)
class AcceptTargets:
    """How long a person has to take what was offered or assigned, in elapsed time (R-8)."""

    offer: timedelta = timedelta(minutes=3)
    direct: timedelta = timedelta(minutes=5)
    max_percent: int = 40

    def within(self, target: timedelta, *, is_offer: bool) -> timedelta:
        """Return the accept time for a wait with this target: never more than 40 % of it (R-8)."""
        return min(self.offer if is_offer else self.direct, target * self.max_percent / 100)


@dataclass(frozen=True, slots=True)
class RoutingSettings:
    """How a line assigns: strategy, load limits and what the client's own manager means (R-3, R-5, R-7)."""

    strategy: StrategyName = StrategyName.round_robin
    capacity: int = 15
    owner_off_shift: OwnerOffShift = OwnerOffShift.fallback
    owner_extra: int = 2
    owner_memory: timedelta = timedelta(days=30)
    shift_end: ShiftEnd = ShiftEnd.hand_over


@dataclass(frozen=True, slots=True)
class CallSettings:
    """What counts as talking, and when a missed call is done (S4, C-2, C-5, C-6). All elapsed time."""

    min_talk: timedelta = timedelta(seconds=10)
    hangup_grace: timedelta = timedelta(seconds=20)
    attempts: int = 3
    is_written_answer_enough: bool = True


@dataclass(frozen=True, slots=True)
class RatingSettings:
    """Whether clients are asked for a mark of 1 to 5 after the close; heads hear of those up to `low`."""

    is_asked: bool = False
    low: int = 2


class AutoText(StrEnum):
    """Texts that the hub itself sends to clients; none stops a clock (S1).

    `file_link` is sent by a press of a manager, `contact_button` stands on a button.
    """

    welcome = "welcome"
    out_of_hours = "out_of_hours"
    missed_call = "missed_call"
    start = "start"
    privacy = "privacy"
    stopped = "stopped"
    rating = "rating"
    rated = "rated"
    file_link = "file_link"
    contact_button = "contact_button"


@dataclass(frozen=True, slots=True)
class AutoTexts:
    """Templates (`hub.domain.texts`) by language and purpose; `repeat_after` guards from nagging."""

    by_language: Mapping[str, Mapping[AutoText, str]] = field(default_factory=dict)
    repeat_after: timedelta = timedelta(hours=12)

    def choose_language(self, purpose: AutoText, language: str) -> str:
        """Return the language to speak: the client's own (an IETF tag), else Russian, else any; empty if none."""
        wanted = (language.partition("-")[0].lower(), "ru", *self.by_language)
        return next((each for each in wanted if self.by_language.get(each, {}).get(purpose)), "")

    def find(self, purpose: AutoText, language: str) -> str | None:
        """Return the template in the language that `choose_language` gives, else `None`."""
        return self.by_language.get(self.choose_language(purpose, language), {}).get(purpose)
