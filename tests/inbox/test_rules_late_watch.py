"""A watch that looks late changes no breach: its instant is the deadline's (B-1, invariant 11)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId
from hub.domain.inbound import DeliveryReport, ReportState
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import conversations, merge, waits
from hub.inbox.assignment import accept_transfer, release, take, transfer
from hub.inbox.lines import move_to_line
from hub.inbox.queries.reports.verify import verify
from tests.inbox.desk import Desk, person, says
from tests.inbox.reports.busy_day import THE_ADMIN
from tests.inbox.rules import MINUTE, answer, pass_time
from tests.inbox.test_lines import SUPPORT, put_in_force
from tests.inbox.test_matching import MAIL, PHONE, form, letter
from tests.inbox.test_merge import three_cards
from tests.inbox.test_queries import actor, only, other, owner

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


async def _moved(desk: Desk, target: str, *, after: timedelta, is_later_agreed: bool = False) -> datetime:
    """Let a client of a line with 15 minutes wait, and a head move them to one with another target."""
    put_in_force(desk, target)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await take(desk.office, await owner(desk), await only(desk))
    await pass_time(desk, after)
    olga = Person(await desk.hire("olga", role=Role.head), Role.head, frozenset(desk.office.policy().lines))
    await move_to_line(desk.office, olga, await only(desk), line=SUPPORT, is_later_agreed=is_later_agreed)
    return datetime.fromisoformat(str((await desk.one("waits"))["started_at"]))


async def _differences(desk: Desk) -> list[object]:
    return list((await verify(desk.office, THE_ADMIN)).differences)


async def test_b1_d7_invariant11_a_missed_deadline_that_an_agreed_later_one_replaces_is_missed_no_more(
    desk: Desk,
) -> None:
    start = await _moved(desk, "2h", after=16 * MINUTE, is_later_agreed=True)
    wait = await desk.one("waits")
    assert (wait["deadline_at"], wait["breached_at"]) == (start + 120 * MINUTE, None)
    assert wait["assignee_at_deadline"] is None
    assert await _differences(desk) == []

    await pass_time(desk, 110 * MINUTE)
    assert (await desk.one("waits"))["breached_at"] == start + 120 * MINUTE
    assert await _differences(desk) == []


@pytest.mark.parametrize(("target", "minutes"), [("5m", 5), ("2h", 15), ("20m", 20)])
async def test_b1_d7_invariant11_a_missed_deadline_moves_with_the_line_and_stays_with_who_had_it(
    desk: Desk, target: str, minutes: int
) -> None:
    was = desk.now
    start = await _moved(desk, target, after=21 * MINUTE, is_later_agreed=target == "20m")
    wait = await desk.one("waits")

    assert start - was < MINUTE
    assert wait["breached_at"] == wait["deadline_at"] == start + minutes * MINUTE
    assert wait["assignee_at_deadline"] == wait["assignee_at_start"]
    assert await _differences(desk) == []


async def test_b1_d7_a_move_to_a_line_whose_deadline_has_passed_is_a_breach_at_once(desk: Desk) -> None:
    start = await _moved(desk, "5m", after=10 * MINUTE)
    wait = await desk.one("waits")
    assert wait["breached_at"] == wait["deadline_at"] == start + 5 * MINUTE
    assert wait["assignee_at_deadline"] == wait["assignee_at_start"]
    assert await _differences(desk) == []


async def test_b1_s7_who_had_the_client_at_the_deadline_has_missed_it_though_a_colleague_has_them_now(
    desk: Desk,
) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    was = await owner(desk)
    await take(desk.office, was, await only(desk))
    desk.clock.move(16 * MINUTE)
    await release(desk.office, was, await only(desk))
    await pass_time(desk, MINUTE)

    wait = await desk.one("waits")
    assert wait["assignee_id"] not in {None, was.manager_id}
    assert wait["assignee_at_deadline"] == was.manager_id
    assert await _differences(desk) == []


async def test_b1_s7_s3_a_deadline_missed_before_the_client_went_to_a_colleague_is_not_his_when_the_wait_returns(
    desk: Desk,
) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    was, now = await owner(desk), await other(desk)
    desk.clock.move(10 * MINUTE)
    await answer(desk)
    desk.clock.move(10 * MINUTE)
    await transfer(desk.office, was, await only(desk), to=now.manager_id, force=True)
    await accept_transfer(desk.office, now, await only(desk))
    desk.clock.move(10 * MINUTE)
    sent = (await desk.one("messages", "direction = 'outbound'"))["external_id"]
    await desk.receive(DeliveryReport("report-1", sent, ReportState.failed, desk.now, reason="no such chat"))
    await pass_time(desk, MINUTE)

    wait = await desk.one("waits")
    assert (wait["state"], wait["assignee_id"]) == ("open", now.manager_id)
    assert (wait["breached_at"], wait["assignee_at_deadline"]) == (wait["deadline_at"], was.manager_id)
    told = await desk.rows("ledger", "kind IN ('restored', 'breached') ORDER BY id")
    assert [row["kind"] for row in told] == ["restored", "breached"]
    assert await _differences(desk) == []


@pytest.mark.parametrize(("passed_on", "ended"), [(1, (0, 2)), (2, (0,))], ids=["moves over", "is joined"])
async def test_b1_s7_p4_a_deadline_missed_before_a_merge_was_missed_by_who_had_that_client_then(
    desk: Desk, passed_on: int, ended: tuple[int, ...]
) -> None:
    anna, question = await three_cards(desk)
    await desk.pool.execute("UPDATE managers SET is_active = true WHERE key = 'ivan'")
    ivan = await actor(desk, "ivan")
    places = [ConversationId(row["id"]) for row in await desk.rows("conversations", "true ORDER BY id")]
    for place in ended:
        await waits.dismiss(desk.office, anna, places[place], reason="Спасибо")
    await transfer(desk.office, anna, places[passed_on], to=ivan.manager_id, force=True)
    await accept_transfer(desk.office, ivan, places[passed_on])
    desk.clock.move(180 * MINUTE)
    olga = Person(await desk.hire("olga", role=Role.head), Role.head, frozenset(desk.office.policy().lines))
    await merge.join_candidate(desk.office, olga, question["id"], with_contact=question["candidates"][0])
    assert (await desk.one("waits", "state = 'open'"))["assignee_id"] == anna.manager_id
    await pass_time(desk, MINUTE)

    wait = await desk.one("waits", "state = 'open'")
    assert (wait["breached_at"], wait["assignee_at_deadline"]) == (wait["deadline_at"], ivan.manager_id)
    assert await _differences(desk) == []
