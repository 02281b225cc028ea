"""RP-7, RP-8, RP-11, RP-12: lists that people work through."""

import re
from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.inbox import conversations, leads, waits
from hub.inbox.folds.tasks import NewTask
from hub.inbox.queries.reports.asking import Asked
from hub.inbox.queries.reports.catalogue import REPORTS, run_report
from hub.inbox.tasks import make_task
from tests.inbox.desk import Desk, says
from tests.inbox.reports.busy_day import THE_ADMIN, Tables, asks, figure, head, play, tables_of
from tests.inbox.rules import DAY, MINUTE, MOSCOW, TWO_LINES, answer, line_says, pass_time, put_in_force, stand_at
from tests.inbox.test_calls import miss
from tests.inbox.test_merge import three_cards


async def test_rp7_every_overdue_request_without_an_answer_newest_first(desk: Desk) -> None:
    for number in (1, 2, 3):
        await asks(desk, number)
        await pass_time(desk, MINUTE)
    await answer(desk, where=(await desk.rows("conversations", "true ORDER BY id"))[1]["id"])
    await pass_time(desk, 20 * MINUTE)
    await asks(desk, 4)
    lost = (await tables_of(desk, "lost"))["lost"]

    assert [row["client"] for row in lost] == ["Клиент 3", "Клиент 1"]
    assert [row["overdue"] // 60 for row in lost] == [6, 8]


async def test_rp7_without_dates_nobody_is_forgotten_however_long_ago(desk: Desk) -> None:
    await asks(desk, 1)
    await pass_time(desk, 100 * DAY)
    today = desk.now.astimezone(MOSCOW).date()

    assert len((await tables_of(desk, "lost"))["lost"]) == 1
    assert (await tables_of(desk, "lost", since=today))["lost"] == []


async def test_rp7_s3_a_wait_that_was_given_back_is_lost_again(desk: Desk) -> None:
    boss = await head(desk)
    conversation = await asks(desk, 1)
    await conversations.close(desk.office, boss, conversation, outcome=Outcome.spam)
    await conversations.reopen(desk.office, boss, conversation)
    await pass_time(desk, 20 * MINUTE)

    assert [row["client"] for row in (await tables_of(desk, "lost"))["lost"]] == ["Клиент 1"]


async def test_rp7_c8_a_hidden_number_is_a_lost_client_too(desk: Desk) -> None:
    await miss(desk, "m1", client="")
    await pass_time(desk, 20 * MINUTE)

    assert len((await tables_of(desk, "lost"))["lost"]) == 1
    assert figure(await tables_of(desk, "response"), "waits") == 0


async def test_rp8_what_has_to_be_put_right_is_counted_and_listed(desk: Desk) -> None:
    await three_cards(desk)
    told = await tables_of(desk, "quality")

    assert figure(told, "duplicates", "value") == 1
    assert figure(told, "no_next_step", "value") == len(await desk.rows("leads"))
    assert [(row["client"], row["what"]) for row in told["duplicates"]] == [("Маша", "Мария, Мария П.")]
    assert {row["what"] for row in told["no_next_step"]} == {"New"}


async def test_rp8_a_failed_answer_is_listed_with_its_reason(desk: Desk) -> None:
    conversation = await asks(desk, 1)
    await pass_time(desk, MINUTE)
    await answer(desk, where=conversation)
    await desk.pool.execute("UPDATE deliveries SET state = 'failed', reason = 'blocked' WHERE lane = 'reply'")

    [row] = (await tables_of(desk, "quality"))["unsent"]
    assert row["what"] == "refused: the client has blocked us"


NEEDY = """
[[leads.stages]]
key = "new"
name = "Новый"
[[leads.stages]]
key = "need_confirmed"
name = "Потребность"
requires = ["amount", "next_step"]
[[leads.stages]]
key = "won"
name = "Сделка"
state = "won"
[[leads.stages]]
key = "lost"
name = "Отказ"
state = "lost"
"""


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_no_report_shows_an_internal_id(desk: Desk, language: str) -> None:
    await play(desk)
    await leads.move_lead(desk.office, await head(desk), await asks(desk, 55), to="contacted")
    await desk.pool.execute("UPDATE waits SET deadline_at = deadline_at + interval '1 hour' WHERE state = 'open'")
    ids = {
        str(row["id"])
        for table in ("leads", "waits", "contacts", "tasks", "managers")
        for row in await desk.rows(table)
    }

    for kind in REPORTS:
        report, _ = await run_report(desk.office, THE_ADMIN, kind.word, Asked(language=language))
        words = {word for table in report.tables for row in table.rows for cell in row for word in _words(cell)}
        assert not words & ids, (kind.word, words & ids)


def _words(cell: object) -> list[str]:
    return re.findall(r"\d+", cell) if isinstance(cell, str) else []


async def test_rp8_l3_leads_without_what_new_rules_ask_of_their_stage_are_counted_by_name(desk: Desk) -> None:
    conversation = await asks(desk, 1)
    await leads.move_lead(desk.office, await head(desk), conversation, to="need_confirmed")
    put_in_force(desk, line_says() + NEEDY)
    told = await tables_of(desk, "quality")
    report, _ = await run_report(desk.office, THE_ADMIN, "quality", Asked(language="ru"))

    assert "лиды без обязательных полей: Сумма" in {each.name.ru for each in report.tables[0].figures}
    assert figure(told, "without:amount", "value") == 1
    assert "without:next_step" not in {row["figure"] for row in told["summary"]}


async def test_rp9_what_works_what_waits_and_what_only_comparing_found(desk: Desk) -> None:
    await desk.pool.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, state, state_reason, overlooked, created_at) "
        "VALUES (11, 'mango', 'pbx', '', 'active', '', 3, now()), (12, 'amocrm', 'crm', '', 'active', '', 0, now()), "
        "(13, 'email', 'box', '', 'down', 'no answer', 0, now())"
    )
    await desk.pool.execute(
        "INSERT INTO crm_accounts (connection_id, drift, blocked_until, blocked_reason) VALUES (12, 4, now(), 'busy')"
    )
    told = await tables_of(desk, "health")

    names = ("connections", "not_working", "differences", "parked", "unsent")
    assert [figure(told, name, "value") for name in names] == [3, 1, 7, 0, 0]
    assert [(row["name"], row["state"], row["differences"], row["reason"]) for row in told["connections"]] == [
        *(("pbx", "active", 3, ""), ("crm", "active", 4, "busy"), ("box", "down", 0, "no answer"))
    ]


async def test_rp9_what_was_set_aside_is_listed_and_the_oldest_that_waits_is_told(desk: Desk) -> None:
    await desk.pool.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) "
        "VALUES (1, 'telegram', 'shop', '', now())"
    )
    for event in ("odd", "late"):
        await desk.accept(says("Сколько стоит?", at=desk.now), event_id=event)
    await desk.pool.execute(
        "UPDATE receipts SET state = 'parked', reason = 'nobody said that' WHERE external_id = 'odd'"
    )
    await pass_time(desk, 10 * MINUTE)
    told = await tables_of(desk, "health")

    assert [(row["name"], row["reason"]) for row in told["parked"]] == [("shop", "nobody said that")]
    assert (figure(told, "parked", "value"), figure(told, "lag", "value") // 60) == (1, 10)
    assert {row["lane"]: row["waiting"] for row in told["lanes"]}["from clients"] == 1


async def test_rp11_l4_a_first_move_by_hand_is_listed(desk: Desk) -> None:
    conversation = await asks(desk, 1)
    await leads.move_lead(desk.office, await head(desk), conversation, to="need_confirmed")
    told = await tables_of(desk, "acceptance")

    assert results(told)["stages follow what happened"] == "fail"
    [row] = told["moved_by_action"]
    assert (row["number"], row["client"], row["what"]) == (1001, "Клиент 1", "Need confirmed")


async def test_rp11_a_task_of_nobody_is_listed_by_what_it_says(desk: Desk) -> None:
    conversation, boss = await asks(desk, 1), await head(desk)
    await make_task(desk.office, boss, conversation, new=NewTask("won", desk.now + DAY))
    await desk.pool.execute("UPDATE tasks SET manager_id = NULL")

    assert [row["what"] for row in (await tables_of(desk, "acceptance"))["task_set"]] == ["won"]


async def test_rp11_figures_without_facts_are_listed_by_whose_they_are(desk: Desk) -> None:
    await asks(desk, 1)
    await desk.pool.execute("UPDATE waits SET deadline_at = deadline_at + interval '1 hour'")

    [row] = (await tables_of(desk, "acceptance"))["no_hands"]
    assert (row["number"], row["client"], row["what"]) == (1001, "Клиент 1", "wait: deadline_at")


async def test_rg1_lists_stay_within_the_lines_that_are_asked_about(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    await asks(desk, 1, "Всё сломалось")
    await pass_time(desk, 20 * MINUTE)

    assert (await tables_of(desk, "lost", line="sales"))["lost"] == []
    assert figure(await tables_of(desk, "quality", line="sales"), "no_next_step", "value") == 0


def results(told: Tables) -> dict[str, str]:
    return {row["check"]: row["result"] for row in told["checks"]}


async def test_rp11_each_promise_passes_or_fails_with_the_list_behind_it(desk: Desk) -> None:
    await play(desk)
    told = await tables_of(desk, "acceptance")
    found = results(told)

    assert found["a lead is made by itself"] == "pass", told["lead_made"]
    assert found["figures without hands: all derives from facts"] == "pass"
    assert found["stages follow what happened"] == "pass"
    assert (found["nothing led outside"], len(told["nothing_outside"])) == ("fail", 1)
    assert found["not worse than before"] == "no period before"


async def test_rp11_a_request_without_a_lead_a_reminder_or_true_figures_fails(desk: Desk) -> None:
    await asks(desk, 1)
    desk.clock.move(timedelta(hours=2))
    await pass_time(desk, MINUTE)
    await desk.pool.execute("DELETE FROM leads")
    told = await tables_of(desk, "acceptance")

    failed = {name for name, result in results(told).items() if result == "fail"}
    assert {"a lead is made by itself", "reminded before the deadline"} <= failed
    assert "figures without hands: all derives from facts" in failed
    assert [row["client"] for row in told["lead_made"]] == ["Клиент 1"]


@pytest.mark.parametrize(("minutes", "result"), [(2, "pass"), (20, "fail")])
async def test_rp11_before_and_after_are_judged_by_the_same_rules(desk: Desk, minutes: int, result: str) -> None:
    days = []
    for number, length in ((1, 10), (2, minutes)):
        days.append(stand_at(desk, 2, "12:00").date())
        conversation = await asks(desk, number)
        await pass_time(desk, length * MINUTE)
        await answer(desk, where=conversation)
    before, after = days
    told = await tables_of(desk, "acceptance", since=after, compare_since=before, compare_until=before)

    assert {row["result"] for row in told["checks"] if row["check"] == "not worse than before"} >= {result}


async def closed(desk: Desk, count: int) -> None:
    boss = await head(desk)
    for number in range(1, count + 1):
        conversation = await asks(desk, number)
        await waits.dismiss(desk.office, boss, conversation)
        await conversations.close(desk.office, boss, conversation, outcome=Outcome.solved)


async def test_rp12_five_closed_conversations_of_the_last_week_the_same_for_everybody(desk: Desk) -> None:
    stand_at(desk, 3, "12:00")
    await closed(desk, 9)
    stand_at(desk, 1, "09:00")
    drawn = (await tables_of(desk, "grading"))["conversations"]

    assert len({row["number"] for row in drawn}) == 5
    assert drawn == (await tables_of(desk, "grading"))["conversations"]
    assert {(row["outcome"], row["manager"]) for row in drawn} == {("solved", "Анна")}


async def test_rp12_another_week_draws_others_and_opened_again_is_not_closed(desk: Desk) -> None:
    stand_at(desk, 3, "12:00")
    await closed(desk, 2)
    first = (await desk.rows("conversations", "true ORDER BY id"))[0]
    await conversations.reopen(desk.office, await head(desk), first["id"])
    stand_at(desk, 1, "09:00")
    assert [row["client"] for row in (await tables_of(desk, "grading"))["conversations"]] == ["Клиент 2"]

    stand_at(desk, 1, "09:00")
    assert (await tables_of(desk, "grading"))["conversations"] == []
