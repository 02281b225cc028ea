"""`hub report verify`: facts and rows agree, and whoever alters one of them is named (issue 3, must show 6)."""

import pytest

from hub.domain.errors import NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import assignment
from hub.inbox.queries.reports.verify import Difference, verify
from tests.inbox.desk import Desk
from tests.inbox.reports.busy_day import THE_ADMIN, asks, play
from tests.inbox.rules import MINUTE, answer, pass_time
from tests.inbox.test_queries import other, owner


async def differences(desk: Desk) -> list[Difference]:
    return (await verify(desk.office, THE_ADMIN)).differences


async def test_everything_of_a_busy_day_is_told_by_its_facts(desk: Desk) -> None:
    await play(desk)
    verdict = await verify(desk.office, THE_ADMIN)

    assert verdict.differences == []
    assert verdict.unprovable == 0
    assert verdict.waits == len(await desk.rows("waits")) > 12
    assert verdict.leads == len(await desk.rows("leads")) > 8


async def test_one_altered_ledger_row_and_one_altered_wait_row_are_both_named(desk: Desk) -> None:
    await play(desk)
    [fact] = await desk.rows("ledger", "kind = 'dismissed'")
    [wait] = await desk.rows("waits", "state = 'cancelled'")
    await desk.pool.execute("UPDATE ledger SET occurred_at = occurred_at - interval '1 hour' WHERE id = $1", fact["id"])
    await desk.pool.execute("UPDATE waits SET deadline_at = deadline_at + interval '1 hour' WHERE id = $1", wait["id"])

    found = {each.field: each for each in await differences(desk)}

    assert set(found) == {"ended_at", "deadline_at"}
    assert (found["ended_at"].id, found["deadline_at"].id) == (fact["wait_id"], wait["id"])
    assert (fact["id"], "dismissed") in found["ended_at"].entries
    assert found["deadline_at"].told == wait["deadline_at"]
    assert found["deadline_at"].number is not None


async def test_r12_who_refuses_a_transfer_never_had_the_client(desk: Desk) -> None:
    conversation = await asks(desk, 1)
    me, colleague = await owner(desk), await other(desk)
    await assignment.transfer(desk.office, me, conversation, to=colleague.manager_id)
    await assignment.decline_transfer(desk.office, colleague, conversation)

    assert await differences(desk) == []


@pytest.mark.parametrize(
    ("alter", "field"),
    [
        ("UPDATE waits SET responder_id = 7 WHERE state = 'answered'", "responder_id"),
        ("UPDATE waits SET breached_at = deadline_at WHERE state = 'answered'", "breached_at"),
        ("UPDATE ledger SET occurred_at = occurred_at + interval '1 s' WHERE kind = 'wait_opened'", "last_request_at"),
        ("UPDATE ledger SET manager_id = 7 WHERE kind = 'assigned'", "assignee_id"),
        ("UPDATE waits SET target_seconds = 60", "target_seconds"),
        ("DELETE FROM ledger WHERE kind = 'wait_opened'", ""),
        ("UPDATE ledger SET facts = '{}' WHERE kind = 'wait_opened'", ""),
        ("DELETE FROM waits", ""),
        ("UPDATE leads SET stage = 'won'", "stage"),
        ("DELETE FROM lead_stage_facts", ""),
    ],
)
async def test_whatever_is_altered_is_named(desk: Desk, alter: str, field: str) -> None:
    await asks(desk, 1)
    await pass_time(desk, MINUTE)
    await answer(desk)
    await desk.pool.execute(alter)

    assert field in {each.field for each in await differences(desk)}


async def test_a_fact_written_by_a_slower_process_keeps_its_place(desk: Desk) -> None:
    await asks(desk, 1)
    await pass_time(desk, MINUTE)
    await answer(desk)
    await desk.pool.execute("UPDATE ledger SET recorded_at = recorded_at - interval '5 min' WHERE kind = 'answered'")

    assert await differences(desk) == []


async def test_a_wait_of_a_hub_before_the_complete_ledger_is_counted_and_not_judged(desk: Desk) -> None:
    await asks(desk, 1)
    await desk.pool.execute("""UPDATE ledger SET facts = facts || '{"backfilled": true}' WHERE kind = 'wait_opened'""")
    verdict = await verify(desk.office, THE_ADMIN)

    assert (verdict.unprovable, verdict.differences) == (1, [])


@pytest.mark.parametrize(("role", "error"), [(Role.manager, (NotFound, PermissionDenied)), (Role.head, NotFound)])
async def test_rg1_only_an_administrator_verifies(desk: Desk, role: Role, error: type[Exception]) -> None:
    with pytest.raises(error):
        await verify(desk.office, Person(ManagerId(1), role, frozenset({LineKey("sales")})))
