"""The team room: the group a manager bot posts into, linked by an administrator, at most one a bot (telegram 7.12).

The link is kept without an end beside what the bot remembers of its chats. It follows a group that gets another number,
falls back to the general topic when its own is gone, and ends when the bot may not write there any more. Who leaves the
business leaves the room: by the bot's hand, or by an administrator's who is told. What the room shows is
`hub.inbox.queries.room`, how it is drawn `bots.telegram.room`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from hub.crash import crash_point
from hub.domain.audit import Deed
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.manager import Manager, Role
from hub.domain.order import order_hash
from hub.domain.rights import Action, Person, Subject, ensure
from hub.domain.workset import WorkingSet
from hub.inbox.auditing import Noted, note_in
from hub.inbox.office import Office
from hub.inbox.word import Word, tell_in
from hub.store import managers, screens
from hub.store.pool import Connection, acquire
from hub.store.scope import Scope
from hub.store.screens import Kept, Name

_ROOM: Name = (0, "room")


@dataclass(frozen=True, slots=True)
class Room:
    """A linked group. `topic` 0 is its general part; `language` is that of whoever linked it."""

    chat_id: int
    title: str
    language: str
    linked_at: datetime
    topic: int = 0

    @classmethod
    def read(cls, facts: Mapping[str, object]) -> Self:
        """Return the room that was kept."""
        return cls(
            chat_id=int(str(facts["chat_id"])),
            title=str(facts["title"]),
            language=str(facts["language"]),
            linked_at=datetime.fromisoformat(str(facts["linked_at"])),
            topic=int(str(facts["topic"])),
        )

    def as_facts(self) -> Mapping[str, object]:
        """Return what is kept of it."""
        about = {"chat_id": self.chat_id, "title": self.title, "language": self.language}
        return about | {"linked_at": self.linked_at.isoformat(), "topic": self.topic}


async def find_room(office: Office, bot: str) -> Room | None:
    """Return the room of a bot, None without one."""
    async with acquire(office.pool) as connection:
        return await _find(connection, office, bot)


async def link_room(office: Office, actor: Person, bot: str, room: Room) -> None:
    """Let the bot post into a group from now on, in place of the one before. Commits; repeating it changes nothing.

    Raises:
        PermissionDenied, NotFound: only an administrator links a room.
    """
    ensure(actor, Action.manage_connections, Subject())
    async with acquire(office.pool) as connection, connection.transaction():
        before = await _find(connection, office, bot)
        if before is not None and (before.chat_id, before.topic) == (room.chat_id, room.topic):
            return
        await _put(connection, bot, room)
        await note_in(connection, office, Noted(actor, Deed.room_linked, f"room:{room.chat_id}"))
        crash_point("room.before_link_commit")
    crash_point("room.after_link_commit")


async def unlink_room(office: Office, actor: Person, bot: str, *, chat_id: int) -> Room | None:
    """Let the bot post into this group no more; return what it was, None if another is the room by now. Commits.

    Raises:
        PermissionDenied, NotFound: only an administrator does.
    """
    ensure(actor, Action.manage_connections, Subject())
    async with acquire(office.pool) as connection, connection.transaction():
        room = await _find(connection, office, bot)
        room = room if room is not None and room.chat_id == chat_id else None
        if room is not None:
            await screens.pop(connection, bot, _ROOM[0], name=_ROOM[1], now=office.clock.now())
            await note_in(connection, office, Noted(actor, Deed.room_unlinked, f"room:{room.chat_id}"))
        crash_point("room.before_unlink_commit")
    crash_point("room.after_unlink_commit")
    return room


async def lose_room(office: Office, bot: str, chat_id: int) -> None:
    """End the link of a group that took the bot out, and tell the administrators. Commits; another group's is left.

    They are told before the link ends: a process that dies in between tells again under the same keys.
    """
    room = await find_room(office, bot)
    if room is None or room.chat_id != chat_id:
        return
    async with acquire(office.pool) as connection:
        people = await managers.list_managers(connection)
    told = [each.id for each in people if each.role is Role.admin and each.is_active]
    await office.change(Scope(ids=len(told) + 1), lambda rows: _tell_lost(rows, told, room))
    crash_point("room.told_lost")
    async with acquire(office.pool) as connection:
        if await _find(connection, office, bot) == room:  # another may have been linked meanwhile
            await screens.pop(connection, bot, _ROOM[0], name=_ROOM[1], now=office.clock.now())
    crash_point("room.lost")


async def move_room(office: Office, bot: str, chat_id: int, *, to: int) -> None:
    """Follow a group that became a supergroup with another number. Commits; repeating it changes nothing."""
    await _put_in_place(office, bot, chat_id, chat_id=to)


async def leave_topic(office: Office, bot: str, chat_id: int) -> None:
    """Post into the general part of the group from now on: the topic is gone. Commits; repeating it changes nothing."""
    await _put_in_place(office, bot, chat_id, chat_id=chat_id)


async def list_rooms(connection: Connection, office: Office) -> list[Room]:
    """Return the rooms of all bots."""
    found = await screens.list_everywhere(connection, _ROOM, now=office.clock.now())
    return [Room.read(each) for each in found]


def farewell_from(room: Room, manager: Manager, *, left: str, is_moved: bool) -> Word:
    """Return what takes an account out of a room whose person left, or has another one now: `is_moved` (RG-4).

    `left` names the account and when it was.
    """
    facts = {"room": room.chat_id, "title": room.title, "user": manager.tg_user_id, "name": manager.name}
    facts |= {"left": left, "is_moved": is_moved}
    return Word(Notice.room_farewell, manager.id, f"room:{room.chat_id}:{left}", facts)


async def tell_still_there(office: Office, facts: Mapping[str, object]) -> None:
    """Tell the administrators that an account may still be in a group and has to be taken out by hand. Commits.

    `facts` are those of `farewell_from`; told once for each farewell.
    """
    about = f"room:{facts['room']}:{facts['left']}"
    said = {name: facts[name] for name in ("title", "name", "is_moved")}
    async with acquire(office.pool) as connection, connection.transaction():
        everybody = await managers.list_managers(connection)
        told = [each.id for each in everybody if each.is_active and each.role is Role.admin]
        await tell_in(connection, office, [Word(Notice.room_still_in, each, about, said) for each in told])
        crash_point("room.before_still_in_commit")
    crash_point("room.after_still_in_commit")
    office.wakeup.wake(Lane.notify)


async def _put_in_place(office: Office, bot: str, present_id: int, *, chat_id: int) -> None:
    """Let the room of the group `present_id` be the general part of `chat_id`."""
    async with acquire(office.pool) as connection, connection.transaction():
        room = await _find(connection, office, bot)
        if room is not None and room.chat_id == present_id:
            await _put(connection, bot, replace(room, chat_id=chat_id, topic=0))
        crash_point("room.before_change_commit")
    crash_point("room.after_change_commit")


async def _find(connection: Connection, office: Office, bot: str) -> Room | None:
    found = await screens.find(connection, bot, [_ROOM], now=office.clock.now())
    return Room.read(found[_ROOM]) if _ROOM in found else None


async def _put(connection: Connection, bot: str, room: Room) -> None:
    await screens.put(connection, bot, {_ROOM: Kept(room.as_facts(), None)})


def _tell_lost(rows: WorkingSet, told: list[ManagerId], room: Room) -> None:
    for manager_id in told:
        key = f"{Notice.room_lost}:{room.chat_id}:{manager_id}:{room.linked_at.isoformat()}"
        rows.deliveries[key] = Delivery(
            id=DeliveryId(rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", manager_id, f"room:{room.chat_id}"),
            key=key,
            due_at=rows.now,
            created_at=rows.now,
            payload={"notice": Notice.room_lost.value, "name": room.title, "manager_id": int(manager_id)},
            manager_id=manager_id,
        )
