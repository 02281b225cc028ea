"""A head's notices within five minutes arrive as one, and none is lost (B-2, B-3)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.manager import Role
from hub.inbox import clocks, queries
from hub.inbox.merge import join_candidate
from hub.inbox.office import Office
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store import timers
from tests.inbox.desk import Desk, open_desk, person, says
from tests.inbox.rules import MINUTE, TWO_LINES, answer, id_of, line_says, pass_time, put_in_force
from tests.inbox.test_queries import actor

A_MOMENT = timedelta(seconds=10)
TO_THE_HEAD = ('strategy = "manual"', "[[lines.sales.ladder]]", "percent = 100", 'recipients = ["head"]')
RULES = line_says(*TO_THE_HEAD)
TWICE = (*TO_THE_HEAD, "[[lines.sales.ladder]]", "percent = 110", 'recipients = ["head"]')
QUIET_SOON = "[managers.olga]\nquiet_hours = ['{from_:%H:%M}-{until:%H:%M}']"


@pytest.fixture
async def desk(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Desk]:
    """A line that nobody answers and its head, who hears of each client a quarter of an hour after the question."""
    desk = await open_desk(pool, tmp_path / "files", policy=RULES)
    await desk.hire("olga", "Ольга", role=Role.head)
    yield desk


async def ask(desk: Desk, *minutes: int) -> None:
    """Let a client ask at each of these minutes from now, the first late in a quarter of an hour."""
    began_at = desk.now
    for number, minute in enumerate(minutes, start=1):
        desk.clock.move(began_at + minute * MINUTE - desk.now)
        await desk.receive(says("Сколько?", at=desk.now, by=person(100 + number)))
    await pass_time(desk, began_at + 15 * MINUTE + A_MOMENT - desk.now)


async def told(desk: Desk, key: str = "olga") -> Sequence[tuple[str, int]]:
    """Return what a person was told of late clients: the kind of each notice, and of how many clients."""
    rows = await desk.rows(
        "deliveries",
        "manager_id = $1 AND payload->>'notice' IN ('level', 'digest') ORDER BY created_at, id",
        await id_of(desk, key),
    )
    return [(row["payload"]["notice"], len(row["payload"].get("told", "1"))) for row in rows]


async def test_b2_the_first_alarm_reaches_a_head_at_once_and_what_follows_arrives_as_one(desk: Desk) -> None:
    await ask(desk, 0, 1, 2)
    assert await told(desk) == [("level", 1)]
    for _ in range(4):
        await pass_time(desk, MINUTE)
    assert await told(desk) == [("level", 1)]
    await pass_time(desk, MINUTE)

    assert await told(desk) == [("level", 1), ("digest", 2)]


async def test_b2_a_digest_names_what_each_notice_would_have_named(desk: Desk) -> None:
    await ask(desk, 0, 1)
    for _ in range(5):
        await pass_time(desk, MINUTE)

    late = await desk.one("waits", "id = (SELECT max(id) FROM waits)")
    [named] = (await desk.one("deliveries", "payload->>'notice' = 'digest'"))["payload"]["told"]
    assert named == {"conversation_id": late["conversation_id"], "wait_id": late["id"], "level": 0, "percent": 100}


async def test_b2_a_digest_begins_the_next_window(desk: Desk) -> None:
    await ask(desk, 0, 1, 6)
    for _ in range(6):
        await pass_time(desk, MINUTE)
    assert await told(desk) == [("level", 1), ("digest", 1)]
    for _ in range(4):
        await pass_time(desk, MINUTE)

    assert await told(desk) == [("level", 1), ("digest", 1), ("digest", 1)]


async def test_b2_after_a_window_with_nothing_in_it_the_next_alarm_is_told_at_once(desk: Desk) -> None:
    await ask(desk, 0, 6)
    for _ in range(6):
        await pass_time(desk, MINUTE)

    assert await told(desk) == [("level", 1), ("level", 1)]


async def test_b2_who_was_answered_meanwhile_makes_no_digest_and_no_window(desk: Desk) -> None:
    await ask(desk, 0, 1, 6)
    await pass_time(desk, MINUTE)
    second = await desk.one("waits", "id = (SELECT id FROM waits ORDER BY started_at LIMIT 1 OFFSET 1)")
    await answer(desk, by=await id_of(desk, "olga"), where=second["conversation_id"])
    for _ in range(5):
        await pass_time(desk, MINUTE)

    assert await told(desk) == [("level", 1), ("level", 1)]


async def test_b2_p4_a_held_client_who_became_another_one_meanwhile_is_told_as_that_one(desk: Desk) -> None:
    olga, phone = await actor(desk, "olga"), "+79161234567"
    for number in (1, 2):
        await desk.receive(says("Сколько?", at=desk.now, by=person(number, phone=phone)))
        desk.clock.move(MINUTE)
    await pass_time(desk, 15 * MINUTE)
    question = await desk.one("match_candidates")
    view = await queries.get_candidate(desk.office, olga, question["id"])
    await join_candidate(desk.office, olga, question["id"], with_contact=view.others[0][0])
    await pass_time(desk, 5 * MINUTE)

    [named] = (await desk.one("deliveries", "payload->>'notice' = 'digest'"))["payload"]["told"]
    [row] = await queries.list_waiting(desk.office, olga, [named["wait_id"]])
    kept = await desk.one("waits", "state = 'open'")
    assert (row.id, named["wait_id"] != kept["id"]) == (kept["conversation_id"], True)


async def test_b2_two_levels_of_one_client_in_a_window_are_one_line(desk: Desk) -> None:
    put_in_force(desk, line_says(*TWICE))
    await ask(desk, 0, 1)
    for _ in range(5):
        await pass_time(desk, MINUTE)

    assert await told(desk) == [("level", 1), ("digest", 2)]
    digest = await desk.one("deliveries", "payload->>'notice' = 'digest'")
    assert [each["percent"] for each in digest["payload"]["told"]] == [110, 110]


async def test_b2_the_ledger_says_when_a_level_was_due_for_whom_and_not_when_it_was_read(desk: Desk) -> None:
    await ask(desk, 0, 1)
    await pass_time(desk, MINUTE)

    sent = await desk.rows("ledger", "kind = 'level_sent'")
    assert [row["facts"]["to"] for row in sent] == [[await id_of(desk, "olga")]] * 2


async def test_b2_who_is_responsible_hears_at_once_of_each_client_head_or_not(desk: Desk) -> None:
    levels = ("[[lines.sales.ladder]]", "percent = 100", 'recipients = ["assignee", "head"]')
    await ask_alone(desk, line_says(*levels), clients=3)

    assert await told(desk) == [("level", 1)] * 3


async def ask_alone(desk: Desk, document: str, *, clients: int) -> None:
    """Let clients of one person, who has no colleagues, be late all at once."""
    put_in_force(desk, document)
    for number in range(clients):
        await desk.receive(says("Сколько?", at=desk.now, by=person(200 + number)))
    await desk.pool.execute("UPDATE timers SET state = 'cancelled' WHERE kind = 'accept'")
    await pass_time(desk, 16 * MINUTE)


async def test_b2_a_client_offered_to_the_team_is_free_to_take_before_the_head_reads_of_it(desk: Desk) -> None:
    put_in_force(desk, line_says(*TO_THE_HEAD[:2], "percent = 100", 'recipients = ["team"]', 'action = "broadcast"'))
    await desk.hire("anna", "Анна")
    await ask(desk, 0, 1)
    await pass_time(desk, MINUTE)

    people = {await id_of(desk, "olga"), await id_of(desk, "anna")}
    offered = [set(row["offered_to"]) for row in await desk.rows("conversations")]
    assert offered == [people, people]
    assert (await told(desk), await told(desk, "anna")) == ([("level", 1)], [("level", 1), ("level", 1)])


async def test_b2_the_last_level_disturbs_quiet_hours_and_still_once_a_window(desk: Desk) -> None:
    put_in_force(desk, line_says('[managers.olga]\nquiet_hours = ["00:00-12:00", "12:00-24:00"]', base=RULES))
    await ask(desk, 0, 1, 2)
    for _ in range(5):
        await pass_time(desk, MINUTE)

    assert await told(desk) == [("level", 1), ("digest", 2)]


async def test_b2_what_would_be_held_into_quiet_hours_is_told_at_once(desk: Desk) -> None:
    begins = (desk.now + 18 * MINUTE).astimezone(desk.office.policy().get_line("sales").calendar.zone)
    quiet = QUIET_SOON.format(from_=begins, until=begins + timedelta(hours=6))
    put_in_force(desk, line_says(quiet, base=line_says(*TWICE)))
    await ask(desk, 0, 0, 0)

    assert await told(desk) == [("level", 1)] * 3


async def test_b2_a_window_of_nothing_tells_each_at_once(desk: Desk) -> None:
    put_in_force(desk, RULES.replace("[business]", '[business]\nhead_window = "0s"'))
    await ask(desk, 0, 0, 0)

    assert await told(desk) == [("level", 1)] * 3
    assert await desk.rows("timers", "kind = 'digest'") == []


async def test_b2_a_line_that_only_observes_opens_no_window(desk: Desk) -> None:
    put_in_force(desk, RULES.replace('strategy = "manual"', 'strategy = "manual"\nmode = "observe"'))
    await ask(desk, 0, 1)

    assert (await told(desk), await desk.rows("timers", "kind = 'digest'")) == ([], [])


async def test_b3_after_downtime_each_client_is_told_once(desk: Desk) -> None:
    put_in_force(desk, line_says(*TWICE))
    await ask(desk, 0, 1, 2)
    await pass_time(desk, 60 * MINUTE)
    await pass_time(desk, 5 * MINUTE)

    assert await told(desk) == [("level", 1), ("digest", 3)]
    sent = await desk.rows("ledger", "kind = 'level_sent'")
    assert sorted((row["wait_id"], row["facts"]["percent"]) for row in sent) == sorted(
        {(row["wait_id"], row["facts"]["percent"]) for row in sent}
    )


async def test_b2_of_several_watches_one_tells_the_digest(desk: Desk) -> None:
    await ask(desk, 0, 1, 2)
    await pass_time(desk, 4 * MINUTE)
    desk.clock.move(MINUTE)
    due = await list_due(desk)
    await asyncio.gather(*(clocks.fire(desk.office, due) for _ in range(4)))

    assert await told(desk) == [("level", 1), ("digest", 2)]


async def list_due(desk: Desk, *subjects: str) -> list[timers.DueTimer]:
    """Return the timers due now, of these subjects if any are named."""
    async with desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=desk.now, limit=100)
    return [each for each in due if not subjects or each.subject in subjects]


async def test_b2_two_lines_alarm_one_head_in_the_same_moment_and_nothing_is_lost(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES.replace('name = "Продажи"', 'name = "Продажи"\nstrategy = "manual"'))
    await desk.receive(says("Сколько?", at=desk.now, by=person(1)))
    await desk.receive(says("У меня сломалось", at=desk.now, by=person(2)))
    await desk.pool.execute("UPDATE timers SET state = 'cancelled' WHERE kind = 'accept'")
    await desk.pool.execute("UPDATE waits SET assignee_id = NULL")
    desk.clock.move(16 * MINUTE)
    subjects = {row["line"]: f"wait:{row['id']}" for row in await desk.rows("waits")}
    sales, support = [await list_due(desk, subjects[line]) for line in ("sales", "support")]
    await asyncio.gather(clocks.fire(one_line(desk, "sales"), sales), clocks.fire(one_line(desk, "support"), support))
    await pass_time(desk, 5 * MINUTE)

    assert await told(desk) == [("level", 1), ("digest", 1)]


def one_line(desk: Desk, line: str) -> Office:
    """Return an office that knows one line alone, so that the locks of two such offices never meet."""
    policy = to_policy(parse_policy(TWO_LINES), 1)
    only: Any = {key: value for key, value in policy.lines.items() if key == line}
    return replace(desk.office, policy=lambda: replace(policy, lines=only, default_line=next(iter(only)), rules=()))


async def test_b2_a_window_does_not_end_early(desk: Desk) -> None:
    await ask(desk, 0, 1)
    await pass_time(desk, 5 * MINUTE - A_MOMENT)
    assert await told(desk) == [("level", 1)]
    desk.clock.move(A_MOMENT)
    await ClockWatch(desk.office).fire_due()

    assert await told(desk) == [("level", 1), ("digest", 1)]


async def test_b2_a_digest_that_could_not_be_written_is_written_whole_later(desk: Desk) -> None:
    await ask(desk, 0, 1, 2)
    await pass_time(desk, 4 * MINUTE)
    await desk.pool.execute(
        "ALTER TABLE deliveries ADD CONSTRAINT disk_full CHECK (payload->>'notice' <> 'digest') NOT VALID"
    )
    await pass_time(desk, MINUTE)
    assert await told(desk) == [("level", 1)]
    await desk.pool.execute("ALTER TABLE deliveries DROP CONSTRAINT disk_full")
    await pass_time(desk, MINUTE)

    assert await told(desk) == [("level", 1), ("digest", 2)]
