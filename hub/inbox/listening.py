"""Who wants to hear a talk gets its recording into the chat: from our files, else from the PBX as it keeps it now.

A recording is a reference at the provider until somebody listens (C-12); what was heard once is kept with the message
and its retention. Fetching is a delivery of the media lane (`hub.delivery.recordings`), so a slow PBX holds up nobody.
"""

from dataclasses import dataclass

from hub.domain.audit import Deed
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import ConnectionId, ConversationId, DeliveryId, ManagerId, MessageId
from hub.domain.message import Attachment, AttachmentKind, Message
from hub.domain.order import order_hash
from hub.domain.rights import Action, Person
from hub.domain.workset import WorkingSet
from hub.inbox.auditing import note
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation
from hub.inbox.viewer import view
from hub.store import timeline
from hub.store.pool import acquire
from hub.store.scope import Scope
from hub.store.timeline import Entry

LISTENER = "listener"
"""In the payload of a fetched recording: who asked for it."""
_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to hear a talk; `key` names the wish for ever, so that it is fulfilled once."""

    manager_id: ManagerId
    key: str


@dataclass(frozen=True, slots=True)
class Listened:
    """What becomes of the wish: `is_there` if the recording needs no fetching."""

    message_id: MessageId
    is_there: bool


async def listen(
    office: Office, actor: Person, conversation_id: ConversationId, message_id: MessageId | None = None
) -> Listened | None:
    """Send the recording of a talk to the actor's chat; without `message_id` that of the newest. Within `office.once`.

    None if there is no recording. Whoever may read the conversation may listen, and every listening is an audit fact
    (C-12). Commits.

    Raises:
        NotFound: by rights, or there is no such talk in this conversation (RG-2).
    """
    entry = await _find(office, actor, conversation_id, message_id)
    if entry is None:
        return None
    talk = entry.message
    recording = recording_of(talk)
    is_there = recording is not None and bool(recording.sha256)
    await note(office, actor, Deed.recording_heard, f"conversation:{conversation_id}", message=int(talk.id))

    def fold(rows: WorkingSet) -> None:
        get_conversation(rows, office, actor, Action.view, conversation_id=conversation_id)
        if is_there:
            tell_listener(rows, office, talk, Wish(actor.manager_id, f"at hand:{rows.new_id()}"), reason="")
        else:
            _queue(rows, entry, actor.manager_id)

    await office.change(Scope(conversations={conversation_id}, ids=10), fold)
    return Listened(talk.id, is_there)


def recording_of(message: Message) -> Attachment | None:
    """Return the recording of a talk, `None` if there is none, neither here nor at the provider."""
    found = (each for each in message.attachments if each.kind is AttachmentKind.recording)
    return next((each for each in found if each.sha256 or each.provider_ref), None)


def tell_listener(rows: WorkingSet, office: Office, talk: Message, wish: Wish, *, reason: str) -> None:
    """Bring who asked the recording, or say why there is none (`reason`, a word or the provider's sentence).

    A wish is told of once, however often.
    """
    conversation = rows.conversations.get(ConversationId(talk.conversation_id or 0))
    if conversation is None:
        return
    policy = office.policy()
    work = LineWork(rows, policy, policy.get_line(conversation.line))
    facts: dict[str, object] = {"message_id": int(talk.id), "reason": reason}
    tell(work, Notice.recording, conversation, to=[wish.manager_id], cause=f"{talk.id}:{wish.key}", facts=facts)


async def _find(
    office: Office, actor: Person, conversation_id: ConversationId, message_id: MessageId | None
) -> Entry | None:
    async with acquire(office.pool) as connection:
        await view(connection, office, actor, conversation_id)
        if message_id is not None:
            named = await timeline.find_entry(connection, conversation_id, message_id)
            said = [] if named is None else [named]
        else:
            said = await timeline.list_of_conversation(connection, conversation_id, limit=_LOOKED_AT)
    return next((each for each in said if recording_of(each.message) is not None), None)


def _queue(rows: WorkingSet, entry: Entry, manager_id: ManagerId) -> None:
    talk, new_id = entry.message, DeliveryId(rows.new_id())
    key = f"listen:{talk.id}:{new_id}"
    rows.deliveries[key] = Delivery(
        id=new_id,
        lane=Lane.media,
        order_hash=order_hash(Lane.media, talk.id),
        key=key,
        due_at=rows.now,
        created_at=rows.now,
        payload={"received_at": talk.received_at.isoformat(), LISTENER: int(manager_id)},
        connection_id=None if entry.connection_id is None else ConnectionId(entry.connection_id),
        conversation_id=talk.conversation_id,
        message_id=talk.id,
        manager_id=manager_id,
    )
