"""Two cards become one (M-10, P-4): everything of the younger moves to the older by reference, and open work is joined.

On each line the open conversations become one and the open waits become one: the earlier start, the earlier deadline.
A response that one side has had already, after the other side's start, answers that other side too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain.contact import Contact, MatchCandidate
from hub.domain.conversation import Conversation, ConversationState
from hub.domain.ids import ContactId, LineKey, ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.policy import Policy
from hub.domain.rebuilding import list_wait_changes
from hub.domain.timer import TimerKind
from hub.domain.wait import Response, Wait, WaitState, join
from hub.domain.workset import MessageMove, WorkingSet
from hub.inbox.folds.bot_talk import join_talks
from hub.inbox.folds.breaches import in_hands
from hub.inbox.folds.lead_moves import mark_contacted
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.resolution import join_resolution
from hub.inbox.folds.waits import answer_wait, arm_level, clock_of, stop_clocks

_SINGLE = ("name", "language", "company_id", "crm_owner_id")
JOINED = "joined"
"""Outcome of a conversation that goes on in another one."""


@dataclass(frozen=True, slots=True)
class Merging:
    """Two cards on their way to be one; `manager_id` is who said so."""

    rows: WorkingSet
    policy: Policy
    kept: ContactId
    absorbed: ContactId
    manager_id: ManagerId

    def on_line(self, line: LineKey) -> LineWork:
        """Return the work of a line."""
        return LineWork(self.rows, self.policy, self.policy.get_line(line))


def absorb(merging: Merging) -> None:
    """Make one card a part of the other. The caller has chosen the older one to keep and holds both under locks."""
    rows, kept, absorbed = merging.rows, merging.kept, merging.absorbed
    for line in sorted({each.line for each in rows.conversations.where(absorbed)}):
        _answer_across(merging, line, kept, absorbed)
        _answer_across(merging, line, absorbed, kept)
    moves = [_move_messages(merging, each) for each in rows.conversations.where(absorbed)]
    for conversation in rows.conversations.where(absorbed):
        _move_conversation(merging, conversation)
    remaining = _filled(rows, rows.contacts[kept], rows.contacts[absorbed])
    _move_references(rows, kept, absorbed)
    rows.message_moves += moves
    rows.contacts.put(kept, remaining)
    rows.contacts.put(absorbed, replace(rows.contacts[absorbed], merged_into=kept))


def _answer_across(merging: Merging, line: LineKey, waiting: ContactId, answered: ContactId) -> None:
    """Let a response that one side has had end the other side's wait, if it came after that one's start (P-4)."""
    rows = merging.rows
    wait, conversation = rows.open_wait(waiting, line), rows.open_conversation(waiting, line)
    response = _first_response(rows, line, answered, wait) if wait else None
    if conversation is None or response is None:
        return
    ended = answer_wait(merging.on_line(line), conversation, response, cause="P-4")
    if ended is not None:
        mark_contacted(merging.on_line(line), ended)


def _first_response(rows: WorkingSet, line: LineKey, contact_id: ContactId, wait: Wait) -> Response | None:
    """Return the first answer the contact had on the line since the wait began."""
    ended = [
        Response(each.ended_at, each.response_channel, each.responder_id, each.response_message_id)
        for each in rows.waits.where(contact_id)
        if each.line == line and each.state in (WaitState.answered, WaitState.declared) and each.ended_at is not None
    ]
    seen = [
        Response(each.last_response_at, "", each.last_responder_id)
        for each in rows.conversations_of(contact_id, line)
        if each.last_response_at is not None
    ]
    later = [each for each in (*ended, *seen) if each.at >= wait.started_at]
    return min(later, key=lambda each: each.at, default=None)


def _move_messages(merging: Merging, conversation: Conversation) -> MessageMove:
    """Return where the messages of a conversation of the absorbed card go."""
    open_there = merging.rows.open_conversation(merging.kept, conversation.line)
    target = open_there if conversation.is_open and open_there is not None else conversation
    return MessageMove(
        from_conversation=conversation.id,
        to_conversation=target.id,
        to_contact=merging.kept,
        threads=tuple(int(thread.id) for thread in merging.rows.threads_of(merging.absorbed)),
        loose=merging.rows.loose_messages.get(conversation.id, ()),
    )


def _move_conversation(merging: Merging, conversation: Conversation) -> None:
    rows = merging.rows
    kept = rows.open_conversation(merging.kept, conversation.line)
    if kept is None or not conversation.is_open:
        rows.conversations.put(conversation.id, replace(conversation, contact_id=merging.kept))
        return
    closed = replace(
        conversation,
        contact_id=merging.kept,
        state=ConversationState.closed,
        closed_at=rows.now,
        outcome=JOINED,
        transfer_to=None,
        offered_to=(),
    )
    rows.conversations.put(conversation.id, closed)
    rows.disarm(TimerKind.snooze, f"conversation:{conversation.id}")
    joined = rows.conversations.put(kept.id, _joined(kept, conversation))
    _join_waits(merging, joined, conversation)
    join_talks(merging.on_line(conversation.line), joined, conversation)
    join_resolution(rows, joined, conversation)
    _follow(rows, conversation, joined)


def _joined(kept: Conversation, other: Conversation) -> Conversation:
    """Return the conversation that remains: with whoever has it, where the client wrote last, as answered last."""
    newer = max(kept, other, key=lambda each: each.last_message_at)
    answered = max(kept, other, key=lambda each: each.last_response_at.timestamp() if each.last_response_at else 0)
    owner = kept.assignee_id if kept.assignee_id is not None else other.assignee_id
    offered = () if owner is not None else tuple(dict.fromkeys((*kept.offered_to, *other.offered_to)))
    return replace(
        kept,
        assignee_id=owner,
        offered_to=offered,
        last_message_at=newer.last_message_at,
        reply_thread_id=newer.reply_thread_id or kept.reply_thread_id,
        chosen_thread_id=newer.chosen_thread_id or kept.chosen_thread_id,
        last_response_at=answered.last_response_at,
        last_responder_id=answered.last_responder_id,
    )


def _join_waits(merging: Merging, joined: Conversation, other: Conversation) -> None:
    """Make the open waits of a line one: the kept card's if it has one, else the other's moves over (P-4).

    A deadline that either has missed stays with who had that client until now (S7).
    """
    rows = merging.rows
    kept, absorbed = rows.open_wait(merging.kept, other.line), rows.open_wait(merging.absorbed, other.line)
    if absorbed is None:
        return
    if kept is None:
        moved = replace(absorbed, contact_id=merging.kept, conversation_id=joined.id)
        _tell_joined(merging, absorbed, _handed_on(rows, moved, joined, [absorbed]))
        return
    ended = replace(absorbed, contact_id=merging.kept, state=WaitState.joined, ended_at=rows.now, joined_into=kept.id)
    one = _handed_on(rows, join(kept, absorbed), joined, [kept, absorbed])
    _tell_joined(merging, absorbed, ended, kept_wait_id=int(one.id))
    stop_clocks(rows, ended)
    _tell_joined(merging, kept, one, absorbed_wait_id=int(ended.id))
    _run_clocks(merging.on_line(other.line), one, before=kept)


def _handed_on(rows: WorkingSet, wait: Wait, joined: Conversation, before: Sequence[Wait]) -> Wait:
    """Return a wait in the hands of whoever has the conversation; who missed its deadline is kept for the stamp.

    The watch stamps it, not the merge: what a breach sets off would outlive a merge that is taken back (M-10).
    """
    missed = min((each for each in before if each.deadline_at < rows.now), key=lambda w: w.deadline_at, default=None)
    held_by = None if missed is None else missed.assignee_at_deadline
    if missed is not None and held_by is None and missed.breached_at is None:
        held_by = missed.assignee_id
    return replace(in_hands(wait, joined.assignee_id), assignee_at_deadline=held_by)


def _tell_joined(merging: Merging, before: Wait, wait: Wait, **facts: int) -> None:
    """Write what the merge makes of a wait, on the wait and in its ledger."""
    told: dict[str, object] = {**facts, "became": list_wait_changes(before, wait)}
    merging.rows.waits.put(wait.id, wait)
    by = merging.manager_id
    record(merging.rows, Fact.joined, wait, manager_id=by, actor=Actor.manager, cause="P-4", facts=told)


def _run_clocks(work: LineWork, wait: Wait, *, before: Wait) -> None:
    """Set the clocks of a joined wait by its earlier deadline; levels that were sent stay sent (B-3)."""
    subject = f"wait:{wait.id}"
    if wait.breached_at is not None:
        work.rows.disarm(clock_of(wait), subject)
    elif wait.deadline_at != before.deadline_at:
        work.rows.arm(clock_of(wait), subject, wait.deadline_at)
    if wait.needs_callback and wait.callback_due_at is not None:
        work.rows.arm(TimerKind.callback, subject, wait.callback_due_at)
    level = work.rows.timers.get((TimerKind.level, subject))
    if level is not None and wait.started_at != before.started_at:
        arm_level(work, wait, int(str(level.facts.get("level", 0))))
    if wait.assignee_id != before.assignee_id:
        work.rows.disarm(TimerKind.accept, subject)


def _follow(rows: WorkingSet, other: Conversation, joined: Conversation) -> None:
    """Let waits and leads of a conversation that ended by the merge belong to the one that goes on."""
    for wait in rows.waits:
        if wait.conversation_id == other.id:
            rows.waits.put(wait.id, replace(wait, conversation_id=joined.id))
    for lead in rows.leads:
        if lead.conversation_id == other.id:
            rows.leads.put(lead.id, replace(lead, conversation_id=joined.id))
    for task in rows.tasks:
        if task.conversation_id == other.id:
            rows.tasks.put(task.id, replace(task, conversation_id=joined.id))


def _move_references(rows: WorkingSet, kept: ContactId, absorbed: ContactId) -> None:
    for identity in (*rows.identities_of(kept), *rows.identities_of(absorbed)):
        claims = tuple(claim for claim in identity.claims if claim.contact_id not in (kept, absorbed))
        moved = replace(identity, contact_id=kept, claims=claims)
        rows.identities.put((identity.type, identity.scope, identity.value), moved)
    for thread in rows.threads_of(absorbed):
        rows.threads.put((thread.connection_id, thread.external_id), replace(thread, contact_id=kept))
    for wait in rows.waits.where(absorbed):
        rows.waits.put(wait.id, replace(wait, contact_id=kept))
    for lead in rows.leads.where(absorbed):
        rows.leads.put(lead.id, replace(lead, contact_id=kept))
    for task in rows.tasks.where(absorbed):
        rows.tasks.put(task.id, replace(task, contact_id=kept))


def settle_questions(
    rows: WorkingSet, merged: Iterable[ContactId], *, question: MatchCandidate, manager_id: ManagerId
) -> None:
    """Close the question that was asked, and all others that ask about the merged cards only."""
    together = {int(each) for each in merged}
    for each in rows.candidates:
        is_answered = each.id == question.id or {int(each.contact_id), *each.candidates} <= together
        if each.state == "open" and is_answered:
            decided = replace(each, state="joined", decided_by=manager_id, decided_at=rows.now)
            rows.candidates.put(each.id, decided)


def list_lost(rows: WorkingSet, kept: Contact, other: Contact) -> dict[str, object]:
    """Return what joining two cards puts aside: fields in which both say something, with what does not win (M-11)."""
    loser = other if _winner(rows, kept, other) is kept else kept
    both = [name for name in _SINGLE if getattr(kept, name) and getattr(other, name)]
    single = {name: getattr(loser, name) for name in both if getattr(kept, name) != getattr(other, name)}
    own = {name: loser.fields[name] for name in kept.fields.keys() & other.fields.keys()}
    return {**single, **{name: value for name, value in own.items() if kept.fields[name] != other.fields[name]}}


def _winner(rows: WorkingSet, kept: Contact, other: Contact) -> Contact:
    """Return whose word counts in a conflict: the better proven card's, else the newer one's (M-11)."""

    def weight(contact: Contact) -> tuple[int, datetime, int]:
        levels = [row.level.rank for row in rows.identities_of(contact.id)]
        return max(levels, default=-1), contact.created_at, contact.id

    return max(kept, other, key=weight)


def _filled(rows: WorkingSet, kept: Contact, other: Contact) -> Contact:
    """Return the remaining card: something wins over nothing, then who is better proven, then who is newer (M-11)."""
    first = _winner(rows, kept, other)
    second = other if first is kept else kept
    return replace(
        kept,
        **{name: getattr(first, name) or getattr(second, name) for name in _SINGLE},
        is_provisional=False,
        fields={**second.fields, **first.fields},
        tags=tuple(dict.fromkeys((*kept.tags, *other.tags))),
    )
