"""The words that ask a client for a link to a file which could not come: no provider gives bots files of any size."""

from dataclasses import dataclass

from hub.domain.client_texts import say_by_default
from hub.domain.ids import ConversationId, MessageId
from hub.domain.line import AutoText
from hub.domain.message import Attachment, Direction
from hub.domain.rights import Action, Person, ensure
from hub.domain.texts import render_text
from hub.inbox.office import Office
from hub.inbox.rights import subject_of
from hub.inbox.viewer import view
from hub.store import cards, timeline
from hub.store.pool import acquire

_LARGE_BYTES = 20 * 1024 * 1024
_LOOKED_AT = 50


def is_withheld(attachment: Attachment) -> bool:
    """Tell whether a file is only announced because it is too large."""
    return not attachment.sha256 and bool(attachment.note) and attachment.size_bytes > _LARGE_BYTES


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What asks the client for a link, and the message whose file did not come."""

    text: str
    message_id: MessageId


async def word_link_request(office: Office, actor: Person, conversation_id: ConversationId) -> LinkRequest | None:
    """Return what asks the client for a link to the newest file that was too large; `None` if every file came.

    Raises:
        NotFound, PermissionDenied: by rights: only who may answer the client reads what could be answered.
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        ensure(actor, Action.reply, subject_of(viewed.card.conversation, office))
        entries = await timeline.list_of_conversation(connection, conversation_id, limit=_LOOKED_AT)
        [contact] = await cards.list_contacts(connection, [viewed.card.conversation.contact_id])
    said = (each.message for each in entries if each.message.direction is Direction.inbound)
    withheld = ((message, file) for message in said for file in message.attachments if is_withheld(file))
    message, file = next(withheld, (None, None))
    if message is None or file is None:
        return None
    own = viewed.line.texts.find(AutoText.file_link, contact.language)
    text = own or say_by_default(AutoText.file_link, contact.language)[1]
    return LinkRequest(render_text(text, {"file.name": f" «{file.name}»" if file.name else ""}), message.id)
