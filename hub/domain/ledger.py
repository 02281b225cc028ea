"""The ledger: append-only facts of a wait. Every reported number is derivable from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import ContactId, ConversationId, LineKey, ManagerId, WaitId


class Fact(StrEnum):
    """What happened."""

    bot_began = "bot_began"
    handed_over = "handed_over"
    shift_ended = "shift_ended"
    clock_started = "clock_started"
    paused = "paused"
    resumed = "resumed"
    wait_opened = "wait_opened"
    request_added = "request_added"
    start_corrected = "start_corrected"
    deadline_changed = "deadline_changed"
    missed_call = "missed_call"
    call_attempt = "call_attempt"
    call_answered = "call_answered"
    assigned = "assigned"
    offered = "offered"
    queued = "queued"
    taken = "taken"
    released = "released"
    declined = "declined"
    offer_expired = "offer_expired"
    transferred = "transferred"
    snoozed = "snoozed"
    woken = "woken"
    answered = "answered"
    send_failed = "send_failed"
    send_unknown = "send_unknown"
    send_confirmed = "send_confirmed"
    dismissed = "dismissed"
    declared = "declared"
    cancelled = "cancelled"
    restored = "restored"
    level_sent = "level_sent"
    breached = "breached"
    breach_withdrawn = "breach_withdrawn"
    joined = "joined"
    unjoined = "unjoined"
    closed = "closed"
    reopened = "reopened"
    split_off = "split_off"
    matched = "matched"
    number_left = "number_left"
    number_came = "number_came"
    address_shared = "address_shared"
    task_made = "task_made"
    task_done = "task_done"
    task_postponed = "task_postponed"
    task_given = "task_given"
    task_cancelled = "task_cancelled"
    task_reminded = "task_reminded"
    lead_changed = "lead_changed"
    lead_held = "lead_held"
    result_asked = "result_asked"
    result_given = "result_given"
    automation_fired = "automation_fired"
    automation_cut = "automation_cut"
    rating_asked = "rating_asked"
    rated = "rated"
    read_along = "read_along"


class Actor(StrEnum):
    """Who caused it."""

    client = "client"
    manager = "manager"
    hub = "hub"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One fact.

    `occurred_at` is when it was true, `recorded_at` when we wrote it; `cause` names the rule or the key
    that brought it about; `facts` holds what a reader or a report needs, as plain JSON values. `wait_version` is the
    version of the wait on which the fact rests, 0 in the fold that opened it: the facts of one wait are told in the
    order (`wait_version`, `recorded_at`, `id`), whichever processes wrote them.
    """

    id: int
    kind: Fact
    occurred_at: datetime
    recorded_at: datetime
    wait_id: WaitId | None = None
    conversation_id: ConversationId | None = None
    contact_id: ContactId | None = None
    line: LineKey = LineKey("")
    actor: Actor = Actor.hub
    manager_id: ManagerId | None = None
    cause: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    wait_version: int = 0
