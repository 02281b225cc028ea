"""A manager's answer: rights, reply window, one message and one delivery in one commit.

The wait is not answered here but when the channel accepts the message (S3, `hub.inbox.outcomes`). Everything is
idempotent by the key of the press or update that caused it.
"""

from dataclasses import dataclass

from hub.channels.registry import get_channel_class
from hub.domain.conversation import Conversation, Thread
from hub.domain.errors import ContactBlocked, ReplyWindowClosed
from hub.domain.ids import ConnectionId, ConversationId, IdentityId, ManagerId, MessageId, ThreadId
from hub.domain.ledger import Fact
from hub.domain.message import Attachment, Author, Direction, Message, MessageKind
from hub.domain.rights import Action, Person
from hub.domain.workset import WorkingSet
from hub.inbox.assignment import take_over
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import remember_external
from hub.inbox.folds.outgoing import queue_reply
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation
from hub.inbox.ways import choose_way, is_window_closed
from hub.store import deliveries, timeline
from hub.store.pool import acquire
from hub.store.scope import Scope

_NOTES = ConnectionId(0)  # notes belong to no connection; their keys are unique all the same


@dataclass(frozen=True, slots=True)
class Content:
    """What a manager wants to say. Files are stored already; `reply_to` is the message being answered.

    `thread_id` chooses another way to the client than the one on which they wrote last; `identity_id` an address they
    never wrote from: by choosing it the person confirms it (M-16).
    """

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: MessageId | None = None
    thread_id: ThreadId | None = None
    identity_id: IdentityId | None = None


@dataclass(frozen=True, slots=True)
class ReplyResult:
    """What became of an answer: stored, on its way by `channel` to `address`; `took`: the free client is yours now."""

    message_id: MessageId
    channel: str
    address: str
    took: bool = False


async def reply(
    office: Office, actor: Person, conversation_id: ConversationId, *, content: Content, key: str
) -> ReplyResult:
    """Store an answer and queue it on the client's channel; a free conversation becomes the answerer's (FR-5, M-16).

    `key` names the press or update, for ever: the same key again returns the first result. Commits.

    Raises:
        Conflict: somebody else has the conversation; `winner` is the name.
        ReplyWindowClosed: the channel forbids to write now.
        ContactBlocked: there is no way to write to this client; call instead.
        NotFound, PermissionDenied: by rights.
    """
    if (present := await _find_result(office, key)) is not None:
        return present
    answer = _Answer(actor, conversation_id, content, key, preferred=await _thread_answered(office, content))
    return await office.change(
        Scope(conversations={conversation_id}, ids=20), lambda rows: _reply(rows, office, answer)
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    actor: Person
    conversation_id: ConversationId
    content: Content
    key: str
    preferred: ThreadId | None = None


def _reply(rows: WorkingSet, office: Office, answer: _Answer) -> ReplyResult:
    actor, content = answer.actor, answer.content
    conversation = get_conversation(rows, office, actor, Action.reply, conversation_id=answer.conversation_id)
    thread = _way_to(rows, office, conversation, answer)
    took = conversation.assignee_id is None
    if took:
        policy = office.policy()
        take_over(
            LineWork(rows, policy, policy.get_line(conversation.line)), conversation, actor.manager_id, fact=Fact.taken
        )
    message = _message(rows, conversation, thread, content=content, manager_id=actor.manager_id)
    queue_reply(rows, message, thread, key=answer.key)
    return ReplyResult(message.id, office.endpoints()[thread.connection_id].kind, thread.title or "", took)


async def _find_result(office: Office, key: str) -> ReplyResult | None:
    async with acquire(office.pool) as connection:
        stored = await deliveries.find_by_key(connection, key)
    if stored is None or stored.message_id is None or stored.connection_id is None:
        return None
    return ReplyResult(MessageId(stored.message_id), office.endpoints()[ConnectionId(stored.connection_id)].kind, "")


async def _thread_answered(office: Office, content: Content) -> ThreadId | None:
    """Return the thread of the message being answered: the answer goes where the question came from."""
    if content.reply_to is None:
        return None
    async with acquire(office.pool) as connection:
        message = await timeline.find_message(connection, content.reply_to)
    return message.thread_id if message else None


def _way_to(rows: WorkingSet, office: Office, conversation: Conversation, answer: _Answer) -> Thread:
    """Return the thread an answer goes by: chosen, else of the answered message, else the last heard, else any."""
    content = answer.content
    if content.identity_id is not None:
        return _begin_thread(rows, office, conversation, content.identity_id)
    threads = rows.threads_of(conversation.contact_id)
    if content.thread_id is not None:
        threads = [thread for thread in threads if thread.id == content.thread_id]
    thread = choose_way(office.endpoints(), threads, answer.preferred or conversation.reply_thread_id)
    if thread is None:
        raise ContactBlocked("there is no way to write to this client; call, or ask for another address")
    if is_window_closed(office.endpoints(), thread, rows.now):
        kind = office.endpoints()[thread.connection_id].kind
        raise ReplyWindowClosed(f"{kind} lets us answer for some time after the client's message only; call instead")
    return thread


def _begin_thread(rows: WorkingSet, office: Office, conversation: Conversation, identity_id: IdentityId) -> Thread:
    """Open a thread to an address of the contact on the first connection that can write to such addresses (FR-5)."""
    identity = next((row for row in rows.identities_of(conversation.contact_id) if row.id == identity_id), None)
    kind = identity.type if identity else None
    for endpoint in office.endpoints().values():
        if identity is not None and get_channel_class(endpoint.kind).capabilities.writes_to is kind:
            thread = Thread(
                id=ThreadId(rows.new_id()),
                connection_id=endpoint.id,
                external_id=f"begun:{identity.id}:{rows.new_id()}",
                contact_id=conversation.contact_id,
                line=conversation.line,
                created_at=rows.now,
                address=identity.original or identity.value,
            )
            return rows.threads.add((thread.connection_id, thread.external_id), thread)
    raise ContactBlocked("no connection of ours can write to that address; connect a mailbox, or call")


def _message(
    rows: WorkingSet, conversation: Conversation, thread: Thread, *, content: Content, manager_id: ManagerId
) -> Message:
    return Message(
        id=MessageId(rows.new_id()),
        contact_id=conversation.contact_id,
        conversation_id=conversation.id,
        thread_id=thread.id,
        direction=Direction.outbound,
        kind=MessageKind.media if content.attachments else MessageKind.text,
        author=Author.person,
        text=content.text,
        occurred_at=rows.now,
        received_at=rows.now,
        manager_id=manager_id,
        reply_to=content.reply_to,
        attachments=content.attachments,
    )


async def add_note(office: Office, actor: Person, conversation_id: ConversationId, *, text: str, key: str) -> MessageId:
    """Store an internal note; it never leaves the hub and stops nothing (S2). Idempotent by `key`. Commits."""

    def fold(rows: WorkingSet) -> MessageId:
        conversation = get_conversation(rows, office, actor, Action.note, conversation_id=conversation_id)
        if present := rows.message_refs.get((_NOTES, key, "note")):
            return present.message_id
        note = _note(rows, conversation, actor.manager_id, text)
        rows.messages.append(note)
        remember_external(rows, note, _NOTES, thread="note", external_id=key)
        return note.id

    scope = Scope(conversations={conversation_id}, messages={(_NOTES, key)}, ids=5)
    return await office.change(scope, fold)


def _note(rows: WorkingSet, conversation: Conversation, manager_id: ManagerId, text: str) -> Message:
    return Message(
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
        manager_id=manager_id,
    )
