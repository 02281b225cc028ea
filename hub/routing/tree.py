"""The policy document as one tree of models: what people may write, field by field (architecture §7).

Unknown keys are refused everywhere. What one part says of another is checked in `hub.routing.faults`, run-time values
are built in `hub.routing.build`. A default here is the default of semantics §12, taken from the domain's values.
"""

from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from hub.domain.calendar import ZERO
from hub.domain.ladder import HEAD_WINDOW, LevelAction, Recipient
from hub.domain.line import (
    EVERYONE,
    AcceptTargets,
    AutoTexts,
    BotTalk,
    CallSettings,
    ClockStart,
    LineMode,
    OwnerOffShift,
    PhoneMasking,
    RatingSettings,
    RoutingSettings,
    ShiftEnd,
    StrategyName,
    Targets,
)
from hub.domain.policy import ROOM_AFTER, SHARED_AFTER
from hub.domain.production_calendar import has_production_calendar
from hub.routing.automations import AutomationKey, AutomationSection
from hub.routing.conditions import Condition, Number
from hub.routing.crm_rules import CrmSection
from hub.routing.fault import Misspelt
from hub.routing.lead_rules import LeadsSection
from hub.routing.spelling import ClockText, DaysText, Duration, HoursText
from hub.routing.template_text import AnswerTemplate, OwnTemplate


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Misspelt(
            f"«{name}» не часовой пояс; пишите, например, Europe/Moscow",
            f"'{name}' is no time zone; write for instance Europe/Moscow",
        ) from error
    return name


def _checked_country(code: str) -> str:
    if code and not has_production_calendar(code):
        raise Misspelt(
            f"производственный календарь «{code}» неизвестен; пишите, например, RU или оставьте пустым",
            f"no production calendar of '{code}' is known; write for instance RU, or leave it empty",
        )
    return code


Zone = Annotated[str, AfterValidator(_checked_zone)]
Country = Annotated[str, AfterValidator(_checked_country)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]
LanguageKey = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Names = tuple[Name, ...]
_TARGETS, _ACCEPT, _ROUTING, _CALLS = Targets(), AcceptTargets(), RoutingSettings(), CallSettings()
_BOT, _RATING = BotTalk(), RatingSettings()


class _Part(BaseModel):
    """Frozen; a key that is not described is an error, most often a slip of the pen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Business(_Part):
    """The installation: what holds where a line says nothing."""

    name: str = Field(default="", description="Name of the business as clients know it, for texts")
    zone: Zone = Field(default="Europe/Moscow", description="IANA time zone of calendars that name none")
    calendar: str = Field(default="", description="Key of the calendar of lines that name none; the first one if empty")
    default_line: str = Field(
        default="", description="Key of the line of requests that no rule claims; the first if empty"
    )
    internal_numbers: tuple[Number, ...] = Field(
        default=(), description="Own numbers and known robots, never clients (C-9)"
    )
    shared_after: int = Field(
        default=SHARED_AFTER, ge=2, le=100, description="So many cards name an address: it is nobody's own (M-7)"
    )
    privacy_url: Annotated[str, Field(pattern=r"^(https://\S+)?$", max_length=300)] = Field(
        default="", description="Where clients read how their data are treated, for texts"
    )
    room_after: Duration = Field(
        default=ROOM_AFTER, description="Clients nobody took for so long are in the team room (elapsed time)"
    )
    protect_chats: bool = Field(
        default=False, description="What the manager bot sends can be neither forwarded, copied nor saved"
    )
    clear_chats_after: Duration = Field(
        default=ZERO,
        le=timedelta(hours=47),
        description="Clients' words and files are deleted from managers' chats so long after; 0s: never",
    )
    head_window: Duration = Field(
        default=HEAD_WINDOW,
        description="A head's notices of late clients within it arrive as one; 0s: each at once (B-2)",
    )
    day_digest: ClockText = Field(default="18:30", description="When heads read about their day; off: never by itself")


class ExceptionSection(_Part):
    """A dated exception: closed if nothing else is said."""

    date: date
    hours: tuple[HoursText, ...] = Field(default=(), description="Hours of this date, for instance ['09:00-15:00']")
    like: DaysText | Literal[""] = Field(default="", description="The date has the hours of this day: 'mon'")


class CalendarSection(_Part):
    """Opening hours."""

    zone: Zone | Literal[""] = Field(default="", description="IANA time zone, the business's if empty")
    hours: dict[DaysText, tuple[HoursText, ...]] = Field(
        default_factory=dict, description="Hours by day: mon-fri = ['09:00-13:00', '14:00-18:00']"
    )
    country: Country = Field(default="", description="ISO code whose production calendar applies, for instance RU")
    shortened_by: Duration = Field(
        default=ZERO, le=timedelta(hours=12), description="Working days before a public holiday end so much earlier: 1h"
    )
    always_open: bool = Field(default=False, description="24/7; nothing else is then given")
    exceptions: tuple[ExceptionSection, ...] = Field(default=(), description="Closed, shortened and moved days")


class StaffSection(_Part):
    """What is special about a manager."""

    skills: Names = Field(default=(), description="Skills that rules may require")
    capacity: int | None = Field(default=None, ge=1, le=500, description="Own limit of conversations at once")
    shift: str = Field(default="", description="Key of the calendar of the personal shift; the line's shift if empty")
    exceptions: tuple[ExceptionSection, ...] = Field(default=(), description="Days off and extra shifts, by date")
    quiet_hours: tuple[HoursText, ...] = Field(default=(), description="No notices but the last level: ['22:00-08:00']")


class TargetsSection(_Part):
    """How soon the line answers, in open time.

    A `first_response` that is written holds for every channel that is not named beside it: the usual targets of letters
    and forms (semantics §12) are for lines that say nothing.
    """

    first_response: Duration = Field(default=_TARGETS.first_response, gt=ZERO)
    next_response: Duration = Field(default=_TARGETS.next_response, gt=ZERO)
    callback: Duration = Field(default=_TARGETS.callback, gt=ZERO)
    resolution: Duration = Field(default=_TARGETS.resolution, description="For the whole matter; 0 for no such clock")
    first_response_by_channel: dict[Name, Duration] | None = Field(
        default=None, description="By channel kind; letters and forms have their usual ones if nothing is written"
    )
    next_response_by_channel: dict[Name, Duration] = Field(default_factory=dict, description="By channel kind")

    @model_validator(mode="before")
    @classmethod
    def _hold_for_all(cls, written: object) -> object:
        if isinstance(written, dict) and "first_response" in written:
            return {"first_response_by_channel": {}, **written}
        return written


class AcceptSection(_Part):
    """How long a person has to take a client, in elapsed time (R-8)."""

    offer: Duration = _ACCEPT.offer
    direct: Duration = _ACCEPT.direct


class CallsSection(_Part):
    """What counts as a talk and when a missed call is done."""

    min_talk: Duration = Field(default=_CALLS.min_talk, description="A shorter talk is no answer (S4)")
    hangup_grace: Duration = Field(default=_CALLS.hangup_grace, description="Wait before a call is missed (C-2)")
    attempts: int = Field(
        default=_CALLS.attempts, ge=1, le=20, description="Then closing as unreachable is offered (C-6)"
    )
    written_answer_is_enough: bool = Field(
        default=_CALLS.is_written_answer_enough, description="A message closes it (C-5)"
    )


class BotSection(_Part):
    """A bot or assistant that talks to clients first (FR-6)."""

    clock_start: ClockStart = Field(default=_BOT.clock_start, description="'handover': no clock runs before it")
    patience: Duration = Field(default=_BOT.patience, description="Silent for so long, the bot hands over by itself")


class TextsSection(_Part):
    """Texts the hub sends by itself, in one language; an empty one is not sent."""

    welcome: OwnTemplate = Field(default="", description="After the first message in open hours")
    out_of_hours: OwnTemplate = Field(default="", description="After a message in closed hours")
    missed_call: OwnTemplate = Field(default="", description="After a missed call in closed hours (C-7)")
    start: OwnTemplate = Field(default="", description="After /start, above the menu of topics")
    privacy: OwnTemplate = Field(default="", description="After /privacy; a text of the hub if empty")
    stopped: OwnTemplate = Field(default="", description="After /stop; a text of the hub if empty")
    rating: OwnTemplate = Field(default="", description="Asks for a mark after the close; a text of the hub if empty")
    rated: OwnTemplate = Field(default="", description="In its place after a press; a text of the hub if empty")
    file_link: OwnTemplate = Field(default="", description="Asks for a link to a file that is too large")
    contact_button: Annotated[str, Field(max_length=40)] = Field(default="", description="On the button after /start")


class TemplateSection(_Part):
    """A text that managers send to clients by a press."""

    name: Name = Field(description="On the button")
    text: AnswerTemplate
    text_en: AnswerTemplate | None = Field(default=None, description="To clients who speak English")


class LevelSection(_Part):
    """A level of the ladder (B-2)."""

    percent: int = Field(ge=1, le=1000, description="Of the target, in open time")
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    action: LevelAction = LevelAction.notify
    min_target: Duration = Field(default=ZERO, description="Only for targets at least this long")
    not_before: Duration = Field(default=ZERO, description="At least so long after the start")


class TopicSection(_Part):
    """A topic in the menu that a messenger shows after /start."""

    name: Annotated[str, Field(min_length=1, max_length=40)] = Field(description="On the button")
    name_en: Annotated[str, Field(max_length=40)] = Field(default="", description="To clients who speak English")
    line: str = Field(default="", description="Key of its line; the rules choose if empty (R-1)")
    question: Annotated[str, Field(max_length=500)] = Field(
        default="", description="Asked after the press; the answer is the request. Empty: the press is"
    )
    question_en: Annotated[str, Field(max_length=500)] = Field(default="", description="The same in English")
    tags: Names = Field(default=(), description="Tags of the lead")


class LineSection(_Part):
    """A line: a desk of the business."""

    name: Name = Field(description="As people and clients read it")
    calendar: str = Field(default="", description="Key of its calendar, the business's if empty")
    shift: str = Field(default="", description="Key of the calendar of the team's shift; the opening hours if empty")
    mode: LineMode = Field(default=LineMode.normal, description="'observe': nothing leaves (FR-8)")
    team: Names = Field(default=(EVERYONE,), min_length=1, description="Keys of managers, or ['*'] for everyone")
    duty: str = Field(
        default="", description="Key of the manager told when nobody can take a client; the heads if empty"
    )
    strategy: StrategyName = _ROUTING.strategy
    capacity: int = Field(
        default=_ROUTING.capacity, ge=1, le=500, description="Conversations a person has at once (R-7)"
    )
    owner_off_shift: OwnerOffShift = _ROUTING.owner_off_shift
    owner_extra: int = Field(default=_ROUTING.owner_extra, ge=0, le=50, description="Own clients above capacity (R-3)")
    owner_memory: Duration = Field(default=_ROUTING.owner_memory, description="Who answered last stays the own manager")
    shift_end: ShiftEnd = Field(default=_ROUTING.shift_end, description="Waiting clients at its end (R-13)")
    reopen_window: Duration = Field(default=timedelta(days=7), description="Later it is a first response (FR-4)")
    lead_window: Duration = Field(default=timedelta(days=30), description="Later a new lead is made (M-13)")
    phone_masking: PhoneMasking = Field(default=PhoneMasking.never, description="Who sees numbers (RG-5)")
    thanks_filter: bool = Field(default=False, description="'Спасибо' alone opens no wait (FR-2)")
    take_over: bool = Field(default=False, description="A colleague who answers becomes responsible")
    lead_on_start: bool = Field(default=False, description="/start without a text makes a lead (FR-2)")
    reaction_answers: bool = Field(default=False, description="A colleague's reaction is an answer (case 46)")
    snooze_unanswered: Duration = Field(
        default=timedelta(0), description="A client without a first answer is put off for at most this; 0: any time"
    )
    letter_hold: Duration = Field(
        default=timedelta(seconds=15), le=timedelta(minutes=5), description="A letter can be taken back for so long"
    )
    rating: bool = Field(default=False, description="Clients are asked for a mark of 1 to 5 after the close")
    low_rating: int = Field(default=_RATING.low, ge=0, le=4, description="Heads hear of marks up to this one; 0: none")
    out_of_hours_repeat: Duration = Field(default=AutoTexts().repeat_after, description="Not more often to one client")
    targets: TargetsSection = Field(default_factory=TargetsSection)
    accept: AcceptSection = Field(default_factory=AcceptSection)
    calls: CallsSection = Field(default_factory=CallsSection)
    bot: BotSection = Field(default_factory=BotSection)
    texts: dict[LanguageKey, TextsSection] = Field(default_factory=dict, description="By language: ru, en")
    templates: dict[Key, TemplateSection] = Field(default_factory=dict, description="Managers' texts, in their order")
    ladder: tuple[LevelSection, ...] | None = Field(default=None, description="Levels instead of the default ones")


class RuleSection(_Part):
    """A routing rule: the first that fits decides (R-1)."""

    name: Name
    when: tuple[Condition, ...] = Field(default=(), description="All must hold; none fits every request")
    line: str = Field(default="", description="Key of the line; without it only the marks below are set")
    tags: Names = Field(default=(), description="Tags of the lead, by which SLA policies may choose too")
    skills: Names = Field(default=(), description="Skills the manager must have (R-4)")
    preferred_skills: Names = Field(default=(), description="Skills that come first (R-4)")
    priority: str = Field(default="", description="A word that SLA policies may choose by")


class SlaSection(_Part):
    """Targets for some requests: the first that fits is frozen in the wait (D-1)."""

    key: Key
    lines: Names = ()
    channels: Names = ()
    sources: Names = ()
    segments: Names = ()
    priorities: Names = ()
    first_response: Duration | None = None
    next_response: Duration | None = None
    callback: Duration | None = None


def _office() -> dict[str, CalendarSection]:
    """Return the calendar of a document that writes none (semantics §12)."""
    hours = {"mon-fri": ("09:00-13:00", "14:00-18:00")}
    return {"office": CalendarSection(hours=hours, country="RU", shortened_by="1h")}  # type: ignore[arg-type]


def _sales() -> dict[str, LineSection]:
    """Return the line of a document that writes none."""
    return {"sales": LineSection(name="Продажи")}


class PolicyDocument(_Part):
    """The whole document. An empty one is right too: one line for everybody in the office hours of semantics §12."""

    business: Business = Field(default_factory=Business)
    calendars: dict[Key, CalendarSection] = Field(default_factory=_office, min_length=1)
    managers: dict[Key, StaffSection] = Field(default_factory=dict)
    lines: dict[Key, LineSection] = Field(default_factory=_sales, min_length=1)
    sla: tuple[SlaSection, ...] = ()
    rules: tuple[RuleSection, ...] = ()
    topics: dict[Key, TopicSection] = Field(default_factory=dict, max_length=12, description="The menu after /start")
    leads: LeadsSection = Field(default_factory=LeadsSection)
    automations: dict[AutomationKey, AutomationSection] = Field(default_factory=dict)
    crm: dict[Name, CrmSection] = Field(default_factory=dict, description="CRMs by the name of their connection")
