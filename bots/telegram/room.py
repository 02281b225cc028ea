"""Keeps the team room: one list in the linked group, drawn in its place, and the day's figures once (telegram 7.12).

The room is drawn from the present state and not by notices: what was not drawn because Telegram was away is simply seen
at the next look, and many changes cost one drawing. A group takes twenty messages a minute, edits counted; this makes
six at most. The list comes anew, aloud, at most once in two minutes when it names somebody it has not rung for. Where
nothing has changed a look costs one row of the database, and a group that is the room no more keeps no buttons.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

import structlog
from aiogram import Bot

from bots.memory import Facts
from bots.office import BotOffice
from bots.screens.room import room_screen, told_day
from bots.screens.screen import Screen, notice
from bots.telegram.chat import Chat
from bots.telegram.failures import BLOCKED, GONE, NO_RIGHTS, NO_TOPIC, ChatMoved
from bots.texts import Texts
from hub.domain.errors import PermanentFailure, ProviderError, TemporaryFailure
from hub.inbox.people import AT_THE_MACHINE
from hub.inbox.queries.day import get_day
from hub.inbox.queries.room import RoomView, get_room, mark_room
from hub.inbox.rooms import Room, find_room, leave_topic, lose_room, move_room
from hub.store.turns import turn

RESTS = timedelta(seconds=10)
ONE_SOUND_IN = timedelta(minutes=2)
AFTER_FAILURE = timedelta(seconds=30)
_LOST = frozenset({BLOCKED, GONE, NO_RIGHTS})
_OF_BOT, _NAME = 0, "room_list"
_TURN, _AT_IT_FOR = "room_keeping", timedelta(minutes=2)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The list as it stands in a group: its message (0: none), its mark, whom it has rung for, and when it did what.

    `day` is the date whose figures were told last, in whichever group; `language` that of what is said there.
    """

    chat_id: int = 0
    topic: int = 0
    message: int = 0
    says: str = ""
    rung: frozenset[str] = frozenset()
    drawn_at: datetime = _NEVER
    rang_at: datetime = _NEVER
    day: str = ""
    language: str = "ru"

    @classmethod
    def read(cls, facts: Facts) -> Self:
        """Return what was kept."""
        rung = facts["rung"]
        return cls(
            chat_id=int(str(facts["chat_id"])),
            topic=int(str(facts["topic"])),
            message=int(str(facts["message"])),
            says=str(facts["says"]),
            rung=frozenset(map(str, rung)) if isinstance(rung, Sequence) else frozenset(),
            drawn_at=datetime.fromisoformat(str(facts["drawn_at"])),
            rang_at=datetime.fromisoformat(str(facts["rang_at"])),
            day=str(facts["day"]),
            language=str(facts.get("language", "ru")),
        )

    def is_in(self, room: Room | None) -> bool:
        """Tell whether it stands in this room, in its topic too."""
        return room is not None and (self.chat_id, self.topic) == (room.chat_id, room.topic)

    def as_facts(self) -> Facts:
        """Return what is kept of it."""
        place = {"chat_id": self.chat_id, "topic": self.topic, "message": self.message}
        times = {"drawn_at": self.drawn_at.isoformat(), "rang_at": self.rang_at.isoformat()}
        said = {"says": self.says, "day": self.day, "language": self.language}
        return {**place, **times, **said, "rung": sorted(self.rung)}


@dataclass(slots=True)
class RoomKeeper:
    """Looks after the room of one bot; of several processes one at a time does, two minutes after one that died."""

    desk: BotOffice
    bot: Bot
    _rests_until: datetime = _NEVER
    _settled: str = ""

    async def look(self) -> None:
        """Bring the room up to date, if there is one and it may be drawn now. Commits what it has shown.

        The list of a group that is the room no more is taken down.

        What Telegram refuses is dealt with here: a group that moved is followed, a topic that is gone is left for the
        group's general part, and a group that took the bot out is no room any more.
        """
        if self.desk.now() < self._rests_until:
            return
        room = await find_room(self.desk.office, self.desk.bot_name)
        if await self._is_done(room):
            return
        async with turn(self.desk.office.pool, self.desk.bot_name, _TURN, lease=_AT_IT_FOR) as is_mine:
            if is_mine:
                await self._keep(room)

    async def _is_done(self, room: Room | None) -> bool:
        """Tell whether nothing is left to do, so that a look which finds nothing writes nothing either."""
        drawn = await self._kept()
        if room is None or (drawn.message and not drawn.is_in(room)):
            return not drawn.message
        drawn = await self._drawn(room)
        return await self._state(room, drawn) == self._settled and self._day_to_tell(room, drawn) is None

    async def _keep(self, room: Room | None) -> None:
        try:
            await self._take_down(room)
            if room is not None:
                await self._keep_up(room)
        except ProviderError as error:
            wish = error.retry_after if isinstance(error, TemporaryFailure) else None
            self._rests_until = self.desk.now() + (wish or AFTER_FAILURE)
            log.info("bot.room_not_drawn", reason=error.code)

    async def _keep_up(self, room: Room) -> None:
        try:
            await self._draw(room)
            await self._tell_day(room)
        except ChatMoved as moved:
            await move_room(self.desk.office, self.desk.bot_name, room.chat_id, to=moved.chat_id)
        except PermanentFailure as failure:
            await self._heed(room, failure)

    async def _take_down(self, room: Room | None) -> None:
        """Leave a word in place of a list that stands where the room is no more: its buttons would take clients."""
        drawn = await self._kept()
        if not drawn.message or drawn.is_in(room):
            return
        chat = Chat(self.bot, drawn.chat_id, topic=drawn.topic)
        try:
            await chat.replace(drawn.message, notice(Texts(drawn.language)("room.list_ended")))
        except PermanentFailure as failure:
            log.info("bot.room_not_taken_down", reason=failure.reason)
        await self._keep_drawn(replace(drawn, message=0))

    async def _heed(self, room: Room, failure: PermanentFailure) -> None:
        if failure.reason == NO_TOPIC and room.topic:
            await self._leave_topic(room)
        elif failure.reason in _LOST:
            await lose_room(self.desk.office, self.desk.bot_name, room.chat_id)
        else:
            self._rests_until = self.desk.now() + AFTER_FAILURE
            log.warning("bot.room_refused", reason=failure.reason)

    async def _leave_topic(self, room: Room) -> None:
        """Say in the general part that the list comes there now, then let it: said twice at worst, never not at all."""
        general = replace(room, topic=0)
        try:
            await self._chat(general).show(notice(Texts(room.language)("room.topic_gone")))
        except PermanentFailure as failure:
            await self._heed(general, failure)
            return
        await leave_topic(self.desk.office, self.desk.bot_name, room.chat_id)

    async def _draw(self, room: Room) -> None:
        """Draw the list if it says something else now, anew and aloud if it has somebody to ring for."""
        now, drawn = self.desk.now(), await self._drawn(room)
        if timedelta(0) <= now - drawn.drawn_at < RESTS:
            return
        state = await self._state(room, drawn)
        if state == self._settled:
            return
        view = await get_room(self.desk.office)
        names, says = _names(view), _mark(view, room.language)
        rings = not names <= drawn.rung and not timedelta(0) <= now - drawn.rang_at < ONE_SOUND_IN
        if rings or (says != drawn.says and (names or drawn.message)):
            screen = room_screen(Texts(room.language), view, now=now)
            shown = replace(drawn, says=says, drawn_at=now, rung=drawn.rung & names, language=room.language)
            await self._put(room, screen, shown, rings_for=names if rings else frozenset())
        elif names <= drawn.rung:
            self._settled = state

    async def _put(self, room: Room, screen: Screen, shown: Drawn, *, rings_for: frozenset[str]) -> None:
        """Put the list in its place; below and aloud if it rings, below if its place is gone, and the old one goes."""
        chat = self._chat(room)
        if shown.message and not rings_for and await chat.replace(shown.message, screen):
            await self._keep_drawn(shown)
            return
        [*_, message] = await chat.show(screen.aloud() if rings_for else screen)
        rang = replace(shown, rung=rings_for, rang_at=shown.drawn_at) if rings_for else shown
        await self._keep_drawn(replace(rang, message=message))
        if shown.message:
            await chat.delete(shown.message)

    async def _tell_day(self, room: Room) -> None:
        """Tell the day's figures once, at the time the rules name, unless the group became the room after it."""
        drawn = await self._drawn(room)
        day = self._day_to_tell(room, drawn)
        if day is None:
            return
        view = await get_day(self.desk.office, AT_THE_MACHINE)
        if not view.says_nothing:
            await self._chat(room).show(told_day(Texts(room.language), view, now=self.desk.now()))
        await self._keep_drawn(replace(drawn, day=day))

    def _day_to_tell(self, room: Room, drawn: Drawn) -> str | None:
        """Return the date whose figures are to be told now, None if there is none."""
        policy, now = self.desk.office.policy(), self.desk.now()
        here = now.astimezone(policy.get_line(policy.default_line).calendar.zone)
        if policy.day_digest is None or here.time() < policy.day_digest:
            return None
        told_at = datetime.combine(here.date(), policy.day_digest, here.tzinfo)
        day = here.date().isoformat()
        return None if drawn.day == day or room.linked_at > told_at else day

    async def _state(self, room: Room, drawn: Drawn) -> str:
        """Return a mark of the room, its list, and everything it would show."""
        return f"{drawn}:{room.language}:{await mark_room(self.desk.office)}"

    def _chat(self, room: Room) -> Chat:
        return Chat(self.bot, room.chat_id, topic=room.topic)

    async def _drawn(self, room: Room) -> Drawn:
        """Return the list in this room; of one in another only the day counts."""
        kept = await self._kept()
        return kept if kept.is_in(room) else Drawn(room.chat_id, room.topic, day=kept.day)

    async def _kept(self) -> Drawn:
        facts = await self.desk.memory.recall(_OF_BOT, _NAME)
        return Drawn.read(facts) if facts else Drawn()

    async def _keep_drawn(self, drawn: Drawn) -> None:
        await self.desk.memory.keep(_OF_BOT, _NAME, drawn.as_facts(), lasting=None)


def _names(view: RoomView) -> frozenset[str]:
    """Return what the list may ring for: a client who is late rings again after having rung as one nobody took."""
    return frozenset([*(f"{row.id}!" for row in view.late), *(f"{row.id}" for row in view.free)])


def _mark(view: RoomView, language: str) -> str:
    """Return a mark of everything the list says, the passing of time and the clients' words apart."""
    rows = [replace(row, last_text="", last_message_at=_NEVER) for row in (*view.late, *view.free)]
    return hashlib.blake2b(repr((language, rows)).encode(), digest_size=8).hexdigest()
