"""RP-5 and R-14: who has, answers, declines and lets pass what."""

import pytest

from hub.domain.ids import ConversationId, ManagerId
from hub.inbox import assignment
from tests.inbox.desk import Desk
from tests.inbox.reports.busy_day import Tables, asks, head, play, tables_of
from tests.inbox.rules import MINUTE, TWO_LINES, answer, id_of, line_says, pass_time, put_in_force
from tests.inbox.test_queries import actor


def row_of(tables: Tables, name: str, *, table: str = "managers") -> dict[str, object]:
    [row] = [row for row in tables[table] if row["manager"] == name]
    return row


async def given_to_anna(desk: Desk, number: int) -> ConversationId:
    conversation = await asks(desk, number)
    await assignment.take(desk.office, await head(desk), conversation)
    return conversation


async def test_rp5_answers_breaches_and_open_waits_are_each_managers_own(desk: Desk) -> None:
    first = await given_to_anna(desk, 1)
    await pass_time(desk, 3 * MINUTE)
    await answer(desk, where=first)
    await given_to_anna(desk, 2)
    desk.clock.move(16 * MINUTE)
    await pass_time(desk, MINUTE)
    row = row_of(await tables_of(desk, "managers"), "Анна")

    assert (row["answered"], row["breached"]) == (1, 1)
    assert row["median"] == 180


async def test_rp5_an_answer_is_its_senders_whoever_had_the_client(desk: Desk) -> None:
    await answer(desk, by=await id_of(desk, "ivan"), where=await given_to_anna(desk, 1))
    told = await tables_of(desk, "managers")

    assert [row_of(told, name)["answered"] for name in ("Анна", "Иван")] == [0, 1]


async def test_rp5_invariant8_the_shares_of_waits_held_sum_up_to_one(desk: Desk) -> None:
    await play(desk)
    rows = (await tables_of(desk, "managers"))["managers"]

    assert sum(row["held_share"] for row in rows) == pytest.approx(1)


async def test_rp5_edge18_each_holds_by_time(desk: Desk) -> None:
    conversation = await given_to_anna(desk, 1)
    await pass_time(desk, 4 * MINUTE)
    await assignment.transfer(desk.office, await head(desk), conversation, to=ManagerId(await id_of(desk, "ivan")))
    await assignment.accept_transfer(desk.office, await actor(desk, "ivan"), conversation)
    await pass_time(desk, 6 * MINUTE)
    await answer(desk, where=conversation)
    told = await tables_of(desk, "managers")

    shares = [row_of(told, name)["held_share"] for name in ("Анна", "Иван")]
    assert shares == pytest.approx([0.4, 0.6], abs=0.01)


async def test_rp5_open_tasks_are_counted_with_those_that_are_late(desk: Desk) -> None:
    anna = await id_of(desk, "anna")
    insert = "INSERT INTO tasks (id, what, cause, manager_id, due_at, created_at) VALUES ($1, '', '', $2, $3, $4)"
    for number, due_at in ((7, desk.now - MINUTE), (8, desk.now + MINUTE)):
        await desk.pool.execute(insert, number, anna, due_at, desk.now)
    row = row_of(await tables_of(desk, "managers"), "Анна")

    assert (row["tasks_overdue"], row["tasks"]) == (1, 2)


async def test_r14_offers_takes_declines_and_expiries_are_counted_by_person_and_hour(desk: Desk) -> None:
    put_in_force(desk, line_says('strategy = "offer_all"'))
    taken = await asks(desk, 1)
    await assignment.take(desk.office, await actor(desk, "anna"), taken)
    declined = await asks(desk, 2)
    await assignment.decline(desk.office, await actor(desk, "ivan"), declined)
    await pass_time(desk, 4 * MINUTE)
    told = await tables_of(desk, "fairness")
    anna, ivan = (row_of(told, name, table="people") for name in ("Анна", "Иван"))

    assert (anna["taken"], ivan["taken"]) == (1, 0)
    assert (anna["declined"], ivan["declined"]) == (0, 1)
    assert anna["offer_expired"] == 1
    assert anna["offered"] >= 2  # type: ignore[operator]
    by_hour = row_of(told, "Анна", table="taken_by_hour")
    assert sum(value for hour, value in by_hour.items() if hour != "manager" and value) == 1  # type: ignore[misc]


async def test_r14_one_manager_may_be_asked_about(desk: Desk) -> None:
    for number in (1, 2):
        await given_to_anna(desk, number)

    for key, name in (("anna", "Анна"), ("ivan", "Иван")):
        assert {row["manager"] for row in (await tables_of(desk, "fairness", manager=key))["people"]} == {name}


async def test_r14_rp5_other_lines_and_other_people_are_left_out(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    conversation = await given_to_anna(desk, 1)
    await assignment.release(desk.office, await actor(desk, "anna"), conversation)
    await assignment.decline(desk.office, await actor(desk, "ivan"), conversation)

    assert (await tables_of(desk, "fairness", line="support"))["people"] == []
    assert {row["manager"] for row in (await tables_of(desk, "managers", manager="ivan"))["managers"]} <= {"Иван"}
    assert sum(row["declined"] for row in (await tables_of(desk, "managers", line="support"))["managers"]) == 0


_RATED = """
INSERT INTO ledger (id, conversation_id, line, kind, occurred_at, recorded_at, actor, manager_id, facts)
SELECT max(id) + 1, $1, 'sales', 'rated', $2, $2, 'client', $3, jsonb_build_object('mark', $4::int) FROM ledger
"""


async def rates(desk: Desk, conversation: ConversationId, mark: int) -> None:
    await desk.pool.execute(_RATED, conversation, desk.now, await id_of(desk, "anna"), mark)


async def test_rp5_a_mark_that_was_changed_counts_once_as_it_is_now(desk: Desk) -> None:
    first, second = [await given_to_anna(desk, number) for number in (1, 2)]
    for conversation, mark in ((first, 5), (first, 1), (second, 4)):
        await rates(desk, conversation, mark)
        desk.clock.move(MINUTE)
    row = row_of(await tables_of(desk, "managers"), "Анна")

    assert (row["rated"], row["liked"]) == (2, 0.5)
