"""What one press or update has done already, so that its repetition after a crash or a failed answer does nothing.

The key lies beside those of notes, in the commit of the change itself: whatever happens between that commit and the
receipt's end, the change is there once. What the repetition then shows is the entrance's matter.
"""

from hub.domain.errors import AlreadyDone
from hub.domain.ids import ConnectionId, ConversationId, MessageId
from hub.domain.message import Direction
from hub.domain.workset import MessageRef, WorkingSet
from hub.store import timeline
from hub.store.pool import Pool, acquire
from hub.store.scope import Scope

DEEDS = ConnectionId(0)  # deeds belong to no connection; their keys are unique all the same
THREAD = "deed"
_NO_MESSAGE = MessageId(0)
_NO_CONVERSATION = 0


def write_deed(rows: WorkingSet, scope: Scope, key: str) -> None:
    """Write that `key` changes the one conversation of the scope, or something that belongs to none.

    Raises:
        AlreadyDone: it has before.
    """
    [conversation_id] = scope.conversations or {_NO_CONVERSATION}
    if (DEEDS, key, THREAD) in rows.message_refs:
        raise AlreadyDone("this update has been carried out", conversation_id)
    remember_deed(rows, key, ConversationId(conversation_id))


def remember_deed(rows: WorkingSet, key: str, conversation_id: ConversationId) -> None:
    """Write that `key` has made or changed a conversation; the scope must have named the key."""
    deed = MessageRef(
        connection_id=DEEDS,
        thread=THREAD,
        external_id=key,
        message_id=_NO_MESSAGE,
        direction=Direction.activity,
        received_at=rows.now,
        conversation_id=conversation_id,
    )
    rows.message_refs.add((DEEDS, key, THREAD), deed)


def deed_of(rows: WorkingSet, key: str) -> ConversationId | None:
    """Return the conversation that `key` has made or changed, as far as the scope named the key."""
    deed = rows.message_refs.get((DEEDS, key, THREAD))
    return None if deed is None else deed.conversation_id


async def find_deed(pool: Pool, key: str) -> ConversationId | None:
    """Return the conversation that `key` has changed, `None` if it has changed none."""
    async with acquire(pool) as connection:
        found = await timeline.find_keyed(connection, DEEDS, key, thread=THREAD)
    return None if found is None else ConversationId(found)
