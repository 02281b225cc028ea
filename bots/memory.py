"""What the manager bot remembers: which message shows what, and what it is waiting for from a person.

Links have no end (a reply to a message of last year still finds its conversation), dialogue state has. Both are rows,
so a restart between a question and its answer loses nothing. Each call has committed when it returns; what is asked or
kept at the same time shares a statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from hub.domain.ids import ConversationId, ManagerId, MessageId
from hub.inbox.office import Office
from hub.store import links, screens
from hub.store.links import Link, Place
from hub.store.pool import acquire
from hub.store.screens import Kept, Name
from hub.store.sharing import Shared

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
    overheard = "overheard"
    burst = "burst"
    overheard_burst = "overheard_burst"


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
        is_mirror = self.purpose in (Purpose.mirror, Purpose.burst, Purpose.file)
        return self.purpose is Purpose.card or is_mirror or self.is_overheard

    @property
    def is_overheard(self) -> bool:
        """Tell whether it is only read along: what is written below is asked about before it goes to the client."""
        return self.purpose in (Purpose.overheard, Purpose.overheard_burst)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a chat shows of a conversation: its live card with what is known of it, the messages that mirror a message.

    `has_sounded`: a message of this conversation has rung just now.
    """

    card: int | None
    known: Facts
    mirror: Sequence[int]
    has_sounded: bool


@dataclass(slots=True)
class Memory:
    """The rows of one bot, for a process. Chats are numbered like the people they belong to."""

    office: Office
    bot: str
    _looks: Shared[Place, Standing] = field(init=False)
    _links: Shared[Link, None] = field(init=False)
    _kept: Shared[tuple[Name, Kept], None] = field(init=False)
    _recalls: Shared[Name, Facts | None] = field(init=False)

    def __post_init__(self) -> None:
        self._looks = Shared(self._look)
        self._links = Shared(self._remember)
        self._kept = Shared(self._keep)
        self._recalls = Shared(self._recall)

    async def look(
        self, chat_id: int, conversation_id: ConversationId, message_id: MessageId | None = None
    ) -> Standing:
        """Return what a chat shows of a conversation, and of one of its messages."""
        return await self._looks.ask(Place(chat_id, conversation_id, message_id))

    async def know_card(self, chat_id: int, conversation_id: ConversationId, facts: Facts) -> None:
        """Remember what is known of the live card of a conversation."""
        await self.keep(chat_id, _card_name(conversation_id), facts, lasting=CARD_KEPT)

    async def sound(self, chat_id: int, conversation_id: ConversationId, *, lasting: timedelta) -> None:
        """Remember that a message of a conversation rings now."""
        await self.keep(chat_id, _sound_name(conversation_id), {}, lasting=lasting)

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
        await self._links.ask(link)

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

    async def list_shown(self, chat_id: int, message_id: MessageId, purpose: Purpose) -> Sequence[int]:
        """Return the chat's messages that together show a message of the hub for `purpose`, in order."""
        async with acquire(self.office.pool) as connection:
            return await links.list_shown(connection, self.bot, chat_id, message_id=message_id, purpose=purpose.value)

    async def keep(self, chat_id: int, name: str, facts: Facts, *, lasting: timedelta | None = DIALOGUE_KEPT) -> None:
        """Remember a step of a dialogue under `name`, in place of the one before; `lasting` None is for ever."""
        ends_at = None if lasting is None else self.office.clock.now() + lasting
        await self._kept.ask(((chat_id, name), Kept(facts, ends_at)))

    async def recall(self, chat_id: int, name: str) -> Facts | None:
        """Return what was kept under `name`, `None` once it has run out."""
        return await self._recalls.ask((chat_id, name))

    async def count_below(self, chat_id: int, bot_message_id: int, *, upto: int) -> int:
        """Return how many messages about conversations stand below a message of the bot, `upto` at most."""
        async with acquire(self.office.pool) as connection:
            return await links.count_below(connection, self.bot, chat_id, bot_message_id, upto=upto)

    async def list_kept(self, name: str) -> Mapping[int, Facts]:
        """Return what is kept under `name` in all chats, by chat."""
        async with acquire(self.office.pool) as connection:
            return await screens.list_named(connection, self.bot, name, now=self.office.clock.now())

    async def forget(self, chat_id: int, name: str) -> None:
        """Drop what was kept under `name`."""
        async with acquire(self.office.pool) as connection:
            await screens.pop(connection, self.bot, chat_id, name=name, now=self.office.clock.now())

    async def _look(self, places: Sequence[Place]) -> list[Standing]:
        names = [(each.chat_id, _card_name(each.conversation_id)) for each in places]
        names += [(each.chat_id, _sound_name(each.conversation_id)) for each in places]
        async with acquire(self.office.pool) as connection:
            standing = await links.list_standing(connection, self.bot, places)
            kept = await screens.find(connection, self.bot, names, now=self.office.clock.now())
        return [_standing(place, found, kept) for place, found in zip(places, standing, strict=True)]

    async def _remember(self, made: Sequence[Link]) -> list[None]:
        async with acquire(self.office.pool) as connection:
            await links.remember(connection, made, at=self.office.clock.now())
        return [None] * len(made)

    async def _recall(self, names: Sequence[Name]) -> list[Facts | None]:
        async with acquire(self.office.pool) as connection:
            found = await screens.find(connection, self.bot, names, now=self.office.clock.now())
        return [found.get(each) for each in names]

    async def _keep(self, kept: Sequence[tuple[Name, Kept]]) -> list[None]:
        async with acquire(self.office.pool) as connection:
            await screens.put(connection, self.bot, dict(kept))
        return [None] * len(kept)


def _standing(place: Place, found: links.Standing, kept: Mapping[Name, Facts]) -> Standing:
    known = kept.get((place.chat_id, _card_name(place.conversation_id)), {})
    has_sounded = (place.chat_id, _sound_name(place.conversation_id)) in kept
    return Standing(found.card, known, found.mirror, has_sounded)


def _card_name(conversation_id: int) -> str:
    return f"card:{conversation_id}"


def _sound_name(conversation_id: int) -> str:
    return f"sound:{conversation_id}"


def _shown(link: Link) -> Shown:
    return Shown(
        bot_message_id=link.bot_message_id,
        conversation_id=ConversationId(link.conversation_id),
        manager_id=ManagerId(link.manager_id),
        purpose=Purpose(link.purpose),
        message_id=None if link.message_id is None else MessageId(link.message_id),
    )
