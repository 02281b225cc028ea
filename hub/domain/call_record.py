"""The stored call: the set of events of one provider session, and where its outcome went.

What the events mean is derived by `hub.domain.call` whenever one more arrives (C-1).
"""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.ids import CallId, ConnectionId, ContactId, ConversationId, ManagerId, MessageId, WaitId
from hub.domain.inbound import CallEvent


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One session.

    `state` is the last derived one; `message_id` is the history entry that shows it, `manager_id` who speaks (R-7).
    """

    id: CallId
    connection_id: ConnectionId
    external_id: str
    state: str
    created_at: datetime
    events: tuple[CallEvent, ...] = ()
    contact_id: ContactId | None = None
    conversation_id: ConversationId | None = None
    wait_id: WaitId | None = None
    message_id: MessageId | None = None
    manager_id: ManagerId | None = None
    version: int = 1
