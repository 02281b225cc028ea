"""RG-7: every use-case × role × own, team's, foreign. A refusal is `NotFound` for what one may not see (RG-2)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import ConnectionId, ConversationId, LineKey, ManagerId, MessageId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import (
    assignment,
    bot_talk,
    call_results,
    companies,
    conversations,
    leads,
    queries,
    reading,
    undoing,
    waits,
)
from hub.inbox.calling import order_call
from hub.inbox.choosing import AsTheyWrite, choose_reply_way
from hub.inbox.client_links import keep_client_link
from hub.inbox.folds.tasks import NewTask
from hub.inbox.lines import move_to_line
from hub.inbox.queries.templates import list_templates
from hub.inbox.queries.whole import list_files
from hub.inbox.reply import Content, add_note, reply
from hub.inbox.tasks import make_task
from tests.inbox.desk import Desk, says

UseCase = Callable[[Desk, Person, ConversationId], Awaitable[object]]
PBX = ConnectionId(4)


async def _call(desk: Desk, actor: Person, conversation: ConversationId) -> object:
    """Order a call from the actor's telephone to a number that the client gave."""
    desk.endpoints[PBX] = replace(desk.endpoints[PBX], can_call=True)
    desk.staff[("pbx_extension", str(PBX), "101")] = actor.manager_id
    await desk.pool.execute(
        "INSERT INTO identities (id, contact_id, type, scope, value, original, level, created_at) "
        "SELECT 1, id, 'phone', '', '+79161234567', '', 'claimed', now() FROM contacts ON CONFLICT DO NOTHING"
    )
    return await order_call(desk.office, actor, conversation)


async def _open_file(desk: Desk, actor: Person, conversation: ConversationId) -> object:
    """Open a file that the client sent."""
    await desk.pool.execute('UPDATE messages SET attachments = \'[{"kind": "document", "name": "a.pdf"}]\'::jsonb')
    message = (await desk.one("messages", "direction = 'inbound'"))["id"]
    return await reading.open_file(desk.office, actor, conversation, MessageId(message), place=1)


async def _open_original(desk: Desk, actor: Person, conversation: ConversationId) -> object:
    """Ask for the client's message as if it were a letter."""
    desk.endpoints[ConnectionId(1)] = replace(desk.endpoints[ConnectionId(1)], kind="email")
    return await reading.open_original(desk.office, actor, conversation)


USE_CASES: dict[str, UseCase] = {
    "get_card": lambda d, a, c: queries.get_card(d.office, a, c),
    "get_history": lambda d, a, c: queries.get_history(d.office, a, c, page=0),
    "list_receivers": lambda d, a, c: queries.list_receivers(d.office, a, c),
    "explain_conversation": lambda d, a, c: queries.explain_conversation(d.office, a, c),
    "reply": lambda d, a, c: reply(d.office, a, c, content=Content("Да"), key="key:1"),
    "order_call": _call,
    "add_note": lambda d, a, c: add_note(d.office, a, c, text="Перезвонить", key="key:2"),
    "take": lambda d, a, c: assignment.take(d.office, a, c),
    "release": lambda d, a, c: assignment.release(d.office, a, c),
    "decline": lambda d, a, c: assignment.decline(d.office, a, c),
    "transfer": lambda d, a, c: assignment.transfer(d.office, a, c, to=a.manager_id, force=True),
    "list_templates": lambda d, a, c: list_templates(d.office, a, c),
    "list_other_lines": lambda d, a, c: queries.list_other_lines(d.office, a, c),
    "move_to_line": lambda d, a, c: move_to_line(d.office, a, c, line=LineKey("sales")),
    "snooze": lambda d, a, c: conversations.snooze(d.office, a, c, until=d.now + timedelta(hours=1)),
    "choose_reply_way": lambda d, a, c: choose_reply_way(d.office, a, c, way=AsTheyWrite()),
    "wake": lambda d, a, c: undoing.wake(d.office, a, c),
    "undo_close": lambda d, a, c: undoing.undo_close(d.office, a, c),
    "undo_dismissal": lambda d, a, c: undoing.undo_dismissal(d.office, a, c),
    "withdraw_transfer": lambda d, a, c: undoing.withdraw_transfer(d.office, a, c),
    "close": lambda d, a, c: conversations.close(d.office, a, c, outcome=Outcome.spam),
    "reopen": lambda d, a, c: conversations.reopen(d.office, a, c),
    "dismiss": lambda d, a, c: waits.dismiss(d.office, a, c, reason="Спасибо"),
    "declare_reached": lambda d, a, c: waits.declare_reached(d.office, a, c, result="Договорились"),
    "record_call_attempt": lambda d, a, c: waits.record_call_attempt(d.office, a, c),
    "open_card": lambda d, a, c: reading.open_card(d.office, a, c),
    "read_history": lambda d, a, c: reading.read_history(d.office, a, c, page=0),
    "read_reasons": lambda d, a, c: reading.read_reasons(d.office, a, c),
    "open_history": lambda d, a, c: reading.open_history(d.office, a, c),
    "read_whole": lambda d, a, c: reading.read_whole(d.office, a, c),
    "open_file": _open_file,
    "list_files": lambda d, a, c: list_files(d.office, a, c, page=0),
    "open_original": _open_original,
    "keep_client_link": lambda d, a, c: keep_client_link(d.office, a, c, token="token"),
    "bot_says": lambda d, a, c: bot_talk.say(d.office, a, c, text="Здравствуйте", key="bot:1"),
    "give_to_people": lambda d, a, c: bot_talk.give_to_people(d.office, a, c),
    "move_lead": lambda d, a, c: leads.move_lead(d.office, a, c, to="waiting"),
    "set_lead_fields": lambda d, a, c: leads.set_lead_fields(d.office, a, c, values={"amount": "5"}),
    "set_client_fields": lambda d, a, c: leads.set_client_fields(d.office, a, c, values={}),
    "add_tags": lambda d, a, c: leads.add_tags(d.office, a, c, client=["опт"]),
    "make_task": lambda d, a, c: make_task(d.office, a, c, new=NewTask("Позвонить", d.now + timedelta(hours=1))),
    "set_company": lambda d, a, c: companies.set_company(d.office, a, c, new=companies.NewCompany("Ромашка")),
    "attach_company": lambda d, a, c: companies.attach_company(d.office, a, c, company_id=None),
    "write_result": lambda d, a, c: call_results.write_result(d.office, a, c, call_id=1, text="Думает"),
    "say_not_a_lead": lambda d, a, c: call_results.say_not_a_lead(d.office, a, c, call_id=1),
    "plan_after_call": lambda d, a, c: call_results.plan_after_call(
        d.office, a, c, call_id=1, new=NewTask("Позвонить", d.now + timedelta(hours=1))
    ),
    "answered_elsewhere": lambda d, a, c: waits.answered_elsewhere(
        d.office, a, c, channel="sms", at=d.now, result="Отправил"
    ),
}

SALES, SUPPORT = frozenset({LineKey("sales")}), frozenset({LineKey("support")})
ALLOWED = {
    (Role.manager, "own"): True,
    (Role.manager, "free"): True,
    (Role.manager, "colleague's"): False,
    (Role.manager, "foreign"): False,
    (Role.head, "own"): True,
    (Role.head, "free"): True,
    (Role.head, "colleague's"): True,
    (Role.head, "foreign"): False,
    (Role.admin, "own"): True,
    (Role.admin, "free"): True,
    (Role.admin, "colleague's"): True,
    (Role.admin, "foreign"): True,
}


async def someone(desk: Desk, role: Role, whose: str) -> tuple[Person, ConversationId]:
    """A person of a role, and a conversation that stands to them as `whose` says."""
    anna, ivan = [ManagerId(row["id"]) for row in await desk.rows("managers", "true ORDER BY key")]
    await desk.receive(says("Сколько стоит?", at=desk.now))
    owner = {"own": anna, "free": None}.get(whose, ivan)
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", owner)
    await desk.pool.execute("UPDATE waits SET assignee_id = $1", owner)
    await desk.pool.execute("UPDATE managers SET role = $2 WHERE id = $1", anna, role.value)
    actor = Person(anna, role, SUPPORT if whose == "foreign" else SALES)
    return actor, ConversationId((await desk.one("conversations"))["id"])


@pytest.mark.parametrize("use_case", USE_CASES)
async def test_rg2_rg7_a_managers_reach_ends_at_a_colleagues_and_a_foreign_client(desk: Desk, use_case: str) -> None:
    refusals = (NotFound, Conflict) if use_case in {"take", "reply", "order_call"} else (NotFound,)
    actor, conversation = await someone(desk, Role.manager, "colleague's")
    with pytest.raises(refusals):
        await USE_CASES[use_case](desk, actor, conversation)
    for stranger in (Person(actor.manager_id, Role.manager, SUPPORT), Person(actor.manager_id, Role.head, SUPPORT)):
        with pytest.raises(NotFound):
            await USE_CASES[use_case](desk, stranger, conversation)
    gone = Person(actor.manager_id, Role.admin, SALES, is_active=False)
    with pytest.raises(NotFound):
        await USE_CASES[use_case](desk, gone, conversation)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("use_case", USE_CASES)
async def test_rg1_rg7_what_is_ones_own_may_be_worked_with(desk: Desk, use_case: str, role: Role) -> None:
    actor, conversation = await someone(desk, role, "own")
    await USE_CASES[use_case](desk, actor, conversation)


@pytest.mark.parametrize("role", [Role.head, Role.admin])
@pytest.mark.parametrize("use_case", USE_CASES)
async def test_rg1_rg7_heads_and_admins_work_with_a_colleagues_client_too(
    desk: Desk, use_case: str, role: Role
) -> None:
    actor, conversation = await someone(desk, role, "colleague's")
    await USE_CASES[use_case](desk, actor, conversation)


@pytest.mark.parametrize(("role", "whose"), ALLOWED)
async def test_rg3_rg7_cards_lists_search_and_numbers_agree_on_the_reach(desk: Desk, role: Role, whose: str) -> None:
    actor, conversation = await someone(desk, role, whose)
    number = (await desk.one("conversations"))["number"]
    is_allowed = ALLOWED[role, whose]

    assert len(await queries.find_conversations(desk.office, actor, "Мария")) == is_allowed
    assert len(await queries.find_conversations(desk.office, actor, f"#{number}")) == is_allowed
    assert len(await queries.list_queue(desk.office, actor)) == (is_allowed and whose == "free")
    assert len(await queries.list_mine(desk.office, actor)) == (is_allowed and whose == "own")
    if is_allowed:
        assert (await queries.get_card(desk.office, actor, conversation)).number == number
    else:
        with pytest.raises(NotFound):
            await queries.get_card(desk.office, actor, conversation)
        with pytest.raises(NotFound):
            await queries.find_conversation_by_number(desk.office, actor, number)
