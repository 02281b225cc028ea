"""A wait and its conversation are the same person's, whatever is pressed on cards of closed work (R-10)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import Conflict
from hub.domain.ids import ConversationId, LineKey
from hub.domain.inbound import CallStage
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.assignment import take
from hub.inbox.conversations import close, reopen
from hub.inbox.lines import move_to_line
from hub.inbox.reply import Content, reply
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import TWO_LINES, put_in_force
from tests.inbox.test_calls import PHONE, ring

MANUAL = TWO_LINES.replace('calendar = "always"', 'calendar = "always"\nstrategy = "manual"')
MINUTE = timedelta(minutes=1)


async def hire_olga(desk: Desk) -> Person:
    return Person(await desk.hire("olga", role=Role.head), Role.head, frozenset(desk.office.policy().lines))


async def return_after_closing(desk: Desk) -> tuple[Person, ConversationId, ConversationId]:
    """Let a client write, be closed, and write again when the first work is too old to be opened again."""
    put_in_force(desk, MANUAL)
    olga = await hire_olga(desk)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    old = ConversationId((await desk.one("conversations"))["id"])
    await close(desk.office, olga, old, outcome=Outcome.unreachable)
    desk.clock.move(timedelta(days=30))
    await desk.receive(says("Ещё вопрос", at=desk.now))
    return olga, old, ConversationId((await desk.one("conversations", "state = 'open'"))["id"])


async def test_fr5_an_answer_to_a_card_of_closed_work_goes_where_the_client_is_now(desk: Desk) -> None:
    olga, old, present = await return_after_closing(desk)
    await reply(desk.office, olga, old, content=Content(text="Пять тысяч"), key="press-1")
    message = await desk.one("messages", "direction = 'outbound' AND author = 'person'")
    wait = await desk.one("waits", "state = 'open'")
    talk = await desk.one("conversations", "id = $1", present)
    assert (message["conversation_id"], wait["assignee_id"], talk["assignee_id"]) == (present, *[olga.manager_id] * 2)


async def test_r10_taking_closed_work_does_not_take_the_wait_of_what_came_after(desk: Desk) -> None:
    olga, old, present = await return_after_closing(desk)
    await take(desk.office, olga, old)
    assert (await desk.one("waits", "state = 'open'"))["assignee_id"] is None
    assert (await desk.one("conversations", "id = $1", present))["assignee_id"] is None


async def test_d7_closed_work_is_not_moved_with_the_wait_of_what_came_after(desk: Desk) -> None:
    olga, old, _ = await return_after_closing(desk)
    with pytest.raises(Conflict):
        await move_to_line(desk.office, olga, old, line=LineKey("support"))
    assert (await desk.one("waits", "state = 'open'"))["line"] == "sales"


async def test_p3_a_wait_given_back_is_of_who_opens_the_conversation_again(desk: Desk) -> None:
    put_in_force(desk, MANUAL)
    olga = await hire_olga(desk)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    talk = ConversationId((await desk.one("conversations"))["id"])
    await close(desk.office, olga, talk, outcome=Outcome.spam)
    await reopen(desk.office, olga, talk)
    assert (await desk.one("waits", "state = 'open'"))["assignee_id"] == olga.manager_id


async def test_c5_who_talked_with_a_free_client_has_the_wait_that_began_after_the_talk(desk: Desk) -> None:
    put_in_force(desk, MANUAL)
    anna = (await desk.one("managers", "key = 'anna'"))["id"]
    desk.staff[("pbx_extension", "4", "101")] = anna
    await desk.receive(says("Сколько стоит?", at=desk.now + MINUTE, by=person(100, phone=PHONE)))
    for stage in (CallStage.ringing, CallStage.answered, CallStage.ended):
        talk = MINUTE if stage is CallStage.ended else None
        heard = replace(ring(desk, extension="101", talk=talk), external_id=stage, stage=stage)
        await desk.receive(heard, connection=4)
    wait, conversation = await desk.one("waits", "state = 'open'"), await desk.one("conversations")
    assert (wait["assignee_id"], conversation["assignee_id"]) == (anna, anna)
