"""Stored updates of the manager bot, carried out in order per chat.

Updates are receipts: stored and committed before anybody looks at them, claimed here under a lease, done only after
what they caused was committed. A process that dies in between carries an update out again; the key (bot, update id)
makes that harmless. An update that raises is given back, and the claim parks it after three attempts, while its
neighbours pass. Knows no messenger: `Messenger` is `bots.telegram.bot.ManagerBot`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog

from hub.crash import crash_point
from hub.domain.errors import TemporaryFailure

LONGEST_PAUSE = timedelta(seconds=30)
USUAL_PAUSE = timedelta(seconds=1)
log = structlog.get_logger(__name__)

Update = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """A claimed receipt and the update in it."""

    receipt_id: int
    update: Update


class Receipts(Protocol):
    """The claimed receipts of one manager bot, bound by `hub.app`."""

    async def claim(self) -> Sequence[StoredUpdate]:
        """Return the next updates in received order under a lease, empty if there are none."""
        ...

    async def done(self, receipt_ids: Sequence[int]) -> None:
        """Mark receipts as carried out; commits."""
        ...

    async def give_back(self, receipt_ids: Sequence[int]) -> None:
        """End the leases of receipts that raised, so that they come again; commits."""
        ...


class Messenger(Protocol):
    """The bot that understands the updates."""

    async def feed(self, update: Update, key: str) -> None:
        """Carry out one update."""
        ...

    async def answer_press(self, query_id: str) -> None:
        """Stop the waiting sign of a pressed button."""
        ...


class Intake:
    """Feeds the updates of one bot; `bot_name` is the bot's part of every idempotency key."""

    def __init__(self, receipts: Receipts, messenger: Messenger, *, bot_name: str) -> None:
        self._receipts = receipts
        self._messenger = messenger
        self._bot_name = bot_name

    async def run_once(self) -> int:
        """Carry out one batch, chats side by side, and return its size.

        Presses are answered first of all and beside the work: the sign on a button stops within a second whatever else
        its chat is doing.

        Raises:
            StorageUnavailable: the database is away; what was claimed comes again when its lease ends.
        """
        batch = await self._receipts.claim()
        crash_point("intake.claimed")
        presses = [self._messenger.answer_press(query) for each in batch if (query := press_of(each.update))]
        chats = [self._carry_out(updates) for updates in by_chat(batch)]
        await asyncio.gather(*presses, *chats)
        return len(batch)

    async def _carry_out(self, updates: Sequence[StoredUpdate]) -> None:
        """Carry out the updates of one chat in order, each finished or given back before the next begins."""
        for each in updates:
            [outcome] = await asyncio.gather(self._feed(each.update), return_exceptions=True)
            crash_point("intake.carried_out")
            if isinstance(outcome, BaseException):
                log.error("bot.update_failed", receipt_id=each.receipt_id, exc_info=outcome)
                await self._receipts.give_back([each.receipt_id])
            else:
                await self._receipts.done([each.receipt_id])
            crash_point("intake.finished")

    async def _feed(self, update: Update) -> None:
        """Carry out one update; where the messenger asks to slow down, once more after its pause."""
        key = f"{self._bot_name}:{update['update_id']}"
        try:
            await self._messenger.feed(update, key)
        except TemporaryFailure as failure:
            pause = min(failure.retry_after or USUAL_PAUSE, LONGEST_PAUSE)
            log.info("bot.update_paused", seconds=pause.total_seconds())
            await asyncio.sleep(pause.total_seconds())
            await self._messenger.feed(update, key)


def chat_of(update: Update) -> int:
    """Return the chat an update belongs to, a press that of the person; 0 for one that names none."""
    for path in _CHAT_PATHS:
        if isinstance(found := _at(update, path), int):
            return found
    return 0


def press_of(update: Update) -> str:
    """Return the id of the press an update tells of, empty if it tells of none."""
    found = _at(update, ("callback_query", "id"))
    return found if isinstance(found, str) else ""


def by_chat(batch: Sequence[StoredUpdate]) -> list[list[StoredUpdate]]:
    """Return a batch as one list a chat, in the order they came."""
    chats: dict[int, list[StoredUpdate]] = {}
    for each in batch:
        chats.setdefault(chat_of(each.update), []).append(each)
    return list(chats.values())


_CHAT_PATHS = (
    ("callback_query", "from", "id"),
    ("message", "chat", "id"),
    ("edited_message", "chat", "id"),
    ("my_chat_member", "chat", "id"),
)


def _at(value: Any, path: Sequence[str]) -> object:
    """Return what lies at a path of nested objects, `None` if the payload has another shape."""
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value
