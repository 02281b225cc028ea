"""A watch that looks late changes no breach: its instant is the deadline's (B-1, invariant 11)."""

from collections.abc import Awaitable, Callable

import pytest

from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId
from hub.domain.rights import Person
from hub.inbox import conversations, waits
from tests.inbox.desk import Desk, says
from tests.inbox.rules import MINUTE, answer
from tests.inbox.test_queries import only, owner

End = Callable[[Desk, Person, ConversationId], Awaitable[object]]
ENDS: dict[str, End] = {
    "answered": lambda desk, actor, where: answer(desk, where=where),
    "declared": lambda desk, actor, where: waits.declare_reached(desk.office, actor, where, result="Договорились"),
    "dismissed": lambda desk, actor, where: waits.dismiss(desk.office, actor, where, reason="Спасибо"),
    "cancelled": lambda desk, actor, where: conversations.close(desk.office, actor, where, outcome=Outcome.spam),
}


@pytest.mark.parametrize("state", ENDS)
async def test_b1_invariant11_what_ends_late_is_a_breach_even_if_no_watch_looked(desk: Desk, state: str) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    anna = await owner(desk)
    desk.clock.move(16 * MINUTE)
    await ENDS[state](desk, anna, await only(desk))

    wait = await desk.one("waits")
    assert (wait["state"], wait["breached_at"], wait["assignee_at_deadline"]) == (
        state, wait["deadline_at"], anna.manager_id,
    )  # fmt: skip
    assert (await desk.one("ledger", "kind = 'breached'"))["occurred_at"] == wait["deadline_at"]


@pytest.mark.parametrize("state", ENDS)
async def test_b1_invariant11_what_ends_in_time_is_none(desk: Desk, state: str) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    desk.clock.move(14 * MINUTE)
    await ENDS[state](desk, await owner(desk), await only(desk))

    assert (await desk.one("waits"))["breached_at"] is None
