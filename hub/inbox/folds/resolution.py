"""The clock of the whole matter: from the first request until the conversation is closed (P-2).

It is the only clock that pauses, and only while a person says that the client has to act; never before somebody has
answered. One timer per conversation carries it; while it is paused, its facts hold the open time that is left.
"""

from datetime import datetime, timedelta

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.errors import Conflict
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import heads_or_duty
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell

RESOLUTION = "resolution"
SINCE = "since"
SECONDS = "seconds"
"""In the timer's facts: from when it counts, and how much open time. Both are needed to count anew (D-6)."""


def run_resolution(work: LineWork, conversation: Conversation, at: datetime) -> None:
    """Begin the clock at a client's request, or let a paused one run on; where the line has none, nothing happens."""
    timer, target = _timer(work.rows, conversation), work.line.targets.resolution
    if timer is not None and "left" in timer.facts and timer.state is not TimerState.armed:
        left = timedelta(seconds=float(str(timer.facts["left"])))
        due_at = _arm(work, conversation, at, left)
        record(work.rows, Fact.resumed, conversation, cause="P-2", facts={"clock": RESOLUTION, "due_at": due_at})
    elif target and (timer is None or timer.state is TimerState.cancelled):
        due_at = _arm(work, conversation, at, target)
        facts = {"clock": RESOLUTION, "due_at": due_at, "target_seconds": target.total_seconds()}
        record(work.rows, Fact.clock_started, conversation, at=at, cause="P-2", facts=facts)


def pause_resolution(work: LineWork, conversation: Conversation, *, manager_id: ManagerId) -> None:
    """Stop counting while the client has to act (P-2); repeating changes nothing.

    Raises:
        Conflict: nobody has answered yet, or the client waits for us.
    """
    answered = conversation.last_response_at
    if answered is None or answered < conversation.opened_at:
        raise Conflict("nobody has answered this client yet: the time runs until somebody does (P-2)")
    if work.rows.open_wait(conversation.contact_id, conversation.line) is not None:
        raise Conflict("the client waits for us: answer first (P-2)")
    timer = _timer(work.rows, conversation)
    if timer is None or timer.state is not TimerState.armed:
        return
    left = work.line.calendar.open_time_between(work.rows.now, timer.due_at)
    work.rows.arm(TimerKind.resolution, timer.subject, timer.due_at, left=left.total_seconds())
    work.rows.disarm(TimerKind.resolution, timer.subject)
    facts = {"clock": RESOLUTION, "left_seconds": left.total_seconds()}
    record(work.rows, Fact.paused, conversation, manager_id=manager_id, actor=Actor.manager, cause="P-2", facts=facts)


def renew_resolution(work: LineWork, conversation: Conversation, *, applied_at: datetime) -> bool:
    """Count a running clock anew by the calendar in force, unless it was due when the rules changed (D-6); tell if so.

    The target stays; so does a clock of a hub before 0.2, which does not say from when it runs.
    """
    timer = _timer(work.rows, conversation)
    if timer is None or timer.state is not TimerState.armed or timer.due_at <= applied_at or SINCE not in timer.facts:
        return False
    since, amount = datetime.fromisoformat(str(timer.facts[SINCE])), float(str(timer.facts[SECONDS]))
    due_at = _arm(work, conversation, since, timedelta(seconds=amount))
    if due_at == timer.due_at:
        return False
    moved = {"old_deadline": timer.due_at, "deadline_at": due_at}
    facts = {"clock": RESOLUTION, **moved, "rules_revision": work.policy.revision}
    record(work.rows, Fact.deadline_changed, conversation, cause="D-6", facts=facts)
    return True


def stop_resolution(rows: WorkingSet, conversation: Conversation) -> None:
    """End the clock with the conversation; one that is opened again begins anew."""
    timer = _timer(rows, conversation)
    if timer is not None and (timer.state is not TimerState.cancelled or "left" in timer.facts):
        rows.arm(TimerKind.resolution, timer.subject, timer.due_at)
        rows.disarm(TimerKind.resolution, timer.subject)


def join_resolution(rows: WorkingSet, kept: Conversation, other: Conversation) -> None:
    """Let the earlier of two running clocks go on with the conversation that remains after a merge (P-4)."""
    mine, theirs = _timer(rows, kept), _timer(rows, other)
    stop_resolution(rows, other)
    if theirs is None or theirs.state is not TimerState.armed or (mine and mine.state is TimerState.fired):
        return
    if mine is None or mine.state is not TimerState.armed or theirs.due_at < mine.due_at:
        rows.arm(TimerKind.resolution, f"conversation:{kept.id}", theirs.due_at, **theirs.facts)


def breach_resolution(work: LineWork, conversation: Conversation, timer: Timer) -> None:
    """Write that the matter was not settled in time, and tell who has it and the heads (B-1)."""
    if not conversation.is_open:
        return
    facts = {"clock": RESOLUTION}
    record(work.rows, Fact.breached, conversation, at=timer.due_at, cause="P-2", facts=facts)
    owner = [] if conversation.assignee_id is None else [conversation.assignee_id]
    cause = f"{RESOLUTION}:{conversation.id}:{timer.epoch}"
    tell(work, Notice.level, conversation, to=[*owner, *heads_or_duty(work)], cause=cause, facts=facts)


def _arm(work: LineWork, conversation: Conversation, at: datetime, amount: timedelta) -> datetime:
    due_at = work.line.calendar.add_open_time(at, amount).at
    facts = {SINCE: at.isoformat(), SECONDS: amount.total_seconds()}
    work.rows.arm(TimerKind.resolution, f"conversation:{conversation.id}", due_at, **facts)
    return due_at


def _timer(rows: WorkingSet, conversation: Conversation) -> Timer | None:
    return rows.timers.get((TimerKind.resolution, f"conversation:{conversation.id}"))
