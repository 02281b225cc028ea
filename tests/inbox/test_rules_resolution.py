"""The clock of the whole matter, the only one that pauses (P-2)."""

from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import Conflict
from hub.domain.manager import Role
from hub.inbox import conversations
from tests.inbox.desk import Desk, says
from tests.inbox.rules import MINUTE, answer, line_says, pass_time, put_in_force
from tests.inbox.test_queries import only, owner

HOUR = 60 * MINUTE
RULES = line_says("[lines.sales.targets]", 'resolution = "4h"')


async def clock(desk: Desk):
    return await desk.one("timers", "kind = 'resolution'")


async def begun(desk: Desk) -> None:
    """A matter that began a minute ago and was answered."""
    put_in_force(desk, RULES)
    await desk.receive(says("Где мой договор?", at=desk.now))
    desk.clock.move(MINUTE)
    await answer(desk, "Пришлите реквизиты")


async def test_p2_the_time_for_the_whole_matter_runs_on_over_answers_until_it_is_closed(desk: Desk) -> None:
    await begun(desk)
    started = (await desk.one("waits"))["started_at"]
    assert (await clock(desk))["due_at"] == started + 4 * HOUR

    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.solved)
    assert (await clock(desk))["state"] == "cancelled"
    await pass_time(desk, 5 * HOUR)
    assert await desk.rows("ledger", "kind = 'breached'") == []


async def test_p2_while_the_client_has_to_act_it_pauses_and_goes_on_with_what_was_left(desk: Desk) -> None:
    await begun(desk)
    await pass_time(desk, HOUR)
    await conversations.wait_for_client(desk.office, await owner(desk), await only(desk))
    await pass_time(desk, 10 * HOUR)
    assert await desk.rows("ledger", "kind = 'breached'") == []

    back = desk.now
    await desk.receive(says("Вот реквизиты", at=back))
    left = (await clock(desk))["due_at"] - back
    assert abs(left - (3 * HOUR - MINUTE)) < timedelta(seconds=5)
    assert [row["kind"] for row in await desk.rows("ledger", "kind IN ('paused', 'resumed') ORDER BY id")] == [
        "paused",
        "resumed",
    ]


async def test_p2_the_wait_of_the_client_does_not_pause_with_it(desk: Desk) -> None:
    await begun(desk)
    await conversations.wait_for_client(desk.office, await owner(desk), await only(desk))
    await desk.receive(says("Вот реквизиты", at=desk.now))

    wait = await desk.one("waits", "state = 'open'")
    assert wait["deadline_at"] - wait["started_at"] == 30 * MINUTE


async def test_p2_nobody_may_say_so_before_somebody_has_answered(desk: Desk) -> None:
    put_in_force(desk, RULES)
    await desk.receive(says("Где мой договор?", at=desk.now))
    with pytest.raises(Conflict, match="nobody has answered"):
        await conversations.wait_for_client(desk.office, await owner(desk), await only(desk))

    assert (await clock(desk))["state"] == "armed"


async def test_p2_nobody_may_say_so_while_the_client_waits_for_us(desk: Desk) -> None:
    await begun(desk)
    desk.clock.move(MINUTE)
    await desk.receive(says("Какие именно?", at=desk.now))
    with pytest.raises(Conflict, match="waits for us"):
        await conversations.wait_for_client(desk.office, await owner(desk), await only(desk))


async def test_p2_saying_it_twice_pauses_once(desk: Desk) -> None:
    await begun(desk)
    for _ in range(2):
        await conversations.wait_for_client(desk.office, await owner(desk), await only(desk))

    assert len(await desk.rows("ledger", "kind = 'paused'")) == 1


async def test_b1_a_matter_that_takes_too_long_is_a_fact_at_its_own_instant_and_the_head_hears(desk: Desk) -> None:
    olga = await desk.hire("olga", role=Role.head)
    await begun(desk)
    due_at = (await clock(desk))["due_at"]
    await pass_time(desk, 5 * HOUR)

    breach = await desk.one("ledger", "kind = 'breached'")
    assert (breach["occurred_at"], breach["facts"]["clock"]) == (due_at, "resolution")
    told = await desk.rows("deliveries", "payload->>'clock' = 'resolution'")
    assert olga in {row["manager_id"] for row in told}


async def test_p2_a_line_without_the_target_has_no_such_clock(desk: Desk) -> None:
    await desk.receive(says("Где мой договор?", at=desk.now))

    assert await desk.rows("timers", "kind = 'resolution'") == []


async def test_p2_a_matter_that_is_opened_again_gets_its_time_anew(desk: Desk) -> None:
    await begun(desk)
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.solved)
    await pass_time(desk, 24 * HOUR)
    again = desk.now
    await desk.receive(says("Договор так и не пришёл", at=again))

    assert ((await clock(desk))["state"], (await clock(desk))["due_at"]) == ("armed", again + 4 * HOUR)
