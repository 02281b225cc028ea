"""Cards that went out by e-mail: which letter shows which conversation to whom, so that its answer finds the client.

A letter is known by its Message-ID and by the token of its reply address, both of which only its receiver was told.
They lie beside the ids of clients' letters, on the mailbox that sent them, under the name of their manager: to anybody
else they mean nothing.
"""

from collections.abc import Iterable

from hub.domain.ids import ConnectionId, ConversationId, ManagerId, MessageId
from hub.domain.inbound import MailHints
from hub.domain.message import Direction
from hub.domain.workset import MessageRef, WorkingSet
from hub.inbox.office import Office
from hub.store import timeline
from hub.store.pool import acquire
from hub.store.scope import Scope

_NO_MESSAGE = MessageId(0)


def card_thread(manager_id: ManagerId) -> str:
    """Return the name under which a manager's letters are kept."""
    return f"card:{manager_id}"


async def remember_letter(
    office: Office,
    connection_id: ConnectionId,
    conversation_id: ConversationId,
    *,
    manager_id: ManagerId,
    ids: Iterable[str],
) -> None:
    """Keep the ids of a letter that shows a conversation to a manager; repeating it changes nothing. Commits."""
    wanted = {(connection_id, each) for each in ids if each}

    def fold(rows: WorkingSet) -> None:
        for connection, external_id in wanted:
            key = (connection, external_id, card_thread(manager_id))
            if key not in rows.message_refs:
                rows.message_refs.add(key, _ref(rows, key, conversation_id))

    await office.change(Scope(messages=set(wanted), ids=1), fold)


def _ref(rows: WorkingSet, key: tuple[ConnectionId, str, str], conversation_id: ConversationId) -> MessageRef:
    connection_id, external_id, thread = key
    return MessageRef(
        connection_id=connection_id,
        thread=thread,
        external_id=external_id,
        message_id=_NO_MESSAGE,
        direction=Direction.activity,
        received_at=rows.now,
        conversation_id=conversation_id,
    )


async def find_answered(
    office: Office, connection_id: ConnectionId, mail: MailHints, manager_id: ManagerId
) -> ConversationId | None:
    """Return the conversation of the card a letter answers, newest reference first; `None` if it is this one's none."""
    answered = (mail.in_reply_to, *reversed(mail.references), mail.reply_token)
    async with acquire(office.pool) as connection:
        for external_id in filter(None, dict.fromkeys(answered)):
            found = await timeline.find_keyed(connection, connection_id, external_id, thread=card_thread(manager_id))
            if found is not None:
                return ConversationId(found)
    return None
