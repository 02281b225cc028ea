"""RP-1: time to first response, by facts alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hub.domain.errors import NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.inbound import Origin
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import bot_talk, merge, waits
from hub.store import policy
from hub.store.policy import PolicyChange
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.reports.busy_day import asks, figure, head, tables_of, talks
from tests.inbox.rules import (
    DAY,
    MINUTE,
    MOSCOW,
    OFFICE,
    TWO_LINES,
    answer,
    id_of,
    line_says,
    pass_time,
    put_in_force,
    stand_at,
)
from tests.inbox.test_merge import PHONE, both, letter
from tests.inbox.test_queries import actor
from tests.inbox.test_rules_bot_talk import HANDOVER, assistant, bot_says


async def answered(desk: Desk, number: int, *, after: timedelta) -> None:
    conversation = await asks(desk, number)
    await pass_time(desk, after)
    await answer(desk, where=conversation)


async def test_rp1_counts_answers_silence_and_the_share_within_target(desk: Desk) -> None:
    for number, minutes in ((1, 2), (2, 4), (3, 20)):
        await answered(desk, number, after=minutes * MINUTE)
    await asks(desk, 4)
    await pass_time(desk, 16 * MINUTE)
    await asks(desk, 5)
    told = await tables_of(desk, "response")

    assert [figure(told, name) for name in ("waits", "answered", "never_answered", "running")] == [5, 3, 1, 1]
    assert figure(told, "within_share") == 0.5
    assert [figure(told, name) // 60 for name in ("median", "p90", "p95")] == [4, 20, 20]


async def test_rp1_fr4_further_answers_have_a_column_of_their_own(desk: Desk) -> None:
    await answered(desk, 1, after=2 * MINUTE)
    await answered(desk, 1, after=7 * MINUTE)
    told = await tables_of(desk, "response")

    assert (figure(told, "answered"), figure(told, "answered", "next")) == (1, 1)
    assert figure(told, "median", "next") // 60 == 7


async def test_rp1_working_time_stands_beside_elapsed_time(desk: Desk) -> None:
    put_in_force(desk, OFFICE)
    stand_at(desk, 4, "18:55")
    conversation = await asks(desk, 1)
    stand_at(desk, 0, "09:05")
    await answer(desk, where=conversation)
    told = await tables_of(desk, "response")

    assert figure(told, "median") // 60 == 10
    assert figure(told, "median_elapsed") // 60 == 2 * 24 * 60 + 14 * 60 + 10
    assert figure(told, "within_share") == 1


async def test_rp1_d6_a_new_calendar_changes_no_figure_of_the_past(desk: Desk) -> None:
    for document in (ALWAYS_OPEN, OFFICE):
        async with desk.pool.acquire() as connection:
            await policy.add_revision(connection, document, change=PolicyChange(desk.now))
    stand_at(desk, 5, "12:00")
    await answered(desk, 1, after=10 * MINUTE)
    put_in_force(desk, OFFICE)

    assert figure(await tables_of(desk, "response"), "median") // 60 == 10


async def test_rp1_edge29_a_late_delivery_counts_for_clients_and_for_nobodys_own_figures(desk: Desk) -> None:
    late = says("Дошло поздно", at=desk.now - timedelta(hours=2))
    await desk.receive(late)
    await pass_time(desk, MINUTE)
    await answer(desk)
    told, people = await tables_of(desk, "response"), await tables_of(desk, "managers")

    assert (figure(told, "answered"), figure(told, "late_delivery"), figure(told, "within_share")) == (1, 1, 0)
    assert (told["by_sender"], told["by_assignee"]) == ([], [])
    assert sum(row["answered"] + row["breached"] for row in people["managers"]) == 0


async def test_rp1_c10_c11_s11_are_told_apart(desk: Desk) -> None:
    boss = await head(desk)
    await talks(desk, "in-1", client="+79160000002")
    await waits.declare_reached(desk.office, boss, await asks(desk, 1), result="Договорились")
    conversation = await asks(desk, 2)
    await pass_time(desk, MINUTE)
    at = desk.now - MINUTE / 2
    await waits.answered_elsewhere(desk.office, boss, conversation, channel="sms", at=at, result="Да")
    told = await tables_of(desk, "response")

    shares = [figure(told, name) for name in ("reached_share", "elsewhere_share")]
    assert (figure(told, "at_once"), figure(told, "answered"), shares) == (1, 2, [0.5, 0.5])
    assert {row["response_channel"] for row in told["by_response_channel"]} == {"call", "sms"}


async def test_rp1_s7_breakdowns_credit_the_sender_and_name_who_was_responsible_at_the_deadline(desk: Desk) -> None:
    conversation = await asks(desk, 1)
    holder = (await desk.one("conversations"))["assignee_id"]
    ivan, anna = await id_of(desk, "ivan"), await id_of(desk, "anna")
    other = ivan if holder == anna else anna
    await pass_time(desk, MINUTE)
    await answer(desk, by=other, where=conversation)
    told = await tables_of(desk, "response")

    names = {anna: "Анна", ivan: "Иван"}
    assert [row["sender"] for row in told["by_sender"]] == [names[other]]
    assert [row["assignee"] for row in told["by_assignee"]] == [names[holder]]


async def test_rp1_fr6_both_moments_are_shown_where_a_bot_talked_first(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    await asks(desk, 1)
    conversation = await bot_says(desk, "Какой размер вам нужен?")
    desk.clock.move(5 * MINUTE)
    await bot_talk.give_to_people(desk.office, await assistant(desk), conversation)
    await pass_time(desk, MINUTE)
    await answer(desk, where=conversation)
    told = await tables_of(desk, "response")

    assert [figure(told, name) // 60 for name in ("median", "median_from_bot")] == [1, 6]
    assert figure(told, "handed_over") == 1


async def test_rp1_fr8_a_line_that_only_observes_is_named_as_such(desk: Desk) -> None:
    put_in_force(desk, line_says('mode = "observe"'))
    await asks(desk, 1)
    [row] = (await tables_of(desk, "response"))["by_line"]

    assert row["line"] == "Продажи (observes)"


async def test_rp1_the_worst_ten_come_longest_first_with_their_numbers(desk: Desk) -> None:
    for number in range(1, 13):
        await answered(desk, number, after=number * MINUTE)
    worst = (await tables_of(desk, "response"))["worst"]

    assert [row["working"] // 60 for row in worst] == list(range(12, 2, -1))
    assert [row["client"] for row in worst][:2] == ["Клиент 12", "Клиент 11"]
    assert all(row["number"] > 1000 for row in worst)


async def test_rp1_requests_stand_in_their_local_hour_of_week(desk: Desk) -> None:
    stand_at(desk, 2, "23:30")
    await asks(desk, 1)
    by_hour = (await tables_of(desk, "response"))["by_hour"]

    assert {
        (row["weekday"], hour) for row in by_hour for hour, value in row.items() if hour != "weekday" and value
    } == {(2, "h23")}


async def test_rp1_days_are_those_of_the_calendar_and_the_last_one_counts(desk: Desk) -> None:
    at = stand_at(desk, 3, "00:30")
    await asks(desk, 1)
    day = at.astimezone(MOSCOW).date()
    assert day != at.astimezone(UTC).date()

    assert figure(await tables_of(desk, "response", since=day, until=day), "waits") == 1
    assert figure(await tables_of(desk, "response", since=day - DAY, until=day - DAY), "waits") == 0


async def test_rp1_filters_take_line_channel_source_and_campaign(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    origin = Origin("vk", {"utm_campaign": "spring"})
    await desk.receive(says("Сколько?", at=desk.now, by=person(1), origin=origin))
    await asks(desk, 2, "Всё сломалось")

    async def count(**asked: Any) -> int:
        return int(figure(await tables_of(desk, "response", **asked), "waits"))

    assert [await count(line="support"), await count(channel="telegram"), await count(channel="email")] == [1, 2, 0]
    assert [await count(source="vk"), await count(campaign="spring"), await count(campaign="autumn")] == [1, 1, 0]


async def test_rp1_a_manager_or_team_is_asked_about_by_key(desk: Desk) -> None:
    await answered(desk, 1, after=MINUTE)
    [sender] = (await tables_of(desk, "response"))["by_sender"]
    key = {"Анна": "anna", "Иван": "ivan"}[sender["sender"]]

    assert figure(await tables_of(desk, "response", manager=key), "answered") == 1
    assert figure(await tables_of(desk, "response", manager="anna" if key == "ivan" else "ivan"), "answered") == 0
    assert figure(await tables_of(desk, "response", team="sales"), "answered") == 1


async def test_rp1_two_periods_stand_side_by_side_under_the_same_rules(desk: Desk) -> None:
    await answered(desk, 1, after=20 * MINUTE)
    before = desk.now.astimezone(MOSCOW).date()
    stand_at(desk, 2, "12:00")
    await answered(desk, 2, after=2 * MINUTE)
    today = desk.now.astimezone(MOSCOW).date()
    told = await tables_of(desk, "response", since=today, compare_since=before - DAY, compare_until=before)

    assert (figure(told, "median") // 60, figure(told, "median", "first_before") // 60) == (2, 20)
    assert {(row["period"], row["median"] // 60) for row in told["by_line"]} == {("now", 2), ("before", 20)}


async def test_rg1_a_manager_gets_no_report_and_a_head_only_of_own_lines(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    await asks(desk, 1)
    await asks(desk, 2, "Всё сломалось")
    anna = ManagerId(await id_of(desk, "anna"))
    boss = Person(anna, Role.head, frozenset({LineKey("support")}))

    assert figure(await tables_of(desk, "response", actor=boss), "waits") == 1
    with pytest.raises(NotFound):
        await tables_of(desk, "response", actor=boss, line="sales")
    with pytest.raises(PermissionDenied):
        await tables_of(desk, "response", actor=Person(anna, Role.manager, frozenset({LineKey("sales")})))


async def test_rp1_p4_a_joined_wait_belongs_to_the_day_on_which_the_earlier_one_began(desk: Desk) -> None:
    anna, maria = await actor(desk, "anna"), person(100, phone=PHONE)
    stand_at(desk, 6, "12:00")  # the day before the first one, also on a Monday morning
    await desk.receive(says("Спасибо", at=desk.now, by=maria))
    await waits.dismiss(desk.office, anna, (await desk.one("conversations"))["id"])
    first = stand_at(desk, 0, "12:00").date()
    await desk.receive(letter(desk, "Письмо"), connection=2)
    second = stand_at(desk, 3, "12:00").date()
    await desk.receive(says("Из чата", at=desk.now, by=maria, number=7))
    await desk.receive(both(desk, "Это я"))
    question = await desk.one("match_candidates")
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])

    found = [await tables_of(desk, "response", since=day, until=day) for day in (first, second)]
    assert [figure(told, "waits") + figure(told, "waits", "next") for told in found] == [1, 0]
    assert len((await tables_of(desk, "lost", since=first, until=first))["lost"]) == 1


@pytest.mark.parametrize("asked", [{"line": "x"}, {"manager": "x"}, {"team": "x"}])
async def test_rp1_who_is_not_there_cannot_be_asked_about(desk: Desk, asked: dict[str, Any]) -> None:
    with pytest.raises(NotFound, match="there is no"):
        await tables_of(desk, "response", **asked)


async def test_rp1_a_wait_whose_facts_tell_nothing_is_in_no_figure(desk: Desk) -> None:
    await asks(desk, 1)
    await desk.pool.execute("UPDATE ledger SET facts = '{}' WHERE kind = 'wait_opened'")

    assert figure(await tables_of(desk, "response"), "waits") == 0


async def test_rp1_an_empty_hub_has_no_figures_and_no_errors(desk: Desk) -> None:
    told = await tables_of(desk, "RP-1", until=date(2026, 1, 1))

    assert (figure(told, "waits"), figure(told, "median"), told["worst"]) == (0, None, [])
    assert datetime(2026, 1, 1, tzinfo=UTC) < desk.now
