"""The part of the policy document that speaks of automations, laid over the shipped templates.

    [automations.A-3]                 # a template: only what differs from it
    mode = "on"

    [automations.vip]                 # one's own
    name = "Крупный клиент"
    trigger = { kind = "stage_changed", values = ["proposal_sent"] }
    when = [{ kind = "amount", over = 500000 }]
    then = [{ kind = "notify", to = ["head"], text = "Крупное предложение" }]

Values for the run time are `hub.domain.automation`, what would be wrong is in `hub.routing.automation_faults`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from hub.domain.automation import (
    Action,
    AddTag,
    Assign,
    Audience,
    Automation,
    Automations,
    Counting,
    MakeTask,
    Mode,
    MoveStage,
    Notify,
    SendText,
    SetField,
    Target,
    Trigger,
    TriggerKind,
    arrange,
)
from hub.domain.calendar import ZERO
from hub.domain.words import Words
from hub.routing.automation_conditions import Condition
from hub.routing.groups import Calendars, compile_all, explain_all
from hub.routing.spelling import Duration, read_duration, write_duration
from hub.routing.template_text import Template

NEXT_MORNING = "next_morning"
AutomationKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=20)]
Label = Annotated[str, Field(min_length=1, max_length=300)]
Names = tuple[Annotated[str, Field(min_length=1, max_length=80)], ...]


def _read_due(written: object) -> object:
    return NEXT_MORNING if written == NEXT_MORNING else write_duration(read_duration(written))


DueText = Annotated[str, BeforeValidator(_read_due), PlainSerializer(str, return_type=str)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TriggerSection(_Part):
    """When an automation looks."""

    kind: TriggerKind
    values: Names = Field(default=(), description="Only these stages, outcomes, fields, tags or kinds of wait")
    after: Duration = Field(default=ZERO, description="So much later, if the state still lasts")
    counting: Counting = Field(default=Counting.elapsed, description="How the delay is counted")
    field: str = Field(default="", description="The date of date_reached")
    of: Target = Field(default=Target.client, description="Whose field it is")
    yearly: bool = Field(default=False, description="Every year on this day")
    before: Duration = Field(default=ZERO, description="So much ahead of the date")


class TaskAction(_Part):
    """Make a task."""

    kind: Literal["task"]
    what: Label
    what_en: str = ""
    due: Annotated[tuple[DueText, ...], Field(min_length=1, max_length=10)]
    counting: Counting = Counting.then_open
    to: str = Audience.responsible.value


class MoveAction(_Part):
    """Move the lead."""

    kind: Literal["move"]
    to: str
    reason: str = ""


class AssignAction(_Part):
    """Assign the conversation."""

    kind: Literal["assign"]
    to: str


class NotifyAction(_Part):
    """Tell people."""

    kind: Literal["notify"]
    to: Annotated[tuple[Audience, ...], Field(min_length=1)]
    text: Label
    text_en: str = ""


class SendAction(_Part):
    """Write to the client."""

    kind: Literal["send"]
    text: Annotated[Template, Field(min_length=1)]
    text_en: Template = ""


class TagAction(_Part):
    """Add a tag."""

    kind: Literal["tag"]
    tag: Label
    on: Target = Target.lead


class SetAction(_Part):
    """Set a field."""

    kind: Literal["set"]
    field: str
    value: str
    on: Target = Target.lead


ActionSection = Annotated[
    TaskAction | MoveAction | AssignAction | NotifyAction | SendAction | TagAction | SetAction,
    Field(discriminator="kind"),
]


class AutomationSection(_Part):
    """An automation, or what differs from the shipped one of this key."""

    name: str = Field(default="", max_length=120)
    name_en: str = Field(default="", max_length=120)
    mode: Mode | None = Field(default=None, description="That of the shipped one, else on")
    lines: Names = Field(default=(), description="Only on these lines; all if empty")
    trigger: TriggerSection | None = None
    when: tuple[Condition, ...] | None = None
    then: tuple[ActionSection, ...] = ()


_PLAIN = AutomationSection(mode=Mode.on)
Sections = Mapping[str, AutomationSection]


def lay_over(templates: Sections, own: Sections) -> dict[str, AutomationSection]:
    """Return all automations: the templates with what the document says of them, then the document's own."""
    both = {key: templates.get(key, _PLAIN) for key in (*templates, *own)}
    return {key: _over(each, own[key]) if key in own else each for key, each in both.items()}


def _over(below: AutomationSection, own: AutomationSection) -> AutomationSection:
    given = {name: getattr(own, name) for name in type(own).model_fields if getattr(own, name) not in (None, "", ())}
    return below.model_copy(update={**given, **({} if own.when is None else {"when": own.when})})


def build_automations(sections: Sections, calendars: Calendars) -> Automations:
    """Return the run-time values of sections without faults, laid over the templates already."""
    acting = ((key, each, each.trigger) for key, each in sections.items() if each.trigger is not None)
    return arrange(_build(key, each, calendars, _trigger(trigger)) for key, each, trigger in acting)


def _build(key: str, section: AutomationSection, calendars: Calendars, trigger: Trigger) -> Automation:
    name = section.name or key
    return Automation(
        id=key,
        name=Words(name, section.name_en or name),
        trigger=trigger,
        actions=tuple(map(build_action, section.then)),
        matches=compile_all(section.when or (), calendars),
        condition=explain_all(section.when or ()),
        mode=section.mode or Mode.on,
        lines=frozenset(section.lines),
    )


def _trigger(section: TriggerSection) -> Trigger:
    return Trigger(
        kind=section.kind,
        values=frozenset(section.values),
        after=section.after,
        counting=section.counting,
        field=section.field,
        is_of_lead=section.of is Target.lead,
        is_yearly=section.yearly,
        before=section.before,
    )


def build_action(section: ActionSection) -> Action:
    """Return an action as the hub carries it out."""
    match section:
        case TaskAction():
            return _task(section)
        case MoveAction():
            return MoveStage(section.to, section.reason)
        case AssignAction():
            return Assign(section.to)
        case NotifyAction():
            return Notify(section.to, Words(section.text, section.text_en or section.text))
        case SendAction():
            return SendText({"ru": section.text, "en": section.text_en or section.text})
        case TagAction():
            return AddTag(section.tag, section.on)
        case SetAction():
            return SetField(section.field, section.value, section.on)
        case never:
            assert_never(never)


def _task(section: TaskAction) -> MakeTask:
    due = tuple(None if each == NEXT_MORNING else read_duration(each) for each in section.due)
    return MakeTask(Words(section.what, section.what_en or section.what), due, section.counting, section.to)
