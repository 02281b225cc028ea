"""Whom to see to next: the most urgent client of one's own, or a free one of one's lines."""

from hub.domain.ids import ConversationId
from hub.domain.line import LineMode
from hub.domain.rights import Person
from hub.inbox.office import Office
from hub.inbox.queries.lists import row_view
from hub.inbox.viewer import reach_of
from hub.inbox.views import RowView
from hub.store import lists, next_up
from hub.store.pool import acquire


async def find_next(office: Office, actor: Person, *, after: ConversationId) -> RowView | None:
    """Return the client who waits most urgently for the actor apart from the one just seen to; `None` if nobody does.

    Lines that only watch are left out: nothing leaves from them (FR-8).
    """
    watched = [str(line.key) for line in office.policy().lines.values() if line.mode is LineMode.observe]
    reach = reach_of(actor)
    async with acquire(office.pool) as connection:
        found = await next_up.find_next(connection, reach, after=after, without_lines=watched)
        rows = await lists.list_these(connection, reach, [found] if found else [], now=office.clock.now())
    return row_view(office, rows[0], actor) if rows else None
