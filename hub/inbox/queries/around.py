"""What stands around conversations: addresses, threads, the wait, messages; of any number of them in two queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.domain.contact import ContactIdentity
from hub.domain.conversation import Conversation, Thread
from hub.domain.ids import ContactId, ConversationId, MessageId
from hub.domain.wait import Wait
from hub.store import cards, timeline
from hub.store.cards import StoredCard
from hub.store.pool import Connection
from hub.store.timeline import Entry

PAGE = 5
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which conversation is read, and which of its messages: the newest, or one with its album."""

    conversation_id: ConversationId
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around one conversation. `entries` are the messages that were asked for, oldest first."""

    identities: Sequence[ContactIdentity]
    threads: Sequence[Thread]
    wait: Wait | None
    entries: Sequence[Entry]


async def read_around(connection: Connection, stored: Iterable[StoredCard], asked: Sequence[Asked]) -> list[Around]:
    """Return what stands around the conversations of `asked`, in its order; `stored` holds each of them."""
    conversations = {card.conversation.id: card.conversation for card in stored}
    of_contact = await _read_of_contacts(connection, conversations.values())
    entries = await _read_entries(connection, asked)
    return [of_contact(conversations[each.conversation_id], found) for each, found in zip(asked, entries, strict=True)]


async def _read_of_contacts(
    connection: Connection, conversations: Iterable[Conversation]
) -> Callable[[Conversation, Sequence[Entry]], Around]:
    """Read what belongs to the clients; returns what puts it around one of their conversations."""
    clients = {(each.contact_id, each.line) for each in conversations}
    identities, threads, waits = await cards.list_surroundings(connection, clients)
    identities_of, threads_of = _by_contact(identities), _by_contact(threads)
    wait_of = {(wait.contact_id, wait.line): wait for wait in waits}

    def put_around(conversation: Conversation, entries: Sequence[Entry]) -> Around:
        contact_id = conversation.contact_id
        wait = wait_of.get((contact_id, conversation.line))
        return Around(identities_of[contact_id], threads_of[contact_id], wait, entries)

    return put_around


async def _read_entries(connection: Connection, asked: Sequence[Asked]) -> list[Sequence[Entry]]:
    """Return the messages of each that is asked, oldest first; a message of another conversation is none of it."""
    named = {each.message_id for each in asked if each.message_id is not None}
    albums = await timeline.list_albums(connection, named) if named else {}
    whole = {each.conversation_id for each in asked if each.message_id is None}
    latest: dict[ConversationId | None, list[Entry]] = defaultdict(list)
    for entry in await timeline.list_latest(connection, whole, limit=PAGE) if whole else []:
        latest[entry.message.conversation_id].insert(0, entry)
    return [_entries_of(each, albums, latest) for each in asked]


def _entries_of(
    asked: Asked, albums: Mapping[int, Sequence[Entry]], latest: Mapping[ConversationId | None, Sequence[Entry]]
) -> Sequence[Entry]:
    if asked.message_id is None:
        return latest[asked.conversation_id]
    album = albums.get(asked.message_id, ())
    return [entry for entry in album if entry.message.conversation_id == asked.conversation_id]


def _by_contact(rows: Iterable[Row]) -> Mapping[ContactId, list[Row]]:
    found: dict[ContactId, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.contact_id].append(row)  # type: ignore[attr-defined]
    return found
