"""What the manager bot remembers: which message shows what, and what it is waiting for from a person.

Links have no end (a reply to a message of last year still finds its conversation), dialogue state has. Both are rows,
so a restart between a question and its answer loses nothing. Each call commits by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hub.domain.ids import ConversationId, ManagerId, MessageId
from hub.inbox.office import Office
from hub.store import links, screens
from hub.store.links import Link
from hub.store.pool import acquire

Facts = Mapping[str, object]
CARD_KEPT = timedelta(days=90)
DIALOGUE_KEPT = timedelta(minutes=10)


class Purpose(StrEnum):
    """Why a message stands in a manager's chat."""

    card = "card"
    mirror = "mirror"
    file = "file"
    answer = "answer"
    notice = "notice"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of a manager's chat and the conversation it belongs to; `message_id` is the hub's message it shows."""

    bot_message_id: int
    conversation_id: ConversationId
    manager_id: ManagerId
    purpose: Purpose
    message_id: MessageId | None = None

    @property
    def is_kept(self) -> bool:
        """Tell whether it stays when a button on it is pressed: cards and mirrored messages do."""
        return self.purpose in (Purpose.card, Purpose.mirror, Purpose.file)


@dataclass(frozen=True, slots=True)
class Memory:
    """The rows of one bot. Chats are numbered like the people they belong to."""

    office: Office
    bot: str

    async def remember(self, chat_id: int, shown: Shown) -> None:
        """Keep what a message shows; repeating it changes nothing."""
        link = Link(
            bot=self.bot,
            chat_id=chat_id,
            bot_message_id=shown.bot_message_id,
            conversation_id=shown.conversation_id,
            manager_id=shown.manager_id,
            purpose=shown.purpose.value,
            message_id=shown.message_id,
        )
        async with acquire(self.office.pool) as connection:
            await links.remember(connection, link, at=self.office.clock.now())

    async def find(self, chat_id: int, bot_message_id: int) -> Shown | None:
        """Return what a message of the chat shows, `None` if it is not about a conversation."""
        async with acquire(self.office.pool) as connection:
            link = await links.find(connection, self.bot, chat_id, bot_message_id)
        return None if link is None else _shown(link)

    async def latest_card(self, chat_id: int, conversation_id: ConversationId) -> int | None:
        """Return the chat's newest card of a conversation."""
        async with acquire(self.office.pool) as connection:
            return await links.latest_card(connection, self.bot, chat_id, conversation_id)

    async def find_shown(self, chat_id: int, message_id: MessageId, purpose: Purpose) -> int | None:
        """Return the chat's newest message that shows a message of the hub for `purpose`."""
        async with acquire(self.office.pool) as connection:
            return await links.find_shown(connection, self.bot, chat_id, message_id=message_id, purpose=purpose.value)

    async def keep(self, chat_id: int, name: str, facts: Facts, *, lasting: timedelta = DIALOGUE_KEPT) -> None:
        """Remember a step of a dialogue under `name`, in place of the one before."""
        until = self.office.clock.now() + lasting
        async with acquire(self.office.pool) as connection:
            await screens.put(connection, self.bot, chat_id, name=name, facts=facts, expires_at=until)

    async def recall(self, chat_id: int, name: str) -> Facts | None:
        """Return what was kept under `name`, `None` once it has run out."""
        async with acquire(self.office.pool) as connection:
            return await screens.get(connection, self.bot, chat_id, name=name, now=self.office.clock.now())

    async def forget(self, chat_id: int, name: str) -> None:
        """Drop what was kept under `name`."""
        async with acquire(self.office.pool) as connection:
            await screens.pop(connection, self.bot, chat_id, name=name, now=self.office.clock.now())


def _shown(link: Link) -> Shown:
    return Shown(
        bot_message_id=link.bot_message_id,
        conversation_id=ConversationId(link.conversation_id),
        manager_id=ManagerId(link.manager_id),
        purpose=Purpose(link.purpose),
        message_id=None if link.message_id is None else MessageId(link.message_id),
    )
