"""Closing, putting off, opening again (S9, P-1, L-4, L-5)."""

from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import Conflict
from hub.inbox import clocks, conversations, waits
from hub.store import timers
from tests.inbox.desk import Desk, says
from tests.inbox.test_waits import waiting


async def test_s9_closing_with_a_waiting_client_is_refused_with_the_next_step(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    with pytest.raises(Conflict, match="no reply is needed"):
        await conversations.close(desk.office, me, conversation, outcome=Outcome.solved)
    assert (await desk.one("conversations"))["state"] == "open"

    await waits.dismiss(desk.office, me, conversation)
    await conversations.close(desk.office, me, conversation, outcome=Outcome.solved)
    assert (await desk.one("conversations"))["state"] == "closed"


@pytest.mark.parametrize("outcome", [Outcome.duplicate, Outcome.unreachable])
async def test_s9_an_outcome_that_nobody_can_answer_dismisses_the_wait(desk: Desk, outcome: Outcome) -> None:
    me, conversation = await waiting(desk)
    await conversations.close(desk.office, me, conversation, outcome=outcome)
    assert (await desk.one("waits"))["state"] == "dismissed"


async def test_l4_a_deal_wins_the_lead(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    await waits.declare_reached(desk.office, me, conversation, result="Берёт")
    await conversations.close(desk.office, me, conversation, outcome=Outcome.deal)

    lead = await desk.one("leads")
    assert (lead["state"], lead["stage"]) == ("won", "won")
    assert [row["to_stage"] for row in await desk.rows("lead_stage_facts")] == ["new", "contacted", "won"]


async def test_l5_a_lost_lead_needs_its_reason(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    await waits.declare_reached(desk.office, me, conversation, result="Думает")
    with pytest.raises(Conflict):
        await conversations.close(desk.office, me, conversation, outcome=Outcome.refused)
    await conversations.close(desk.office, me, conversation, outcome=Outcome.refused, note="Дорого")

    lead = await desk.one("leads")
    assert (lead["state"], lead["loss_reason"]) == ("lost", "price")


async def test_p1_snooze_never_moves_the_clock_of_a_waiting_client(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    before = await desk.one("waits")
    armed = await desk.rows("timers", "state = 'armed' AND subject LIKE 'wait:%'")
    await conversations.snooze(desk.office, me, conversation, until=desk.now + timedelta(days=1))

    after = await desk.one("waits")
    assert (after["state"], after["deadline_at"]) == ("open", before["deadline_at"])
    assert await desk.rows("timers", "state = 'armed' AND subject LIKE 'wait:%'") == armed


async def test_a_snoozed_conversation_comes_back_when_it_said(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    await waits.dismiss(desk.office, me, conversation)
    await conversations.snooze(desk.office, me, conversation, until=desk.now + timedelta(hours=1))
    desk.clock.move(timedelta(hours=1))
    async with desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=desk.now, limit=10)
    await clocks.fire(desk.office, due)

    assert (await desk.one("conversations"))["snoozed_until"] is None
    assert len(await desk.rows("deliveries", "payload->>'notice' = 'woken'")) == 1


async def test_nothing_is_put_off_into_the_past(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    with pytest.raises(Conflict):
        await conversations.snooze(desk.office, me, conversation, until=desk.now)


async def test_p5_a_person_opens_a_closed_conversation_again(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    await waits.dismiss(desk.office, me, conversation)
    await conversations.close(desk.office, me, conversation, outcome=Outcome.solved)
    await conversations.reopen(desk.office, me, conversation)

    row = await desk.one("conversations")
    assert (row["state"], row["outcome"], row["assignee_id"]) == ("open", "", me.manager_id)


async def test_a_closed_conversation_is_not_opened_beside_a_newer_one(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    await waits.dismiss(desk.office, me, conversation)
    await conversations.close(desk.office, me, conversation, outcome=Outcome.solved)
    desk.clock.move(timedelta(days=8))
    await desk.receive(says("Снова я", at=desk.now))
    with pytest.raises(Conflict):
        await conversations.reopen(desk.office, me, conversation)
