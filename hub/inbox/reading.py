"""What a person opens of their own accord: the queries, with the audit fact that it was read (RG-6).

Notices are not here: what they brought stands in `links`, and «что видел» shows both.
"""

from collections.abc import Sequence

from hub.domain.audit import Deed
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, MessageId
from hub.domain.rights import Person
from hub.inbox import queries
from hub.inbox.auditing import note
from hub.inbox.history_views import Chapters, FileView, OriginalView, WholeMessage
from hub.inbox.office import Office
from hub.inbox.queries import whole
from hub.inbox.views import CardView, MessageView, RowView


async def open_card(office: Office, actor: Person, conversation_id: ConversationId) -> CardView:
    """Return a client's card. Commits the fact. Raises: NotFound by rights; then nothing was read."""
    card = await queries.get_card(office, actor, conversation_id)
    await note(office, actor, Deed.card_read, _named(conversation_id))
    return card


async def read_history(
    office: Office, actor: Person, conversation_id: ConversationId, *, page: int
) -> tuple[Sequence[MessageView], bool]:
    """Return a page of the history and whether there are older ones. Commits the fact. Raises: NotFound by rights."""
    messages, has_older = await queries.get_history(office, actor, conversation_id, page=page)
    await note(office, actor, Deed.history_read, _named(conversation_id), page=page)
    return messages, has_older


async def open_history(office: Office, actor: Person, conversation_id: ConversationId) -> Chapters:
    """Return the conversations of a client whose history the actor takes along; `queries.whole` reads their pages.

    Commits a fact for each of them, before anything is read. Raises: NotFound by rights.
    """
    found = await whole.list_chapters(office, actor, conversation_id)
    for chapter in found.chapters:
        await note(office, actor, Deed.history_saved, _named(chapter.id))
    return found


async def read_whole(
    office: Office, actor: Person, conversation_id: ConversationId, message_id: MessageId | None = None
) -> WholeMessage:
    """Return a message with nothing left out, by default the client's newest. Commits the fact.

    Raises: NotFound by rights.
    """
    found = await whole.get_whole_message(office, actor, conversation_id, message_id)
    await note(office, actor, Deed.message_saved, _named(conversation_id), message=int(found.message.id))
    return found


async def open_original(
    office: Office, actor: Person, conversation_id: ConversationId, message_id: MessageId | None = None
) -> OriginalView:
    """Return a letter as it came, by default the client's newest letter. Commits the fact.

    Raises:
        NotFound, PermissionDenied: by rights, or it is not kept as it came.
    """
    found = await whole.get_original(office, actor, conversation_id, message_id)
    await note(office, actor, Deed.original_saved, _named(conversation_id), message=int(found.message.id))
    return found


async def open_file(
    office: Office, actor: Person, conversation_id: ConversationId, message_id: MessageId, *, place: int
) -> FileView:
    """Return one file of a message, counted from 1; whoever asks brings its content. Commits the fact.

    Raises: NotFound by rights, or there is no such file.
    """
    message = await queries.get_message(office, actor, conversation_id, message_id)
    if message.is_deleted or not 1 <= place <= len(message.attachments):
        raise NotFound("there is no such file for you")
    await note(office, actor, Deed.file_read, _named(conversation_id), message=int(message_id), place=place)
    return FileView(conversation_id, message, place, message.attachments[place - 1])


async def read_reasons(
    office: Office, actor: Person, conversation_id: ConversationId, *, language: str = ""
) -> list[str]:
    """Return how it came about, in sentences, in `language`, else in the actor's. Commits the fact.

    Raises: NotFound by rights.
    """
    reasons = await queries.explain_conversation(office, actor, conversation_id, language=language)
    await note(office, actor, Deed.reasons_read, _named(conversation_id))
    return reasons


async def search(office: Office, actor: Person, words: str) -> list[RowView]:
    """Return what fits the words. Commits the fact: which were found, never what was looked for."""
    found = await queries.find_conversations(office, actor, words)
    await note(office, actor, Deed.searched, "conversations", found=[row.number for row in found])
    return found


def _named(conversation_id: ConversationId) -> str:
    return f"conversation:{conversation_id}"
