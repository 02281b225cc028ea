"""The wait: the time a client waits for a person, as a state machine of values.

Every function takes a wait and returns the next one; none reads a clock or a table. `hub.inbox.waits` applies them to
a working set and writes the ledger.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.ids import ContactId, ConversationId, LineKey, ManagerId, MessageId, WaitId
from hub.domain.replacing import replace

_LATEST_DELIVERY = timedelta(hours=24)
_CLOCK_AHEAD = timedelta(minutes=2)


class WaitKind(StrEnum):
    """Which response clock runs (FR-4)."""

    first_response = "first_response"
    next_response = "next_response"


class WaitState(StrEnum):
    """`open` is the only state with running clocks."""

    open = "open"
    answered = "answered"
    declared = "declared"
    dismissed = "dismissed"
    cancelled = "cancelled"
    joined = "joined"


@dataclass(frozen=True, slots=True)
class Wait:
    """A period in which the client waits for a person; at most one open per contact and line.

    All instants UTC. `deadline_at` counts `target_seconds` of open time from `started_at` (D-2); `policy_id` and
    `policy_revision` are frozen at the start (D-1). `channel` is the kind of the first request. `declined` are managers
    who declined or let an offer expire. `is_counted` is False for hidden numbers and imported history (C-8).
    `required_skills` and `preferred_skills` are the routing rule's, for every choice of a person (R-4), and so is
    `priority`, for every choice of targets (D-7).
    `last_group` is the album of the last request: its further parts are the same request (case 5). `joined_into` names
    the wait that absorbed this one (P-4).
    """

    id: WaitId
    contact_id: ContactId
    line: LineKey
    conversation_id: ConversationId
    kind: WaitKind
    channel: str
    started_at: datetime
    deadline_at: datetime
    target_seconds: int
    policy_id: str
    policy_revision: int
    state: WaitState = WaitState.open
    source: str = ""
    has_no_open_time: bool = False
    is_late_delivery: bool = False
    is_counted: bool = True
    request_message_id: MessageId | None = None
    requests: int = 1
    last_request_at: datetime | None = None
    last_group: str = ""
    required_skills: tuple[str, ...] = ()
    preferred_skills: tuple[str, ...] = ()
    priority: str = ""
    assignee_id: ManagerId | None = None
    assignee_at_start: ManagerId | None = None
    assignee_at_deadline: ManagerId | None = None
    declined: tuple[int, ...] = ()
    needs_callback: bool = False
    callback_due_at: datetime | None = None
    missed_calls: int = 0
    last_missed_at: datetime | None = None
    call_attempts: int = 0
    ended_at: datetime | None = None
    responder_id: ManagerId | None = None
    response_message_id: MessageId | None = None
    response_channel: str = ""
    result_note: str = ""
    breached_at: datetime | None = None
    joined_into: WaitId | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state is WaitState.open


@dataclass(frozen=True, slots=True)
class Response:
    """What may stop a wait (S1–S5): a person's answer that the channel accepted, seen by the client.

    `at` is the time of the accepted attempt (S3). `manager_id` is the sender, who gets the credit (S7). `is_spoken`: a
    talk by telephone, which is also a callback (C-5). `is_assisted`: a person approved the words of an assistant
    (case 9). `tried_since` is the first of several attempts: until `at` the channel was down (case 12).
    """

    at: datetime
    channel: str
    manager_id: ManagerId | None = None
    message_id: MessageId | None = None
    is_spoken: bool = False
    is_assisted: bool = False
    tried_since: datetime | None = None

    @property
    def as_facts(self) -> dict[str, object]:
        """Return what the ledger tells of the way it went; marks only where they are set."""
        marks = {"assisted": self.is_assisted, "tried_at": self.tried_since}
        told = {"channel": self.channel, "message_id": self.message_id}
        return {**told, **{name: value for name, value in marks.items() if value}}


def accepted_instant(occurred_at: datetime, received_at: datetime) -> datetime:
    """Return the instant to count from: the provider's if within [received − 24 h, received + 2 min], else ours."""
    if received_at - _LATEST_DELIVERY <= occurred_at <= received_at + _CLOCK_AHEAD:
        return occurred_at
    return received_at


def append_request(wait: Wait, at: datetime, *, group: str = "") -> Wait:
    """Add a later request of the client: never moves start or deadline (FR-3). Parts of one album are one request."""
    last = max(at, wait.last_request_at or wait.started_at)
    is_same = bool(group) and group == wait.last_group
    return replace(wait, requests=wait.requests + (not is_same), last_request_at=last, last_group=group)


def correct_start(wait: Wait, earlier: Wait) -> Wait:
    """Take over an earlier request: what its own wait would have been decides start, policy and deadline (FR-9, D-1).

    So the order in which requests of different connections are processed changes nothing (invariant 5).
    """
    return replace(
        wait,
        channel=earlier.channel,
        source=earlier.source,
        started_at=earlier.started_at,
        deadline_at=earlier.deadline_at,
        target_seconds=earlier.target_seconds,
        policy_id=earlier.policy_id,
        policy_revision=earlier.policy_revision,
        has_no_open_time=earlier.has_no_open_time,
        is_late_delivery=earlier.is_late_delivery,
        request_message_id=earlier.request_message_id,
        required_skills=earlier.required_skills,
        preferred_skills=earlier.preferred_skills,
        priority=earlier.priority,
        requests=wait.requests + 1,
        last_request_at=wait.last_request_at or wait.started_at,
    )


def may_answer(wait: Wait, response: Response) -> bool:
    """Tell whether the response stops this wait: it is open and the response was sent after its start (S5, S6)."""
    return wait.is_open and response.at >= wait.started_at


def answer(wait: Wait, response: Response) -> Wait:
    """End the wait with a response; credit to the sender, the assignee is kept beside (S6, S7)."""
    return replace(
        wait,
        state=WaitState.answered,
        ended_at=response.at,
        responder_id=response.manager_id,
        response_message_id=response.message_id,
        response_channel=response.channel,
        needs_callback=False,
    )


def finish(wait: Wait, state: WaitState, at: datetime, *, manager_id: ManagerId | None, note: str) -> Wait:
    """End the wait without a response of ours: dismissed (S8), declared (S11, C-11) or cancelled."""
    return replace(wait, state=state, ended_at=at, responder_id=manager_id, result_note=note, needs_callback=False)


def restore(wait: Wait) -> Wait:
    """Open a wait again whose end is taken back: everything is as it was before (S3, S10, P-3)."""
    return replace(
        wait,
        state=WaitState.open,
        ended_at=None,
        responder_id=None,
        response_message_id=None,
        response_channel="",
        result_note="",
        needs_callback=wait.callback_due_at is not None,
    )


def breach(wait: Wait, held_by: ManagerId | None) -> Wait:
    """Stamp the breach with the deadline itself and with who had the wait then, whenever it is checked (B-1, S7)."""
    return replace(wait, breached_at=wait.deadline_at, assignee_at_deadline=held_by)


def withdraw_breach(wait: Wait) -> Wait:
    """Take the breach back: an attempt begun before the deadline was accepted later (B-1)."""
    return replace(wait, breached_at=None, assignee_at_deadline=None)


def join(kept: Wait, absorbed: Wait) -> Wait:
    """Return the wait that remains when two contacts become one: the earlier start and the earlier deadline (P-4).

    If one of them has missed its deadline, the earlier one is missed.
    """
    deadline = min(kept.deadline_at, absorbed.deadline_at)
    missed = min((each for each in (kept, absorbed) if each.breached_at), key=lambda w: w.deadline_at, default=None)
    return replace(
        kept,
        started_at=min(kept.started_at, absorbed.started_at),
        deadline_at=deadline,
        requests=kept.requests + absorbed.requests,
        missed_calls=kept.missed_calls + absorbed.missed_calls,
        needs_callback=kept.needs_callback or absorbed.needs_callback,
        callback_due_at=_earlier(kept.callback_due_at, absorbed.callback_due_at),
        last_missed_at=_later(kept.last_missed_at, absorbed.last_missed_at),
        last_request_at=_later(kept.last_request_at, absorbed.last_request_at),
        breached_at=deadline if missed else None,
        assignee_at_deadline=missed.assignee_at_deadline if missed else None,
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at), default=None)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at), default=None)
