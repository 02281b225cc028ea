"""An automation as frozen values: trigger, conditions, actions (leads-and-automations §3).

What happened is a `Happening`; `Automations` holds those of one revision by trigger, so that an event which nobody asks
for costs nothing. Acting on a working set is `hub.inbox.folds.automations`; the document and the shipped templates are
`hub.routing.automations` and `hub.routing.automation_templates`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from hub.domain.calendar import Calendar
from hub.domain.facts import RequestFacts
from hub.domain.ids import ContactId, ConversationId, LeadId, LineKey
from hub.domain.words import Words

MOST_FIRINGS_AN_HOUR = 20
"""More often nothing acts on one subject: a loop across several automations is cut here."""

SENDING = "sending"
"""Marks the timer of a text that waits for the client's morning."""

BREAKER = "breaker"
"""Stands for an automation where the log keeps that a subject was cut off."""


class TriggerKind(StrEnum):
    """What starts an automation. The last four are states that last, the others events of the hub."""

    message_in = "message_in"
    message_out = "message_out"
    call_ringing = "call_ringing"
    call_missed = "call_missed"
    call_answered = "call_answered"
    call_not_reached = "call_not_reached"
    form_submitted = "form_submitted"
    lead_created = "lead_created"
    stage_changed = "stage_changed"
    field_set = "field_set"
    tag_added = "tag_added"
    outcome_set = "outcome_set"
    task_overdue = "task_overdue"
    wait_breached = "wait_breached"
    no_reply = "no_reply"
    no_activity = "no_activity"
    contact_silent = "contact_silent"
    date_reached = "date_reached"


LASTING = frozenset(
    {TriggerKind.no_reply, TriggerKind.no_activity, TriggerKind.contact_silent, TriggerKind.date_reached}
)
SCANNED = frozenset({TriggerKind.no_activity, TriggerKind.contact_silent, TriggerKind.date_reached})
"""Triggers that no single event begins, or that hold for what was there before: a daily look arms their timers."""


TRIGGER_WORDS: Mapping[TriggerKind, Words] = {
    TriggerKind.message_in: Words("клиент написал", "the client wrote"),
    TriggerKind.message_out: Words("мы написали клиенту", "we wrote to the client"),
    TriggerKind.call_ringing: Words("клиент звонит", "the client is calling"),
    TriggerKind.call_missed: Words("пропущен звонок", "a call was missed"),
    TriggerKind.call_answered: Words("поговорили по телефону", "there was a talk"),
    TriggerKind.call_not_reached: Words("не дозвонились", "our call reached nobody"),
    TriggerKind.form_submitted: Words("заполнена форма", "a form was sent"),
    TriggerKind.lead_created: Words("новый лид", "a new lead"),
    TriggerKind.stage_changed: Words("этап изменился", "the stage changed"),
    TriggerKind.field_set: Words("поле заполнено", "a field was set"),
    TriggerKind.tag_added: Words("добавлена метка", "a tag was added"),
    TriggerKind.outcome_set: Words("обращение закрыто", "the conversation was closed"),
    TriggerKind.task_overdue: Words("задача просрочена", "a task is overdue"),
    TriggerKind.wait_breached: Words("срок ответа нарушен", "the deadline was missed"),
    TriggerKind.no_reply: Words("клиент не отвечает", "the client does not answer"),
    TriggerKind.no_activity: Words("лид без движения", "the lead stands still"),
    TriggerKind.contact_silent: Words("клиент молчит", "the client is silent"),
    TriggerKind.date_reached: Words("наступила дата", "the date has come"),
}
"""Why an automation acted, for people."""


class Mode(StrEnum):
    """Whether an automation acts. `dry`: it is logged when it would have acted, and nothing else happens."""

    on = "on"
    off = "off"
    dry = "dry"


class Counting(StrEnum):
    """How a delay is counted: by the wall clock, in open time, or by the wall clock and then to the next opening."""

    elapsed = "elapsed"
    open = "open"
    then_open = "then_open"

    def after(self, calendar: Calendar, since: datetime, delay: timedelta) -> datetime:
        """Return the instant that lies `delay` after `since` by the hours of `calendar`; UTC in, UTC out."""
        if self is Counting.open:
            return calendar.add_open_time(since, delay).at
        due = since + delay
        if self is Counting.then_open and not calendar.is_open(due):
            return calendar.next_opening(due) or due
        return due


@dataclass(frozen=True, slots=True)
class Trigger:
    """When an automation looks.

    `values` narrow the event: stages, outcomes, fields, tags, kinds of wait; empty means any. `after` puts the look
    off: it then happens only if the state still lasts. `field` is the date of `date_reached`, the client's or the
    lead's, every year with `is_yearly`; `before` moves it ahead.
    """

    kind: TriggerKind
    values: frozenset[str] = frozenset()
    after: timedelta = timedelta(0)
    counting: Counting = Counting.elapsed
    field: str = ""
    is_of_lead: bool = False
    is_yearly: bool = False
    before: timedelta = timedelta(0)

    @property
    def is_timed(self) -> bool:
        """Tell whether a timer carries it."""
        return self.kind in LASTING or self.after > timedelta(0)


class Audience(StrEnum):
    """Who is told: the responsible (the duty where there is none), heads, the whole team, the duty person."""

    responsible = "responsible"
    head = "head"
    team = "team"
    duty = "duty"


class Target(StrEnum):
    """Whose tags and fields an action changes."""

    lead = "lead"
    client = "client"


@dataclass(frozen=True, slots=True)
class MakeTask:
    """A task for the responsible. `due` has a place an attempt: the n-th event of its kind takes the n-th (A-14).

    `None` is the next morning: when the line opens next on a later day. After the last place nothing is made.
    """

    what: Words
    due: tuple[timedelta | None, ...]
    counting: Counting = Counting.then_open
    to: str = Audience.responsible.value


@dataclass(frozen=True, slots=True)
class MoveStage:
    """Move the lead; `reason` is for a stage that loses it (L-5)."""

    to: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the conversation to a manager by key, or to the head of the line (`head`)."""

    to: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell people in the manager bot; with `text` in front of the client's card."""

    to: tuple[Audience, ...]
    text: Words


@dataclass(frozen=True, slots=True)
class SendText:
    """Write to the client by a template, by language."""

    texts: Mapping[str, str]

    def find(self, language: str) -> str:
        """Return the template in a language (an IETF tag), else the Russian one, else any."""
        own = language.partition("-")[0].lower()
        return self.texts.get(own) or self.texts.get("ru") or next(iter(self.texts.values()))


@dataclass(frozen=True, slots=True)
class AddTag:
    """Add a tag to the lead or the client."""

    tag: str
    on: Target = Target.lead


@dataclass(frozen=True, slots=True)
class SetField:
    """Set a field of the lead or the client."""

    field: str
    value: str
    on: Target = Target.lead


Action = MakeTask | MoveStage | Assign | Notify | SendText | AddTag | SetField
VISIBLE = (MakeTask, Assign, Notify, SendText)
"""What a person sees; an automation without any of these is noise and is refused."""


@dataclass(frozen=True, slots=True)
class AutomationFacts(RequestFacts):
    """What conditions of automations look at: those of routing, and the lead as it is now.

    `stage` is empty without a lead, `amount` `None` where none is written. `fields` are the lead's and the client's by
    name, the lead's first. `outcome` is that of the conversation, empty while it is open.
    """

    stage: str = ""
    amount: Decimal | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    lead_tags: frozenset[str] = frozenset()
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Automation:
    """One automation of a revision. `condition` says in words what `matches` asks; empty `lines` mean all."""

    id: str
    name: Words
    trigger: Trigger
    actions: tuple[Action, ...]
    matches: Callable[[AutomationFacts], bool]
    condition: Words
    mode: Mode = Mode.on
    lines: frozenset[str] = frozenset()

    def why(self) -> Words:
        """Return why it acts: its trigger and its conditions."""
        words, asked = TRIGGER_WORDS[self.trigger.kind], self.condition
        if not asked.ru:
            return words
        return Words(f"{words.ru}, {asked.ru}", f"{words.en}, {asked.en}")

    def wants(self, happened: "Happening") -> bool:
        """Tell whether an event is its trigger: kind, line and values fit, and it is not an effect of its own."""
        if self.id in happened.chain or (self.lines and happened.line not in self.lines):
            return False
        return not self.trigger.values or not self.trigger.values.isdisjoint(happened.values)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a client, as triggers see it.

    `cause` names it for ever: an automation fires once for (its id, subject, cause). `count` is the number of this
    event among its kind: the attempt of a call. `chain` are the automations whose effect it is. `is_kept`: an
    earlier commit may have acted on this cause.
    """

    kind: TriggerKind
    contact_id: ContactId
    line: LineKey
    cause: str
    at: datetime
    conversation_id: ConversationId | None = None
    lead_id: LeadId | None = None
    values: frozenset[str] = frozenset()
    text: str = ""
    count: int = 1
    chain: frozenset[str] = frozenset()
    is_kept: bool = False

    @property
    def subject(self) -> str:
        """Return what the breaker and the log count by."""
        if self.lead_id is not None:
            return f"lead:{self.lead_id}"
        return f"contact:{self.contact_id}"


@dataclass(frozen=True, slots=True)
class Firing:
    """That an automation has acted, for ever unique by (automation, subject, cause)."""

    id: int
    automation: str
    subject: str
    cause: str
    fired_at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what makes it unique."""
        return self.automation, self.subject, self.cause


@dataclass(frozen=True, slots=True)
class Automations:
    """Those of one revision that are on or dry, by trigger; `timed` are the ids of those that a timer carries."""

    by_trigger: Mapping[TriggerKind, tuple[Automation, ...]] = field(default_factory=dict)
    by_id: Mapping[str, Automation] = field(default_factory=dict)
    timed: tuple[str, ...] = ()

    @property
    def scanned(self) -> list[Automation]:
        """Return those for which a daily look arms timers."""
        return [each for each in self.by_id.values() if each.trigger.kind in SCANNED]


def arrange(automations: Iterable[Automation]) -> Automations:
    """Return automations as they are looked up at run time; those that are off are left out."""
    live = [each for each in automations if each.mode is not Mode.off]
    by_trigger: dict[TriggerKind, tuple[Automation, ...]] = {}
    for each in live:
        by_trigger[each.trigger.kind] = (*by_trigger.get(each.trigger.kind, ()), each)
    timed = tuple(each.id for each in live if each.trigger.is_timed or _writes(each))
    return Automations(by_trigger, {each.id: each for each in live}, timed)


def _writes(automation: Automation) -> bool:
    """Tell whether it writes to the client, which the night may put off."""
    return any(isinstance(action, SendText) for action in automation.actions)
