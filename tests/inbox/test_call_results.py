"""After a talk the speaker is asked once how it ended (T-5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.errors import NotFound, ReasonMissing
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.call_results import plan_after_call, say_not_a_lead, write_result
from hub.inbox.folds.tasks import NewTask
from hub.inbox.queries.plans import get_talk
from tests.inbox.desk import Desk
from tests.inbox.test_calls import talk_in


async def talked(desk: Desk, *, seconds: int = 40) -> tuple[Person, ConversationId, int]:
    anna = ManagerId((await desk.one("managers", "key = 'anna'"))["id"])
    desk.staff[("pbx_extension", "4", "101")] = anna
    await talk_in(desk, seconds=seconds)
    rows = await desk.rows("conversations")
    actor = Person(anna, Role.manager, frozenset({LineKey("sales")}))
    return actor, ConversationId(rows[0]["id"] if rows else 0), (await desk.one("calls"))["id"]


async def asked(desk: Desk) -> list[tuple[int, int]]:
    rows = await desk.rows("deliveries", "payload->>'notice' = 'call_result'")
    return [(row["manager_id"], row["payload"]["call_id"]) for row in rows]


async def given(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.rows("ledger", "kind = 'result_given'")
    return [(row["facts"]["kind"], row["facts"]["note"]) for row in rows]


async def test_t5_the_speaker_of_a_talk_is_asked_once_and_it_is_a_fact(desk: Desk) -> None:
    actor, conversation, call = await talked(desk)
    assert await asked(desk) == [(actor.manager_id, call)]
    fact = await desk.one("ledger", "kind = 'result_asked'")
    assert (fact["conversation_id"], fact["manager_id"], fact["facts"]) == (
        conversation,
        actor.manager_id,
        {"call_id": call},
    )


async def test_t5_after_a_few_seconds_nobody_is_asked(desk: Desk) -> None:
    await talked(desk, seconds=4)
    assert await asked(desk) == []


async def test_t5_a_result_is_a_line_in_the_history(desk: Desk) -> None:
    actor, conversation, call = await talked(desk)
    with pytest.raises(ReasonMissing):
        await write_result(desk.office, actor, conversation, call_id=call, text=" ")
    await write_result(desk.office, actor, conversation, call_id=call, text="Думает до пятницы")
    assert (await desk.one("messages", "direction = 'note'"))["text"] == "Думает до пятницы"
    assert await given(desk) == [("result", "Думает до пятницы")]


async def test_t5_a_next_step_is_a_task_of_the_speakers_on_the_lead(desk: Desk) -> None:
    actor, conversation, call = await talked(desk)
    new = NewTask("Выслать договор", desk.now + timedelta(hours=3))
    await plan_after_call(desk.office, actor, conversation, call_id=call, new=new)
    task = await desk.one("tasks")
    assert (task["what"], task["manager_id"], task["lead_id"]) == (
        "Выслать договор",
        actor.manager_id,
        (await desk.one("leads"))["id"],
    )
    assert await given(desk) == [("next_step", "Выслать договор")]


async def test_t5_l5_what_is_no_lead_is_lost_for_that_reason(desk: Desk) -> None:
    actor, conversation, call = await talked(desk)
    await say_not_a_lead(desk.office, actor, conversation, call_id=call)
    lead = await desk.one("leads")
    assert (lead["state"], lead["loss_reason"]) == ("lost", "not_a_lead")
    assert await given(desk) == [("not_a_lead", "")]


async def talked_to_a_colleagues_client(desk: Desk) -> tuple[Person, ConversationId, int]:
    """Anna answers the call of a client whom somebody else has."""
    actor, conversation, _ = await talked(desk)
    other = await desk.hire("boris")
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", other)
    await talk_in(desk, "again")
    return actor, conversation, max(call for _, call in await asked(desk))


async def test_t5_rg1_who_talked_with_a_colleagues_client_says_how_it_ended_and_nothing_else(desk: Desk) -> None:
    actor, conversation, call = await talked_to_a_colleagues_client(desk)
    talk = await get_talk(desk.office, actor, conversation, call)
    assert (talk.works_with, talk.contact_name) == (False, "")
    with pytest.raises(NotFound):
        await say_not_a_lead(desk.office, actor, conversation, call_id=call)
    with pytest.raises(NotFound):
        await plan_after_call(
            desk.office, actor, conversation, call_id=call, new=NewTask("Позвонить", desk.now + timedelta(hours=1))
        )

    await write_result(desk.office, actor, conversation, call_id=call, text="Ждёт счёт")
    assert await given(desk) == [("result", "Ждёт счёт")]
    told = await desk.one("deliveries", "payload->>'notice' = 'card_changed'")
    assert told["manager_id"] == (await desk.one("conversations"))["assignee_id"]
    with pytest.raises(NotFound):
        await write_result(desk.office, actor, conversation, call_id=call, text="И ещё")


@pytest.mark.parametrize("who", ["another", "left"])
async def test_t5_rg4_only_who_was_asked_and_works_here_may_say_it(desk: Desk, who: str) -> None:
    actor, conversation, call = await talked_to_a_colleagues_client(desk)
    other = Person(ManagerId(await desk.hire("oleg")), Role.manager, actor.lines)
    stranger = other if who == "another" else replace(actor, is_active=False)
    with pytest.raises(NotFound):
        await write_result(desk.office, stranger, conversation, call_id=call, text="Ждёт счёт")
    with pytest.raises(NotFound):
        await get_talk(desk.office, stranger, conversation, call)
