"""The shipped automations, each over the real database; the ways in which the mechanism keeps its promises."""

from datetime import timedelta

from hub.delivery.clock_watch import ClockWatch
from hub.domain.manager import Role
from hub.inbox.folds.tasks import NewTask
from hub.inbox.leads import move_lead
from hub.inbox.tasks import make_task
from tests.inbox.desk import ALWAYS_OPEN, Desk, says
from tests.inbox.rules import DAY, MINUTE, pass_time
from tests.inbox.test_lead_stages import lead_of

HOUR = timedelta(hours=1)


def with_on(*keys: str, more: str = "") -> str:
    """Return a document in which some shipped automations are on."""
    return ALWAYS_OPEN + "".join(f'[automations.{key}]\nmode = "on"\n' for key in keys) + more


async def tasks_of(desk: Desk, automation: str) -> list[tuple[str, timedelta]]:
    """Return what an automation wants done, and within which time."""
    rows = await desk.rows("tasks", "cause = $1 ORDER BY id", automation)
    return [(row["what"], row["due_at"] - row["created_at"]) for row in rows]


async def told(desk: Desk) -> list[tuple[str, int]]:
    rows = await desk.rows("deliveries", "payload->>'notice' = 'automation' ORDER BY id")
    return [(row["payload"]["ru"], row["manager_id"]) for row in rows]


async def fired(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.rows("automation_firings", "true ORDER BY id")
    return [(row["automation"], row["subject"].partition(":")[0]) for row in rows]


async def test_a2_a_new_client_without_answer_gives_the_responsible_a_task_by_default(desk: Desk) -> None:
    await lead_of(desk)
    await pass_time(desk, 16 * MINUTE)

    assert await tasks_of(desk, "A-2") == [("Перезвонить: клиент ждёт первого ответа", 15 * MINUTE)]
    task, conversation = await desk.one("tasks"), await desk.one("conversations")
    assert task["manager_id"] == conversation["assignee_id"]
    assert await fired(desk) == [("A-2", "lead")]


async def test_a3_a_proposal_that_was_sent_gives_a_control_task_in_two_days(desk: Desk) -> None:
    actor, conversation = await lead_of(desk, document=with_on("A-3"))
    await move_lead(desk.office, actor, conversation, to="proposal_sent")

    assert await tasks_of(desk, "A-3") == [("Узнать решение по предложению", 2 * DAY)]


async def test_a3_is_off_until_somebody_turns_it_on(desk: Desk) -> None:
    actor, conversation = await lead_of(desk)
    await move_lead(desk.office, actor, conversation, to="proposal_sent")
    assert await fired(desk) == []


async def test_a4_a_lead_that_stands_still_for_three_days_is_told_to_the_head_once(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    await lead_of(desk, document=with_on("A-4"))
    await pass_time(desk, 3 * DAY - MINUTE)
    assert await told(desk) == []

    await pass_time(desk, 2 * MINUTE)
    await pass_time(desk, 4 * DAY)
    assert await told(desk) == [("Лид без движения 3 дня", head)]


async def test_a4_what_client_or_manager_do_begins_the_three_days_anew(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    await lead_of(desk, document=with_on("A-4"))
    await pass_time(desk, 2 * DAY)
    await desk.receive(says("Ну что там?", at=desk.now))
    await pass_time(desk, 2 * DAY)
    assert await told(desk) == []
    await pass_time(desk, DAY + MINUTE)
    assert await told(desk) == [("Лид без движения 3 дня", head)]


async def test_a11_an_overdue_task_is_told_to_its_person_and_after_a_day_to_the_head(desk: Desk) -> None:
    head = await desk.hire("vera", "Вера", role=Role.head)
    actor, conversation = await lead_of(desk)
    due = desk.now + HOUR
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", due))
    for at in (due, due + DAY):
        desk.clock.move(at - desk.now + timedelta(seconds=1))
        await ClockWatch(desk.office).fire_due()

    rows = await desk.rows("deliveries", "payload->>'notice' = 'task' AND payload->>'word' <> 'made' ORDER BY id")
    told_of = [(row["payload"]["word"], row["manager_id"]) for row in rows if row["payload"]["word"] != "before"]
    own = [(word, who) for word, who in told_of if who in (actor.manager_id, head)]
    assert ("due", actor.manager_id) in own
    assert ("after", head) in own
