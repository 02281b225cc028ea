"""A lead: a sales chance of a contact, made when no open one matches (M-13, L-1), and the tasks that move it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.ids import ContactId, ConversationId, LeadId, LineKey, ManagerId, MessageId, WaitId


@dataclass(frozen=True, slots=True)
class Lead:
    """A sales chance. `state` is `open`, `won` or `lost`; `origin` holds campaign marks and consent facts (L-1)."""

    id: LeadId
    contact_id: ContactId
    line: LineKey
    created_at: datetime
    stage_at: datetime
    wait_id: WaitId | None = None
    conversation_id: ConversationId | None = None
    stage: str = "new"
    state: str = "open"
    source: str = ""
    channel: str = ""
    origin: Mapping[str, str] = field(default_factory=dict)
    first_message_id: MessageId | None = None
    responsible_id: ManagerId | None = None
    loss_reason: str = ""
    amount: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    closed_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class StageFact:
    """A move of a lead, never changed afterwards. `cause` is an event, an automation id or `manual`.

    `facts` holds what reports need: where the lead came from in the first one, amount and reason in the last.
    """

    id: int
    lead_id: LeadId
    to_stage: str
    cause: str
    occurred_at: datetime
    from_stage: str = ""
    manager_id: ManagerId | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """Something a manager has to do by an instant. `state` is `open`, `done` or `cancelled`."""

    id: int
    what: str
    due_at: datetime
    cause: str
    created_at: datetime
    manager_id: ManagerId | None = None
    contact_id: ContactId | None = None
    lead_id: LeadId | None = None
    conversation_id: ConversationId | None = None
    state: str = "open"
    result: str = ""
    done_at: datetime | None = None
    version: int = 1
