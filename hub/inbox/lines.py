"""Handing a client to another line: the wait keeps its start, the policy is chosen anew (D-7, R-12)."""

from dataclasses import replace
from datetime import timedelta

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.errors import Conflict, NotFound
from hub.domain.facts import RequestFacts
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.rights import Action, Person, may
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import route_wait
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.folds.waits import arm_clocks
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation, subject_of
from hub.store.scope import Scope


async def move_to_line(
    office: Office, actor: Person, conversation_id: ConversationId, *, line: LineKey, is_later_agreed: bool = False
) -> None:
    """Move a conversation to another line, whose rules find it a manager. Commits; to where it is changes nothing.

    The start of the wait stays. The new deadline is not later than the old one unless `is_later_agreed` by somebody
    who may agree to that (D-7).

    Raises:
        Conflict: the client has an open conversation on that line already.
        NotFound: no such line, or no such conversation for the actor; PermissionDenied: by rights.
    """

    def fold(rows: WorkingSet) -> None:
        conversation = get_conversation(rows, office, actor, Action.transfer, conversation_id=conversation_id)
        policy = office.policy()
        if line not in policy.lines:
            raise NotFound(f"there is no line '{line}'; there are: {', '.join(policy.lines)}")
        if conversation.line != line:
            is_agreed = is_later_agreed and may(actor, Action.confirm_later_deadline, subject_of(conversation, office))
            work = LineWork(rows, policy, policy.get_line(line))
            _move(work, conversation, actor.manager_id, is_later_agreed=is_agreed)

    lines = {str(each) for each in office.policy().lines}
    await office.change(Scope(conversations={conversation_id}, lines=lines, always_lines=True, ids=60), fold)


def _move(work: LineWork, conversation: Conversation, by: ManagerId, *, is_later_agreed: bool) -> None:
    rows = work.rows
    if rows.open_conversation(conversation.contact_id, work.line.key) is not None:
        raise Conflict("the client has an open conversation on that line already: answer there")
    wait = rows.open_wait(conversation.contact_id, conversation.line)
    before = [] if conversation.assignee_id is None else [conversation.assignee_id]
    for thread in rows.threads_of(conversation.contact_id):
        rows.threads.put((thread.connection_id, thread.external_id), replace(thread, line=work.line.key))
    moved = rows.conversations.put(
        conversation.id,
        replace(conversation, line=work.line.key, assignee_id=None, transfer_to=None, offered_to=()),
    )
    facts = {"from_line": conversation.line, "to_line": work.line.key}
    record(rows, Fact.transferred, moved, manager_id=by, actor=Actor.manager, cause="R-12", facts=facts)
    tell(work, Notice.taken_away, moved, to=before, cause=f"line:{rows.ledger[-1].id}", facts={"by_id": int(by)})
    if wait is not None:
        route_wait(work, _retarget(work, wait, by, is_later_agreed=is_later_agreed))


def _retarget(work: LineWork, wait: Wait, by: ManagerId, *, is_later_agreed: bool) -> Wait:
    """Choose the policy of the new line; start stays, the deadline gets later only if that was agreed (D-7)."""
    facts = RequestFacts(at=wait.started_at, channel=wait.channel, source=wait.source)
    targets = work.policy.freeze_targets(work.line, facts, kind=wait.kind)
    deadline = work.line.calendar.add_open_time(wait.started_at, targets.response).at
    changed = replace(
        wait,
        line=work.line.key,
        assignee_id=None,
        declined=(),
        deadline_at=deadline if is_later_agreed else min(deadline, wait.deadline_at),
        target_seconds=int(targets.response / timedelta(seconds=1)),
        policy_id=targets.policy_id,
        policy_revision=targets.revision,
    )
    changed = work.rows.waits.put(wait.id, changed)
    told = {
        "old_deadline": wait.deadline_at,
        "deadline_at": changed.deadline_at,
        "target_seconds": changed.target_seconds,
        "policy": targets.policy_id,
        "revision": targets.revision,
        "line": changed.line,
    }
    record(work.rows, Fact.deadline_changed, changed, manager_id=by, actor=Actor.manager, cause="D-7", facts=told)
    arm_clocks(work, changed)
    return changed
