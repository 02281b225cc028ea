"""Handing a client to another line (D-7, R-12)."""

from datetime import timedelta

import pytest

from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.lines import move_to_line
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says

TWO_LINES = (
    ALWAYS_OPEN
    + """
[lines.support]
name = "Поддержка"
calendar = "always"
[lines.support.targets]
first_response = "{target}"
[[rules]]
name = "поддержка"
line = "support"
when = [{ kind = "text", words = ["сломалось"] }]
"""
)


async def set_up(desk: Desk, target: str, *, role: Role = Role.manager) -> tuple[Person, ConversationId]:
    desk.rules.append(to_policy(parse_policy(TWO_LINES.replace("{target}", target)), 2))
    await desk.receive(says("Вопрос", at=desk.now))
    row = await desk.one("conversations")
    actor = Person(ManagerId(row["assignee_id"]), role, frozenset(desk.office.policy().lines))
    return actor, ConversationId(row["id"])


async def test_d7_moving_to_another_line_keeps_the_start_and_takes_the_earlier_deadline(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    before = await desk.one("waits")
    desk.clock.move(timedelta(minutes=2))
    await move_to_line(desk.office, actor, conversation_id, line=LineKey("support"))

    after = await desk.one("waits")
    assert (after["line"], after["started_at"]) == ("support", before["started_at"])
    assert after["deadline_at"] == before["started_at"] + timedelta(minutes=5)
    assert len(await desk.rows("ledger", "kind = 'deadline_changed'")) == 1


async def test_d7_the_deadline_gets_later_only_if_somebody_with_the_right_agrees(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "2h", role=Role.head)
    start = (await desk.one("waits"))["started_at"]
    await move_to_line(desk.office, actor, conversation_id, line=LineKey("support"))
    assert (await desk.one("waits"))["deadline_at"] == start + timedelta(minutes=15)

    await move_to_line(desk.office, actor, conversation_id, line=LineKey("sales"))
    await move_to_line(desk.office, actor, conversation_id, line=LineKey("support"), is_later_agreed=True)
    assert (await desk.one("waits"))["deadline_at"] == start + timedelta(hours=2)


async def test_r12_an_unknown_line_or_one_with_the_client_on_it_is_refused(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    with pytest.raises(NotFound):
        await move_to_line(desk.office, actor, conversation_id, line=LineKey("nowhere"))
    await desk.pool.execute("UPDATE conversations SET state = 'open'")
    other = says("Сломалось", at=desk.now, number=2)
    await desk.receive(type(other)("x-1", "other-chat", other.sender, desk.now, text="Сломалось"))
    with pytest.raises(Conflict):
        await move_to_line(desk.office, actor, conversation_id, line=LineKey("support"))


async def test_r7_a_running_call_weighs_three_conversations(desk: Desk) -> None:
    rows = await desk.rows("managers")
    for number, row in enumerate(rows):
        desk.staff[("pbx_extension", "4", str(100 + number))] = row["id"]
    busy = rows[0]["id"]
    talk = CallEvent(
        "c-1", "c", CallStage.answered, CallDirection.outbound, desk.now, client="+79160000001", extension="100"
    )
    await desk.receive(talk, connection=4)
    crowded = ALWAYS_OPEN + "capacity = 3\n"
    desk.rules.append(to_policy(parse_policy(crowded), 2))
    for number in range(3):
        await desk.receive(says("Вопрос", at=desk.now, by=person(number + 1)))

    assert busy not in {row["assignee_id"] for row in await desk.rows("waits")}
