"""Clients whom nobody can take: the queue is looked at whenever that may have changed, hint or no hint (case 75)."""

import asyncio
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId
from hub.domain.manager import Role
from hub.inbox import conversations, waits
from tests.inbox.desk import ALWAYS_OPEN, Desk, open_desk, person, says
from tests.inbox.rules import MINUTE, answer, line_says, pass_time
from tests.inbox.test_queries import actor

FULL = line_says('strategy = "round_robin"', "capacity = 1", base=ALWAYS_OPEN)


@pytest.fixture
async def busy(pool: asyncpg.Pool, tmp_path: Path) -> Desk:
    """Three people have one client each and no place for more; two clients wait for anybody, in this order."""
    desk = await open_desk(pool, tmp_path / "files", policy=FULL)
    for key in ("anna", "ivan"):
        await desk.hire(key)
    await desk.hire("vera", role=Role.head)
    for number in range(1, 6):
        await desk.receive(says("Здравствуйте", at=desk.now, by=person(number), number=number))
        desk.clock.move(timedelta(seconds=1))
    return desk


async def queue(desk: Desk) -> list[asyncpg.Record]:
    return await desk.rows("waits", "state = 'open' AND assignee_id IS NULL ORDER BY id")


async def first(desk: Desk) -> ConversationId:
    """The conversation of the client who came first."""
    return ConversationId((await desk.rows("conversations", "true ORDER BY id"))[0]["id"])


async def owner_of(desk: Desk, conversation: ConversationId) -> str:
    row = await desk.one("conversations", "id = $1", conversation)
    return str((await desk.one("managers", "id = $1", row["assignee_id"]))["key"])


async def answers(desk: Desk) -> None:
    await answer(desk, where=await first(desk))
    await conversations.close(
        desk.office,
        await actor(desk, await owner_of(desk, await first(desk))),
        await first(desk),
        outcome=Outcome.solved,
    )


async def marks_as_spam(desk: Desk) -> None:
    by = await actor(desk, await owner_of(desk, await first(desk)))
    await conversations.close(desk.office, by, await first(desk), outcome=Outcome.spam)


async def needs_no_answer(desk: Desk) -> None:
    by = await actor(desk, await owner_of(desk, await first(desk)))
    await waits.dismiss(desk.office, by, await first(desk))
    await conversations.close(desk.office, by, await first(desk), outcome=Outcome.solved)


async def a_colleague_is_hired(desk: Desk) -> None:
    await desk.hire("petr")


@pytest.mark.parametrize("change", [answers, marks_as_spam, needs_no_answer, a_colleague_is_hired])
async def test_case75_when_somebody_can_take_one_more_the_longest_waiting_is_given(busy: Desk, change) -> None:
    first_in, second_in = [row["id"] for row in await queue(busy)]
    assert await ClockWatch(busy.office).serve_queue() == 0
    await change(busy)
    await ClockWatch(busy.office).serve_queue()

    assert [row["id"] for row in await queue(busy)] == [second_in]
    assert (await busy.one("waits", "id = $1", first_in))["assignee_id"] is not None


async def test_case75_without_any_hint_the_queue_is_looked_at_by_itself(busy: Desk) -> None:
    watching = asyncio.create_task(ClockWatch(busy.office).run())
    await busy.hire("petr")
    async with asyncio.timeout(60):
        while len(await queue(busy)) > 1:
            await asyncio.sleep(0.05)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert len(await queue(busy)) == 1


async def test_case75_whom_nobody_has_is_late_all_the_same_and_the_head_hears_of_both(busy: Desk) -> None:
    waiting = [row["id"] for row in await queue(busy)]
    await pass_time(busy, 16 * MINUTE)

    late = await busy.rows("waits", "id = ANY($1)", waiting)
    assert [row["breached_at"] for row in late] == [row["deadline_at"] for row in late]
    vera = (await busy.one("managers", "key = 'vera'"))["id"]
    told = await busy.rows("deliveries", "lane = 'notify' AND payload->>'manager_id' = $1", str(vera))
    assert {row["payload"].get("wait_id") for row in told if row["payload"]["notice"] == "queue"} >= set(waiting)
    assert {"level", "digest"} & {row["payload"]["notice"] for row in told}
