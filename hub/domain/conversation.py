"""A conversation: all threads of one contact on one line, from the first request until closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.ids import ConnectionId, ContactId, ConversationId, LineKey, ManagerId, ThreadId
from hub.domain.inbound import ReachState

BURST = 20
BURST_WINDOW = timedelta(minutes=1)
"""More messages than that within it are told to managers as one."""


class ConversationState(StrEnum):
    """Open until a person closes it; at most one open per contact and line."""

    open = "open"
    closed = "closed"


class Outcome(StrEnum):
    """How a conversation ended."""

    deal = "deal"
    agreed = "agreed"
    refused = "refused"
    solved = "solved"
    duplicate = "duplicate"
    unreachable = "unreachable"
    spam = "spam"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The work people see.

    `offered_to` are the managers who may take it (offer_all); `transfer_to` one who was asked to. `reply_thread_id` is
    where the first unanswered request came from, the default for answers; `chosen_thread_id` is where people want them
    to go instead, until they change it. `last_response_at` and `last_responder_id`
    are the last human answer on this line, carried over from the previous conversation of the same contact and line
    (FR-4, R-3). `number` is 0 until stored.
    """

    id: ConversationId
    contact_id: ContactId
    line: LineKey
    opened_at: datetime
    last_message_at: datetime
    number: int = 0
    state: ConversationState = ConversationState.open
    assignee_id: ManagerId | None = None
    transfer_to: ManagerId | None = None
    offered_to: tuple[int, ...] = ()
    reply_thread_id: ThreadId | None = None
    chosen_thread_id: ThreadId | None = None
    subject: str = ""
    source: str = ""
    closed_at: datetime | None = None
    outcome: str = ""
    outcome_note: str = ""
    snoozed_until: datetime | None = None
    last_response_at: datetime | None = None
    last_responder_id: ManagerId | None = None
    welcomed_at: datetime | None = None
    out_of_hours_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state is ConversationState.open


@dataclass(frozen=True, slots=True)
class Thread:
    """The channel-side conversation: a chat, a letter thread, the calls of a number; belongs to one connection.

    `address` is the client's own there as they wrote it (mail address, number), empty where the thread id says all.
    `burst` is how often it was heard in the minute that began at `burst_at`.
    """

    id: ThreadId
    connection_id: ConnectionId
    external_id: str
    contact_id: ContactId
    line: LineKey
    created_at: datetime
    title: str = ""
    address: str = ""
    reach: ReachState = ReachState.open
    last_inbound_at: datetime | None = None
    burst: int = 0
    burst_at: datetime | None = None
    version: int = 1

    @property
    def is_flooded(self) -> bool:
        """Tell whether the client says so much at once that it is told as one."""
        return self.burst > BURST
