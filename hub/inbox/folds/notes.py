"""Internal notes as a fold: words for colleagues in a conversation, which never leave the hub and stop nothing (S2)."""

from hub.domain.conversation import Conversation
from hub.domain.ids import ManagerId, MessageId
from hub.domain.message import Attachment, Author, Direction, Message, MessageKind
from hub.domain.workset import WorkingSet


def write_note(
    rows: WorkingSet, conversation: Conversation, by: ManagerId, text: str, attachments: tuple[Attachment, ...] = ()
) -> Message:
    """Store a note of a manager, with files that are stored already; returns it."""
    note = Message(
        id=MessageId(rows.new_id()),
        contact_id=conversation.contact_id,
        conversation_id=conversation.id,
        thread_id=None,
        direction=Direction.note,
        kind=MessageKind.text,
        author=Author.person,
        text=text,
        occurred_at=rows.now,
        received_at=rows.now,
        manager_id=by,
        attachments=attachments,
    )
    rows.messages.append(note)
    return note
