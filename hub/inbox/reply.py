"""A manager's answer: rights, soft lock, reply window, one message and one delivery in one commit.

The wait is not answered here but when the channel accepts the message (S3, `hub.inbox.outcomes`). Everything is
idempotent by the key of the press or update that caused it. The soft lock is a hint (R-11): it only makes two people
notice each other, and losing it costs nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.channels.base import Changes
from hub.channels.registry import get_channel_class
from hub.domain.conversation import Conversation, Thread
from hub.domain.delivery import Notice
from hub.domain.enclosures import Enclosure, fields_of, kind_of, words_of
from hub.domain.errors import Composing, Conflict, ContactBlocked, PermissionDenied
from hub.domain.ids import ConnectionId, ConversationId, IdentityId, ManagerId, MessageId, ThreadId
from hub.domain.ledger import Fact
from hub.domain.line import LineMode
from hub.domain.message import Attachment, Author, DeliveryState, Direction, Message, MessageKind
from hub.domain.rights import Action, Person, may
from hub.domain.workset import WorkingSet
from hub.inbox.assignment import end_accept_clock, take_over
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import remember_external
from hub.inbox.folds.notes import write_note
from hub.inbox.folds.notices import tell
from hub.inbox.folds.outgoing import ASSISTED, queue_reply
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation, subject_of, who_was_faster
from hub.inbox.viewer import person_of
from hub.inbox.ways import choose_way, endpoint_writing_to, ensure_window_open
from hub.store import cards, deliveries, people, timeline
from hub.store.pool import acquire
from hub.store.scope import Scope
from hub.store.timeline import Entry

_NOTES = ConnectionId(0)  # what people do belongs to no connection; its keys are unique all the same
_MEANWHILE = timedelta(seconds=90)
_LOOKED_AT = 5
_IN_TIME = timedelta(seconds=5)
"""What the way to the client takes: a held answer leaves so long before the deadline."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a manager wants to say. Files are stored already; `reply_to` is the message being answered.

    `thread_id` chooses another way to the client than the one on which they wrote last; `identity_id` an address they
    never wrote from: by choosing it the person confirms it (M-16). `is_confirmed` says that the person
    knows of somebody else who answers at the same time (R-11). `is_assisted`: an assistant wrote it and the person
    approved it, which makes it theirs (S1, case 9). `enclosure` is a point or card, instead of text and files.
    `may_be_held`: where the channel lets nobody take a message back, it leaves a little later, so that the person can
    (`undoing.withdraw_answer`); never later than the client's deadline asks.
    """

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: MessageId | None = None
    thread_id: ThreadId | None = None
    identity_id: IdentityId | None = None
    is_confirmed: bool = False
    is_assisted: bool = False
    enclosure: Enclosure | None = None
    may_be_held: bool = False


@dataclass(frozen=True, slots=True)
class ReplyResult:
    """What became of an answer: stored, on its way by `channel` to `address`; `took`: the free client is yours now.

    `is_held`: it leaves in a moment, and can be taken back until then.
    """

    message_id: MessageId
    channel: str
    address: str
    took: bool = False
    is_held: bool = False


async def reply(
    office: Office, actor: Person, conversation_id: ConversationId, *, content: Content, key: str
) -> ReplyResult:
    """Store an answer and queue it on the client's channel; a free conversation becomes the answerer's (FR-5, M-16).

    `key` names the press or update, for ever: the same key again returns the first result. Commits.

    Raises:
        Composing: somebody else is answering now, and `content` is not confirmed (R-11).
        Conflict: a colleague of the line has the conversation; `winner` is the name (R-10).
        ReplyWindowClosed: the channel forbids to write now.
        ContactBlocked: there is no way to write to this client; call instead.
        NotFound, PermissionDenied: by rights.
    """
    if (present := await _find_result(office, key)) is not None:
        return present
    if not content.is_confirmed:
        await begin_answer(office, actor, conversation_id)
    answer = Answer(actor, conversation_id, content, key, preferred=await _thread_answered(office, content))
    scope = Scope(conversations={conversation_id}, messages={(_NOTES, key)}, ids=20)
    outcome = await office.change(scope, lambda rows: fold_reply(rows, office, answer))
    if isinstance(outcome, ReplyResult):
        return outcome
    raise Conflict("a colleague has taken it already", await _name(office, outcome))


async def begin_answer(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Mark that the actor answers this client, for 90 s from the last call; who may not answer marks nothing (R-11).

    Raises:
        Composing: somebody else has marked it; `said` is what they sent meanwhile.
    """
    async with acquire(office.pool) as connection:
        card = await cards.find_card(connection, conversation_id)
    if card is None or not may(actor, Action.reply, subject_of(card.conversation, office)):
        return
    holder = await office.locks.touch(conversation_id, actor.manager_id)
    question = await _composing(office, card.conversation, holder) if holder is not None else None
    if question is not None:
        raise question


async def _composing(office: Office, conversation: Conversation, holder: ManagerId) -> Composing | None:
    """Return the question about somebody who answers at the same time, with their words if they have sent some.

    `None` about one who has sent nothing and may not answer any more.
    """
    async with acquire(office.pool) as connection:
        manager = await people.find_manager(connection, holder)
        entries = await timeline.list_of_conversation(connection, conversation.id, limit=_LOOKED_AT)
    if manager is None:
        return None
    since = office.clock.now() - _MEANWHILE
    said = next((each.message.text for each in entries if _is_said_by(each, holder, since)), "")
    still_may = may(person_of(office.policy(), manager), Action.reply, subject_of(conversation, office))
    if not said and not still_may:
        return None
    return Composing("somebody else is answering this client now", manager.name, said)


def _is_said_by(entry: Entry, manager_id: ManagerId, since: datetime) -> bool:
    """Tell whether somebody has said it to the client meanwhile; what was taken back nobody reads."""
    message = entry.message
    is_outbound = message.direction is Direction.outbound and message.manager_id == manager_id
    is_taken_back = entry.delivery_state == DeliveryState.cancelled or message.deleted_at is not None
    return is_outbound and message.occurred_at >= since and not is_taken_back


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way into the store: who answers whom with what, once for `key`; `preferred` is its thread."""

    actor: Person
    conversation_id: ConversationId
    content: Content
    key: str
    preferred: ThreadId | None = None


async def _name(office: Office, manager_id: ManagerId) -> str:
    async with acquire(office.pool) as connection:
        return (await people.list_names(connection, [manager_id])).get(manager_id, "")


def fold_reply(rows: WorkingSet, office: Office, answer: Answer) -> ReplyResult | ManagerId:
    """Write an answer and return what became of it, or who has the conversation by now: nothing has changed (R-10)."""
    actor, content = answer.actor, answer.content
    present_id = _present(rows, answer.conversation_id)
    winner = who_was_faster(rows, actor, present_id)
    if winner is not None:
        return winner
    conversation = get_conversation(rows, office, actor, Action.reply, conversation_id=present_id)
    ensure_not_observing(office, conversation)
    thread = _way_to(rows, office, conversation, answer)
    channel = office.endpoints()[thread.connection_id].kind
    if said := rows.message_refs.get((_NOTES, answer.key, "reply")):
        return ReplyResult(said.message_id, channel, thread.title)
    took = conversation.assignee_id is None
    if took:
        policy = office.policy()
        take_over(
            LineWork(rows, policy, policy.get_line(conversation.line)), conversation, actor.manager_id, fact=Fact.taken
        )
    elif conversation.assignee_id == actor.manager_id:
        end_accept_clock(rows, conversation)  # who answers has accepted, however long the answer is on its way
    message = _message(rows, conversation, thread, content=content, manager_id=actor.manager_id)
    queue_reply(rows, message, thread, key=answer.key, told={ASSISTED: True} if content.is_assisted else None)
    remember_external(rows, message, _NOTES, thread="reply", external_id=answer.key)
    is_held = content.may_be_held and _hold(rows, office, conversation, answer.key, channel=channel)
    return ReplyResult(message.id, channel, thread.title, took, is_held)


def _hold(rows: WorkingSet, office: Office, conversation: Conversation, key: str, *, channel: str) -> bool:
    """Let an answer leave later where its channel cannot take it back, yet before the deadline (S3); tell if so."""
    wait = rows.open_wait(conversation.contact_id, conversation.line)
    until = rows.now + office.policy().get_line(conversation.line).letter_hold
    if wait is not None and wait.deadline_at > rows.now:
        until = min(until, wait.deadline_at - _IN_TIME)
    if until <= rows.now or issubclass(get_channel_class(channel), Changes):
        return False
    rows.deliveries[key] = replace(rows.deliveries[key], due_at=until)
    return True


def _present(rows: WorkingSet, conversation_id: ConversationId) -> ConversationId:
    """Return the conversation an answer belongs to: where the named one is closed, the client's open one on its line.

    Cards stay in chats for ever, and the client may have come back, or have become one with another, since.
    """
    named = rows.conversations.get(conversation_id)
    if named is None or named.is_open:
        return conversation_id
    later = rows.open_conversation(named.contact_id, named.line)
    return later.id if later is not None else conversation_id


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


def ensure_not_observing(office: Office, conversation: Conversation) -> None:
    """Refuse to write from a line that only watches: nothing leaves to clients (FR-8). Raises: PermissionDenied."""
    line = office.policy().get_line(conversation.line)
    if line.mode is LineMode.observe:
        raise PermissionDenied(f"the line '{line.name}' only observes: set its mode to normal to answer clients")


def _way_to(rows: WorkingSet, office: Office, conversation: Conversation, answer: Answer) -> Thread:
    """Return the thread an answer goes by: chosen, else of the answered message, else the last heard, else any.

    Chosen for this answer, or for all of them until people change it.
    """
    content = answer.content
    if content.identity_id is not None:
        return begin_thread(rows, office, conversation, content.identity_id)
    threads = rows.threads_of(conversation.contact_id)
    if content.thread_id is not None:
        threads = [thread for thread in threads if thread.id == content.thread_id]
    preferred = conversation.chosen_thread_id or answer.preferred or conversation.reply_thread_id
    thread = choose_way(office.endpoints(), threads, preferred)
    if thread is None:
        raise ContactBlocked("there is no way to write to this client; call, or ask for another address")
    ensure_window_open(office.endpoints(), thread, rows.now)
    return thread


def begin_thread(rows: WorkingSet, office: Office, conversation: Conversation, identity_id: IdentityId) -> Thread:
    """Open a thread to an address of the contact on the first connection that can write there (FR-5, M-7).

    Raises: ContactBlocked: it is none of theirs, several people use it, or nothing of ours writes there.
    """
    identity = next((row for row in rows.identities_of(conversation.contact_id) if row.id == identity_id), None)
    if identity is None:
        raise ContactBlocked("that is no address of this client")
    if identity.is_shared:
        raise ContactBlocked("several people use that address: nobody begins to write there (M-7); choose another")
    endpoint = endpoint_writing_to(office.endpoints(), identity.type, line=conversation.line)
    if endpoint is None:
        raise ContactBlocked("no connection of ours can write to that address; connect a mailbox, or call")
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


def _message(
    rows: WorkingSet, conversation: Conversation, thread: Thread, *, content: Content, manager_id: ManagerId
) -> Message:
    return Message(
        id=MessageId(rows.new_id()),
        contact_id=conversation.contact_id,
        conversation_id=conversation.id,
        thread_id=thread.id,
        direction=Direction.outbound,
        kind=_kind_of(content),
        author=Author.person,
        text=_words(content),
        occurred_at=rows.now,
        received_at=rows.now,
        manager_id=manager_id,
        reply_to=content.reply_to,
        attachments=content.attachments,
        fields=fields_of(content.enclosure) if content.enclosure else (),
    )


def _words(content: Content) -> str:
    return words_of(content.enclosure) if content.enclosure else content.text


def _kind_of(content: Content) -> MessageKind:
    if content.enclosure is not None:
        return kind_of(content.enclosure)
    return MessageKind.media if content.attachments else MessageKind.text


async def add_note(office: Office, actor: Person, conversation_id: ConversationId, *, text: str, key: str) -> MessageId:
    """Store an internal note; it never leaves the hub and stops nothing (S2). Idempotent by `key`. Commits.

    Who has the client is told at once of what somebody else notes: a head who reads along speaks to them that way.
    """

    def fold(rows: WorkingSet) -> MessageId:
        conversation = get_conversation(rows, office, actor, Action.note, conversation_id=conversation_id)
        return _fold_note(rows, office, conversation, _Noted(actor.manager_id, Content(text), key))

    return await office.change(_note_scope(conversation_id, key), fold)


async def leave_note(
    office: Office, actor: Person, conversation_id: ConversationId, *, content: Content, key: str
) -> int:
    """Store what was meant for a client as a note instead, files too; return the conversation's number. Commits.

    Whoever answered too late may do so though the client is a colleague's by now and out of sight (R-10): the colleague
    is told, and nothing of the client is read. Otherwise as `add_note`.
    """

    def fold(rows: WorkingSet) -> int:
        conversation = rows.conversations.get(_present(rows, conversation_id))
        if conversation is None or who_was_faster(rows, actor, conversation.id) is None:
            conversation = get_conversation(rows, office, actor, Action.note, conversation_id=conversation_id)
        _fold_note(rows, office, conversation, _Noted(actor.manager_id, content, key))
        return conversation.number

    return await office.change(_note_scope(conversation_id, key), fold)


@dataclass(frozen=True, slots=True)
class _Noted:
    """A note on its way: who wrote what, and the key that makes it one."""

    manager_id: ManagerId
    content: Content
    key: str


def _note_scope(conversation_id: ConversationId, key: str) -> Scope:
    return Scope(conversations={conversation_id}, messages={(_NOTES, key)}, ids=5)


def _fold_note(rows: WorkingSet, office: Office, conversation: Conversation, noted: _Noted) -> MessageId:
    """Write a note once, and tell whoever else has the client."""
    if present := rows.message_refs.get((_NOTES, noted.key, "note")):
        return present.message_id
    content = noted.content
    note = write_note(rows, conversation, noted.manager_id, _words(content), content.attachments)
    remember_external(rows, note, _NOTES, thread="note", external_id=noted.key)
    owner = conversation.assignee_id
    if conversation.is_open and owner is not None and owner != noted.manager_id:
        work = LineWork(rows, office.policy(), office.policy().get_line(conversation.line))
        tell(work, Notice.whisper, conversation, to=[owner], cause=f"note:{note.id}")
    return note.id


async def find_said(office: Office, key: str) -> ConversationId | None:
    """Return the conversation in which `key` has left an answer or a note, `None` if it has left none."""
    async with acquire(office.pool) as connection:
        for thread in ("reply", "note"):
            found = await timeline.find_keyed(connection, _NOTES, key, thread=thread)
            if found is not None:
                return ConversationId(found)
    return None
