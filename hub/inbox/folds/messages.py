"""Messages as folds: storing what was said, once, and what becomes of it later."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.conversation import Conversation, Thread
from hub.domain.ids import ConnectionId, ContactId, IdentityId, MessageId
from hub.domain.message import Attachment, Author, Direction, Message, MessageKind
from hub.domain.replacing import replace
from hub.domain.workset import MessagePatch, MessageRef, WorkingSet


@dataclass(frozen=True, slots=True)
class Said:
    """What a client said. `at` is the accepted instant (semantics §1), `heard_at` when we got it."""

    text: str
    at: datetime
    heard_at: datetime
    kind: MessageKind = MessageKind.text
    external_id: str = ""
    html: str = ""
    subject: str = ""
    visible_length: int = -1
    automatic: str = ""
    group: str = ""
    reply_to: MessageId | None = None
    attachments: tuple[Attachment, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    identity_id: IdentityId | None = None


def is_known(workset: WorkingSet, connection_id: ConnectionId, thread: str, external_id: str) -> bool:
    """Tell whether a provider's message is stored already; the same one may come by poll and webhook."""
    return bool(external_id) and (connection_id, external_id, thread) in workset.message_refs


def add_message(
    workset: WorkingSet,
    said: Said,
    *,
    contact_id: ContactId | None,
    conversation: Conversation | None,
    thread: Thread | None,
) -> Message:
    """Store what a client said, findable by the provider's id."""
    message = Message(
        id=MessageId(workset.new_id()),
        contact_id=contact_id,
        conversation_id=conversation.id if conversation else None,
        thread_id=thread.id if thread else None,
        direction=Direction.inbound,
        kind=said.kind,
        author=Author.client,
        text=said.text,
        occurred_at=said.at,
        received_at=said.heard_at,
        external_id=said.external_id,
        reply_to=said.reply_to,
        group_key=said.group,
        subject=said.subject,
        html=said.html,
        automatic=said.automatic,
        visible_length=said.visible_length,
        attachments=said.attachments,
        fields=said.fields,
        identity_id=said.identity_id,
    )
    workset.messages.append(message)
    return message


def remember_external(
    workset: WorkingSet, message: Message, connection_id: ConnectionId, *, thread: str, external_id: str
) -> None:
    """Make a message findable by the provider's id; an id that is known already stays with its first message."""
    key = (connection_id, external_id, thread)
    if external_id and key not in workset.message_refs:
        workset.message_refs.add(
            key,
            MessageRef(
                connection_id=connection_id,
                thread=thread,
                external_id=external_id,
                message_id=message.id,
                direction=message.direction,
                received_at=message.received_at,
                thread_id=message.thread_id,
                conversation_id=message.conversation_id,
                contact_id=message.contact_id,
            ),
        )


def find_ref(workset: WorkingSet, connection_id: ConnectionId, thread: str, external_id: str) -> MessageRef | None:
    """Return where a provider's message ended up; `thread` empty looks in all threads of the connection."""
    if thread:
        return workset.message_refs.get((connection_id, external_id, thread))
    fitting = (
        ref for ref in workset.message_refs if (ref.connection_id, ref.external_id) == (connection_id, external_id)
    )
    return next(fitting, None)


def patch_message(workset: WorkingSet, ref: MessageRef, **values: object) -> None:
    """Change a stored message: `text`, `edited_at`, `deleted_at` …; one of this very fold is changed in place."""
    for place, message in enumerate(workset.messages):
        if message.id == ref.message_id:
            workset.messages[place] = replace(message, **values)  # type: ignore[arg-type]
            return
    workset.message_patches.append(MessagePatch(ref.message_id, ref.received_at, values))
