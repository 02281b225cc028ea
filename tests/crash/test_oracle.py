"""The verdict as a whole, and the rows as they are read from a real database."""

import json
from dataclasses import fields, replace

import pytest

from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.reply import Content, reply
from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.oracle import CHECKS, Figures, judge
from hub.testing.crash.oracle_finding import Check, Wrong
from hub.testing.crash.rows import find_leftovers, read_rows
from tests.crash.histories import OUTBOUND, RIGHT, copy_seen, fault, right_records
from tests.inbox.desk import Desk, open_desk, says


@pytest.fixture
async def desk(pool, tmp_path) -> Desk:
    """A sales line open day and night with two managers."""
    desk = await open_desk(pool, tmp_path / "files")
    await desk.hire("anna", "Анна")
    await desk.hire("ivan", "Иван")
    return desk


def test_every_check_of_the_design_is_there_and_says_which_promise_it_guards():
    told = [check.__doc__ or "" for check in CHECKS]

    assert [each.partition(":")[0] for each in told] == [f"D2.{check.value}" for check in Check]
    assert all("(C" in each for each in told[:-1])


def test_a_right_history_is_right_and_summed_up():
    verdict = judge([*right_records(), fault(3), fault(4, "redis", what="freeze", until=5)], RIGHT)

    assert verdict.is_right
    whole = json.loads(verdict.figures.as_json())
    told = {name: count for name, count in whole.items() if count}
    assert told == {"kills": 1, "faults": 2, "acked": 1, "stored": 1, "answers": 1}


def test_a_wrong_history_is_wrong_and_the_figures_say_how():
    verdict = judge([*right_records(), copy_seen(36)], replace(RIGHT, receipts=(), messages=(OUTBOUND,)))

    assert not verdict.is_right
    assert (verdict.figures.lost, verdict.figures.doubled, verdict.figures.doubled_allowed) == (1, 1, 0)


def test_a_finding_reads_as_a_sentence_with_the_ledger_below():
    [found] = judge(right_records(), replace(RIGHT, messages=(OUTBOUND,))).findings

    first, *lines = str(found).splitlines()
    assert first == "D2.1 lost ev-000001: it was acknowledged and is nowhere"
    assert len(lines) == 3


def test_nothing_that_may_be_wrong_is_left_out_of_the_figures():
    counted = {"disordered": "order_violations", "no_right": "rights_violations", "clock_missing": "clocks_missing"}
    names = {counted.get(wrong, wrong.removeprefix("clock_")) for wrong in Wrong}

    assert names <= {field.name for field in fields(Figures)}


async def test_rows_are_read_with_their_markers_and_judged(desk: Desk, dsn: str, tmp_path):
    records = await a_question_and_an_answer(desk)

    rows = await read_rows(dsn, tmp_path)

    assert [(row.direction, row.marker) for row in rows.messages] == [
        ("inbound", "ev-000001"),
        ("outbound", "an-000001"),
    ]
    assert [(row.lane, row.state) for row in rows.receipts] == [("client", "done")]
    assert {timer.kind for timer in rows.timers} >= {"first_response"}
    assert {person.key for person in rows.managers} == {"anna", "ivan"}
    assert all(person.lines for person in rows.managers)
    found = {finding.key: finding.wrong for finding in judge(records, rows).findings}
    unsent = {f"delivery {row.id}" for row in rows.deliveries if row.state == "queued" and row.due_at <= rows.at}
    assert found == dict.fromkeys(unsent, Wrong.UNSENT), "nobody works here, so nothing has left"


async def a_question_and_an_answer(desk: Desk) -> list[Record]:
    now = desk.now
    await desk.receive(says("ev-000001 Есть торшер?", at=now))
    talk = await desk.one("conversations")
    person = Person(talk["assignee_id"], Role.manager, frozenset({talk["line"]}))
    await reply(desk.office, person, talk["id"], content=Content("an-000001 Есть"), key="press-1")
    return [
        Record(Kind.OFFERED, now, "ev-000001", {"channel": "telegram", "client": "maria"}),
        Record(Kind.ACKED, now, "ev-000001", {}),
        Record(Kind.COMPOSED, now, "an-000001", {"manager": "anna", "event": "ev-000001"}),
    ]


async def test_a_wait_changed_without_a_fact_is_read_as_untrue(desk: Desk, dsn: str, tmp_path):
    await a_question_and_an_answer(desk)
    assert (await read_rows(dsn, tmp_path)).untrue == ()

    wait = await desk.pool.fetchval("UPDATE waits SET requests = 7 RETURNING id")

    assert (await read_rows(dsn, tmp_path)).untrue == (f"wait:{wait} requests is 7 and its facts tell 1",)


async def test_a_transaction_that_somebody_left_open_is_read(pool, dsn: str, tmp_path):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT 1")
        [session] = (await read_rows(dsn, tmp_path)).sessions

    assert session.state == "idle in transaction"


def test_what_is_half_received_or_still_in_the_spool_is_left_over(tmp_path):
    for name in ("files/incoming/half", "spool/7.record", "files/ab/whole"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "spool" / "empty").touch()

    assert find_leftovers(tmp_path) == ("files/incoming/half", "spool/7.record")
