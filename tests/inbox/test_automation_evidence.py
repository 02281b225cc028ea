"""How often an offered automation would have helped, over what really happened."""

from datetime import timedelta

from hub.inbox.folds.tasks import NewTask
from hub.inbox.leads import move_lead
from hub.inbox.tasks import make_task
from hub.inbox.waits import record_call_attempt
from hub.store.automation_evidence import count_evidence
from tests.inbox.desk import Desk, says
from tests.inbox.rules import DAY, answer
from tests.inbox.test_lead_stages import lead_of


async def evidence(desk: Desk) -> dict[str, int]:
    async with desk.pool.acquire() as connection:
        return await count_evidence(connection, since=desk.now - 30 * DAY, until=desk.now)


async def test_a3_counts_proposals_after_which_nobody_planned_anything(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await move_lead(desk.office, actor, conversation, to="proposal_sent")
    assert (await evidence(desk))["A-3"] == 1

    await make_task(desk.office, actor, conversation, new=NewTask("Спросить", desk.now + DAY))
    assert (await evidence(desk))["A-3"] == 0


async def test_a4_counts_leads_that_stood_still_for_three_days(desk: Desk) -> None:
    await lead_of(desk)
    desk.clock.move(2 * DAY)
    await desk.receive(says("Ну что?", at=desk.now))
    desk.clock.move(2 * DAY)
    assert (await evidence(desk))["A-4"] == 0

    desk.clock.move(2 * DAY)
    assert (await evidence(desk))["A-4"] == 1
    desk.clock.move(60 * DAY)
    assert (await evidence(desk))["A-4"] == 1


async def test_a13_counts_answers_that_nobody_came_back_to_for_a_day(desk: Desk) -> None:
    await lead_of(desk)
    await answer(desk)
    desk.clock.move(timedelta(hours=3))
    await desk.receive(says("Спасибо, подумаю", at=desk.now))
    desk.clock.move(DAY)
    assert (await evidence(desk))["A-13"] == 0

    await answer(desk, "Что решили?")
    desk.clock.move(DAY + timedelta(hours=1))
    assert (await evidence(desk))["A-13"] == 1


async def test_a14_counts_attempts_after_which_nobody_tried_again(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await record_call_attempt(desk.office, actor, conversation)
    desk.clock.move(timedelta(minutes=30))
    await record_call_attempt(desk.office, actor, conversation)
    desk.clock.move(timedelta(hours=2))
    assert (await evidence(desk))["A-14"] == 1
