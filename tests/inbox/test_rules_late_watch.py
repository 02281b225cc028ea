"""A watch that looks late changes no breach: its instant is the deadline's (B-1, invariant 11)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId
from hub.domain.rights import Person
from hub.inbox import conversations, waits
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import MINUTE, answer, pass_time
from tests.inbox.test_matching import MAIL, PHONE, form, letter
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


async def test_b1_fr9_invariant11_a_breach_follows_a_start_that_is_corrected(desk: Desk) -> None:
    began = desk.now
    await desk.receive(says("Сколько стоит?", at=began))
    await pass_time(desk, 16 * MINUTE)
    await desk.receive(says("Вы здесь?", at=began - 5 * MINUTE))

    wait = await desk.one("waits")
    assert wait["started_at"] == began - 5 * MINUTE
    assert wait["breached_at"] == wait["deadline_at"] == began + 10 * MINUTE


async def test_b1_fr9_invariant5_a_breach_is_taken_back_where_the_first_request_leaves_more_time(desk: Desk) -> None:
    began = desk.now
    await desk.receive(says("Сколько стоит?", at=began, by=person(1, phone=PHONE)))
    await desk.receive(form(desk, phone=PHONE, mail=MAIL), connection=3)
    await pass_time(desk, 16 * MINUTE)
    assert (await desk.one("waits"))["breached_at"] == began + 15 * MINUTE
    await desk.receive(replace(letter(desk), occurred_at=began - 5 * MINUTE), connection=2)

    wait = await desk.one("waits")
    assert (wait["deadline_at"], wait["breached_at"]) == (began + 55 * MINUTE, None)
    await pass_time(desk, 40 * MINUTE)
    assert (await desk.one("waits"))["breached_at"] == wait["deadline_at"]
