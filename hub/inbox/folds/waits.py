"""Waits as folds over a working set: a client's request opens or joins one, a person's answer ends it.

The transitions themselves are `hub.domain.wait`; here they meet the calendar, the clocks and the ledger.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.conversation import Conversation
from hub.domain.facts import RequestFacts
from hub.domain.ids import ManagerId, MessageId, WaitId
from hub.domain.ledger import Actor, Fact
from hub.domain.rebuilding import list_wait_changes
from hub.domain.replacing import replace
from hub.domain.timer import TimerKind, TimerState
from hub.domain.wait import (
    Response,
    Wait,
    WaitKind,
    WaitState,
    answer,
    append_request,
    correct_start,
    finish,
    may_answer,
    restore,
)
from hub.domain.workset import WorkingSet
from hub.inbox.folds.breaches import in_hands, put_in_hands, renew_breach, stamp_missed
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.resolution import run_resolution

_CLOCKS = (
    TimerKind.first_response,
    TimerKind.next_response,
    TimerKind.accept,
    TimerKind.callback,
    TimerKind.level,
)


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """Something of a client that wants an answer (FR-1). `at` is the accepted instant, `heard_at` the receipt's."""

    at: datetime
    heard_at: datetime
    facts: RequestFacts
    message_id: MessageId | None = None
    group: str = ""
    priority: str = ""
    required_skills: tuple[str, ...] = ()
    preferred_skills: tuple[str, ...] = ()
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """The wait a request went to; `is_new` if it opened it."""

    wait: Wait
    is_new: bool


def add_request(work: LineWork, conversation: Conversation, request: ClientRequest) -> RequestOutcome:
    """Open the contact's wait on the line with this request, or add it to the open one (FR-1, FR-3, FR-9)."""
    wait = work.rows.open_wait(conversation.contact_id, work.line.key)
    if wait is None:
        return RequestOutcome(_open(work, conversation, request), is_new=True)
    if _start(conversation, request) < wait.started_at:
        return RequestOutcome(_correct(work, conversation, wait, request), is_new=False)
    appended = work.rows.waits.put(wait.id, append_request(wait, request.at, group=request.group))
    record(
        work.rows,
        Fact.request_added,
        appended,
        at=request.at,
        actor=Actor.client,
        facts={"message_id": request.message_id, "requests": appended.requests},
    )
    return RequestOutcome(appended, is_new=False)


def _open(work: LineWork, conversation: Conversation, request: ClientRequest) -> Wait:
    previous = _last_closed(work.rows, conversation)
    kind = work.line.response_kind(conversation.last_response_at, previous, _start(conversation, request))
    wait = _begun_by(work, conversation, request, kind)
    work.rows.waits.add(wait.id, wait)
    _record_opening(work, wait, request, cause="FR-1")
    arm_clocks(work, wait)
    run_resolution(work, conversation, wait.started_at)
    return wait


def _record_opening(work: LineWork, wait: Wait, request: ClientRequest, *, cause: str) -> None:
    facts = _opening_facts(wait, request)
    record(work.rows, Fact.wait_opened, wait, at=wait.started_at, actor=Actor.client, cause=cause, facts=facts)


def _begun_by(work: LineWork, conversation: Conversation, request: ClientRequest, kind: WaitKind) -> Wait:
    """Return the wait that this request alone begins: its policy is chosen and frozen here (D-1, D-2)."""
    start = _start(conversation, request)
    targets = work.policy.freeze_targets(work.line, request.facts, kind=kind, priority=request.priority)
    deadline = work.line.calendar.add_open_time(start, targets.response)
    return Wait(
        id=WaitId(work.rows.new_id()),
        contact_id=conversation.contact_id,
        line=work.line.key,
        conversation_id=conversation.id,
        kind=kind,
        channel=request.facts.channel,
        source=request.facts.source,
        started_at=start,
        deadline_at=deadline.at,
        target_seconds=int(targets.response.total_seconds()),
        policy_id=targets.policy_id,
        policy_revision=targets.revision,
        has_no_open_time=deadline.is_fallback,
        is_late_delivery=deadline.at <= request.heard_at,
        is_counted=request.is_counted,
        request_message_id=request.message_id,
        last_request_at=start,
        last_group=request.group,
        required_skills=request.required_skills,
        preferred_skills=request.preferred_skills,
        priority=request.priority,
        assignee_id=conversation.assignee_id,
        assignee_at_start=conversation.assignee_id,
    )


def _opening_facts(wait: Wait, request: ClientRequest) -> dict[str, object]:
    return {
        "kind": wait.kind.value,
        "channel": wait.channel,
        "source": wait.source,
        "campaign": request.facts.marks.get("utm_campaign", ""),
        "counted": wait.is_counted,
        "assignee_id": wait.assignee_id,
        "assignee_at_start": wait.assignee_at_start,
        "requested_at": request.at,
        "deadline_at": wait.deadline_at,
        "target_seconds": wait.target_seconds,
        "policy": wait.policy_id,
        "revision": wait.policy_revision,
        "no_open_time": wait.has_no_open_time,
        "late_delivery": wait.is_late_delivery,
        "message_id": request.message_id,
        "skills": list(wait.required_skills),
        "preferred_skills": list(wait.preferred_skills),
        "priority": wait.priority,
    }


def _start(conversation: Conversation, request: ClientRequest) -> datetime:
    """Return when the wait starts: a request that is dated before the last answer counts from its receipt (FR-9)."""
    answered = conversation.last_response_at
    return request.heard_at if answered is not None and request.at <= answered else request.at


def _last_closed(workset: WorkingSet, conversation: Conversation) -> datetime | None:
    """Return when the conversation before this one was closed, None if it was reopened or there is none (FR-4)."""
    earlier = [
        other.closed_at
        for other in workset.conversations_of(conversation.contact_id, conversation.line)
        if other.id != conversation.id and other.closed_at is not None
    ]
    return max(earlier, default=None)


def _correct(work: LineWork, conversation: Conversation, wait: Wait, request: ClientRequest) -> Wait:
    earlier = _begun_by(work, conversation, request, wait.kind)
    corrected = work.rows.waits.put(wait.id, correct_start(wait, earlier))
    record(
        work.rows,
        Fact.start_corrected,
        corrected,
        at=request.at,
        cause="FR-9",
        facts={
            **_opening_facts(earlier, request),
            "old_start": wait.started_at,
            "old_deadline": wait.deadline_at,
            "started_at": corrected.started_at,
        },
    )
    corrected = renew_breach(work.rows, corrected, before=wait, cause="FR-9")
    arm_clocks(work, corrected)
    return corrected


def clock_of(wait: Wait) -> TimerKind:
    """Return the clock that runs towards the wait's deadline."""
    return TimerKind.first_response if wait.kind is WaitKind.first_response else TimerKind.next_response


def arm_clocks(work: LineWork, wait: Wait) -> None:
    """Arm the deadline and the next level of the ladder, unless the wait has breached already (B-1, B-2)."""
    subject = f"wait:{wait.id}"
    if wait.breached_at is None:
        work.rows.arm(clock_of(wait), subject, wait.deadline_at)
    arm_level(work, wait, _next_level(work.rows, wait))
    arm_callback(work.rows, wait)


def arm_callback(workset: WorkingSet, wait: Wait) -> None:
    """Arm the callback clock of a missed call, unless it has struck already (C-3)."""
    present = workset.timers.get((TimerKind.callback, f"wait:{wait.id}"))
    has_struck = present is not None and present.state is TimerState.fired
    if wait.needs_callback and wait.callback_due_at is not None and not has_struck:
        workset.arm(TimerKind.callback, f"wait:{wait.id}", wait.callback_due_at)


def _next_level(workset: WorkingSet, wait: Wait) -> int:
    """Return the first level that was not sent yet: arming the clocks again repeats none (B-3)."""
    present = workset.timers.get((TimerKind.level, f"wait:{wait.id}"))
    if present is None:
        return 0
    return int(str(present.facts.get("level", 0))) + (present.state is TimerState.fired)


def arm_level(work: LineWork, wait: Wait, place: int) -> None:
    """Arm a level of the ladder if there is one; one timer carries them all, so each is sent at most once (B-3)."""
    plan = work.line.ladder.plan(timedelta(seconds=wait.target_seconds))
    if place < len(plan):
        offset, _ = plan[place]
        due = work.line.calendar.add_open_time(wait.started_at, offset)
        work.rows.arm(TimerKind.level, f"wait:{wait.id}", due.at, level=place)


def stop_clocks(workset: WorkingSet, wait: Wait) -> None:
    """Cancel every clock of a wait that ended."""
    for kind in _CLOCKS:
        workset.disarm(kind, f"wait:{wait.id}")


def answer_wait(work: LineWork, conversation: Conversation, response: Response, *, cause: str) -> Wait | None:
    """Stop the open wait of the conversation's contact on its line with a response (S1 to S7); return it if it did.

    The conversation remembers the answer either way (R-3). Where a line wants missed calls called back, a written
    answer leaves such a wait open (C-5). Where a line says so, who answers becomes responsible (case 17).
    """
    workset = work.rows
    _remember_answer(workset, conversation, response)
    wait = workset.open_wait(conversation.contact_id, conversation.line)
    if wait is None or not may_answer(wait, response) or _wants_a_call(work, wait, response):
        return None
    if work.line.takes_over and response.manager_id is not None:
        present = workset.conversations[conversation.id]
        workset.conversations.put(present.id, replace(present, assignee_id=response.manager_id))
    answered = workset.waits.put(wait.id, answer(stamp_missed(workset, wait, response.at), response))
    stop_clocks(workset, answered)
    record(
        workset,
        Fact.answered,
        answered,
        at=response.at,
        manager_id=response.manager_id,
        actor=Actor.manager,
        cause=cause,
        facts={**response.as_facts, "seconds": (response.at - wait.started_at).total_seconds()},
    )
    return answered


def answer_at_once(work: LineWork, conversation: Conversation, request: ClientRequest, response: Response) -> Wait:
    """Write a request that was answered as it came: a wait of no length, counted in a column of its own (C-10)."""
    kind = work.line.response_kind(conversation.last_response_at, _last_closed(work.rows, conversation), request.at)
    begun = replace(_begun_by(work, conversation, request, kind), started_at=response.at, assignee_at_start=None)
    wait = work.rows.waits.add(begun.id, answer(begun, response))
    _record_opening(work, wait, request, cause="C-10")
    record(
        work.rows,
        Fact.answered,
        wait,
        at=response.at,
        manager_id=response.manager_id,
        actor=Actor.manager,
        cause="C-10",
        facts={"channel": response.channel, "message_id": response.message_id, "seconds": 0.0},
    )
    return wait


def _wants_a_call(work: LineWork, wait: Wait, response: Response) -> bool:
    return wait.needs_callback and not response.is_spoken and not work.line.calls.is_written_answer_enough


def _remember_answer(workset: WorkingSet, conversation: Conversation, response: Response) -> None:
    present = workset.conversations[conversation.id]
    if present.last_response_at is None or present.last_response_at < response.at:
        remembered = replace(
            present,
            last_response_at=response.at,
            last_responder_id=response.manager_id or present.last_responder_id,
            last_message_at=max(present.last_message_at, response.at),
        )
        workset.conversations.put(present.id, remembered)


def end_wait(workset: WorkingSet, wait: Wait, state: WaitState, *, manager_id: ManagerId | None, note: str) -> Wait:
    """End a wait without an answer of ours: dismissed, declared or cancelled (S8, S11, C-11)."""
    wait = stamp_missed(workset, wait, workset.now)
    ended = workset.waits.put(wait.id, finish(wait, state, workset.now, manager_id=manager_id, note=note))
    stop_clocks(workset, ended)
    actor = Actor.manager if manager_id is not None else Actor.hub
    record(workset, Fact(state.value), ended, manager_id=manager_id, actor=actor, facts={"note": note})
    return ended


def give_back(
    work: LineWork, conversation: Conversation, ended: Wait, *, cause: str, manager_id: ManagerId | None = None
) -> Wait:
    """Open an ended wait again with its own start and deadline, in this conversation and on its line (S3, S10, P-3).

    The conversation may have been moved to another line since, or to another person, who has the wait then; a deadline
    that has passed was missed by who had it before (S7).
    """
    here = replace(restore(ended), conversation_id=conversation.id, line=conversation.line)
    actor = Actor.manager if manager_id is not None else Actor.hub
    facts = {"became": list_wait_changes(ended, in_hands(here, conversation.assignee_id))}
    record(work.rows, Fact.restored, here, manager_id=manager_id, actor=actor, cause=cause, facts=facts)
    restored = put_in_hands(work.rows, here, conversation.assignee_id)
    arm_clocks(work, restored)
    return restored
