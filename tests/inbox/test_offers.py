"""Who is told that something is not offered to them any more (R-10): one notice a manager and change."""

import pytest

from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId, ManagerId
from hub.inbox.assignment import decline, take
from hub.inbox.conversations import close
from hub.inbox.people import AT_THE_MACHINE, dismiss_manager
from tests.inbox.desk import Desk, says
from tests.inbox.rules import line_says, put_in_force
from tests.inbox.test_queries import actor


@pytest.fixture
async def offered(desk: Desk) -> tuple[ManagerId, ManagerId, ConversationId]:
    """A client offered to Ivan and Anna."""
    put_in_force(desk, line_says('strategy = "offer_all"'))
    ivan, anna = await actor(desk, "ivan"), await actor(desk, "anna")
    await desk.receive(says("Сколько стоит?", at=desk.now))
    return ivan.manager_id, anna.manager_id, ConversationId((await desk.one("conversations"))["id"])


async def told(desk: Desk, notice: str = "offers_changed") -> set[int]:
    rows = await desk.rows("deliveries", "payload->>'notice' = $1", notice)
    assert len({row["manager_id"] for row in rows}) == len(rows)
    return {row["manager_id"] for row in rows}


async def test_r10_who_takes_has_one_less_and_the_others_hear_who_has_it(
    desk: Desk, offered: tuple[ManagerId, ManagerId, ConversationId]
) -> None:
    ivan, anna, conversation = offered
    assert await told(desk) == set()
    await take(desk.office, await actor(desk, "ivan"), conversation)
    assert (await told(desk), await told(desk, "taken_away")) == ({ivan}, {anna})


async def test_r8_who_declines_has_one_less(desk: Desk, offered: tuple[ManagerId, ManagerId, ConversationId]) -> None:
    ivan, _, conversation = offered
    await decline(desk.office, await actor(desk, "ivan"), conversation)
    assert await told(desk) == {ivan}


async def test_a_close_tells_everybody_it_was_offered_to(
    desk: Desk, offered: tuple[ManagerId, ManagerId, ConversationId]
) -> None:
    ivan, anna, conversation = offered
    await close(desk.office, await actor(desk, "ivan"), conversation, outcome=Outcome.spam)
    assert await told(desk) == {ivan, anna}


async def test_rg4_who_left_is_told_nothing(desk: Desk, offered: tuple[ManagerId, ManagerId, ConversationId]) -> None:
    _, anna, _ = offered
    await dismiss_manager(desk.office, AT_THE_MACHINE, anna)
    assert await told(desk) == set()
