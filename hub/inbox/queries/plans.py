"""What somebody has to do: own tasks, own leads, the day; heads also see how everybody stands (T-1, T-2)."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId
from hub.domain.manager import Role
from hub.domain.rights import Action, Person, ensure, may
from hub.domain.words import Words
from hub.inbox.addresses import list_phones
from hub.inbox.masking import hide_in_task, hide_numbers
from hub.inbox.office import Office
from hub.inbox.plan_views import LeadRow, LeadView, PlanView, TalkView, TaskCountView, TaskView, TodayView
from hub.inbox.queries.lists import get_desk
from hub.inbox.rights import sees_phones, subject_of
from hub.inbox.tasks import subject_of_task
from hub.inbox.viewer import reach_of
from hub.store import cards, leads, tasks
from hub.store.cards import StoredCard
from hub.store.leads import ListedLead, SteplessLead
from hub.store.pool import Connection, acquire
from hub.store.tasks import ListedTask


async def get_plan(office: Office, actor: Person) -> PlanView:
    """Return the actor's open tasks, overdue ones first, and for heads the counts of everybody's (T-2)."""
    reach, now = reach_of(actor), office.clock.now()
    async with acquire(office.pool) as connection:
        own = await tasks.list_own(connection, reach)
        counts = [] if actor.role is Role.manager else await tasks.count_by_manager(connection, reach, now=now)
        stepless = await leads.list_stepless(connection, reach)
    return PlanView(
        tasks=tuple(_task(office, actor, each) for each in own),
        others=tuple(TaskCountView(each.name, each.active, each.overdue) for each in counts),
        stepless=tuple((each.number, _name_of_free(office, actor, each), each.manager_name) for each in stepless),
    )


async def get_task(office: Office, actor: Person, task_id: int) -> TaskView:
    """Return a task. Raises: NotFound by rights (RG-2)."""
    async with acquire(office.pool) as connection:
        found = await tasks.find_listed(connection, reach_of(actor), task_id)
    if found is None:
        raise NotFound("there is no such task for you")
    ensure(actor, Action.do_task, subject_of_task(found.task.line, found.task.manager_id))
    return _task(office, actor, found)


async def find_next_task(office: Office, actor: Person, conversation_id: ConversationId) -> TaskView:
    """Return the open task about a conversation that is due first. Raises: NotFound if the actor sees none."""
    async with acquire(office.pool) as connection:
        found = await tasks.list_of_conversation(connection, reach_of(actor), conversation_id)
    if not found:
        raise NotFound("there is no open task about this conversation for you")
    return _task(office, actor, found[0])


async def get_lead_view(office: Office, actor: Person, conversation_id: ConversationId) -> LeadView:
    """Return the lead a conversation is about, with the rules it moves by. Raises: NotFound by rights, or if none."""
    async with acquire(office.pool) as connection:
        card = await cards.find_card(connection, conversation_id)
        lead = None if card is None else await leads.find_of_conversation(connection, conversation_id)
        known = await _phones(connection, card)
    if card is None:
        raise NotFound("there is no such conversation for you")
    ensure(actor, Action.view, subject_of(card.conversation, office))
    if lead is None:
        raise NotFound("this client has no lead here; start one first")
    if not may(actor, Action.see_phone, subject_of(card.conversation, office)):
        lead = replace(lead, fields={key: hide_numbers(value, known) for key, value in lead.fields.items()})
    return LeadView(conversation_id, card.conversation.number, lead, office.policy().leads)


async def get_today(office: Office, actor: Person) -> TodayView:
    """Return «сегодня»: overdue, due until midnight, own leads (§4). Raises: NotFound for one who left."""
    desk, now = await get_desk(office, actor), office.clock.now()
    reach = reach_of(actor)
    async with acquire(office.pool) as connection:
        own = [_task(office, actor, each) for each in await tasks.list_own(connection, reach)]
        listed = await leads.list_own(connection, reach)
    return TodayView(
        desk=desk,
        overdue=tuple(task for task in own if task.due_at < now),
        planned=tuple(task for task in own if now <= task.due_at and _is_same_day(task.due_at, now, desk.zone)),
        leads=tuple(_lead(office, actor, each) for each in listed),
    )


async def find_asked_call(office: Office, actor: Person, conversation_id: ConversationId) -> int:
    """Return the call whose end is asked about in a conversation, 0 for none (T-5). Raises: NotFound by rights."""
    async with acquire(office.pool) as connection:
        card = await cards.find_card(connection, conversation_id)
        found = await leads.find_asked_call(connection, conversation_id)
    if card is None:
        raise NotFound("there is no such conversation for you")
    ensure(actor, Action.view, subject_of(card.conversation, office))
    return found


async def get_talk(office: Office, actor: Person, conversation_id: ConversationId, call_id: int) -> TalkView:
    """Return a talk whose end is asked about, for who works with the client and for who was asked (T-5).

    Raises:
        NotFound: by rights, or the question is answered (RG-2).
    """
    async with acquire(office.pool) as connection:
        card = await cards.find_card(connection, conversation_id)
        is_asked = await leads.is_asked(connection, conversation_id, call_id, manager_id=actor.manager_id)
        known = await _phones(connection, card)
    if card is None:
        raise NotFound("there is no such conversation for you")
    subject = subject_of(card.conversation, office)
    if not (actor.is_active and is_asked):
        ensure(actor, Action.view, subject)
    works_with = may(actor, Action.view, subject)
    name = card.contact_name if may(actor, Action.see_phone, subject) else hide_numbers(card.contact_name, known)
    return TalkView(conversation_id, card.conversation.number, name, works_with)


async def _phones(connection: Connection, card: StoredCard | None) -> list[str]:
    """Return the numbers of a conversation's client, by which they are found in words."""
    return [] if card is None else list_phones(await cards.list_identities(connection, [card.conversation.contact_id]))


def _is_same_day(at: datetime, now: datetime, zone: ZoneInfo) -> bool:
    return at.astimezone(zone).date() == now.astimezone(zone).date()


def _name(office: Office, actor: Person, lead: ListedLead) -> str:
    """Return a client's name as the actor, whose lead it is, may read it (RG-5)."""
    is_readable = sees_phones(office, actor, lead.line, actor.manager_id)
    return lead.contact_name if is_readable else hide_numbers(lead.contact_name, lead.phones)


def _name_of_free(office: Office, actor: Person, lead: SteplessLead) -> str:
    """Return a client's name as the actor may read it on every line of theirs: the lead may be nobody's (RG-5)."""
    is_readable = all(sees_phones(office, actor, line, None) for line in actor.lines)
    return lead.contact_name if is_readable else hide_numbers(lead.contact_name, lead.phones)


def _task(office: Office, actor: Person, listed: ListedTask) -> TaskView:
    shown = _draw_task(office, listed)
    is_readable = sees_phones(office, actor, listed.task.line, listed.task.manager_id)
    return shown if is_readable else hide_in_task(shown, listed.phones)


def _draw_task(office: Office, listed: ListedTask) -> TaskView:
    task, line = listed.task, office.policy().get_line(listed.task.line)
    return TaskView(
        id=task.id,
        what=task.what,
        due_at=task.due_at,
        zone=line.calendar.zone,
        is_open=task.is_open,
        contact_name=listed.contact_name,
        conversation_id=task.conversation_id,
        number=listed.number,
        manager_name=listed.manager_name,
    )


def _lead(office: Office, actor: Person, listed: ListedLead) -> LeadRow:
    stage = office.policy().leads.find_stage(listed.stage)
    conversation_id = None if listed.conversation_id is None else ConversationId(listed.conversation_id)
    name = stage.name if stage else Words(listed.stage, listed.stage)
    return LeadRow(conversation_id, listed.number, _name(office, actor, listed), name, listed.next_at)
