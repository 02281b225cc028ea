"""A transfer to a colleague: asked with a note, held for a time while the client waits, taken back if nobody answers.

The present owner keeps the client until the colleague accepts; that is why a transfer has a fallback at all times
(R-12). What becomes of an unanswered one the rules of the line decide: the owner keeps it if he can work, else it is
given to somebody who can.
"""

from dataclasses import replace
from datetime import timedelta

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.timer import TimerKind
from hub.domain.wait import Wait
from hub.inbox.folds.assignment import decide_wait, write_decision
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.folds.tasks import hand_task


def hold_transfer(work: LineWork, conversation: Conversation) -> None:
    """Give the colleague the line's time to accept; where no client waits there is no hurry.

    Whoever hands over has seen it: their own time to accept ends here (R-8).
    """
    wait = work.rows.open_wait(conversation.contact_id, conversation.line)
    if wait is not None and conversation.transfer_to is not None:
        within = work.line.accept.within(timedelta(seconds=wait.target_seconds), is_offer=False)
        to = int(conversation.transfer_to)
        work.rows.disarm(TimerKind.accept, f"wait:{wait.id}")
        work.rows.arm(TimerKind.transfer, f"conversation:{conversation.id}", work.rows.now + within, to=to)


def refuse_transfer(work: LineWork, conversation: Conversation, by: ManagerId) -> None:
    """Write that the colleague refuses: it stays where it is, its owner is told, the colleague is not asked again."""
    kept = end_transfer(work, conversation)
    wait = work.rows.open_wait(kept.contact_id, kept.line)
    record(work.rows, Fact.declined, wait or kept, manager_id=by, actor=Actor.manager, cause="R-12")
    if wait is not None:
        _pass_over(work, wait, by)
    owner = [] if kept.assignee_id is None else [kept.assignee_id]
    cause = f"declined:{work.rows.ledger[-1].id}"
    tell(work, Notice.transfer_returned, kept, to=owner, cause=cause, facts={"by_id": int(by)})


def lapse_transfer(work: LineWork, conversation: Conversation, to: ManagerId) -> None:
    """Take an unanswered transfer back while the client still waits; the line's rules say who has it now (R-2 to R-9).

    One that was answered, withdrawn, or whose client waits no longer is left alone.
    """
    wait = work.rows.open_wait(conversation.contact_id, conversation.line)
    if conversation.transfer_to != to or not conversation.is_open or wait is None:
        return
    left = end_transfer(work, conversation)
    record(work.rows, Fact.offer_expired, wait, manager_id=to, cause="R-12")
    cause = f"lapsed:{work.rows.ledger[-1].id}"
    tell(work, Notice.taken_away, left, to=[to], cause=cause)
    _fall_back(work, left, _pass_over(work, wait, to), cause=cause)


def hand_tasks_along(work: LineWork, conversation: Conversation, was: ManagerId, *, by: ManagerId) -> None:
    """Give who has the client now the open tasks that `was` had about this client on the line (R-12, T-1).

    Tasks of others stay theirs, and so do those of a line where `was` still has the client.
    """
    for task in work.rows.tasks.where(conversation.contact_id):
        if task.line == conversation.line and task.manager_id == was:
            hand_task(work, task, conversation.assignee_id, by=by)


def _fall_back(work: LineWork, conversation: Conversation, wait: Wait, *, cause: str) -> None:
    owner, decision = conversation.assignee_id, decide_wait(work, wait)
    is_kept = owner is not None and decision.assignee == owner
    write_decision(work, wait, decision, notice=Notice.transfer_returned if is_kept else Notice.assigned)
    if owner is not None and not is_kept:
        tell(work, Notice.taken_away, conversation, to=[owner], cause=cause)


def end_transfer(work: LineWork, conversation: Conversation) -> Conversation:
    """Ask the colleague no longer; who has it keeps it."""
    work.rows.disarm(TimerKind.transfer, f"conversation:{conversation.id}")
    return work.rows.conversations.put(conversation.id, replace(conversation, transfer_to=None))


def _pass_over(work: LineWork, wait: Wait, manager_id: ManagerId) -> Wait:
    """Write that a manager is not asked again for this wait (R-6)."""
    declined = tuple(dict.fromkeys((*wait.declined, int(manager_id))))
    return work.rows.waits.put(wait.id, replace(wait, declined=declined))
