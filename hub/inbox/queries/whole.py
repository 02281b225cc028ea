"""All that was said with a client, for whoever wants it whole: page by page, one message, the files (RG-2, RG-5).

Every conversation is shown as far as the actor may see that one: another line's are left out, numbers are masked where
they are masked on its card.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace

from hub.domain.errors import NotFound
from hub.domain.ids import ConnectionId, ConversationId, MessageId
from hub.domain.message import Direction
from hub.domain.rights import Action, Person, ensure
from hub.inbox.history_views import Chapter, Chapters, FileView, OriginalView, WholeMessage
from hub.inbox.office import Office
from hub.inbox.queries.cards import show_entries
from hub.inbox.rights import subject_of
from hub.inbox.viewer import Viewed, reach_of, see, view
from hub.inbox.views import MessageView
from hub.inbox.ways import capabilities_of
from hub.store import cards, histories, receipts, timeline
from hub.store.histories import FilePlace
from hub.store.pool import Connection, acquire
from hub.store.receipts import BODIES_KEPT_FOR
from hub.store.timeline import Entry

PAGE = 20
"""Messages in memory at once: a letter may be a million characters long."""
FILES_PAGE = 8
MOST_CHAPTERS = 50
_LOOKED_AT = 50


class NotKept(NotFound):
    """What a message was made of was dropped: letters stay as they came for a while only."""

    code = "message.not_kept"


class NoLetter(NotFound):
    """There is nothing that people could open: the channel of the message has no documents."""

    code = "message.no_letter"


async def list_chapters(office: Office, actor: Person, conversation_id: ConversationId) -> Chapters:
    """Return the conversations of this conversation's client that the actor may see. Raises: NotFound by rights."""
    async with acquire(office.pool) as connection:
        viewed = await _views(connection, office, actor, conversation_id)
    return Chapters(tuple(map(_chapter, viewed[:MOST_CHAPTERS])), len(viewed) > MOST_CHAPTERS)


async def read_pages(office: Office, chapter: Chapter) -> AsyncGenerator[Sequence[MessageView], None]:
    """Yield the messages of a conversation by pages, newest first; between two pages nothing is held."""
    last: Entry | None = None
    while True:
        async with acquire(office.pool) as connection:
            if last is None:
                found = await timeline.list_of_conversation(connection, chapter.id, limit=PAGE)
            else:
                found = await timeline.list_older(connection, last, limit=PAGE)
            shown = await show_entries(connection, office, chapter.viewed, found)
        yield shown
        if len(found) < PAGE:
            return
        last = found[-1]


async def get_whole_message(
    office: Office, actor: Person, conversation_id: ConversationId, message_id: MessageId | None = None
) -> WholeMessage:
    """Return a message with all its words; without `message_id` the client's newest that has any.

    Raises: NotFound by rights, or if there is no such message in this conversation (RG-2).
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        entry = await _find(connection, conversation_id, message_id)
        message, quoted = await show_entries(connection, office, viewed, [entry, _quoted(entry)])
    is_kept = entry.message.received_at > office.clock.now() - BODIES_KEPT_FOR
    has_original = is_kept and viewed.sees_phones and bool(_suffix_of(office, entry))
    return WholeMessage(message, quoted.text.strip("\n"), has_original)


async def get_original(
    office: Office, actor: Person, conversation_id: ConversationId, message_id: MessageId | None = None
) -> OriginalView:
    """Return a letter as it came, with everything in it; without `message_id` the client's newest letter.

    Raises:
        NotFound: by rights, or there is no such message.
        NoLetter: it never was one.
        NotKept: it is not kept any more as it came.
        PermissionDenied: the numbers in it are masked for the actor (RG-5).
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        ensure(actor, Action.see_phone, subject_of(viewed.card.conversation, office))
        entry = await _find(connection, conversation_id, message_id, best=lambda each: bool(_suffix_of(office, each)))
        if not (suffix := _suffix_of(office, entry)):
            raise NoLetter("the message never was a document")
        stored = await receipts.find_body(connection, entry.connection_id or 0, entry.message.received_at)
        if stored is None:
            raise NotKept("the message is not kept as it came any more")
        [message] = await show_entries(connection, office, viewed, [entry])
    return OriginalView(message, stored.body, stored.file_sha256, suffix)


async def list_files(
    office: Office, actor: Person, conversation_id: ConversationId, *, page: int
) -> tuple[list[FileView], bool]:
    """Return a page of the client's files in all conversations the actor may see, newest first, and if more follow.

    Raises: NotFound by rights.
    """
    async with acquire(office.pool) as connection:
        viewed = {each.card.conversation.id: each for each in await _views(connection, office, actor, conversation_id)}
        places = await histories.list_files(
            connection, list(viewed), limit=FILES_PAGE + 1, offset=max(page, 0) * FILES_PAGE
        )
        entries = await timeline.list_named(connection, {each.message_id for each in places})
        shown = {each.message.id: await _show(connection, office, viewed, each) for each in entries}
    files = [_file(each, shown[MessageId(each.message_id)]) for each in places]
    return files[:FILES_PAGE], len(files) > FILES_PAGE


async def _views(
    connection: Connection, office: Office, actor: Person, conversation_id: ConversationId
) -> list[Viewed]:
    """Return what the actor may see of the client's conversations, newest first, one more than are shown."""
    named = await view(connection, office, actor, conversation_id)
    contact_id = named.card.conversation.contact_id
    ids = await histories.list_conversations(connection, reach_of(actor), contact_id, limit=MOST_CHAPTERS + 1)
    stored = await cards.list_cards(connection, ids)
    return [see(office, actor, stored.get(each), language=named.language) for each in ids]


async def _show(
    connection: Connection, office: Office, viewed: dict[ConversationId, Viewed], entry: Entry
) -> MessageView:
    of = viewed[ConversationId(entry.message.conversation_id or 0)]
    [shown] = await show_entries(connection, office, of, [entry])
    return shown


def _file(place: FilePlace, message: MessageView) -> FileView:
    attachment = message.attachments[place.place - 1]
    return FileView(ConversationId(place.conversation_id), message, place.place, attachment)


def _chapter(viewed: Viewed) -> Chapter:
    conversation = viewed.card.conversation
    return Chapter(
        id=conversation.id,
        number=conversation.number,
        line_name=viewed.line.name,
        opened_at=conversation.opened_at,
        closed_at=conversation.closed_at,
        viewed=viewed,
    )


async def _find(
    connection: Connection,
    conversation_id: ConversationId,
    message_id: MessageId | None,
    *,
    best: Callable[[Entry], bool] = bool,
) -> Entry:
    """Return a message; without `message_id` the client's newest that is `best`, else their newest that has words."""
    if message_id is None:
        newest = await timeline.list_of_conversation(connection, conversation_id, limit=_LOOKED_AT)
        said = [each for each in newest if _is_said(each)]
        entry = next(filter(best, said), next(iter(said), None))
    else:
        entry = await timeline.find_entry(connection, conversation_id, message_id)
    if entry is None:
        raise NotFound("there is no such message for you")
    return entry


def _suffix_of(office: Office, entry: Entry) -> str:
    """Return the ending of the file that a client's message came as, empty where that is nothing people can open."""
    endpoint = office.endpoints().get(ConnectionId(entry.connection_id or 0))
    if endpoint is None or entry.message.direction is not Direction.inbound or entry.message.deleted_at is not None:
        return ""
    return capabilities_of(endpoint.kind).original_suffix


def _is_said(entry: Entry) -> bool:
    message = entry.message
    is_there = message.direction is Direction.inbound and message.deleted_at is None
    return is_there and bool(message.text.strip() or message.fields)


def _quoted(entry: Entry) -> Entry:
    """Return what stands below the words of a letter, as an entry of its own."""
    message = entry.message
    below = "" if message.visible_length < 0 else message.text[message.visible_length :]
    return replace(entry, message=replace(message, text=below, visible_length=-1))
