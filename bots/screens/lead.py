"""A lead: where it stands and may go, what it lacks for that, why it was lost (L-2 to L-5, L-7)."""

from collections.abc import Iterable

from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, bold, line
from bots.texts import Texts
from hub.domain.stages import BuiltIn, FieldRule, FieldType, Stage, StageState
from hub.inbox.plan_views import LeadView

_BY_OTHER_MEANS = {BuiltIn.next_step: Press.step, BuiltIn.next_contact: Press.step, BuiltIn.responsible: Press.take}
_BY_HAND = frozenset({BuiltIn.amount, BuiltIn.source, BuiltIn.product})


def stages_screen(texts: Texts, view: LeadView) -> Screen:
    """Return where the lead stands, what it holds, and a button for every other stage."""
    stage = view.rules.find_stage(view.lead.stage)
    name = stage.name.say(texts.language) if stage else view.lead.stage
    blocks = [line(bold(texts("lead.stands", number=view.number, stage=name))), *_values(texts, view)]
    buttons = [_stage_button(texts, view, each) for each in view.rules.stages if each.key != view.lead.stage]
    return Screen(tuple(blocks), (*_by_two(buttons), *_filling(texts, view), (_cancel(texts),)))


def _stage_button(texts: Texts, view: LeadView, stage: Stage) -> Button:
    press, arg = (Press.lose, "") if stage.state is StageState.lost else (Press.stage, stage.key)
    mark = {StageState.open: "", StageState.won: "💰 ", StageState.lost: "🙅 "}[stage.state]
    return Button(f"{mark}{stage.name.say(texts.language)}", Action(press, view.conversation_id, 0, arg))


def _values(texts: Texts, view: LeadView) -> list[Block]:
    lead = view.lead
    held = {BuiltIn.amount.value: lead.amount, BuiltIn.source.value: lead.source, **lead.fields}
    return [line(f"{field_name(texts, view, key)}: {one_line(value, 200)}") for key, value in held.items() if value]


def _filling(texts: Texts, view: LeadView) -> tuple[Row, ...]:
    """Return the buttons that set fields: amount, product and the own ones (L-5, L-7)."""
    keys = [BuiltIn.amount.value, BuiltIn.product.value, *view.rules.lead_fields]
    return _by_two([_fill_button(texts, view, key) for key in keys])


def _fill_button(texts: Texts, view: LeadView, key: str) -> Button:
    label = texts("button.fill_one", name=one_line(field_name(texts, view, key), 30))
    return Button(label, Action(Press.fill, view.conversation_id, 0, key))


def missing_screen(texts: Texts, view: LeadView, missing: Iterable[str]) -> Screen:
    """Return the refusal of a move: the names of what is missing, and a button to fill each (L-3)."""
    names = list(missing)
    told = ", ".join(field_name(texts, view, name) for name in names)
    buttons = [_mend_button(texts, view, name) for name in names]
    asked = line(texts("lead.missing", number=view.number, names=told))
    return Screen((asked,), (*_by_two(buttons), (_cancel(texts),)))


def _mend_button(texts: Texts, view: LeadView, name: str) -> Button:
    if name == BuiltIn.loss_reason:
        return Button(texts("button.lose"), Action(Press.lose, view.conversation_id))
    if name in _BY_OTHER_MEANS:
        press = _BY_OTHER_MEANS[BuiltIn(name)]
        return Button(texts(f"button.{press.value}"), Action(press, view.conversation_id))
    return _fill_button(texts, view, name)


def fill_screen(texts: Texts, view: LeadView, key: str) -> Screen:
    """Return the question for a field's value; a choice offers its values."""
    rule = view.rules.find_lead_field(key)
    asked = texts("lead.fill", name=field_name(texts, view, key), number=view.number)
    form = texts(f"field.{rule.type.value if rule else FieldType.text.value}")
    buttons = [_choice(view, rule, place) for place in range(len(rule.choices))] if rule else []
    return Screen((line(f"{asked} {form}"),), (*_by_two(buttons), (_cancel(texts),)))


def _choice(view: LeadView, rule: FieldRule, place: int) -> Button:
    return Button(one_line(rule.choices[place], 40), Action(Press.fill, view.conversation_id, 0, f"{rule.key}.{place}"))


def reasons_screen(texts: Texts, view: LeadView) -> Screen:
    """Return the policy's reasons of loss (L-5)."""
    buttons = [
        Button(one_line(each.name.say(texts.language), 40), Action(Press.lose, view.conversation_id, 0, each.key))
        for each in view.rules.reasons
    ]
    return Screen((line(texts("lead.why_lost", number=view.number)),), (*_by_two(buttons), (_cancel(texts),)))


def field_name(texts: Texts, view: LeadView, key: str) -> str:
    """Return what people call a field or a built-in thing of a lead."""
    rule = view.rules.find_lead_field(key)
    if rule is not None:
        return rule.name.say(texts.language)
    return texts(f"field.{key}") if texts.has(f"field.{key}") else key


def may_be_filled(view: LeadView, key: str) -> bool:
    """Tell whether a field can be set by a written line."""
    return key in _BY_HAND or view.rules.find_lead_field(key) is not None


def _by_two(buttons: list[Button]) -> tuple[Row, ...]:
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def _cancel(texts: Texts) -> Button:
    return Button(texts("button.cancel"), Action(Press.cancel))
