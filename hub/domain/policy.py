"""The business's rules as frozen values: what decisions use at run time, with the defaults of semantics §12.

People write them as a document (`hub.routing.document`), which is validated there and turned into these values once a
revision; everything here is trusted. Durations are open time of the line's calendar unless a field says otherwise.
Managers are named by their key, as in the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from hub.domain.automation import Automations
from hub.domain.calendar import Calendar
from hub.domain.client_base import ClientBase
from hub.domain.client_menu import Topic
from hub.domain.crm_rules import CrmRules
from hub.domain.facts import RequestFacts
from hub.domain.ids import LineKey
from hub.domain.ladder import HEAD_WINDOW, Ladder
from hub.domain.line import (
    EVERYONE,
    AcceptTargets,
    AutoTexts,
    BotTalk,
    CallSettings,
    LineMode,
    PhoneMasking,
    RatingSettings,
    RoutingSettings,
    Targets,
)
from hub.domain.reply_template import ReplyTemplate
from hub.domain.stages import LeadRules
from hub.domain.wait import WaitKind
from hub.domain.words import Words

SHARED_AFTER = 3
ROOM_AFTER = timedelta(minutes=2)
DAY_DIGEST = time(18, 30)


@dataclass(frozen=True, slots=True)
class LinePolicy:
    """All rules of one line.

    `team` are manager keys, or `EVERYONE`. `duty` is the key of who is told when nobody can take a wait, empty for the
    heads. `shift` is when the team works if not in the opening hours, `shifts` whose is other than the team's: they say
    who may get a wait and never move a deadline (D-2). `reopen_window` and `lead_window` are elapsed time (FR-4, M-13).
    """

    key: LineKey
    name: str
    calendar: Calendar
    mode: LineMode = LineMode.normal
    team: tuple[str, ...] = (EVERYONE,)
    duty: str = ""
    shift: Calendar | None = None
    shifts: Mapping[str, Calendar] = field(default_factory=dict)
    targets: Targets = field(default_factory=Targets)
    accept: AcceptTargets = field(default_factory=AcceptTargets)
    routing: RoutingSettings = field(default_factory=RoutingSettings)
    calls: CallSettings = field(default_factory=CallSettings)
    texts: AutoTexts = field(default_factory=AutoTexts)
    templates: tuple[ReplyTemplate, ...] = ()
    ladder: Ladder = field(default_factory=Ladder)
    bot: BotTalk = field(default_factory=BotTalk)
    reopen_window: timedelta = timedelta(days=7)
    lead_window: timedelta = timedelta(days=30)
    phone_masking: PhoneMasking = PhoneMasking.never
    has_thanks_filter: bool = False
    takes_over: bool = False
    makes_lead_on_start: bool = False
    takes_reactions: bool = False
    snooze_unanswered: timedelta = timedelta(0)
    letter_hold: timedelta = timedelta(seconds=15)
    rating: RatingSettings = field(default_factory=RatingSettings)

    def has_member(self, manager_key: str) -> bool:
        """Tell whether a manager belongs to the line's team."""
        return EVERYONE in self.team or manager_key in self.team

    def response_kind(self, last_response_at: datetime | None, closed_at: datetime | None, at: datetime) -> WaitKind:
        """Return the clock for a request: first if never answered or closed longer ago than the window (FR-4).

        `closed_at` is of the conversation before; an answer since then makes it a next response again.
        """
        if last_response_at is None:
            return WaitKind.first_response
        is_old = closed_at is not None and last_response_at <= closed_at and at - closed_at > self.reopen_window
        return WaitKind.first_response if is_old else WaitKind.next_response


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """Targets for some requests: an empty condition fits all, `None` leaves the line's own target (D-1)."""

    key: str
    lines: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    first_response: timedelta | None = None
    next_response: timedelta | None = None
    callback: timedelta | None = None

    def fits(self, line: LineKey, request: RequestFacts, priority: str) -> bool:
        """Tell whether the policy is for this request."""
        return (
            (not self.lines or line in self.lines)
            and (not self.channels or request.channel in self.channels)
            and (not self.sources or request.source in self.sources)
            and (not self.segments or not self.segments.isdisjoint(request.tags))
            and (not self.priorities or priority in self.priorities)
        )


@dataclass(frozen=True, slots=True)
class FrozenTargets:
    """What a wait keeps of the policy for its whole life: which one, of which revision, and its numbers (D-1)."""

    policy_id: str
    revision: int
    response: timedelta
    callback: timedelta


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One rule of R-1. `line` is empty if the rule only marks; `words` say the condition for people."""

    name: str
    matches: Callable[[RequestFacts], bool]
    words: Words
    line: str = ""
    tags: tuple[str, ...] = ()
    skills: frozenset[str] = frozenset()
    preferred_skills: frozenset[str] = frozenset()
    priority: str = ""


@dataclass(frozen=True, slots=True)
class StaffPolicy:
    """What the document says of one manager; a `shift` of `None` means that of the line (R-6, R-7).

    `quiet` is open while the person is not to be disturbed, except by the last level of a ladder (B-2).
    """

    key: str
    skills: frozenset[str] = frozenset()
    capacity: int | None = None
    shift: Calendar | None = None
    quiet: Calendar | None = None

    def is_quiet(self, at: datetime) -> bool:
        """Tell whether the person is not to be disturbed at `at` (B-2)."""
        return self.quiet is not None and self.quiet.is_open(at)


@dataclass(frozen=True, slots=True)
class Policy:
    """One revision of all rules. `internal_numbers` are own numbers and known robots in E.164 (C-9).

    `shared_after` is how many cards have to name an address until it counts as shared (M-7).
    `head_window` is the elapsed time within which a head's notices of late clients arrive as one, 0 for each at once
    (B-2). It is no line's matter: a head may have several. `day_digest` is when heads read about their day, in the
    default line's zone, `None` for never by itself. `crms` are by the connection's name.
    """

    revision: int
    lines: Mapping[LineKey, LinePolicy]
    default_line: LineKey
    rules: tuple[RoutingRule, ...] = ()
    sla: tuple[SlaPolicy, ...] = ()
    staff: Mapping[str, StaffPolicy] = field(default_factory=dict)
    internal_numbers: frozenset[str] = frozenset()
    shared_after: int = SHARED_AFTER
    business_name: str = ""
    head_window: timedelta = HEAD_WINDOW
    client_base: ClientBase = field(default_factory=ClientBase)
    room_after: timedelta = ROOM_AFTER
    topics: tuple[Topic, ...] = ()
    privacy_url: str = ""
    day_digest: time | None = DAY_DIGEST
    leads: LeadRules = field(default_factory=LeadRules)
    automations: Automations = field(default_factory=Automations)
    crms: Mapping[str, CrmRules] = field(default_factory=dict)

    def get_line(self, key: str) -> LinePolicy:
        """Return a line, or the default one for a line that a later revision took away."""
        return self.lines.get(LineKey(key), self.lines[self.default_line])

    def get_staff(self, manager_key: str) -> StaffPolicy:
        """Return what is written of a manager; one who is not named has the defaults."""
        return self.staff.get(manager_key) or StaffPolicy(manager_key)

    def shift_of(self, manager_key: str, line: LinePolicy) -> Calendar:
        """Return when a manager works: the personal shift, else the team's, else the hours of the line (R-6)."""
        own = self.get_staff(manager_key).shift or line.shifts.get(manager_key)
        return own or line.shift or line.calendar

    def freeze_targets(
        self, line: LinePolicy, request: RequestFacts, *, kind: WaitKind, priority: str = ""
    ) -> FrozenTargets:
        """Choose the SLA policy of a new wait by first match, and freeze it (D-1)."""
        chosen = next((sla for sla in self.sla if sla.fits(line.key, request, priority)), SlaPolicy(f"line:{line.key}"))
        own = chosen.first_response if kind is WaitKind.first_response else chosen.next_response
        return FrozenTargets(
            policy_id=chosen.key,
            revision=self.revision,
            response=own or line.targets.response(kind, request.channel),
            callback=chosen.callback or line.targets.callback,
        )
