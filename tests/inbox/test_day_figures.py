"""The figures of a day and a week below the bot: what counts, where, and for whom (semantics §9, telegram 7.12)."""

from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import PermissionDenied, PolicyInvalid
from hub.domain.ids import ConversationId, LineKey
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.conversations import close
from hub.inbox.day_views import DayView
from hub.inbox.queries.day import find_day, get_day, open_week
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import MINUTE, answer, pass_time, stand_at

TUESDAY = 1


@pytest.fixture
async def olga(desk: Desk) -> Person:
    """The head of the line, on a Tuesday."""
    stand_at(desk, TUESDAY, "12:00")
    manager_id = await desk.hire("olga", "Ольга", role=Role.head)
    await desk.pool.execute("UPDATE managers SET presence = 'off' WHERE id = $1", manager_id)
    return Person(manager_id, Role.head, frozenset({LineKey("sales")}))


async def today(desk: Desk, olga: Person) -> DayView:
    return await get_day(desk.office, olga)


async def test_rp1_a_further_answer_is_a_request_of_the_day_and_no_first_answer(desk: Desk, olga: Person) -> None:
    for minutes in (2, 9):
        await desk.receive(says("Сколько стоит?", at=desk.now))
        desk.clock.move(minutes * MINUTE)
        await answer(desk)
    view = await today(desk, olga)
    assert (view.span.asked.total, view.span.answered, view.span.leads) == (2, 1, 1)
    assert view.span.median is not None
    assert timedelta(minutes=2) <= view.span.median < timedelta(minutes=3)
    assert view.span.p90 == view.span.median
    assert [each.answered for each in view.people] == [2]


async def test_p3_spam_is_no_request_of_the_day(desk: Desk, olga: Person) -> None:
    await desk.receive(says("Купите гараж", at=desk.now))
    await close(desk.office, olga, ConversationId((await desk.one("conversations"))["id"]), outcome=Outcome.spam)
    view = await today(desk, olga)
    assert (view.span.asked.total, view.people, view.late) == (0, [], [])


async def test_edge29_what_reached_us_late_is_late_for_the_client_and_nobodys_fault(desk: Desk, olga: Person) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now - timedelta(hours=2)))
    await pass_time(desk, MINUTE)
    await answer(desk)
    view = await today(desk, olga)
    assert (view.span.asked.late, view.span.answered, view.people) == (1, 1, [])


async def test_rp5_a_breach_is_whose_who_was_responsible_then(desk: Desk, olga: Person) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    owner = await desk.one("managers", "id = $1", (await desk.one("conversations"))["assignee_id"])
    await desk.pool.execute("UPDATE timers SET state = 'cancelled' WHERE kind = 'accept'")
    await pass_time(desk, 16 * MINUTE)
    view = await today(desk, olga)
    assert [(each.name, each.late) for each in view.people] == [(owner["name"], 1)]
    [late] = view.late
    assert (late.manager, late.is_answered) == (owner["name"], False)


async def test_the_hour_and_the_day_are_those_in_which_a_request_began(desk: Desk, olga: Person) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now, by=person(1)))
    stand_at(desk, TUESDAY, "15:10")
    await desk.receive(says("Сколько стоит?", at=desk.now, by=person(2)))
    view = await today(desk, olga)
    assert {hour: asked.total for hour, asked in enumerate(view.hours) if asked.total} == {12: 1, 15: 1}
    assert [day.isoweekday() for day, _ in view.weekdays] == [2] * 5
    assert [asked.total for _, asked in view.weekdays] == [0, 0, 0, 0, 2]


async def test_a_day_that_is_over_or_of_somebody_who_leads_no_line_now_is_not_told(desk: Desk, olga: Person) -> None:
    day = (await today(desk, olga)).day
    assert await find_day(desk.office, olga, day) is not None
    assert await find_day(desk.office, olga, day - timedelta(days=1)) is None
    assert await find_day(desk.office, Person(olga.manager_id, Role.manager, olga.lines), day) is None


@pytest.mark.parametrize("query", [get_day, open_week])
async def test_rg1_figures_are_for_who_leads_a_line(desk: Desk, olga: Person, query: object) -> None:
    with pytest.raises(PermissionDenied):
        await query(desk.office, Person(olga.manager_id, Role.manager, olga.lines))  # type: ignore[operator]
    with pytest.raises(PermissionDenied):
        await query(desk.office, Person(olga.manager_id, Role.head, frozenset()))  # type: ignore[operator]


@pytest.mark.parametrize("written", ["25:00", "18.30", "", "18:60", "вечером"])
def test_a_time_of_the_day_that_is_none_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(PolicyInvalid, match="18:30"):
        parse_policy(ALWAYS_OPEN.replace("[business]", f'[business]\nday_digest = "{written}"'))
