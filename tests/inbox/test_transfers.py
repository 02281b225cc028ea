"""A transfer that is refused or that nobody answers: who has the client then, and who reads it (R-12)."""

import pytest

from hub.domain.errors import Conflict
from hub.inbox import assignment
from tests.inbox.desk import Desk
from tests.inbox.rules import MINUTE, answer, pass_time
from tests.inbox.test_queries import only, other, owner
from tests.inbox.test_rules_routing import ask, set_presence


async def told(desk: Desk, notice: str) -> list[int]:
    rows = await desk.rows("deliveries", "payload->>'notice' = $1 ORDER BY id", notice)
    return [row["manager_id"] for row in rows]


async def key_of(desk: Desk, manager_id: int) -> str:
    return str((await desk.one("managers", "id = $1", manager_id))["key"])


async def test_r12_an_unanswered_transfer_leaves_an_able_owner_the_client_and_tells_him(desk: Desk) -> None:
    await ask(desk, 100)
    me, colleague = await owner(desk), await other(desk)
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id)
    await pass_time(desk, 6 * MINUTE)

    assert (await desk.one("conversations"))["transfer_to"] is None
    assert (await desk.one("waits"))["assignee_id"] == me.manager_id
    assert await told(desk, "transfer_returned") == [me.manager_id]


async def test_r12_an_unanswered_transfer_of_an_owner_on_a_break_goes_by_the_rules_of_the_line(desk: Desk) -> None:
    await ask(desk, 100)
    me, colleague = await owner(desk), await other(desk)
    zoe = await desk.hire("zoe", "Зоя")
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id)
    await set_presence(desk, await key_of(desk, me.manager_id), "paused")
    await pass_time(desk, 6 * MINUTE)

    assert (await desk.one("waits"))["assignee_id"] == zoe
    assert zoe in await told(desk, "assigned")
    assert me.manager_id in await told(desk, "taken_away")


async def test_r12_a_colleague_who_let_it_expire_is_asked_again_only_after_a_confirm(desk: Desk) -> None:
    await ask(desk, 100)
    me, colleague = await owner(desk), await other(desk)
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id)
    await pass_time(desk, 6 * MINUTE)
    with pytest.raises(Conflict):
        await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id)
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id, force=True)

    assert (await desk.one("conversations"))["transfer_to"] == colleague.manager_id


async def test_r12_a_transfer_whose_client_was_answered_meanwhile_waits_for_the_colleague(desk: Desk) -> None:
    await ask(desk, 100)
    me, colleague = await owner(desk), await other(desk)
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id)
    await answer(desk)
    await pass_time(desk, 6 * MINUTE)

    assert (await desk.one("conversations"))["transfer_to"] == colleague.manager_id
    assert await told(desk, "transfer_returned") == []


async def test_r12_without_a_waiting_client_there_is_no_hurry_and_a_refusal_is_told(desk: Desk) -> None:
    await ask(desk, 100)
    me, colleague = await owner(desk), await other(desk)
    desk.clock.move(MINUTE)
    await answer(desk)
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id, note="на завтра")
    assert await desk.rows("timers", "kind = 'transfer'") == []
    await assignment.decline_transfer(desk.office, colleague, await only(desk))

    assert (await desk.one("conversations"))["assignee_id"] == me.manager_id
    assert await told(desk, "transfer_returned") == [me.manager_id]
    assert (await desk.one("messages", "direction = 'note'"))["text"] == "на завтра"


async def test_r12_a_refused_transfer_of_a_free_client_bothers_nobody(desk: Desk) -> None:
    await ask(desk, 100)
    me, colleague = await owner(desk), await other(desk)
    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL, offered_to = '{}'")
    await desk.pool.execute("UPDATE waits SET assignee_id = NULL")
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id)
    await assignment.decline_transfer(desk.office, colleague, await only(desk))

    assert await told(desk, "transfer_returned") == []
    assert (await desk.one("waits"))["declined"] == [colleague.manager_id]


async def test_r12_only_who_is_asked_can_refuse(desk: Desk) -> None:
    await ask(desk, 100)
    me, colleague = await owner(desk), await other(desk)
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id)
    await assignment.decline_transfer(desk.office, me, await only(desk))

    assert (await desk.one("conversations"))["transfer_to"] == colleague.manager_id
