"""Stored updates of the manager bot, carried out in order per chat.

Updates are receipts: stored and committed before anybody looks at them, claimed here under a lease, done only after
what they caused was committed. A process that dies in between carries an update out again; the key (bot, update id)
makes that harmless. An update that raises is given back with those of its chat that follow it, so that none overtakes;
other chats are not held up by any of it. One that three attempts did not finish, whether they raised or the process was
killed, is told to its manager and set aside. The parts of an album come as updates of their own without an end mark:
they are carried out together once nothing more has come for a moment. Knows no messenger: `Messenger` is
`bots.telegram.bot.ManagerBot`.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Any, Protocol

import structlog

from hub.crash import crash_point
from hub.domain.errors import StorageUnavailable, TemporaryFailure

LONGEST_PAUSE = timedelta(seconds=30)
USUAL_PAUSE = timedelta(seconds=1)
BETWEEN_ATTEMPTS = timedelta(seconds=3)
ALBUM_PAUSE = timedelta(seconds=1.2)
LONGEST_ALBUM = 10
MOST_CHATS = 64
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
        """Return the next updates in received order under a lease, empty if there are none.

        A chat with an update under a lease is passed over.
        """
        ...

    async def claim_worn_out(self) -> Sequence[StoredUpdate]:
        """Return under a lease the updates that the last attempt did not finish either: nobody carries them out."""
        ...

    async def park(self, receipt_ids: Sequence[int]) -> None:
        """Set receipts aside, visible and replayable; commits."""
        ...

    async def done(self, receipt_ids: Sequence[int]) -> None:
        """Mark receipts as carried out; commits."""
        ...

    async def give_back(self, receipt_ids: Sequence[int], *, after: timedelta) -> None:
        """End the leases of receipts after a pause, so that they come again; their chats wait until then. Commits."""
        ...

    async def put_back(self, receipt_ids: Sequence[int]) -> None:
        """Put receipts back as if nobody had claimed them: they come again with what came meanwhile. Commits."""
        ...

    def let_go(self, receipt_ids: Sequence[int]) -> None:
        """Hold receipts no longer: their leases run out, and they come again."""
        ...


class Messenger(Protocol):
    """The bot that understands the updates."""

    async def feed(self, update: Update, key: str) -> None:
        """Carry out one update."""
        ...

    async def feed_album(self, updates: Sequence[Update], key: str) -> None:
        """Carry out the parts of one album together."""
        ...

    async def answer_press(self, query_id: str) -> None:
        """Stop the waiting sign of a pressed button."""
        ...

    async def say_parked(self, update: Update, key: str) -> None:
        """Tell the person whose update it was that it was not carried out; where that is impossible it is logged.

        Raises:
            TemporaryFailure, StorageUnavailable: not now.
        """
        ...


class Intake:
    """Feeds the updates of one bot; `bot_name` is the bot's part of every idempotency key.

    `album_pause` is how long further parts of an album are waited for after the newest one.
    """

    def __init__(
        self, receipts: Receipts, messenger: Messenger, *, bot_name: str, album_pause: timedelta = ALBUM_PAUSE
    ) -> None:
        self._receipts = receipts
        self._messenger = messenger
        self._bot_name = bot_name
        self._album_pause = album_pause
        self._albums: dict[str, int] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._chats: dict[int, asyncio.Task[None]] = {}

    async def run_once(self) -> int:
        """Carry out one batch to its end, and return its size."""
        started = await self.start_due()
        while self._running:
            await asyncio.wait(self._running)
        return started

    async def start_due(self) -> int:
        """Claim what is due and start it, chats side by side; return how many updates.

        Nothing is claimed while there is no room for another chat. Presses are answered first of all and beside the
        work: the sign on a button stops within a second whatever its chat, or another, is doing.

        Raises:
            StorageUnavailable: the database is away; what was claimed comes again when its lease ends.
        """
        if len(self._chats) >= MOST_CHATS:
            return 0
        batch = await self._receipts.claim()
        crash_point("intake.claimed")
        for query in filter(None, (press_of(each.update) for each in batch)):
            _ = self._start(self._messenger.answer_press(query))
        for updates in by_chat(batch):
            chat = chat_of(updates[0].update)
            task = self._start(self._carry_out(updates, after=self._chats.get(chat)))
            self._chats[chat] = task
            task.add_done_callback(partial(self._leave, chat))
        for each in await self._receipts.claim_worn_out():
            _ = self._start(self._set_aside(each))
        return len(batch)

    async def close(self) -> None:
        """Stop what is under way; it comes again when its lease ends."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _leave(self, chat: int, ended: asyncio.Task[None]) -> None:
        if self._chats.get(chat) is ended:
            del self._chats[chat]

    async def _carry_out(self, updates: Sequence[StoredUpdate], *, after: asyncio.Task[None] | None = None) -> None:
        """Carry out the updates of one chat in order, `after` those of an earlier claim; stop at one that raises."""
        if after is not None:
            await asyncio.wait({after})
        left = list(updates)
        for parts in in_albums(updates):
            try:
                if not await self._carry_out_one(parts, left):
                    return
            except StorageUnavailable as error:
                log.warning("bot.end_not_written", receipt_id=parts[0].receipt_id, code=error.code)
                self._receipts.let_go([unfinished.receipt_id for unfinished in left])
                return
            del left[: len(parts)]

    async def _carry_out_one(self, parts: Sequence[StoredUpdate], left: Sequence[StoredUpdate]) -> bool:
        """Carry out one update, or the parts of an album, of those `left`; tell whether those behind it may follow.

        Raises:
            StorageUnavailable: the end could not be written.
        """
        ids = [each.receipt_id for each in parts]
        if len(parts) == len(left) and self._may_grow(parts):
            await asyncio.sleep(self._album_pause.total_seconds())
            await self._receipts.put_back(ids)
            crash_point("intake.put_back")
            return False
        [outcome] = await asyncio.gather(self._feed([each.update for each in parts]), return_exceptions=True)
        crash_point("intake.carried_out")
        if isinstance(outcome, BaseException):
            await self._give_back(left, outcome)
            return False
        await self._receipts.done(ids)
        crash_point("intake.finished")
        return True

    def _may_grow(self, parts: Sequence[StoredUpdate]) -> bool:
        """Tell whether more of an album may come: it is not full, and has grown since it was looked at last."""
        name = album_of(parts[0].update)
        if not name:
            return False
        has_grown = len(parts) > self._albums.pop(name, 0) and len(parts) < LONGEST_ALBUM
        if has_grown:
            self._albums[name] = len(parts)
        return has_grown

    async def _give_back(self, updates: Sequence[StoredUpdate], failure: BaseException) -> None:
        """Give back an update that raised, after a pause, and those of its chat behind it, which wait for it."""
        failed, *waiting = updates
        log.error("bot.update_failed", receipt_id=failed.receipt_id, exc_info=failure)
        wanted = failure.retry_after if isinstance(failure, TemporaryFailure) else None
        await self._receipts.give_back([failed.receipt_id], after=min(wanted or BETWEEN_ATTEMPTS, LONGEST_PAUSE))
        if waiting:
            await self._receipts.give_back([each.receipt_id for each in waiting], after=timedelta(0))
        crash_point("intake.given_back")

    async def _set_aside(self, worn_out: StoredUpdate) -> None:
        """Tell whose update it was, then park it: a crash in between tells it twice rather than never."""
        try:
            await self._messenger.say_parked(worn_out.update, self._key(worn_out.update))
            crash_point("intake.told_parked")
            await self._receipts.park([worn_out.receipt_id])
        except (TemporaryFailure, StorageUnavailable) as error:
            log.warning("bot.not_set_aside", receipt_id=worn_out.receipt_id, code=error.code)
            self._receipts.let_go([worn_out.receipt_id])
        crash_point("intake.set_aside")

    async def _feed(self, updates: Sequence[Update]) -> None:
        """Carry out one update or album; where the messenger asks to slow down, once more after its pause."""
        try:
            await self._feed_once(updates)
        except TemporaryFailure as failure:
            pause = min(failure.retry_after or USUAL_PAUSE, LONGEST_PAUSE)
            log.info("bot.update_paused", seconds=pause.total_seconds())
            await asyncio.sleep(pause.total_seconds())
            await self._feed_once(updates)

    async def _feed_once(self, updates: Sequence[Update]) -> None:
        key = self._key(updates[0])
        if len(updates) == 1:
            await self._messenger.feed(updates[0], key)
        else:
            await self._messenger.feed_album(updates, key)

    def _key(self, update: Update) -> str:
        """Return what names everything the update causes."""
        return f"{self._bot_name}:{update.get('update_id', '')}"


def chat_of(update: Update) -> int:
    """Return the chat an update belongs to, a press that of the person; 0 for one that names none."""
    for path in _CHAT_PATHS:
        if isinstance(found := _at(update, path), int):
            return found
    return 0


def press_of(update: Update) -> str:
    """Return the id of the press to be answered at once, empty if there is none.

    A press in a group is answered by what it did: the toast is all that whoever pressed sees there.
    """
    found = _at(update, ("callback_query", "id"))
    is_in_group = _at(update, ("callback_query", "message", "chat", "type")) in _GROUPS
    return found if isinstance(found, str) and not is_in_group else ""


def album_of(update: Update) -> str:
    """Return what the parts of an album have in common, empty for anything else."""
    found = _at(update, ("message", "media_group_id"))
    return f"{chat_of(update)}:{found}" if isinstance(found, str) and found else ""


def in_albums(updates: Sequence[StoredUpdate]) -> list[list[StoredUpdate]]:
    """Return the updates of a chat in their order, neighbours of one album together."""
    return [list(parts) for _, parts in groupby(updates, lambda each: album_of(each.update) or each.receipt_id)]


def by_chat(batch: Sequence[StoredUpdate]) -> list[list[StoredUpdate]]:
    """Return a batch as one list a chat, in the order they came."""
    chats: dict[int, list[StoredUpdate]] = {}
    for each in batch:
        chats.setdefault(chat_of(each.update), []).append(each)
    return list(chats.values())


_GROUPS = ("group", "supergroup")
_CHAT_PATHS = (
    ("callback_query", "from", "id"),
    ("message", "chat", "id"),
    ("edited_message", "chat", "id"),
    ("my_chat_member", "chat", "id"),
    ("inline_query", "from", "id"),
)


def _at(value: Any, path: Sequence[str]) -> object:
    """Return what lies at a path of nested objects, `None` if the payload has another shape."""
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value
