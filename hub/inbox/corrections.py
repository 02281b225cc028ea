"""What a manager changes after it is at the client: the words of an own answer, the answer itself, a mark of reaction.

Each is written in one commit with a delivery of the reply lane, so it goes out in its thread's order, behind the answer
it changes. Whether the provider can do it at all is the channel's word (`hub.channels.base.Changes`).
"""

from dataclasses import dataclass
from datetime import timedelta

from hub.channels.base import Changes
from hub.channels.registry import get_channel_class
from hub.domain.conversation import Conversation
from hub.domain.delivery import Delivery, Lane
from hub.domain.errors import Conflict, NotFound, PermissionDenied
from hub.domain.ids import ConnectionId, ConversationId, DeliveryId, MessageId
from hub.domain.inbound import MessageDeleted
from hub.domain.message import Author, DeliveryState, Direction, Message
from hub.domain.order import order_hash
from hub.domain.outbound import ChangeKind
from hub.domain.rights import Action, Person
from hub.domain.workset import MessageRef, WorkingSet
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.changes import fold_change, show_changed
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import patch_message
from hub.inbox.folds.notes import write_note
from hub.inbox.folds.outgoing import CHANGE
from hub.inbox.office import Office
from hub.inbox.reply import ensure_not_observing
from hub.inbox.rights import get_conversation
from hub.store import deliveries, timeline
from hub.store.pool import acquire
from hub.store.scope import Scope

CHANGEABLE_FOR = timedelta(hours=48)
_BEFORE = "✏️ {text}"


@dataclass(frozen=True, slots=True)
class _At:
    """A message at the client: where it is, and by what the provider knows it."""

    message: Message
    endpoint: Endpoint
    thread: str
    external_id: str


async def edit_answer(office: Office, actor: Person, message_id: MessageId, *, text: str) -> bool:
    """Give an own answer new words, here and at the client; a note keeps those before. False if they are the same.

    Commits.

    Raises:
        Conflict: it is not at the client yet, or for longer than 48 h.
        PermissionDenied: the channel cannot change what was sent, or somebody else wrote it.
        NotFound: there is no such answer for this actor.
    """
    at = await _find_own(office, actor, message_id)
    if at.message.text == text:
        return False

    def fold(rows: WorkingSet) -> None:
        conversation = _answerable(rows, office, actor, at)
        patch_message(rows, _ref(at), text=text, edited_at=rows.now)
        policy = office.policy()
        show_changed(LineWork(rows, policy, policy.get_line(conversation.line)), conversation, _ref(at))
        write_note(rows, conversation, actor.manager_id, _BEFORE.format(text=at.message.text))
        _queue(rows, at, actor, kind=ChangeKind.edit, text=text)

    await office.change(_scope(at), fold)
    return True


async def delete_answer(office: Office, actor: Person, message_id: MessageId) -> None:
    """Take an own answer back, here and at the client; within 60 s of it the wait comes back (S10). Commits.

    Its words stay in the history, marked. Raises: as `edit_answer`.
    """
    at = await _find_own(office, actor, message_id)

    def fold(rows: WorkingSet) -> None:
        _answerable(rows, office, actor, at)
        fold_change(rows, office.policy(), at.endpoint, MessageDeleted(at.external_id, at.thread, rows.now))
        _queue(rows, at, actor, kind=ChangeKind.delete)

    if at.message.deleted_at is None:
        await office.change(_scope(at), fold)


async def mark_message(office: Office, actor: Person, message_id: MessageId, *, emoji: str) -> None:
    """Put a reaction below what the client wrote, or take it away with an empty one (case 46). Commits.

    Where the channel has no reactions nothing happens. Raises: NotFound, PermissionDenied by rights.
    """
    at = await _find(office, message_id)
    if at is None or at.message.direction is not Direction.inbound:
        return

    def fold(rows: WorkingSet) -> None:
        _answerable(rows, office, actor, at)
        _queue(rows, at, actor, kind=ChangeKind.react, text=emoji)

    await office.change(_scope(at), fold)


async def _find_own(office: Office, actor: Person, message_id: MessageId) -> _At:
    """Return an answer of the actor that may still be changed. Raises: as `edit_answer`."""
    async with acquire(office.pool) as connection:
        delivery = await deliveries.find_of_message(connection, message_id)
        message = await timeline.find_message(connection, message_id)
    if delivery is None or message is None or message.author is not Author.person:
        raise NotFound("there is no such answer for you")
    if message.manager_id != actor.manager_id:
        raise PermissionDenied("only its author changes an answer")
    at = await _find(office, message_id)
    if at is None and delivery.state == DeliveryState.sent:
        raise PermissionDenied("this channel cannot change what was sent: write again")
    if at is None:
        raise Conflict("the answer is not at the client yet: try again in a minute")
    if office.clock.now() - message.occurred_at > CHANGEABLE_FOR:
        raise Conflict("the answer is older than 48 hours: write a new one")
    return at


async def _find(office: Office, message_id: MessageId) -> _At | None:
    """Return where a message is at a provider that lets it be changed, None if nowhere."""
    async with acquire(office.pool) as connection:
        found = await timeline.find_message(connection, message_id)
        place = await timeline.find_place(connection, message_id)
    if found is None or place is None or found.conversation_id is None:
        return None
    endpoint = office.endpoints().get(ConnectionId(place.connection_id))
    if endpoint is None or not issubclass(get_channel_class(endpoint.kind), Changes):
        return None
    return _At(found, endpoint, place.thread, place.external_id)


def _answerable(rows: WorkingSet, office: Office, actor: Person, at: _At) -> Conversation:
    conversation_id = ConversationId(at.message.conversation_id or 0)
    conversation = get_conversation(rows, office, actor, Action.reply, conversation_id=conversation_id)
    ensure_not_observing(office, conversation)
    return conversation


def _scope(at: _At) -> Scope:
    conversation_id = ConversationId(at.message.conversation_id or 0)
    return Scope(conversations={conversation_id}, messages={(at.endpoint.id, at.external_id)}, ids=20)


def _ref(at: _At) -> MessageRef:
    message = at.message
    return MessageRef(
        connection_id=at.endpoint.id,
        thread=at.thread,
        external_id=at.external_id,
        message_id=message.id,
        direction=message.direction,
        received_at=message.received_at,
        thread_id=message.thread_id,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
    )


def _queue(rows: WorkingSet, at: _At, by: Person, *, kind: ChangeKind, text: str = "") -> None:
    """Queue a change behind what its thread has to send; the message's own delivery stays the only one of it."""
    message, delivery_id = at.message, DeliveryId(rows.new_id())
    payload = {
        CHANGE: kind.value,
        "text": text,
        "message_id": int(message.id),
        "received_at": message.received_at.isoformat(),
    }
    key = f"{CHANGE}:{delivery_id}"
    rows.deliveries[key] = Delivery(
        id=delivery_id,
        lane=Lane.reply,
        order_hash=order_hash(Lane.reply, message.thread_id or 0),
        key=key,
        due_at=rows.now,
        created_at=rows.now,
        payload=payload,
        connection_id=at.endpoint.id,
        conversation_id=message.conversation_id,
        manager_id=by.manager_id,
    )
