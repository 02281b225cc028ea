"""Handing a client to another line: the wait keeps its start, the policy is chosen anew (D-7, R-12)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TypedDict, Unpack

from hub.domain.calendar import Deadline
from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.errors import Conflict, NotFound
from hub.domain.facts import RequestFacts
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.policy import FrozenTargets, LinePolicy, Policy
from hub.domain.rights import Action, Person, ensure
from hub.domain.timer import TimerKind
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import duty_of, route_wait
from hub.inbox.folds.breaches import renew_breach, stamp_missed
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notes import write_note
from hub.inbox.folds.notices import tell
from hub.inbox.folds.waits import arm_clocks
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation, subject_of
from hub.store.scope import Scope


class Move(TypedDict, total=False):
    """What goes with a move: words for the colleagues there, and whether somebody agreed to a later deadline (D-7)."""

    note: str
    is_later_agreed: bool


async def move_to_line(
    office: Office, actor: Person, conversation_id: ConversationId, *, line: LineKey, **move: Unpack[Move]
) -> None:
    """Move a conversation to another line, whose rules find it a manager. Commits; to where it is changes nothing.

    The start of the wait stays. The new deadline is not later than the old one unless `is_later_agreed` (D-7). Where no
    client waits nobody is chosen, and the duty person of the line is told (R-12).

    Raises:
        Conflict: the client has an open conversation on that line already, or this one is closed and a newer one open.
        NotFound: no such line, or no such conversation for the actor.
        PermissionDenied: by rights; also for a later deadline that the actor may not agree to (D-7).
    """

    def fold(rows: WorkingSet) -> None:
        conversation = get_conversation(rows, office, actor, Action.transfer, conversation_id=conversation_id)
        policy = office.policy()
        if line not in policy.lines:
            raise NotFound(f"there is no line '{line}'; there are: {', '.join(policy.lines)}")
        if move.get("is_later_agreed"):
            ensure(actor, Action.confirm_later_deadline, subject_of(conversation, office))
        if conversation.line != line:
            _move(LineWork(rows, policy, policy.get_line(line)), conversation, actor.manager_id, move)

    lines = {str(each) for each in office.policy().lines}
    scope = Scope(conversations={conversation_id}, lines=lines, always_lines=True, whole=True, ids=60)
    await office.change(scope, fold)


def due_on(policy: Policy, line: LinePolicy, wait: Wait, *, tags: Iterable[str]) -> tuple[FrozenTargets, Deadline]:
    """Return the targets a line has for a wait, and the deadline they give from the wait's start (D-2, D-7).

    `tags` are the client's.
    """
    targets = select_again(policy, line, wait, tags=tags)
    return targets, line.calendar.add_open_time(wait.started_at, targets.response)


def select_again(policy: Policy, line: LinePolicy, wait: Wait, *, tags: Iterable[str]) -> FrozenTargets:
    """Choose the targets of a wait anew (D-1, D-7); `tags` are the client's.

    A policy that fitted once still fits in what it asks of segments: what a rule marked the request with is known only
    through it. The priority stands on the wait, but for waits of a hub before 0.2.
    """
    chosen = next((sla for sla in policy.sla if sla.key == wait.policy_id), None)
    segments = frozenset(tags) | (chosen.segments if chosen else frozenset())
    priority = wait.priority or (min(chosen.priorities, default="") if chosen else "")
    facts = RequestFacts(at=wait.started_at, channel=wait.channel, source=wait.source, tags=segments)
    return policy.freeze_targets(line, facts, kind=wait.kind, priority=priority)


def _move(work: LineWork, conversation: Conversation, by: ManagerId, move: Move) -> None:
    rows, note = work.rows, move.get("note", "").strip()
    if rows.open_conversation(conversation.contact_id, work.line.key) is not None:
        raise Conflict("the client has an open conversation on that line already: answer there")
    if not conversation.is_open and rows.open_conversation(conversation.contact_id, conversation.line) is not None:
        raise Conflict("the client has a newer open conversation: move that one")
    wait = rows.open_wait(conversation.contact_id, conversation.line)
    moved = _take_along(work, conversation)
    if note:
        write_note(rows, moved, by, note)
    facts = {"from_line": conversation.line, "to_line": work.line.key, "line": work.line.name, "note": note}
    record(rows, Fact.transferred, moved, manager_id=by, actor=Actor.manager, cause="R-12", facts=facts)
    cause = f"line:{rows.ledger[-1].id}"
    tell(work, Notice.taken_away, moved, to=_holders(conversation), cause=cause)
    if wait is None:
        tell(work, Notice.transferred, moved, to=duty_of(work), cause=cause)
        return
    agreed = move.get("is_later_agreed", False)
    route_wait(work, _retarget(work, wait, by, is_later_agreed=agreed), notice=Notice.transferred)


def _take_along(work: LineWork, conversation: Conversation) -> Conversation:
    """Put the conversation and its threads on the line, nobody's there yet."""
    rows, line = work.rows, work.line.key
    for thread in rows.threads_of(conversation.contact_id):
        if thread.line == conversation.line:
            rows.threads.put((thread.connection_id, thread.external_id), replace(thread, line=line))
    _take_plans_along(work, conversation)
    for kind in (TimerKind.transfer, TimerKind.owner_return):
        rows.disarm(kind, f"conversation:{conversation.id}")
    free = replace(conversation, line=line, assignee_id=None, transfer_to=None, offered_to=())
    return rows.conversations.put(conversation.id, free)


def _take_plans_along(work: LineWork, conversation: Conversation) -> None:
    """Put the client's open leads and tasks on the line too, so that they are worked with where the client is."""
    rows, line = work.rows, work.line.key
    for lead in rows.leads.where(conversation.contact_id):
        if lead.line == conversation.line and lead.is_open:
            rows.leads.put(lead.id, replace(lead, line=line))
    for task in rows.tasks.where(conversation.contact_id):
        if task.line == conversation.line and task.is_open:
            rows.tasks.put(task.id, replace(task, line=line))


def _holders(conversation: Conversation) -> list[int]:
    """Return everybody who has the conversation before them: the owner, who was asked to take over, and the offered."""
    asked = (conversation.assignee_id, conversation.transfer_to, *conversation.offered_to)
    return [each for each in asked if each is not None]


def _retarget(work: LineWork, wait: Wait, by: ManagerId, *, is_later_agreed: bool) -> Wait:
    """Choose the policy of the new line; start stays, the deadline gets later only if that was agreed (D-7).

    A breach goes with the deadline: an agreed later one that has not come yet takes it back (B-1).
    """
    wait = stamp_missed(work.rows, wait, work.rows.now)
    contact = work.rows.contacts[wait.contact_id]
    targets, deadline = due_on(work.policy, work.line, wait, tags=contact.tags)
    changed = replace(
        wait,
        line=work.line.key,
        assignee_id=None,
        declined=(),
        deadline_at=deadline.at if is_later_agreed else min(deadline.at, wait.deadline_at),
        has_no_open_time=deadline.is_fallback,
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
        "no_open_time": changed.has_no_open_time,
        "line": changed.line,
    }
    record(work.rows, Fact.deadline_changed, changed, manager_id=by, actor=Actor.manager, cause="D-7", facts=told)
    changed = renew_breach(work.rows, changed, before=wait, cause="D-7")
    arm_clocks(work, changed)
    return changed
