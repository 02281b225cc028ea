"""Keeps the pinned «рабочий стол» of each manager who wants one: edited in its place, never with a sound.

It is drawn from the present state at each look, not by notices: a burst of messages costs one drawing, and what was not
drawn because Telegram was away is seen at the next look. That it is there is a row, so it survives a restart; who
deleted the message gets a new one, who does not want it presses «Убрать». Chats are numbered like their people.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiogram import Bot

from bots.memory import Facts
from bots.office import BotOffice
from bots.screens.board import board_screen
from bots.screens.screen import notice
from bots.telegram.chat import Chat
from bots.telegram.failures import BLOCKED
from bots.telegram.turn import Turn
from bots.texts import Texts
from hub.domain.errors import OutcomeUnknown, PermanentFailure, ProviderError
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager
from hub.domain.rights import Person
from hub.inbox.queries import get_desk, list_desks
from hub.inbox.views import DeskView
from hub.store.turns import turn as turn_of

_NAME = "board"
_TURN, _AT_IT_FOR = "board_keeping", timedelta(minutes=2)
_KEPT = timedelta(days=3650)
log = structlog.get_logger(__name__)


async def pin_board(turn: Turn) -> None:
    """Pin the counts in the chat, in place of those pinned before. Raises: ProviderError."""
    await unpin_board(turn)
    await _draw(turn, await get_desk(turn.office, turn.actor), {})


async def unpin_board(turn: Turn) -> None:
    """Take the pinned counts away, if there are some. Raises: ProviderError."""
    kept = await turn.desk.memory.recall(turn.chat.id, _NAME)
    if kept is not None:
        await turn.desk.memory.forget(turn.chat.id, _NAME)
        message = int(str(kept["message"]))
        await turn.chat.replace(message, notice(turn.texts("board.removed")))  # older than 48 h it cannot be deleted
        await turn.chat.delete(message)


async def is_board(turn: Turn, bot_message_id: int) -> bool:
    """Tell whether a message of the chat is the pinned one, which stays where a button on it is pressed."""
    kept = await turn.desk.memory.recall(turn.chat.id, _NAME) if bot_message_id else None
    return kept is not None and kept["message"] == bot_message_id


@dataclass(frozen=True, slots=True)
class _Board:
    """One board: where it stands and for whom, what it shall say, and what is kept of it."""

    turn: Turn
    counts: DeskView
    kept: Facts


@dataclass(slots=True)
class BoardKeeper:
    """Looks after the boards of one bot; of several processes one at a time does, two minutes after one that died.

    Where Telegram cannot go on a look ends, and the next one begins behind that chat: none that takes nothing now keeps
    the others from theirs.
    """

    desk: BotOffice
    bot: Bot
    _ended_at: int = 0

    async def look(self) -> int:
        """Redraw the boards that say something else by now, and return how many.

        Raises: StorageUnavailable. What Telegram cannot do now is done at the next look.
        """
        async with turn_of(self.desk.office.pool, self.desk.bot_name, _TURN, lease=_AT_IT_FOR) as is_mine:
            return await self._look_at_all() if is_mine else 0

    async def _look_at_all(self) -> int:
        drawn = 0
        for board in sorted(await self._read_all(), key=self._place):
            try:
                drawn += await _redraw(board)
            except PermanentFailure as failure:
                log.info("bot.board_not_drawn", manager_id=board.turn.actor.manager_id, reason=failure.reason)
                if failure.reason == BLOCKED:
                    await self.desk.memory.forget(board.turn.chat.id, _NAME)
            except OutcomeUnknown as failure:
                log.info("bot.board_in_doubt", manager_id=board.turn.actor.manager_id, reason=failure.code)
            except ProviderError as failure:
                log.info("bot.board_put_off", reason=failure.code)
                self._ended_at = board.turn.chat.id
                break
        return drawn

    async def _read_all(self) -> list[_Board]:
        """Return all boards with what they shall say; who left has no desk any more (RG-4)."""
        kept = await self.desk.memory.list_kept(_NAME)
        ids = [ManagerId(int(str(facts["manager"]))) for facts in kept.values()]
        people = await asyncio.gather(*(self.desk.reader.find_person(each) for each in ids))
        there = []
        for chat_id, found in zip(kept, people, strict=True):
            if found is not None and found[0].tg_user_id == chat_id:
                there.append((chat_id, found))
            else:
                await self.desk.memory.forget(chat_id, _NAME)
        desks = await list_desks(self.desk.office, [found for _, found in there])
        return [
            _Board(self._turn(chat_id, *found), counts, kept[chat_id])
            for (chat_id, found), counts in zip(there, desks, strict=True)
        ]

    def _place(self, board: _Board) -> tuple[bool, int]:
        """Return where in a look a board stands: those behind the end of the last one come first."""
        return board.turn.chat.id <= self._ended_at, board.turn.chat.id

    def _turn(self, chat_id: int, manager: Manager, actor: Person) -> Turn:
        return Turn(self.desk, Chat(self.bot, chat_id), actor, Texts(manager.language), "")


async def _redraw(board: _Board) -> bool:
    """Draw a board if it says something else by now."""
    turn, counts = board.turn, board.counts
    return _mark(turn, counts) != board.kept["says"] and await _draw(turn, counts, board.kept)


async def _draw(turn: Turn, counts: DeskView, kept: Facts) -> bool:
    """Draw the board in its place, or anew and pinned if it is gone."""
    screen = board_screen(turn.texts, counts, now=turn.now())
    message, is_pinned = int(str(kept.get("message", 0))), bool(kept.get("is_pinned", True))
    if not message or not await turn.chat.replace(message, screen):
        [message] = await turn.chat.show(screen)
        is_pinned = False
    if not is_pinned:
        await _keep(turn, message, says="", is_pinned=False)  # where pinning has to wait, it is not shown once more
        await turn.chat.pin(message)
    await _keep(turn, message, says=_mark(turn, counts))
    return True


async def _keep(turn: Turn, message: int, *, says: str, is_pinned: bool = True) -> None:
    facts = {"message": message, "manager": int(turn.actor.manager_id), "says": says, "is_pinned": is_pinned}
    await turn.desk.memory.keep(turn.chat.id, _NAME, facts, lasting=_KEPT)


def _mark(turn: Turn, counts: DeskView) -> str:
    """Return a mark of everything the board says, the passing of time apart."""
    said = (turn.texts.language, counts.mine, counts.waiting, counts.overdue, counts.queue, counts.next_deadline_at)
    return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()
