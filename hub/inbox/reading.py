"""What a person opens of their own accord: the queries, with the audit fact that it was read (RG-6).

Notices are not here: what they brought stands in `links`, and «что видел» shows both.
"""

from collections.abc import Sequence

from hub.domain.audit import Deed
from hub.domain.ids import ConversationId
from hub.domain.rights import Person
from hub.inbox import queries
from hub.inbox.auditing import note
from hub.inbox.office import Office
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
