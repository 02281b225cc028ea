"""Handing a client to another line (D-7, R-12)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.errors import Conflict, NotFound, PermissionDenied
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.folds.tasks import NewTask
from hub.inbox.leads import Filled, move_lead
from hub.inbox.lines import move_to_line
from hub.inbox.queries import list_other_lines
from hub.inbox.queries.reports.verify import verify
from hub.inbox.tasks import make_task
from hub.inbox.views import LineView
from hub.inbox.waits import dismiss
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.reports.busy_day import THE_ADMIN

TWO_LINES = (
    ALWAYS_OPEN
    + """
[lines.support]
name = "Поддержка"
calendar = "always"
{more}
[lines.support.targets]
first_response = "{target}"
[[rules]]
name = "поддержка"
line = "support"
when = [{ kind = "text", words = ["сломалось"] }]
"""
)

SUPPORT = LineKey("support")


def put_in_force(desk: Desk, target: str, *, more: str = "") -> None:
    rules = TWO_LINES.replace("{target}", target).replace("{more}", more)
    desk.rules.append(to_policy(parse_policy(rules), len(desk.rules) + 1))


async def notices(desk: Desk) -> list[str]:
    return [row["payload"]["notice"] for row in await desk.rows("deliveries", "lane = 'notify'")]


async def set_up(desk: Desk, target: str, *, role: Role = Role.manager) -> tuple[Person, ConversationId]:
    put_in_force(desk, target)
    await desk.receive(says("Вопрос", at=desk.now))
    row = await desk.one("conversations")
    actor = Person(ManagerId(row["assignee_id"]), role, frozenset(desk.office.policy().lines))
    return actor, ConversationId(row["id"])


async def test_d7_moving_to_another_line_keeps_the_start_and_takes_the_earlier_deadline(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    before = await desk.one("waits")
    desk.clock.move(timedelta(minutes=2))
    await move_to_line(desk.office, actor, conversation_id, line=SUPPORT)

    after = await desk.one("waits")
    assert (after["line"], after["started_at"]) == ("support", before["started_at"])
    assert after["deadline_at"] == before["started_at"] + timedelta(minutes=5)
    assert len(await desk.rows("ledger", "kind = 'deadline_changed'")) == 1


async def test_t1_a_task_goes_along_where_no_lead_is_open_too(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    await move_lead(desk.office, actor, conversation_id, to="lost", filled=Filled(loss_reason="price"))
    task = NewTask("Выслать акт", desk.now + timedelta(days=1))
    await make_task(desk.office, actor, conversation_id, new=task)
    await move_to_line(desk.office, actor, conversation_id, line=SUPPORT)

    assert (await desk.one("tasks"))["line"] == "support"


async def test_d7_the_deadline_gets_later_only_if_somebody_with_the_right_agrees(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "2h", role=Role.head)
    start = (await desk.one("waits"))["started_at"]
    await move_to_line(desk.office, actor, conversation_id, line=SUPPORT)
    assert (await desk.one("waits"))["deadline_at"] == start + timedelta(minutes=15)

    await move_to_line(desk.office, actor, conversation_id, line=LineKey("sales"))
    await move_to_line(desk.office, actor, conversation_id, line=SUPPORT, is_later_agreed=True)
    assert (await desk.one("waits"))["deadline_at"] == start + timedelta(hours=2)


async def test_r12_an_unknown_line_or_one_with_the_client_on_it_is_refused(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    with pytest.raises(NotFound):
        await move_to_line(desk.office, actor, conversation_id, line=LineKey("nowhere"))
    await desk.pool.execute("UPDATE conversations SET state = 'open'")
    other = says("Сломалось", at=desk.now, number=2)
    await desk.receive(type(other)("x-1", "other-chat", other.sender, desk.now, text="Сломалось"))
    with pytest.raises(Conflict):
        await move_to_line(desk.office, actor, conversation_id, line=SUPPORT)


async def test_d7_who_may_not_agree_to_a_later_deadline_is_refused_and_nothing_moves(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "2h")
    with pytest.raises(PermissionDenied):
        await move_to_line(desk.office, actor, conversation_id, line=SUPPORT, is_later_agreed=True)
    assert (await desk.one("conversations"))["line"] == "sales"


async def test_d7_other_lines_say_when_the_client_would_be_due_there_and_who_may_agree(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "2h")
    start = (await desk.one("waits"))["started_at"]
    head = replace(actor, role=Role.head)
    for asks, may_agree in ((actor, False), (head, True)):
        assert await list_other_lines(desk.office, asks, conversation_id) == [
            LineView(SUPPORT, "Поддержка", start + timedelta(hours=2), may_agree)
        ]


async def test_d7_a_line_that_is_no_later_asks_for_no_agreement_and_an_observing_one_is_not_offered(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    [support] = await list_other_lines(desk.office, actor, conversation_id)
    assert support.later_due_at is None
    put_in_force(desk, "5m", more='mode = "observe"')
    assert await list_other_lines(desk.office, actor, conversation_id) == []


VIP = '[[sla]]\nkey = "vip"\nlines = ["support"]\nsegments = ["vip"]\nfirst_response = "4m"\n'
URGENT = (
    '[[rules]]\nname = "Срочно"\npriority = "high"\nwhen = [{ kind = "text", words = ["вопрос"] }]\n'
    '[[sla]]\nkey = "high"\nlines = ["sales"]\npriorities = ["high"]\nfirst_response = "10m"\n'
    '[[sla]]\nkey = "high-support"\nlines = ["support"]\npriorities = ["high"]\nfirst_response = "3m"\n'
)


@pytest.mark.parametrize(
    ("rules", "policy", "expected"),
    [(VIP, "vip", 4), (URGENT, "high-support", 3), ("", "line:support", 12)],
    ids=["the client's tag", "the rule's priority", "neither"],
)
async def test_d1_d7_a_moved_client_keeps_the_segment_and_the_priority(
    desk: Desk, rules: str, policy: str, expected: int
) -> None:
    text = TWO_LINES.replace("{target}", "12m").replace("{more}", "") + rules
    desk.rules.append(to_policy(parse_policy(text), 2))
    await desk.receive(says("Вопрос", at=desk.now))
    await desk.pool.execute("""UPDATE contacts SET tags = '["vip"]'""")
    row = await desk.one("conversations")
    actor = Person(ManagerId(row["assignee_id"]), Role.manager, frozenset(desk.office.policy().lines))
    await move_to_line(desk.office, actor, ConversationId(row["id"]), line=SUPPORT)

    wait = await desk.one("waits")
    assert wait["policy_id"] == policy
    assert wait["deadline_at"] == wait["started_at"] + timedelta(minutes=min(expected, 15))


async def test_d1_d7_a_priority_that_chose_no_policy_here_chooses_one_on_the_next_line(desk: Desk) -> None:
    rule, *policies = URGENT.split("[[sla]]")
    text = TWO_LINES.replace("{target}", "12m").replace("{more}", "") + rule + "[[sla]]" + policies[-1]
    desk.rules.append(to_policy(parse_policy(text), 2))
    await desk.receive(says("Вопрос", at=desk.now))
    before = await desk.one("waits")
    assert (before["policy_id"], before["priority"]) == ("line:sales", "high")
    actor = Person(ManagerId(before["assignee_id"]), Role.manager, frozenset(desk.office.policy().lines))
    await move_to_line(desk.office, actor, ConversationId(before["conversation_id"]), line=SUPPORT)

    wait = await desk.one("waits")
    assert wait["policy_id"] == "high-support"
    assert wait["deadline_at"] == wait["started_at"] + timedelta(minutes=3)
    assert (await verify(desk.office, THE_ADMIN)).differences == []


async def test_d7_the_question_about_a_later_deadline_knows_the_segment_too(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "2h")
    slow = TWO_LINES.replace("{target}", "2h").replace("{more}", "") + VIP
    desk.rules.append(to_policy(parse_policy(slow), 3))
    await desk.pool.execute("""UPDATE contacts SET tags = '["vip"]'""")
    [support] = await list_other_lines(desk.office, actor, conversation_id)
    assert support.later_due_at is None


async def test_r12_the_note_of_a_move_is_kept_and_the_wait_is_handed_over_not_new(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    await move_to_line(desk.office, actor, conversation_id, line=SUPPORT, note=" Не включается ")
    note = await desk.one("messages", "direction = 'note'")
    assert (note["text"], note["manager_id"]) == ("Не включается", actor.manager_id)
    assert "transferred" in await notices(desk)


async def test_r12_moving_a_client_who_does_not_wait_tells_the_duty_person_of_the_line(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    head = await desk.hire("olga", role=Role.head)
    await dismiss(desk.office, actor, conversation_id, reason="Спасибо")
    await move_to_line(desk.office, actor, conversation_id, line=SUPPORT)
    told = await desk.one("deliveries", "payload->>'notice' = 'transferred'")
    assert told["manager_id"] == head
    assert (await desk.one("conversations"))["assignee_id"] is None


async def test_r12_only_the_threads_of_the_line_go_along(desk: Desk) -> None:
    actor, conversation_id = await set_up(desk, "5m")
    await desk.pool.execute("UPDATE threads SET line = 'elsewhere'")
    await move_to_line(desk.office, actor, conversation_id, line=SUPPORT)
    assert (await desk.one("threads"))["line"] == "elsewhere"


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


async def test_r12_who_was_moved_on_purpose_does_not_go_back_when_a_shift_begins(desk: Desk) -> None:
    actor, conversation = await set_up(desk, "10m")
    await desk.pool.execute(
        "INSERT INTO timers (id, kind, subject, due_at, facts) VALUES (1, 'owner_return', $1, $2, $3)",
        f"conversation:{conversation}",
        desk.now + timedelta(hours=1),
        {"owner_id": actor.manager_id},
    )
    await move_to_line(desk.office, actor, conversation, line=SUPPORT)

    assert (await desk.one("timers", "kind = 'owner_return'"))["state"] == "cancelled"
