"""Deadlines of open waits when the rules change: D-5, D-6, D-7 by choice (case 50), D-8."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.ids import ConversationId, LineKey
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.lines import move_to_line
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store import policy
from hub.store.policy import READ_WITHIN, PolicyChange
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import (
    DAY,
    MINUTE,
    MOSCOW,
    OFFICE,
    TWO_LINES,
    answer,
    line_says,
    pass_time,
    put_in_force,
    stand_at,
)
from tests.inbox.test_calls import miss

SHORT_DAYS = OFFICE.replace('"14:00-19:00"', '"14:00-17:00"')
SECOND = timedelta(seconds=1)
Wait = dict[str, Any]


async def change_rules(desk: Desk, document: str, **how: Any) -> None:
    """Put rules in force as `hub policy apply` does, and let the hub see them."""
    put_in_force(desk, document)
    await store_revision(desk, document, **how)
    await pass_time(desk, READ_WITHIN)


async def store_revision(desk: Desk, document: str, **how: Any) -> None:
    async with desk.pool.acquire() as connection:
        await policy.add_revision(connection, document, change=PolicyChange(desk.now, **how))


async def wait_from(desk: Desk, weekday: int, clock: str, *, by: int = 100) -> Wait:
    """Let a client write at that moment; return the wait."""
    at = stand_at(desk, weekday, clock)
    await desk.receive(says("Сколько стоит?", at=at, by=person(by)))
    return dict((await desk.rows("waits", "true ORDER BY id DESC"))[0])


def at_time(wait: Wait, clock: str, *, days: int = 0) -> datetime:
    """Return a wall-clock moment of the day on which a wait started, or days later."""
    hours, minutes = map(int, clock.split(":"))
    start: datetime = wait["started_at"].astimezone(MOSCOW)
    return start.replace(hour=hours, minute=minutes, second=0, microsecond=0) + days * DAY


async def due_of(desk: Desk, kind: str, wait: Wait) -> datetime:
    due_at: datetime = (await desk.one("timers", "kind = $1 AND subject = $2", kind, f"wait:{wait['id']}"))["due_at"]
    return due_at


def changes(desk: Desk) -> Any:
    return desk.rows("ledger", "kind = 'deadline_changed' ORDER BY recorded_at, id")


@pytest.fixture
def office(desk: Desk) -> Desk:
    """The line is open on working days with a lunch break."""
    put_in_force(desk, OFFICE)
    return desk


# ---------------------------------------------------------------- D-6


async def test_d6_a_calendar_edit_moves_the_deadline_of_an_open_wait_and_says_so_in_the_ledger(office: Desk) -> None:
    wait = await wait_from(office, 0, "16:50")
    assert wait["deadline_at"] == at_time(wait, "17:05")
    await change_rules(office, SHORT_DAYS)

    renewed = await office.one("waits")
    assert renewed["deadline_at"] == at_time(wait, "09:05", days=1)
    assert (renewed["started_at"], renewed["target_seconds"]) == (wait["started_at"], 900)
    (entry,) = await changes(office)
    assert (entry["cause"], entry["facts"]["rules_revision"]) == ("D-6", 3)
    assert datetime.fromisoformat(entry["facts"]["old_deadline"]) == wait["deadline_at"]
    assert datetime.fromisoformat(entry["facts"]["deadline_at"]) == renewed["deadline_at"]


async def test_d6_the_clock_and_the_ladder_are_armed_at_the_new_instants(office: Desk) -> None:
    wait = await wait_from(office, 0, "16:50")
    await change_rules(office, SHORT_DAYS)

    assert await due_of(office, "first_response", wait) == at_time(wait, "09:05", days=1)
    assert await due_of(office, "level", wait) == at_time(wait, "09:02", days=1)
    await pass_time(office, timedelta(hours=1))
    assert (await office.one("waits"))["breached_at"] is None
    await pass_time(office, DAY)
    assert (await office.one("waits"))["breached_at"] == at_time(wait, "09:05", days=1)


async def test_d6_a_level_moves_even_where_the_deadline_does_not(office: Desk) -> None:
    late = 'ladder = [{ percent = 150, recipients = ["head"] }]\n'
    put_in_force(office, OFFICE + late)
    wait = await wait_from(office, 0, "16:44")
    assert await due_of(office, "level", wait) == at_time(wait, "17:06") + 30 * SECOND
    await change_rules(office, SHORT_DAYS + late)

    assert (await office.one("waits"))["deadline_at"] == at_time(wait, "16:59")
    assert await due_of(office, "level", wait) == at_time(wait, "09:06", days=1) + 30 * SECOND
    assert await changes(office) == []


async def test_d6_a_wait_whose_deadline_has_passed_keeps_it_though_nobody_looked_yet(office: Desk) -> None:
    wait = await wait_from(office, 0, "16:50")
    office.clock.move(20 * MINUTE)
    await change_rules(office, SHORT_DAYS)

    assert (await office.one("waits"))["breached_at"] == wait["deadline_at"]
    assert await changes(office) == []


async def test_d6_new_rules_come_before_what_falls_due_after_them_when_the_hub_was_down(office: Desk) -> None:
    wait = await wait_from(office, 0, "16:50")
    put_in_force(office, SHORT_DAYS)
    await store_revision(office, SHORT_DAYS)
    await pass_time(office, timedelta(hours=3))

    renewed = await office.one("waits")
    assert (renewed["deadline_at"], renewed["breached_at"]) == (at_time(wait, "09:05", days=1), None)


async def test_d6_finished_waits_keep_their_numbers(office: Desk) -> None:
    wait = await wait_from(office, 0, "16:50")
    await answer(office)
    await change_rules(office, SHORT_DAYS)

    answered = await office.one("waits")
    assert (answered["state"], answered["deadline_at"]) == ("answered", wait["deadline_at"])
    assert await changes(office) == []


async def test_d6_the_same_calendar_changes_nothing(office: Desk) -> None:
    wait = await wait_from(office, 0, "16:50")
    before = await office.one("waits")
    await change_rules(office, OFFICE + "capacity = 3\n")

    assert await office.one("waits") == before
    assert await due_of(office, "first_response", wait) == wait["deadline_at"]
    assert await changes(office) == []


async def test_d6_all_open_waits_are_renewed_in_batches_and_once(office: Desk) -> None:
    at = stand_at(office, 0, "16:50")
    for number in range(150):
        await office.accept(says("Сколько стоит?", at=at, by=person(1000 + number)))
    await office.process()
    await change_rules(office, SHORT_DAYS)
    await pass_time(office, timedelta(seconds=20))

    assert {row["deadline_at"].astimezone(MOSCOW).strftime("%H:%M") for row in await office.rows("waits")} == {"09:05"}
    assert len(await changes(office)) == 150
    assert (await office.one("timers", "kind = 'recompute'"))["state"] == "fired"


async def test_d6_a_step_that_a_crash_left_unnoted_is_repeated_without_effect(office: Desk) -> None:
    await wait_from(office, 0, "16:50")
    put_in_force(office, SHORT_DAYS)
    await store_revision(office, SHORT_DAYS)
    begun = dict(await office.one("timers", "kind = 'recompute'"))
    await pass_time(office, READ_WITHIN)
    renewed = await office.one("waits")
    await office.pool.execute(
        "UPDATE timers SET facts = $1, due_at = $2 WHERE id = $3", begun["facts"], begun["due_at"], begun["id"]
    )
    await ClockWatch(office.office).fire_due()

    assert await office.one("waits") == renewed
    assert len(await changes(office)) == 1


async def test_d6_a_wait_opened_by_a_process_with_the_old_rules_is_renewed_in_the_second_round(office: Desk) -> None:
    await change_rules(office, SHORT_DAYS)
    newest = office.rules.pop()
    wait = await wait_from(office, 0, "16:50")
    assert wait["deadline_at"] == at_time(wait, "17:05")
    office.rules.append(newest)
    await office.pool.execute("UPDATE timers SET due_at = $1 WHERE kind = 'recompute'", office.now)
    await ClockWatch(office.office).fire_due()

    assert (await office.one("waits"))["deadline_at"] == at_time(wait, "09:05", days=1)


async def test_d6_a_process_that_has_not_read_the_new_rules_leaves_the_job_alone_until_it_has(office: Desk) -> None:
    wait = await wait_from(office, 0, "16:40")
    for _ in range(3):
        await store_revision(office, SHORT_DAYS)
    watch = ClockWatch(office.office)
    for _ in range(3):
        office.clock.move(10 * SECOND)
        await watch.fire_due()
    assert "round" not in (await office.one("timers", "subject = 'policy:3'"))["facts"]
    put_in_force(office, SHORT_DAYS.replace("17:00", "16:50"))
    office.clock.move(2 * MINUTE)
    await watch.fire_due()

    assert (await office.one("waits"))["deadline_at"] == at_time(wait, "09:05", days=1)
    assert (await office.one("timers", "subject = 'policy:3'"))["facts"]["round"] == 2


async def test_d6_no_clock_fires_by_rules_that_are_not_in_force_any_more(office: Desk) -> None:
    wait, watch = await wait_from(office, 0, "12:50"), ClockWatch(office.office)
    longer_break = OFFICE.replace('"14:00-19:00"', '"15:00-19:00"')
    office.clock.move(at_time(wait, "14:04") + 15 * SECOND - office.now)
    await store_revision(office, longer_break)
    await store_revision(office, longer_break)
    await store_revision(office, longer_break)
    office.clock.move(50 * SECOND)
    await watch.fire_due()
    assert (await office.one("waits"))["breached_at"] is None
    put_in_force(office, longer_break)
    await watch.fire_due()

    wait = dict(await office.one("waits"))
    assert (wait["deadline_at"], wait["breached_at"]) == (at_time(wait, "15:05"), None)


async def test_d6_the_callback_is_counted_anew_from_the_missed_call(office: Desk) -> None:
    stand_at(office, 0, "16:50")
    await miss(office)
    wait = dict(await office.one("waits"))
    await change_rules(office, SHORT_DAYS)

    renewed = await office.one("waits")
    assert wait["callback_due_at"].astimezone(MOSCOW).strftime("%H:%M") == "17:05"
    assert renewed["callback_due_at"] == renewed["deadline_at"]
    assert await due_of(office, "callback", wait) == renewed["callback_due_at"]


async def test_d6_p2_the_time_for_the_whole_matter_is_counted_anew_too(desk: Desk) -> None:
    matters = "[lines.sales.targets]\nresolution = '4h'\n"
    put_in_force(desk, OFFICE + matters)
    wait = await wait_from(desk, 0, "15:30")
    clock = "kind = 'resolution'"
    assert (await desk.one("timers", clock))["due_at"] == at_time(wait, "09:30", days=1)
    await change_rules(desk, SHORT_DAYS + matters)

    due_at = at_time(wait, "11:30", days=1)
    assert (await desk.one("timers", clock))["due_at"] == due_at
    told = await desk.one("ledger", "kind = 'deadline_changed' AND wait_id IS NULL")
    assert (told["cause"], datetime.fromisoformat(told["facts"]["deadline_at"])) == ("D-6", due_at)


async def test_d6_p2_a_matter_that_was_due_before_the_rules_changed_keeps_its_instant(desk: Desk) -> None:
    matters = "[lines.sales.targets]\nresolution = '2h'\n"
    put_in_force(desk, OFFICE + matters)
    stand_at(desk, 0, "15:30")
    await desk.receive(says("Где мой договор?", at=desk.now))
    due_at = (await desk.one("timers", "kind = 'resolution'"))["due_at"]
    desk.clock.move(180 * MINUTE)
    await change_rules(desk, SHORT_DAYS + matters)

    assert (await desk.one("ledger", "cause = 'P-2' AND kind = 'breached'"))["occurred_at"] == due_at
    assert await desk.rows("ledger", "kind = 'deadline_changed' AND wait_id IS NULL") == []


async def test_d6_d7_a_deadline_kept_by_a_move_to_another_line_only_gets_earlier(desk: Desk) -> None:
    slow = TWO_LINES + '[lines.support.targets]\nfirst_response = "2h"\n'
    put_in_force(desk, slow)
    await desk.receive(says("Вопрос", at=desk.now))
    wait = await desk.one("waits")
    head = Person(await desk.hire("olga", role=Role.head), Role.head, frozenset(desk.office.policy().lines))
    await move_to_line(desk.office, head, ConversationId(wait["conversation_id"]), line=LineKey("support"))
    await change_rules(desk, slow.replace("2h", "3h"))

    assert (await desk.one("waits"))["deadline_at"] == wait["deadline_at"]


# ---------------------------------------------------------------- D-5


async def test_d5_a_wait_without_open_hours_is_flagged_runs_by_the_wall_clock_and_the_head_is_told_once(
    office: Desk,
) -> None:
    olga = await office.hire("olga", role=Role.head)
    office.rules.append(_never_open(office))
    wait = await wait_from(office, 0, "10:00")
    await office.receive(says("И ещё один", at=office.now, by=person(200)))

    assert wait["has_no_open_time"]
    assert wait["deadline_at"] == wait["started_at"] + 15 * MINUTE
    opened = (await office.rows("ledger", "kind = 'wait_opened'"))[0]
    assert opened["facts"]["no_open_time"] is True
    told = await office.rows("deliveries", "payload ? 'no_open_time'")
    assert [row["manager_id"] for row in told] == [olga]


async def test_d5_the_head_is_told_again_the_next_day(office: Desk) -> None:
    await office.hire("olga", role=Role.head)
    office.rules.append(_never_open(office))
    await wait_from(office, 0, "10:00")
    await wait_from(office, 1, "10:00", by=200)

    assert len(await office.rows("deliveries", "payload ? 'no_open_time'")) == 2


async def test_d5_mending_the_calendar_takes_the_flag_and_the_wall_clock_away(office: Desk) -> None:
    office.rules.append(_never_open(office))
    wait = await wait_from(office, 5, "10:00")
    await change_rules(office, OFFICE)

    renewed = await office.one("waits")
    assert renewed["deadline_at"] == at_time(wait, "09:15", days=2)
    assert not renewed["has_no_open_time"]


async def test_d5_a_calendar_that_closes_for_good_while_a_client_waits_is_told_to_the_head(office: Desk) -> None:
    await office.hire("olga", role=Role.head)
    wait = await wait_from(office, 0, "10:00")
    office.rules.append(_never_open(office))
    await store_revision(office, OFFICE)
    await pass_time(office, READ_WITHIN)

    assert (await office.one("waits"))["has_no_open_time"]
    assert (await office.one("waits"))["deadline_at"] == wait["deadline_at"]
    assert len(await office.rows("deliveries", "payload ? 'no_open_time'")) == 1


def _never_open(desk: Desk) -> Any:
    """Return rules that passed the check long ago and whose only open day is over."""
    over = OFFICE.replace(
        '[calendars.office]\n[calendars.office.hours]\nmon-fri = ["09:00-13:00", "14:00-19:00"]',
        '[calendars.office]\nexceptions = [{ date = 2020-01-01, hours = ["09:00-18:00"] }]',
    )
    return to_policy(parse_policy(over), len(desk.rules) + 1)


# ---------------------------------------------------------------- D-7 by choice, D-8


async def test_edge50_case79_a_new_target_leaves_open_waits_alone_unless_that_was_wanted(desk: Desk) -> None:
    await desk.receive(says("Вопрос", at=desk.now))
    wait = await desk.one("waits")
    await change_rules(desk, line_says('targets = { first_response = "5m" }'))

    assert (await desk.one("waits"))["deadline_at"] == wait["deadline_at"]
    assert (await desk.one("waits"))["policy_revision"] == wait["policy_revision"]


async def test_d7_case79_targets_of_open_waits_are_chosen_anew_by_choice(desk: Desk) -> None:
    await desk.receive(says("Вопрос", at=desk.now))
    wait = await desk.one("waits")
    await change_rules(desk, line_says('targets = { first_response = "5m" }'), selects_targets=True)

    renewed = await desk.one("waits")
    assert renewed["deadline_at"] == wait["started_at"] + 5 * MINUTE
    assert (renewed["target_seconds"], renewed["policy_revision"]) == (300, 2)
    assert (await changes(desk))[0]["cause"] == "D-7"
    accept = await desk.one("timers", "kind = 'accept'")
    assert accept["due_at"] <= desk.now + 2 * MINUTE


@pytest.mark.parametrize(("allows_later", "minutes"), [(False, 15), (True, 60)])
async def test_d7_a_deadline_gets_later_only_if_that_was_confirmed(
    desk: Desk, allows_later: bool, minutes: int
) -> None:
    await desk.receive(says("Вопрос", at=desk.now))
    wait = await desk.one("waits")
    slower = line_says('targets = { first_response = "1h" }')
    await change_rules(desk, slower, selects_targets=True, allows_later=allows_later)

    assert (await desk.one("waits"))["deadline_at"] == wait["started_at"] + minutes * MINUTE


async def test_d7_a_policy_that_was_chosen_by_a_rules_priority_is_found_again(desk: Desk) -> None:
    urgent = ALWAYS_OPEN + (
        '[[rules]]\nname = "Срочно"\npriority = "high"\nwhen = [{ kind = "text", words = ["срочно"] }]\n'
        '[[sla]]\nkey = "high"\npriorities = ["high"]\nfirst_response = "10m"\n'
    )
    put_in_force(desk, urgent)
    await desk.receive(says("Срочно!", at=desk.now))
    wait = await desk.one("waits")
    await change_rules(desk, urgent.replace("10m", "4m"), selects_targets=True)

    renewed = await desk.one("waits")
    assert (wait["policy_id"], renewed["policy_id"], renewed["target_seconds"]) == ("high", "high", 240)


HASTY = 'targets = { first_response = "1h", next_response = "5m" }'


async def test_d8_a_second_message_does_not_bring_the_shorter_next_response_target(desk: Desk) -> None:
    put_in_force(desk, line_says(HASTY))
    await desk.receive(says("Вопрос", at=desk.now))
    wait = await desk.one("waits")
    desk.clock.move(MINUTE)
    await desk.receive(says("Вы здесь?", at=desk.now))

    assert (await desk.one("waits"))["deadline_at"] == wait["started_at"] + 60 * MINUTE
    assert await desk.rows("timers", "kind = 'next_response'") == []


@pytest.mark.parametrize("selects", [False, True])
async def test_d8_new_rules_do_not_turn_a_first_response_into_a_next_one(desk: Desk, selects: bool) -> None:
    put_in_force(desk, line_says(HASTY))
    await desk.receive(says("Вопрос", at=desk.now))
    wait = await desk.one("waits")
    await change_rules(desk, line_says(HASTY.replace("5m", "2m")), selects_targets=selects, allows_later=True)

    renewed = await desk.one("waits")
    assert (renewed["kind"], renewed["deadline_at"]) == ("first_response", wait["deadline_at"])


async def test_d8_an_earlier_request_that_arrives_late_keeps_the_first_response_target(desk: Desk) -> None:
    put_in_force(desk, line_says(HASTY))
    desk.clock.move(10 * MINUTE)
    await desk.receive(says("Второе", at=desk.now))
    earlier = desk.now - 8 * MINUTE
    await desk.receive(says("Первое", at=earlier))

    corrected = await desk.one("waits")
    assert (corrected["kind"], corrected["deadline_at"]) == ("first_response", earlier + 60 * MINUTE)


async def test_d8_a_move_to_another_line_takes_that_lines_first_response_target(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES + '[lines.support.targets]\nfirst_response = "10m"\nnext_response = "1m"\n')
    await desk.receive(says("Вопрос", at=desk.now))
    wait = await desk.one("waits")
    head = Person(await desk.hire("olga", role=Role.head), Role.head, frozenset(desk.office.policy().lines))
    await move_to_line(desk.office, head, ConversationId(wait["conversation_id"]), line=LineKey("support"))

    assert (await desk.one("waits"))["deadline_at"] == wait["started_at"] + 10 * MINUTE


async def test_d5_a_move_to_a_line_that_never_opens_is_flagged(desk: Desk) -> None:
    closed = '[calendars.shut]\nexceptions = [{ date = 2020-01-01, hours = ["09:00-18:00"] }]\n'
    put_in_force(desk, closed + TWO_LINES.replace('name = "Сервис"', 'name = "Сервис"\ncalendar = "shut"'))
    await desk.receive(says("Вопрос", at=desk.now))
    wait = await desk.one("waits")
    head = Person(await desk.hire("olga", role=Role.head), Role.head, frozenset(desk.office.policy().lines))
    await move_to_line(desk.office, head, ConversationId(wait["conversation_id"]), line=LineKey("support"))

    assert (await desk.one("waits"))["has_no_open_time"]
