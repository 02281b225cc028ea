"""Automations in the policy document: shipped ones, what is refused with place and mend, the switch in the text."""

import pytest

from hub.domain.automation import Counting, Mode, TriggerKind
from hub.domain.errors import NotFound, PolicyInvalid
from hub.routing.automation_switch import list_automations, switch
from hub.routing.automation_templates import BUILT_IN, TEMPLATES
from hub.routing.build import to_policy
from hub.routing.document import DEFAULT_POLICY, parse_policy, write_policy

NOTE = '{ kind = "notify", to = ["head"], text = "Есть" }'


def refused(text: str) -> str:
    with pytest.raises(PolicyInvalid) as found:
        parse_policy(text)
    return found.value.words.en


def own(trigger: str, *actions: str) -> str:
    return f"[automations.mine]\ntrigger = {{ {trigger} }}\nthen = [{', '.join(actions or (NOTE,))}]\n"


def test_every_automation_of_the_table_is_shipped_and_only_a2_acts_at_first():
    assert {*BUILT_IN, *TEMPLATES} == {f"A-{number}" for number in range(1, 20)}
    policy = to_policy(parse_policy(""), 1)
    assert list(policy.automations.by_id) == ["A-2"]
    assert policy.automations.timed == ()


def test_shipped_ones_are_named_in_both_languages():
    assert [key for key, each in TEMPLATES.items() if not (each.name and each.name_en)] == []


def test_all_that_are_offered_can_be_switched_on_at_once():
    fields = '[leads.contact_fields.birthday]\nname = "ДР"\ntype = "date"\n'
    fields += '[leads.fields.invoice_date]\nname = "Счёт"\ntype = "date"\n'
    text = fields + "".join(f'[automations.{key}]\nmode = "on"\n' for key in TEMPLATES)
    assert set(to_policy(parse_policy(text), 1).automations.by_id) == set(TEMPLATES)


def test_a_section_changes_only_what_it_names():
    text = '[automations.A-13]\nmode = "on"\ntrigger = { kind = "no_reply", after = "4h" }\n'
    automation = to_policy(parse_policy(text), 1).automations.by_id["A-13"]
    assert (automation.trigger.kind, automation.trigger.counting) == (TriggerKind.no_reply, Counting.elapsed)
    assert len(automation.actions) == 1


def test_a_document_with_automations_is_written_and_read_back_the_same():
    document = parse_policy(
        own('kind = "stage_changed", values = ["won"], after = "30d"') + '[automations.A-4]\nmode = "dry"\n'
    )
    assert parse_policy(write_policy(document)) == document


@pytest.mark.parametrize(
    ("text", "place", "mend"),
    [
        (own('kind = "message_in"', '{ kind = "tag", tag = "vip" }'), "automations.mine.then", "add a task, notify"),
        (own('kind = "no_activity"'), "automations.mine.trigger.after", "for instance 3d"),
        (own('kind = "date_reached"'), "automations.mine.trigger.field", "e.g. birthday"),
        (own('kind = "date_reached", field = "birthday"'), "trigger.field", "[leads.contact_fields.birthday]"),
        (own('kind = "stage_changed", values = ["sold"]'), "trigger.values", "there are: new, contacted"),
        (own('kind = "message_in", values = ["x"]'), "trigger.values", "take them out"),
        (own('kind = "message_in"', '{ kind = "assign", to = "gleb" }'), "then[1].to", "there are: head"),
        (own('kind = "message_in"', NOTE, '{ kind = "move", to = "lost" }'), "then[2].reason", "there are: price"),
        (own('kind = "message_in"', NOTE, '{ kind = "set", field = "size", value = "1" }'), "then[2].field", "amount"),
        (own('kind = "message_in"', NOTE, '{ kind = "set", field = "amount", value = "x" }'), "value", "125000"),
        (own('kind = "message_in"') + 'when = [{ kind = "form", names = ["calc"] }]\n', "mine.when[1]", "'stage'"),
        ("[automations.A-99]\n", "automations.A-99", "there are: A-2, A-3"),
        ('[automations.A-11]\nmode = "off"\n', "automations.A-11", "take the section out"),
        ('[automations.A-15]\nmode = "on"\n', "automations.A-15.trigger.field", "type = 'date'"),
        ("[automations.mine]\nlines = ['x']\n" + own('kind = "message_in"')[18:], "mine.lines", "there are: sales"),
    ],
)
def test_what_cannot_work_is_refused_with_place_and_mend(text, place, mend):
    said = refused(text)
    assert place in said and mend in said


def test_what_an_offered_one_needs_is_not_asked_for_while_it_is_off():
    assert parse_policy('[automations.A-15]\nmode = "off"\n').automations["A-15"].mode is Mode.off


def test_a_switch_keeps_comments_and_changes_one_word():
    text = DEFAULT_POLICY + '\n# наш\n[automations.A-3]\nmode = "off"  # пока\n\n[automations.A-4]\nmode = "off"\n'
    assert switch(text, "A-3", Mode.on) == text.replace('mode = "off"  # пока', 'mode = "on"  # пока')


def test_a_switch_of_one_that_is_not_written_adds_a_section():
    written = switch(DEFAULT_POLICY, "A-4", Mode.dry)
    assert written == DEFAULT_POLICY + '\n[automations.A-4]\nmode = "dry"\n'
    assert {each.key: each.mode for each in list_automations(parse_policy(written))}["A-4"] == "dry"


def test_a_switch_finds_its_section_however_it_is_written():
    text = 'automations = { "A-3" = { mode = "off" } }\n'
    assert parse_policy(switch(text, "A-3", Mode.on)).automations["A-3"].mode is Mode.on


@pytest.mark.parametrize("key", ["A-1", "A-99"])
def test_what_is_always_on_or_unknown_cannot_be_switched(key):
    with pytest.raises(NotFound):
        switch(DEFAULT_POLICY, key, Mode.off)


def test_a_switch_that_lacks_a_field_says_which():
    with pytest.raises(PolicyInvalid, match="birthday"):
        switch(DEFAULT_POLICY, "A-15", Mode.on)
