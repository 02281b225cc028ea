"""Stages of a lead: what they ask for, how they move, what stays of every move (L-2 to L-7)."""

from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import ConfigError, FieldInvalid, FieldsMissing, NotFound
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import conversations
from hub.inbox.folds.tasks import NewTask
from hub.inbox.leads import Filled, add_tags, move_lead, set_client_fields, set_lead_fields
from hub.inbox.queries import get_card
from hub.inbox.queries.plans import get_lead_view
from hub.inbox.tasks import make_task
from hub.inbox.waits import answered_elsewhere
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN, Desk, says
from tests.inbox.rules import answer, put_in_force

STAGES = (
    ALWAYS_OPEN
    + """
[leads]
tags = ["опт"]
[[leads.stages]]
key = "new"
name = "Новый"
[[leads.stages]]
key = "contacted"
name = "Связались"
[[leads.stages]]
key = "proposal_sent"
name = "Предложение"
requires = ["amount", "next_step", "object_type"]
[[leads.stages]]
key = "won"
name = "Сделка"
state = "won"
requires = ["amount"]
[[leads.stages]]
key = "lost"
name = "Отказ"
state = "lost"
[leads.fields.object_type]
name = "Объект"
type = "choice"
choices = ["квартира", "офис"]
[leads.contact_fields.birthday]
name = "День рождения"
type = "date"
"""
)


async def lead_of(desk: Desk, *, document: str = "") -> tuple[Person, ConversationId]:
    """A client who has written, and the manager who got them."""
    if document:
        put_in_force(desk, document)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    row = await desk.one("conversations")
    actor = Person(ManagerId(row["assignee_id"]), Role.manager, frozenset({LineKey("sales")}))
    return actor, ConversationId(row["id"])


async def moves(desk: Desk) -> list[tuple[str, str, str]]:
    rows = await desk.rows("lead_stage_facts", "true ORDER BY occurred_at, id")
    return [(row["from_stage"], row["to_stage"], row["cause"]) for row in rows]


async def test_l4_behind_a_newer_lost_lead_an_open_one_is_the_one_that_is_shown_and_moved(desk: Desk) -> None:
    actor, conversation_id = await lead_of(desk)
    await answer(desk)
    desk.clock.move(timedelta(days=40))
    await desk.receive(says("Снова я", at=desk.now))
    for to in ("lost", "contacted"):
        await move_lead(desk.office, actor, conversation_id, to=to, filled=Filled(loss_reason="price"))

    older, newer = await desk.rows("leads", "true ORDER BY created_at")
    assert (older["stage"], newer["stage"]) == ("contacted", "lost")
    assert (await get_lead_view(desk.office, actor, conversation_id)).lead.id == older["id"]
    assert (await get_card(desk.office, actor, conversation_id)).lead_stage == "Связались"


@pytest.mark.parametrize(
    ("outcome", "note", "state"),
    [(Outcome.deal, "", "won"), (Outcome.refused, "Дорого", "lost"), (Outcome.spam, "", "lost")],
)
async def test_l4_an_outcome_settles_every_open_lead_of_the_client_on_the_line(
    desk: Desk, outcome: Outcome, note: str, state: str
) -> None:
    actor, conversation_id = await lead_of(desk)
    await answer(desk)
    desk.clock.move(timedelta(days=40))
    await desk.receive(says("Снова я", at=desk.now))
    await answer(desk)
    await conversations.close(desk.office, actor, conversation_id, outcome=outcome, note=note)

    assert [lead["state"] for lead in await desk.rows("leads")] == [state, state]


async def test_l3_l4_only_the_lead_that_people_see_keeps_a_deal_from_being_closed(desk: Desk) -> None:
    actor, conversation_id = await lead_of(desk, document=STAGES)
    await answer(desk)
    desk.clock.move(timedelta(days=40))
    await desk.receive(says("Снова я", at=desk.now))
    await answer(desk)
    with pytest.raises(FieldsMissing):
        await conversations.close(desk.office, actor, conversation_id, outcome=Outcome.deal)
    await set_lead_fields(desk.office, actor, conversation_id, values={"amount": "100"})
    await conversations.close(desk.office, actor, conversation_id, outcome=Outcome.deal)

    older, newer = await desk.rows("leads", "true ORDER BY created_at")
    assert (older["state"], newer["state"]) == ("open", "won")
    assert (await desk.one("ledger", "kind = 'lead_held'"))["facts"]["lead_id"] == older["id"]


async def test_l2_the_default_stages_begin_with_new_and_end_with_won_and_lost(desk: Desk) -> None:
    await lead_of(desk)
    stages = [stage.key for stage in desk.office.policy().leads.stages]
    assert stages == ["new", "contacted", "need_confirmed", "proposal_sent", "waiting", "won", "lost"]
    assert (await desk.one("leads"))["stage"] == "new"


async def test_l2_a_new_lead_begins_on_the_first_stage_of_the_policy(desk: Desk) -> None:
    await lead_of(desk, document=STAGES.replace('key = "new"', 'key = "fresh"'))
    assert (await desk.one("leads"))["stage"] == "fresh"


async def test_l3_a_move_without_required_fields_names_what_is_missing_and_changes_nothing(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=STAGES)
    with pytest.raises(FieldsMissing) as refused:
        await move_lead(desk.office, actor, conversation, to="proposal_sent")

    assert refused.value.missing == ("amount", "next_step", "object_type")
    assert (await desk.one("leads"))["stage"] == "new"
    assert await moves(desk) == [("", "new", "M-13")]


async def test_l3_with_everything_there_the_lead_moves(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=STAGES)
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + timedelta(hours=1)))
    filled = Filled(fields={"amount": "125 000 ₽", "object_type": "ОФИС"})
    await move_lead(desk.office, actor, conversation, to="proposal_sent", filled=filled)

    lead = await desk.one("leads")
    assert (lead["stage"], lead["amount"], lead["fields"]) == ("proposal_sent", "125000.00", {"object_type": "офис"})


async def test_l3_closing_as_a_deal_is_refused_too_until_the_amount_is_there(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=STAGES)
    await answered_elsewhere(desk.office, actor, conversation, channel="sms", at=desk.now, result="Счёт отправлен")
    with pytest.raises(FieldsMissing, match="amount"):
        await conversations.close(desk.office, actor, conversation, outcome=Outcome.deal)

    await set_lead_fields(desk.office, actor, conversation, values={"amount": "10"})
    await conversations.close(desk.office, actor, conversation, outcome=Outcome.deal)
    assert (await desk.one("leads"))["state"] == "won"


async def test_l3_what_happens_by_itself_leaves_an_incomplete_lead_where_it_is_and_says_so(desk: Desk) -> None:
    wanting = STAGES.replace('key = "contacted"', 'key = "contacted"\nrequires = ["object_type"]')
    actor, conversation = await lead_of(desk, document=wanting)
    await answered_elsewhere(desk.office, actor, conversation, channel="sms", at=desk.now, result="Да")

    assert (await desk.one("leads"))["stage"] == "new"
    held = await desk.one("ledger", "kind = 'lead_held'")
    assert held["facts"]["missing"] == ["object_type"]


async def test_l4_the_first_human_answer_means_contacted_and_a_second_changes_nothing(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await answered_elsewhere(desk.office, actor, conversation, channel="sms", at=desk.now, result="Да")
    await move_lead(desk.office, actor, conversation, to="waiting")
    desk.clock.move(timedelta(minutes=1))
    await desk.receive(says("А ещё?", at=desk.now))
    await answered_elsewhere(desk.office, actor, conversation, channel="sms", at=desk.now, result="И это")

    assert (await desk.one("leads"))["stage"] == "waiting"
    assert await moves(desk) == [
        ("", "new", "M-13"),
        ("new", "contacted", "first_response"),
        ("contacted", "waiting", "manual"),
    ]


async def test_l5_lost_by_hand_needs_a_reason_of_the_list_and_keeps_words_beside_it(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    with pytest.raises(FieldsMissing) as refused:
        await move_lead(desk.office, actor, conversation, to="lost")
    assert refused.value.missing == ("loss_reason",)
    with pytest.raises(NotFound, match="there are: price"):
        await move_lead(desk.office, actor, conversation, to="lost", filled=Filled(loss_reason="astrology"))

    await move_lead(
        desk.office, actor, conversation, to="lost", filled=Filled(loss_reason="rival", loss_note="дешевле")
    )
    lead = await desk.one("leads")
    assert (lead["state"], lead["loss_reason"], lead["loss_note"]) == ("lost", "rival", "дешевле")
    assert (await desk.one("lead_stage_facts", "to_stage = 'lost'"))["facts"]["reason"] == "rival"


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Дорого", ("price", "")), ("price слишком", ("price", "слишком")), ("Переехал", ("other", "Переехал"))],
)
async def test_l5_a_refused_conversation_loses_its_lead_for_the_reason_named(
    desk: Desk, written: str, expected: tuple[str, str]
) -> None:
    actor, conversation = await lead_of(desk)
    await answered_elsewhere(desk.office, actor, conversation, channel="sms", at=desk.now, result="Да")
    await conversations.close(desk.office, actor, conversation, outcome=Outcome.refused, note=written)

    lead = await desk.one("leads")
    assert (lead["loss_reason"], lead["loss_note"]) == expected


async def test_l5_a_lead_that_comes_back_has_lost_nothing(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await move_lead(desk.office, actor, conversation, to="lost", filled=Filled(loss_reason="price", loss_note="увы"))
    await move_lead(desk.office, actor, conversation, to="waiting")

    lead = await desk.one("leads")
    assert (lead["state"], lead["closed_at"], lead["loss_reason"], lead["loss_note"]) == ("open", None, "", "")


async def test_l6_every_move_is_a_fact_with_from_to_cause_person_and_time(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    desk.clock.move(timedelta(minutes=5))
    before = desk.now
    await move_lead(desk.office, actor, conversation, to="need_confirmed")
    await move_lead(desk.office, actor, conversation, to="need_confirmed")

    fact = await desk.one("lead_stage_facts", "to_stage = 'need_confirmed'")
    assert (fact["from_stage"], fact["cause"], fact["manager_id"]) == ("new", "manual", actor.manager_id)
    assert before <= fact["occurred_at"] <= desk.now


async def test_l7_a_field_takes_its_type_only_and_all_or_none_are_set(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=STAGES)
    with pytest.raises(FieldInvalid, match="one of: квартира, офис"):
        await set_lead_fields(desk.office, actor, conversation, values={"amount": "5", "object_type": "дача"})
    with pytest.raises(FieldInvalid, match="there is no field 'colour'"):
        await set_lead_fields(desk.office, actor, conversation, values={"colour": "red"})

    assert (await desk.one("leads"))["amount"] == ""
    await set_lead_fields(desk.office, actor, conversation, values={"product": "Окна", "source": "Выставка"})
    lead = await desk.one("leads")
    assert (lead["fields"], lead["source"]) == ({"product": "Окна"}, "Выставка")
    assert (await desk.one("ledger", "kind = 'lead_changed'"))["facts"]["changed"] == ["product", "source"]


async def test_l7_a_clients_own_fields_are_typed_and_an_empty_text_empties_one(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=STAGES)
    await set_client_fields(desk.office, actor, conversation, values={"birthday": "1.02.1990"})
    assert (await desk.one("contacts"))["fields"] == {"birthday": "1990-02-01"}

    with pytest.raises(FieldInvalid, match="a date"):
        await set_client_fields(desk.office, actor, conversation, values={"birthday": "31.02.1990"})
    await set_client_fields(desk.office, actor, conversation, values={"birthday": ""})
    assert (await desk.one("contacts"))["fields"] == {}


async def test_l7_tags_are_those_of_the_policy_and_are_set_once(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=STAGES)
    with pytest.raises(FieldInvalid, match="there is no tag 'vip'"):
        await add_tags(desk.office, actor, conversation, lead=["vip"])
    for _ in range(2):
        await add_tags(desk.office, actor, conversation, lead=["опт"], client=["опт"])

    assert (await desk.one("leads"))["tags"] == ["опт"]
    assert (await desk.one("contacts"))["tags"] == ["опт"]
    assert len(await desk.rows("ledger", "kind = 'lead_changed'")) == 1


@pytest.mark.parametrize(
    ("part", "instead", "fault"),
    [
        ('"object_type"]', '"colour"]', r"leads.stages\[3\].requires: 'colour' is no field"),
        ('state = "lost"', "", r"leads.stages: exactly one stage has state = 'lost'"),
        ('choices = ["квартира", "офис"]', "", "a choice needs them"),
        ('key = "contacted"', 'key = "new"', "leads.stages: 'new' is given 2 times"),
        ("fields.object_type", "fields.amount", "every lead has this already"),
    ],
)
def test_l2_l3_a_document_whose_stages_contradict_themselves_is_refused(part: str, instead: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        parse_policy(STAGES.replace(part, instead, 1))


async def test_m13_who_waits_longer_than_the_window_still_has_the_one_lead_of_the_wait(desk: Desk) -> None:
    await lead_of(desk)
    desk.clock.move(timedelta(days=31))
    await desk.receive(says("Вы там живы?", at=desk.now))
    assert (len(await desk.rows("messages")), len(await desk.rows("leads"))) == (2, 1)
    assert (await desk.one("receipts", "id = (SELECT max(id) FROM receipts)"))["state"] == "done"


@pytest.mark.parametrize("outcome", [Outcome.spam, Outcome.duplicate])
async def test_l4_spam_and_a_duplicate_were_no_lead_and_opened_again_they_are(desk: Desk, outcome: Outcome) -> None:
    actor, conversation = await lead_of(desk)
    await conversations.close(desk.office, actor, conversation, outcome=outcome)
    lead = await desk.one("leads")
    assert (lead["state"], lead["loss_reason"], lead["loss_note"]) == ("lost", "not_a_lead", outcome.value)

    await conversations.reopen(desk.office, actor, conversation)
    lead = await desk.one("leads")
    assert (lead["state"], lead["stage"], lead["loss_reason"]) == ("open", "new", "")


async def test_l3_l4_a_spammers_lead_that_lacks_a_field_does_not_keep_the_conversation_open(desk: Desk) -> None:
    wanting = STAGES.replace('state = "lost"', 'state = "lost"\nrequires = ["amount"]')
    actor, conversation = await lead_of(desk, document=wanting)
    await conversations.close(desk.office, actor, conversation, outcome=Outcome.spam)
    assert (await desk.one("conversations"))["state"] == "closed"
    assert (await desk.one("leads"))["state"] == "open"
    assert (await desk.one("ledger", "kind = 'lead_held'"))["facts"]["missing"] == ["amount"]


@pytest.mark.parametrize("outcome", [Outcome.unreachable, Outcome.solved, Outcome.agreed])
async def test_l4_other_outcomes_leave_the_lead_where_it_is(desk: Desk, outcome: Outcome) -> None:
    actor, conversation = await lead_of(desk)
    await answer(desk, "Здравствуйте")
    await conversations.close(desk.office, actor, conversation, outcome=outcome)
    assert (await desk.one("leads"))["stage"] == "contacted"
