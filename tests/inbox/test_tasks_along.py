"""What becomes of a manager's tasks when the client goes to somebody else (R-12, T-1)."""

from datetime import timedelta

import pytest

from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.assignment import accept_transfer, decline_transfer, take, transfer
from hub.inbox.folds.tasks import NewTask
from hub.inbox.tasks import make_task
from tests.inbox.desk import Desk
from tests.inbox.test_lead_stages import lead_of
from tests.inbox.test_tasks import due_notices

HOUR = timedelta(hours=1)
SALES = frozenset({LineKey("sales")})


async def busy(desk: Desk) -> tuple[Person, Person, ConversationId]:
    """A client of one manager, who has a task about them; and a colleague."""
    actor, conversation = await lead_of(desk)
    await make_task(desk.office, actor, conversation, new=NewTask("Позвонить", desk.now + HOUR))
    other = next(ManagerId(row["id"]) for row in await desk.rows("managers") if row["id"] != actor.manager_id)
    return actor, Person(other, Role.manager, SALES), conversation


@pytest.mark.parametrize("lead", ["open", "won"])
async def test_r12_the_tasks_about_a_client_go_along_to_the_colleague_who_is_told_of_them(
    desk: Desk, lead: str
) -> None:
    actor, colleague, conversation = await busy(desk)
    await desk.pool.execute("UPDATE leads SET state = $1", lead)
    await transfer(desk.office, actor, conversation, to=colleague.manager_id, force=True)
    assert (await desk.one("tasks"))["manager_id"] == actor.manager_id
    await accept_transfer(desk.office, colleague, conversation)

    assert (await desk.one("tasks"))["manager_id"] == colleague.manager_id
    assert await due_notices(desk) == [("made", colleague.manager_id)]
    assert len(await desk.rows("ledger", "kind = 'task_given'")) == 1


async def test_r12_a_refused_transfer_leaves_the_tasks_where_they_are(desk: Desk) -> None:
    actor, colleague, conversation = await busy(desk)
    await transfer(desk.office, actor, conversation, to=colleague.manager_id, force=True)
    await decline_transfer(desk.office, colleague, conversation)
    assert (await desk.one("tasks"))["manager_id"] == actor.manager_id


async def test_r12_a_head_who_takes_a_client_has_the_tasks_and_those_of_others_stay_theirs(desk: Desk) -> None:
    _, colleague, conversation = await busy(desk)
    head = Person(await desk.hire("olga", role=Role.head), Role.head, SALES)
    await make_task(
        desk.office, head, conversation, new=NewTask("Проверить", desk.now + HOUR, manager_id=colleague.manager_id)
    )
    await take(desk.office, head, conversation)
    have = {row["what"]: row["manager_id"] for row in await desk.rows("tasks")}
    assert have == {"Позвонить": head.manager_id, "Проверить": colleague.manager_id}
    assert await due_notices(desk) == [("made", colleague.manager_id)]
