"""The end of a shift: who still waits is listed before, and goes to somebody else by the line's rule (R-13, P-1)."""

import pytest

from hub.delivery.clock_watch import ClockWatch
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Presence, Role
from hub.domain.rights import Person
from hub.inbox.people import set_presence
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import MINUTE, answer, id_of, put_in_force, stand_at

DOCUMENT = (
    ALWAYS_OPEN
    + """
strategy = "strict_order"
team = [{team}]
shift_end = "{rule}"
[lines.sales.targets]
first_response = "5h"
[calendars.day.hours]
mon-sun = ["09:00-18:00"]
[managers.anna]
shift = "day"
[managers.ivan]
"""
)


def rules(rule: str = "hand_over", *, team: str = '"anna", "ivan"') -> str:
    """Anna works from nine to six, Ivan at any time."""
    return DOCUMENT.replace("{team}", team).replace("{rule}", rule)


async def ask_at(desk: Desk, clock: str, document: str) -> None:
    """A client asks at this time of a Tuesday, gets Anna, who accepts; the watch looks round."""
    put_in_force(desk, document)
    stand_at(desk, 1, clock)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await desk.pool.execute("UPDATE timers SET state = 'cancelled' WHERE kind IN ('accept', 'level')")
    assert (await desk.one("waits"))["assignee_id"] == await id_of(desk, "anna")
    await look(desk)


async def look(desk: Desk) -> None:
    watch = ClockWatch(desk.office)
    await watch.serve_queue()
    await watch.fire_due()


async def told(desk: Desk, notice: str) -> list[int]:
    rows = await desk.rows("deliveries", "payload->>'notice' = $1 ORDER BY id", notice)
    return [row["manager_id"] for row in rows]


async def test_r13_ten_minutes_before_the_end_a_person_reads_who_still_waits_and_once(desk: Desk) -> None:
    await ask_at(desk, "17:00", rules())
    assert await told(desk, "shift_ending") == []
    desk.clock.move(51 * MINUTE)
    await look(desk)
    await look(desk)

    assert await told(desk, "shift_ending") == [await id_of(desk, "anna")]
    assert (await desk.one("waits"))["assignee_id"] == await id_of(desk, "anna")


async def test_r13_edge19_at_the_end_of_the_shift_the_client_goes_to_who_works_and_the_clock_is_the_same(
    desk: Desk,
) -> None:
    await ask_at(desk, "17:00", rules())
    before = await desk.one("waits")
    for _ in range(2):
        desk.clock.move(31 * MINUTE)
        await look(desk)

    wait = await desk.one("waits")
    assert wait["assignee_id"] == await id_of(desk, "ivan")
    assert (wait["started_at"], wait["deadline_at"]) == (before["started_at"], before["deadline_at"])
    assert (await desk.one("ledger", "kind = 'shift_ended'"))["manager_id"] == await id_of(desk, "anna")
    assert await told(desk, "taken_away") == [await id_of(desk, "anna")]
    assert (await desk.one("conversations"))["assignee_id"] == await id_of(desk, "ivan")


@pytest.mark.parametrize(
    ("rule", "team", "holder"),
    [("keep", '"anna", "ivan"', "anna"), ("hand_over", '"anna"', "anna"), ("queue", '"anna"', None)],
)
async def test_r13_the_line_says_what_becomes_of_who_waits(
    desk: Desk, rule: str, team: str, holder: str | None
) -> None:
    await ask_at(desk, "17:00", rules(rule, team=team))
    for _ in range(2):
        desk.clock.move(31 * MINUTE)
        await look(desk)

    expected = None if holder is None else await id_of(desk, holder)
    assert (await desk.one("waits"))["assignee_id"] == expected


async def test_r13_who_was_answered_in_time_stays_where_they_are(desk: Desk) -> None:
    await ask_at(desk, "17:00", rules())
    await answer(desk)
    for _ in range(2):
        desk.clock.move(31 * MINUTE)
        await look(desk)

    assert (await desk.one("conversations"))["assignee_id"] == await id_of(desk, "anna")
    assert await told(desk, "shift_ending") == []


async def test_r13_who_says_that_they_work_longer_keeps_the_client(desk: Desk) -> None:
    await ask_at(desk, "17:00", rules())
    me = Person(ManagerId(await id_of(desk, "anna")), Role.manager, frozenset({LineKey("sales")}))
    await set_presence(desk.office, me, Presence.working, until=desk.now + 180 * MINUTE)
    for _ in range(3):
        desk.clock.move(31 * MINUTE)
        await look(desk)

    assert (await desk.one("waits"))["assignee_id"] == await id_of(desk, "anna")


async def test_r13_r3_a_line_that_waits_for_the_own_manager_leaves_the_client_there_without_a_word(desk: Desk) -> None:
    waits = rules().replace("shift_end =", 'owner_off_shift = "wait"\nshift_end =')
    await ask_at(desk, "16:00", waits.replace('first_response = "5h"', 'first_response = "5h"\nnext_response = "20h"'))
    await answer(desk)
    await desk.receive(says("А доставка?", at=desk.now))
    desk.clock.move(61 * MINUTE)
    await look(desk)
    desk.clock.move(61 * MINUTE)
    await look(desk)

    assert (await desk.one("waits", "state = 'open'"))["assignee_id"] == await id_of(desk, "anna")
    assert await told(desk, "taken_away") == []
    assert await desk.rows("ledger", "kind = 'shift_ended'") == []


async def test_r13_who_works_on_without_an_end_reads_no_list_of_the_shift(desk: Desk) -> None:
    await ask_at(desk, "17:00", rules())
    me = Person(ManagerId(await id_of(desk, "anna")), Role.manager, frozenset({LineKey("sales")}))
    await set_presence(desk.office, me, Presence.working)
    for _ in range(3):
        desk.clock.move(31 * MINUTE)
        await look(desk)

    assert await told(desk, "shift_ending") == []
    assert (await desk.one("waits"))["assignee_id"] == await id_of(desk, "anna")


async def test_fr8_r13_a_line_that_only_observes_lists_nobody_at_the_end_of_a_shift(desk: Desk) -> None:
    await ask_at(desk, "17:00", rules().replace("team =", 'mode = "observe"\nteam ='))
    desk.clock.move(51 * MINUTE)
    await look(desk)

    assert await told(desk, "shift_ending") == []


async def test_r13_who_goes_home_early_leaves_clients_to_others_at_once(desk: Desk) -> None:
    await ask_at(desk, "12:00", rules())
    me = Person(ManagerId(await id_of(desk, "anna")), Role.manager, frozenset({LineKey("sales")}))
    await set_presence(desk.office, me, Presence.off)

    assert (await desk.one("waits"))["assignee_id"] == await id_of(desk, "ivan")


async def test_r13_a_new_client_after_the_end_is_not_touched_by_it(desk: Desk) -> None:
    await ask_at(desk, "17:00", rules())
    for _ in range(3):
        desk.clock.move(31 * MINUTE)
        await look(desk)
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(200)))
    await look(desk)

    assert len(await desk.rows("ledger", "kind = 'shift_ended'")) == 1
