"""What is wrong with an automation of the policy document: each fault names place and mend.

An automation that no person would see act is refused as noise. Those that are off are looked at only for what they say
themselves: what an offered template needs, for instance a field, a document that does not use it need not have.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import assert_never

from hub.domain.automation import LASTING, VISIBLE, Audience, Mode, Target, TriggerKind
from hub.domain.calendar import ZERO
from hub.domain.conversation import Outcome
from hub.domain.errors import FieldInvalid
from hub.domain.stages import BuiltIn, FieldType, LeadRules, StageState, expected_form, read_value
from hub.domain.wait import WaitKind
from hub.routing.automation_conditions import Condition, Stage, flatten
from hub.routing.automation_templates import BUILT_IN, TEMPLATES
from hub.routing.automations import (
    ActionSection,
    AssignAction,
    AutomationSection,
    MoveAction,
    NotifyAction,
    Sections,
    SendAction,
    SetAction,
    TagAction,
    TaskAction,
    TriggerSection,
    build_action,
    lay_over,
)
from hub.routing.conditions import Time
from hub.routing.fault import Fault, fault

_WITH_DELAY = LASTING - {TriggerKind.date_reached}
_ENDS = (StageState.won.value, StageState.lost.value)


@dataclass(frozen=True, slots=True)
class Known:
    """What the other parts of the document hold, by which an automation may name it."""

    leads: LeadRules = field(default_factory=LeadRules)
    lines: Collection[str] = ()
    managers: Collection[str] = ()
    calendars: Collection[str] = ()


def list_automation_faults(own: Sections, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the automations a document speaks of."""
    for key in own:
        place = f"automations.{key}"
        if key in BUILT_IN:
            yield fault(
                place,
                "это хаб делает всегда, выключать и менять здесь нечего; уберите раздел",
                "the hub always does this, nothing of it can be switched or changed here; take the section out",
            )
    for key, section in lay_over(TEMPLATES, own).items():
        if key not in BUILT_IN and key in own:
            yield from _section(f"automations.{key}", section, known)
        elif section.mode is not Mode.off:
            yield from _needs(f"automations.{key}", section, known)


def _section(place: str, section: AutomationSection, known: Known) -> Iterator[Fault]:
    trigger = section.trigger
    if trigger is None or not section.then:
        yield fault(
            place,
            "нужны trigger и then; готового сценария с таким именем нет, есть: " + ", ".join(TEMPLATES),
            "needs a trigger and then; no automation of this key is shipped, there are: " + ", ".join(TEMPLATES),
        )
        return
    yield from _delay(f"{place}.trigger", trigger)
    if not any(isinstance(build_action(each), VISIBLE) for each in section.then):
        yield fault(
            f"{place}.then",
            "никто не увидит, что сценарий сработал; добавьте task, notify, send или assign",
            "nobody would see it act; add a task, notify, send or assign",
        )
    if section.mode is not Mode.off:
        yield from _needs(place, section, known)


def _delay(place: str, trigger: TriggerSection) -> Iterator[Fault]:
    if trigger.kind in _WITH_DELAY and trigger.after <= ZERO:
        yield fault(
            f"{place}.after", "укажите, сколько ждать, например 3d", "say how long it has to last, for instance 3d"
        )
    if trigger.kind is TriggerKind.date_reached and not trigger.field:
        yield fault(
            f"{place}.field", "укажите поле с датой, например birthday", "name the field with the date, e.g. birthday"
        )


def _needs(place: str, section: AutomationSection, known: Known) -> Iterator[Fault]:
    """Yield what the automation names and the document does not have."""
    if section.trigger is not None:
        yield from _values(f"{place}.trigger", section.trigger, known)
        yield from _date(f"{place}.trigger", section.trigger, known)
    yield from _unknown(f"{place}.lines", section.lines, known.lines)
    yield from _conditions(f"{place}.when", section.when or (), known)
    for number, action in enumerate(section.then, start=1):
        yield from _action(f"{place}.then[{number}]", action, known)


def _values(place: str, trigger: TriggerSection, known: Known) -> Iterator[Fault]:
    there_are = _values_of(trigger.kind, known.leads)
    if there_are is None:
        return
    if not there_are and trigger.values:
        yield fault(f"{place}.values", f"у {trigger.kind} их нет; уберите", f"{trigger.kind} has none; take them out")
        return
    yield from _unknown(f"{place}.values", trigger.values, there_are)


def _values_of(kind: TriggerKind, leads: LeadRules) -> Collection[str] | None:
    """Return what may narrow an event, `None` for anything."""
    match kind:
        case TriggerKind.stage_changed:
            return list(dict.fromkeys((*(stage.key for stage in leads.stages), *_ENDS)))
        case TriggerKind.outcome_set:
            return [each.value for each in Outcome]
        case TriggerKind.wait_breached:
            return [each.value for each in WaitKind]
        case TriggerKind.field_set:
            return [BuiltIn.amount.value, BuiltIn.product.value, BuiltIn.source.value, *leads.lead_fields]
        case TriggerKind.tag_added:
            return leads.tags or None
        case _:
            return ()


def _date(place: str, trigger: TriggerSection, known: Known) -> Iterator[Fault]:
    if trigger.kind is not TriggerKind.date_reached or not trigger.field:
        return
    is_lead = trigger.of is Target.lead
    rules = known.leads.lead_fields if is_lead else known.leads.contact_fields
    section = f"leads.{'fields' if is_lead else 'contact_fields'}.{trigger.field}"
    rule = rules.get(trigger.field)
    if rule is None or rule.type is not FieldType.date:
        yield fault(
            f"{place}.field",
            f"нет поля «{trigger.field}» с датой; заведите [{section}] с type = 'date'",
            f"there is no date field '{trigger.field}'; write [{section}] with type = 'date'",
        )


def _conditions(place: str, conditions: Iterable[Condition], known: Known) -> Iterator[Fault]:
    for condition in flatten(conditions):
        match condition:
            case Stage():
                yield from _unknown(place, condition.names, [stage.key for stage in known.leads.stages])
            case Time():
                yield from _unknown(place, [condition.calendar] if condition.calendar else [], known.calendars)
            case _:
                continue


def _action(place: str, action: ActionSection, known: Known) -> Iterator[Fault]:
    leads = known.leads
    match action:
        case TaskAction():
            yield from _unknown(f"{place}.to", [action.to], [Audience.responsible, Audience.head, *known.managers])
        case AssignAction():
            yield from _unknown(f"{place}.to", [action.to], [Audience.head, *known.managers])
        case MoveAction():
            yield from _move(place, action, leads)
        case TagAction():
            yield from _unknown(f"{place}.tag", leads.unknown_tags([action.tag]), leads.tags)
        case SetAction():
            yield from _set(place, action, leads)
        case NotifyAction() | SendAction():
            return
        case never:
            assert_never(never)


def _set(place: str, action: SetAction, leads: LeadRules) -> Iterator[Fault]:
    is_lead = action.on is Target.lead
    own = [BuiltIn.amount.value, BuiltIn.product.value, BuiltIn.source.value, *leads.lead_fields]
    yield from _unknown(f"{place}.field", [action.field], own if is_lead else list(leads.contact_fields))
    rule = leads.find_lead_field(action.field) if is_lead else leads.contact_fields.get(action.field)
    if rule is None:
        return
    try:
        read_value(rule, action.value)
    except FieldInvalid as refused:
        yield fault(f"{place}.value", f"не подходит полю «{action.field}»: {expected_form(rule)}", str(refused))


def _move(place: str, action: MoveAction, leads: LeadRules) -> Iterator[Fault]:
    yield from _unknown(f"{place}.to", [action.to], [stage.key for stage in leads.stages])
    stage = leads.find_stage(action.to)
    if stage is not None and stage.state is StageState.lost:
        yield from _unknown(f"{place}.reason", [action.reason], [reason.key for reason in leads.reasons])


def _unknown(place: str, names: Iterable[str], there_are: Collection[str]) -> Iterator[Fault]:
    listed = ", ".join(there_are)
    for name in names:
        if name not in there_are:
            yield fault(
                place,
                f"«{name}» здесь не знают; есть: {listed or 'ничего'}",
                f"'{name}' is not known here; there are: {listed or 'none'}",
            )
