"""Lists of conversations and the counts of a day, all within the actor's reach (RG-3)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.domain.errors import NotFound
from hub.domain.ids import ConnectionId, ConversationId, ManagerId
from hub.domain.manager import Manager, is_on_shift
from hub.domain.rights import Person
from hub.inbox.masking import hide_in_row
from hub.inbox.office import Office
from hub.inbox.rights import sees_phones
from hub.inbox.viewer import person_of, reach_of
from hub.inbox.views import DeskView, RowView
from hub.store import lists, people, search
from hub.store.lists import Counts, ListedConversation, Shelf
from hub.store.pool import acquire


async def list_mine(office: Office, actor: Person) -> list[RowView]:
    """Return the actor's open conversations, the most urgent first."""
    return await _list_shelf(office, actor, Shelf.mine)


async def list_queue(office: Office, actor: Person) -> list[RowView]:
    """Return what nobody has taken on the actor's lines, the most urgent first."""
    return await _list_shelf(office, actor, Shelf.queue)


async def list_overdue(office: Office, actor: Person) -> list[RowView]:
    """Return what is late: the actor's own, for heads everything of their lines."""
    return await _list_shelf(office, actor, Shelf.overdue)


async def list_waiting(office: Office, actor: Person, wait_ids: Sequence[int]) -> list[RowView]:
    """Return the conversations in which these waits still run and which the actor may see, the most urgent first."""
    async with acquire(office.pool) as connection:
        rows = await lists.list_waiting(connection, reach_of(actor), wait_ids, now=office.clock.now())
    return _views(office, actor, rows)


async def list_these(office: Office, actor: Person, ids: Sequence[ConversationId]) -> list[RowView]:
    """Return those of these conversations that the actor may see, in the given order."""
    async with acquire(office.pool) as connection:
        rows = await lists.list_these(connection, reach_of(actor), ids, now=office.clock.now())
    return _views(office, actor, rows)


async def find_conversation_by_number(office: Office, actor: Person, number: int) -> ConversationId:
    """Return the conversation people call by `number`.

    Raises:
        NotFound: there is none within the actor's reach (RG-2).
    """
    async with acquire(office.pool) as connection:
        found = await search.find_by_number(connection, reach_of(actor), number)
    if found is None:
        raise NotFound("there is no such conversation for you")
    return ConversationId(found)


async def get_desk(office: Office, actor: Person) -> DeskView:
    """Return the counts of the actor's day. Raises: NotFound for one who left."""
    async with acquire(office.pool) as connection:
        manager = await people.find_manager(connection, actor.manager_id)
    if manager is None or not manager.is_active:
        raise NotFound("there is no such desk for you")
    [desk] = await list_desks(office, [(manager, actor)])
    return desk


async def list_desks(office: Office, asking: Sequence[tuple[Manager, Person]]) -> list[DeskView]:
    """Return the counts of the day of each of these people, read just now and with these rights, in their order."""
    now = office.clock.now()
    async with acquire(office.pool) as connection:
        counted = await lists.count_desks(connection, [reach_of(actor) for _, actor in asking], now=now)
    return [_desk(office, manager, counts, now) for (manager, _), counts in zip(asking, counted, strict=True)]


def _desk(office: Office, manager: Manager, counts: Counts, now: datetime) -> DeskView:
    return DeskView(
        name=manager.name,
        zone=_zone(office, manager),
        presence=manager.presence_at(now).value,
        is_on_shift=_is_on_shift(office, manager, now),
        mine=counts.mine,
        waiting=counts.waiting,
        overdue=counts.overdue,
        queue=counts.queue,
        next_deadline_at=counts.next_deadline_at,
    )


def _is_on_shift(office: Office, manager: Manager, now: datetime) -> bool:
    """Tell whether somebody works now on any of their lines."""
    policy = office.policy()
    lines = (policy.lines[key] for key in person_of(policy, manager).lines)
    return any(is_on_shift(manager, policy.shift_of(manager.key, line), now) for line in lines)


def _zone(office: Office, manager: Manager) -> ZoneInfo:
    """Return the zone of the first of the manager's lines, of the default line for somebody who has none."""
    policy = office.policy()
    first = min(person_of(policy, manager).lines, default=policy.default_line)
    return policy.get_line(first).calendar.zone


async def _list_shelf(office: Office, actor: Person, shelf: Shelf) -> list[RowView]:
    async with acquire(office.pool) as connection:
        rows = await lists.list_shelf(connection, reach_of(actor), shelf, now=office.clock.now())
    return _views(office, actor, rows)


def _views(office: Office, actor: Person, rows: Iterable[ListedConversation]) -> list[RowView]:
    return [row_view(office, row, actor) for row in rows]


def row_view(office: Office, row: ListedConversation, actor: Person | None = None) -> RowView:
    """Return one line of a list as the actor may read it, `None` for several people at once (RG-5)."""
    shown = _draw(office, row)
    return shown if sees_phones(office, actor, row.line, row.assignee_id) else hide_in_row(shown, row.phones)


def _draw(office: Office, row: ListedConversation) -> RowView:
    endpoint, line = office.endpoints().get(ConnectionId(row.connection_id or 0)), office.policy().get_line(row.line)
    return RowView(
        id=ConversationId(row.id),
        number=row.number,
        contact_name=row.contact_name,
        channel=row.channel or (endpoint.kind if endpoint else ""),
        line_name=line.name,
        zone=line.calendar.zone,
        assignee_name=row.assignee_name,
        deadline_at=row.deadline_at,
        last_text=row.last_text,
        last_message_at=row.last_message_at,
        is_waiting=row.is_waiting,
        is_overdue=row.is_overdue,
        needs_callback=row.needs_callback,
        snoozed_until=row.snoozed_until,
        assignee_id=None if row.assignee_id is None else ManagerId(row.assignee_id),
    )
