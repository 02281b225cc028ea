"""What a team room shows (telegram 7.12): clients nobody took for a while, and those who wait longer than they should.

It is shown to a group and not to a person, so it is no one's reach: an administrator decided who reads along when the
group was linked. Whoever presses something there is asked for their own rights. Lines that only observe are silent here
as everywhere (FR-8).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.domain.line import LineMode
from hub.inbox.office import Office
from hub.inbox.queries.lists import row_view
from hub.inbox.views import RowView
from hub.store import lists
from hub.store.lists import ListedConversation
from hub.store.pool import acquire


@dataclass(frozen=True, slots=True)
class RoomView:
    """`late` are past their time, whoever has them; `free` nobody took for the policy's `room_after`, all in time."""

    late: Sequence[RowView] = ()
    free: Sequence[RowView] = ()


async def get_room(office: Office) -> RoomView:
    """Return what the room shows now, the most urgent first, at most 200 of each."""
    now = office.clock.now()
    async with acquire(office.pool) as connection:
        late = await lists.list_all_late(connection, now=now)
        free = await lists.list_unclaimed(connection, since=now - office.policy().room_after, now=now)
    return RoomView(_views(office, late), _views(office, free))


async def mark_room(office: Office) -> str:
    """Return a mark that stays the same as long as the room shows the same: cheaper than the room by far."""
    now, policy = office.clock.now(), office.policy()
    async with acquire(office.pool) as connection:
        return f"{policy.revision}:{await lists.mark_room(connection, since=now - policy.room_after, now=now)}"


def _views(office: Office, rows: Iterable[ListedConversation]) -> list[RowView]:
    lines = office.policy()
    return [row_view(office, each) for each in rows if lines.get_line(each.line).mode is not LineMode.observe]
