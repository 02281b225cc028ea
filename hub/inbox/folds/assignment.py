"""Who gets it: applies the decisions of `hub.routing` to a working set, with reasons, notices and the accept clock."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.facts import ManagerFacts, RouteFacts
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.manager import Presence, Role, is_on_shift, next_shift_start
from hub.domain.policy import LinePolicy
from hub.domain.replacing import replace
from hub.domain.timer import TimerKind
from hub.domain.wait import Wait
from hub.domain.workset import Decision, ManagerLoad, Pointer, WorkingSet
from hub.inbox.folds.breaches import put_in_hands
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.folds.questions import ask_standing_question
from hub.routing.decide import RoutingDecision, Step, decide
from hub.routing.eligibility import list_obstacles
from hub.store.worksets import LinesNeeded


def route_wait(
    work: LineWork,
    wait: Wait,
    *,
    notice: Notice = Notice.new_lead,
    was_broadcast: bool = False,
) -> Conversation:
    """Decide who is responsible for a wait and write it down (R-2 to R-9); returns the conversation as it is now.

    Raises:
        LinesNeeded: the line is not locked; the fold runs again with it.
    """
    decision = decide_wait(work, wait, was_broadcast=was_broadcast)
    return write_decision(work, wait, decision, notice=notice)


def decide_wait(work: LineWork, wait: Wait, *, was_broadcast: bool = False) -> RoutingDecision:
    """Return who would get a wait now, and why; writes nothing."""
    return decide(replace(_route_facts(work, wait), was_broadcast=was_broadcast), work.line)


def write_decision(work: LineWork, wait: Wait, decision: RoutingDecision, *, notice: Notice) -> Conversation:
    """Write a decision: reasons, assignee or offer on wait and conversation, turn, accept clock, ledger, notices.

    Whoever it comes to is asked the question that stands about the client, too (M-5).
    """
    _remember(work, wait, decision)
    before = work.rows.conversations[wait.conversation_id]
    conversation = work.rows.conversations.put(
        before.id,
        replace(before, assignee_id=decision.assignee, offered_to=tuple(decision.offered_to), transfer_to=None),
    )
    wait = put_in_hands(work.rows, wait, decision.assignee)
    _take_turn(work, decision)
    _arm_return(work, conversation, decision)
    _arm_accept(work.rows, wait, decision)
    fact = Fact.assigned if decision.assignee else Fact.offered if decision.offered_to else Fact.queued
    record(
        work.rows,
        fact,
        wait,
        manager_id=decision.assignee,
        cause=decision.step,
        facts={"offered_to": list(decision.offered_to)},
    )
    _tell_about(work, wait, decision=decision, notice=notice)
    ask_standing_question(work, conversation)
    return conversation


def facts_of_line(work: LineWork) -> dict[int, ManagerFacts]:
    """Return the facts of all active managers as this line sees them, kept current within the fold.

    Raises:
        LinesNeeded: the line is not locked, so nobody may be chosen on it.
    """
    if work.line.key not in work.rows.locked_lines:
        raise LinesNeeded(work.line.key)
    if work.line.key not in work.rows.facts:
        work.rows.facts[work.line.key] = {
            manager_id: _manager_facts(work, load) for manager_id, load in work.rows.managers.items()
        }
    return work.rows.facts[work.line.key]


def _manager_facts(work: LineWork, load: ManagerLoad) -> ManagerFacts:
    manager = load.manager
    staff = work.policy.get_staff(manager.key)
    shift = work.policy.shift_of(manager.key, work.line)
    return ManagerFacts(
        id=manager.id,
        key=manager.key,
        name=manager.name,
        role=manager.role,
        is_active=manager.is_active,
        is_on_shift=is_on_shift(manager, shift, work.rows.now),
        is_paused=manager.presence_at(work.rows.now) is Presence.paused,
        is_reachable=manager.is_reachable and load.can_be_told,
        skills=staff.skills,
        open_waits=load.open_waits,
        open_conversations=load.open_conversations,
        recently_answered=load.recently_answered,
        voice_calls=load.voice_calls,
        capacity=staff.capacity,
        last_assigned_at=manager.last_assigned_at,
        next_shift_start=next_shift_start(manager, shift, work.rows.now),
    )


def _route_facts(work: LineWork, wait: Wait) -> RouteFacts:
    conversation = work.rows.conversations[wait.conversation_id]
    contact = work.rows.contacts[wait.contact_id]
    known = facts_of_line(work)
    company = work.rows.companies.get(contact.company_id)
    company_owner = company.owner_id if company else None
    named = {conversation.assignee_id, contact.crm_owner_id, conversation.last_responder_id, company_owner}
    members = tuple(each for each in known.values() if work.line.has_member(each.key) or each.id in named)
    pointer = work.rows.pointers.get(work.line.key)
    return RouteFacts(
        line=work.line.key,
        now=work.rows.now,
        deadline=wait.deadline_at,
        target=timedelta(seconds=wait.target_seconds),
        managers=members,
        assignee=conversation.assignee_id,
        owner=contact.crm_owner_id,
        company_owner=company_owner,
        last_responder=conversation.last_responder_id,
        last_response_at=conversation.last_response_at,
        declined=frozenset(ManagerId(each) for each in wait.declined),
        required_skills=frozenset(wait.required_skills),
        preferred_skills=frozenset(wait.preferred_skills),
        pointer=ManagerId(pointer.manager_id) if pointer and pointer.manager_id else None,
    )


def _remember(work: LineWork, wait: Wait, decision: RoutingDecision) -> None:
    work.rows.decisions.append(
        Decision(
            id=work.rows.new_id(),
            conversation_id=wait.conversation_id,
            line=work.line.key,
            step=decision.step,
            reasons=tuple(reason.to_record() for reason in decision.reasons),
            policy_revision=work.policy.revision,
            decided_at=work.rows.now,
            wait_id=wait.id,
            assignee_id=decision.assignee,
            offered_to=tuple(decision.offered_to),
        )
    )


def _arm_return(work: LineWork, conversation: Conversation, decision: RoutingDecision) -> None:
    """Let the conversation go back to the client's own manager when their shift begins (R-3)."""
    subject = f"conversation:{conversation.id}"
    owner = facts_of_line(work).get(decision.return_to) if decision.return_to is not None else None
    if owner is not None and owner.next_shift_start is not None:
        work.rows.arm(TimerKind.owner_return, subject, owner.next_shift_start, owner_id=int(owner.id))


def return_to_owner(work: LineWork, conversation: Conversation, owner_id: ManagerId) -> None:
    """Give an open conversation back to the client's own manager whose shift has begun, who may refuse it (R-3)."""
    owner = facts_of_line(work).get(owner_id)
    if owner is None or not conversation.is_open or conversation.assignee_id == owner_id:
        return
    wait = work.rows.open_wait(conversation.contact_id, conversation.line)
    facts = RouteFacts(work.line.key, work.rows.now, work.rows.now, timedelta(0), (owner,))
    if any(list_obstacles(owner, facts, work.line, extra=work.line.routing.owner_extra)):
        return
    before = [each for each in (conversation.assignee_id, *conversation.offered_to) if each not in (None, owner_id)]
    returned = work.rows.conversations.put(
        conversation.id, replace(conversation, assignee_id=owner_id, offered_to=(), transfer_to=None)
    )
    if wait is not None:
        wait = put_in_hands(work.rows, wait, owner_id)
        work.rows.disarm(TimerKind.accept, f"wait:{wait.id}")
    count_assignment(work.rows, owner_id, is_turn=False)
    record(work.rows, Fact.assigned, wait or returned, manager_id=owner_id, cause="R-3")
    cause = f"return:{work.rows.ledger[-1].id}"
    tell(work, Notice.assigned, returned, to=[owner_id], cause=cause)
    tell(work, Notice.taken_away, returned, to=[each for each in before if each], cause=cause)
    ask_standing_question(work, returned)


def _take_turn(work: LineWork, decision: RoutingDecision) -> None:
    if decision.pointer is not None:
        old = work.rows.pointers.get(work.line.key)
        if old is None:
            work.rows.pointers.add(work.line.key, Pointer(work.line.key, decision.pointer))
        else:
            work.rows.pointers.put(work.line.key, replace(old, manager_id=decision.pointer))
    if decision.assignee is not None:
        count_assignment(work.rows, decision.assignee, is_turn=decision.is_turn)


def count_assignment(workset: WorkingSet, manager_id: ManagerId, *, is_turn: bool) -> None:
    """Keep the fold's facts true after one more wait went to a manager."""
    at = _turn_at(workset) if is_turn else workset.now
    for facts in workset.facts.values():
        if manager_id in facts:
            facts[manager_id] = facts[manager_id].after_assignment(at, is_turn=is_turn)
    if is_turn:
        workset.assigned_at[manager_id] = at


def _turn_at(workset: WorkingSet) -> datetime:
    """Return the instant of a turn: not before one that is taken already.

    A process that waited for the line's lock has an earlier instant than the one that held it; a turn with that instant
    would be the longest ago, and the same manager's again.
    """
    taken = (each.last_assigned_at for facts in workset.facts.values() for each in facts.values())
    return max([workset.now, *(at for at in taken if at is not None)])


def _arm_accept(workset: WorkingSet, wait: Wait, decision: RoutingDecision) -> None:
    subject = f"wait:{wait.id}"
    if decision.accept_within is None:
        workset.disarm(TimerKind.accept, subject)
    else:
        asked = {"to": list(decision.offered_to)} if decision.step is Step.broadcast else {}
        facts = {"broadcast": bool(asked), **asked}
        workset.arm(TimerKind.accept, subject, workset.now + decision.accept_within, **facts)


def _tell_about(
    work: LineWork,
    wait: Wait,
    *,
    decision: RoutingDecision,
    notice: Notice,
) -> None:
    conversation = work.rows.conversations[wait.conversation_id]
    cause = f"{wait.id}:{work.rows.decisions[-1].id if work.rows.decisions else 0}"
    facts = {"wait_id": int(wait.id), "message_id": wait.request_message_id}
    if decision.assignee is not None:
        tell(work, notice, conversation, to=[decision.assignee], cause=cause, facts=facts)
    elif decision.offered_to:
        tell(work, Notice.offer, conversation, to=decision.offered_to, cause=cause, facts=facts)
    if decision.tells_duty:
        tell(work, Notice.queue, conversation, to=duty_of(work), cause=cause, facts=facts)


def duty_of(work: LineWork) -> list[ManagerId]:
    """Return the line's duty person, else its heads, else the administrators: the first who can be reached (B-5, R-9).

    Where none of them can, those whose turn it would be.
    """
    known = list(facts_of_line(work).values())
    reached = [each for each in known if each.is_reachable]
    return _in_charge(work, reached) or _in_charge(work, known)


def heads_or_duty(work: LineWork) -> list[ManagerId]:
    """Return the heads of the line who can be reached, else who is on duty (B-5)."""
    return heads_of((each for each in facts_of_line(work).values() if each.is_reachable), work.line) or duty_of(work)


def _in_charge(work: LineWork, among: Sequence[ManagerFacts]) -> list[ManagerId]:
    duty = [each.id for each in among if work.line.duty and each.key == work.line.duty]
    return duty or heads_of(among, work.line) or [each.id for each in among if each.role is Role.admin]


def heads_of(managers: Iterable[ManagerFacts], line: LinePolicy) -> list[ManagerId]:
    """Return the heads of a line."""
    return [each.id for each in managers if each.role is Role.head and line.has_member(each.key)]


def release_wait(workset: WorkingSet, wait: Wait, *, fact: Fact, manager_id: ManagerId) -> Wait:
    """Take the wait from a manager who declined or gave it back: he is not asked again for it (R-6)."""
    declined = tuple(dict.fromkeys((*wait.declined, int(manager_id))))
    freed = replace(put_in_hands(workset, wait, None), declined=declined)
    workset.waits.put(wait.id, freed)
    conversation = workset.conversations[wait.conversation_id]
    left = tuple(each for each in conversation.offered_to if each != manager_id)
    workset.conversations.put(
        conversation.id, replace(conversation, assignee_id=None, offered_to=left, transfer_to=None)
    )
    record(workset, fact, freed, manager_id=manager_id, actor=Actor.manager)
    return freed
