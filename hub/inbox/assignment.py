"""Who works with a client: take, release, decline, transfer. Of two at once one wins, the other reads who (R-10)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypedDict, Unpack

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.errors import Conflict, NotFound
from hub.domain.facts import RouteFacts
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.rights import Action, Person
from hub.domain.timer import TimerKind
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import count_assignment, facts_of_line, release_wait, route_wait
from hub.inbox.folds.breaches import put_in_hands
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notes import write_note
from hub.inbox.folds.notices import tell
from hub.inbox.folds.questions import ask_standing_question
from hub.inbox.folds.transfers import hand_tasks_along, hold_transfer, refuse_transfer
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation, who_was_faster
from hub.routing.eligibility import check_transfer
from hub.store.scope import Scope

Change = Callable[[LineWork, Conversation], None]
_IDS = 120


async def take(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Make a free or offered conversation the actor's own; taking one's own again changes nothing. Commits.

    Raises:
        Conflict: a colleague was faster; `winner` is the name.
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        if conversation.assignee_id != actor.manager_id:
            _take_from(work, conversation, actor.manager_id)
        end_accept_clock(work.rows, conversation)

    await _change(office, actor, conversation_id, Action.take, change)


async def release(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Give a conversation back: somebody else is found by the rules (R-9). Commits. Raises: by rights.

    A head gives back what a manager has: it is the manager who is not asked again for this wait, and is told.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        owner = actor.manager_id if conversation.assignee_id is None else conversation.assignee_id
        _leave(work, conversation, owner, Fact.released)
        if owner != actor.manager_id:
            cause = f"released:{work.rows.ledger[-1].id}"
            tell(work, Notice.taken_away, work.rows.conversations[conversation.id], to=[owner], cause=cause)

    await _change(office, actor, conversation_id, Action.release, change)


async def decline(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Decline an offer: the actor is not asked again for this wait (R-6, R-8). Commits. Raises: by rights."""

    def change(work: LineWork, conversation: Conversation) -> None:
        _leave(work, conversation, actor.manager_id, Fact.declined)

    await _change(office, actor, conversation_id, Action.decline, change)


class Handover(TypedDict, total=False):
    """What goes with a transfer: words for the colleague, and whether an ineligible one is meant all the same."""

    note: str
    force: bool


async def transfer(
    office: Office, actor: Person, conversation_id: ConversationId, *, to: ManagerId, **handover: Unpack[Handover]
) -> None:
    """Ask a colleague to take over; the wait's start stays, the present owner keeps it until accepted (R-12). Commits.

    While the client waits the colleague has the line's time to accept; then the line's rules say who has the client
    now. The note is kept as a note of the conversation.

    Raises:
        Conflict: the colleague cannot take it now and `force` is not set; the message says why, in Russian.
        NotFound, PermissionDenied: by rights.
    """
    note, force = handover.get("note", "").strip(), handover.get("force", False)

    def change(work: LineWork, conversation: Conversation) -> None:
        _ensure_can_receive(work, conversation, to, force=force)
        asked = work.rows.conversations.put(conversation.id, replace(conversation, transfer_to=to))
        if note:
            write_note(work.rows, asked, actor.manager_id, note)
        hold_transfer(work, asked)
        _record_transfer(work, asked, actor, facts={"to": int(to), "note": note, "forced": force})

    await _change(office, actor, conversation_id, Action.transfer, change)


def _record_transfer(work: LineWork, asked: Conversation, actor: Person, facts: Mapping[str, object]) -> None:
    by, rows = actor.manager_id, work.rows
    record(rows, Fact.transferred, asked, manager_id=by, actor=Actor.manager, cause="R-12", facts=facts)
    told = {"note": facts["note"], "from_id": int(by)}
    to = [] if asked.transfer_to is None else [asked.transfer_to]
    tell(work, Notice.transferred, asked, to=to, cause=f"{asked.id}:{rows.ledger[-1].id}", facts=told)


async def accept_transfer(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Take over what a colleague handed to the actor. Commits. Raises: Conflict if it was withdrawn; by rights."""

    def change(work: LineWork, conversation: Conversation) -> None:
        if conversation.transfer_to != actor.manager_id:
            raise Conflict("it is not being handed to you any more", name_of(work.rows, conversation.assignee_id))
        for kind in (TimerKind.owner_return, TimerKind.transfer):
            work.rows.disarm(kind, f"conversation:{conversation.id}")
        _take_from(work, conversation, actor.manager_id)

    await _change(office, actor, conversation_id, Action.take, change)


async def decline_transfer(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Refuse what a colleague wanted to hand over; it stays where it is and he is told. Commits. Raises: by rights."""

    def change(work: LineWork, conversation: Conversation) -> None:
        if conversation.transfer_to == actor.manager_id:
            refuse_transfer(work, conversation, actor.manager_id)

    await _change(office, actor, conversation_id, Action.decline, change)


def take_over(work: LineWork, conversation: Conversation, manager_id: ManagerId, *, fact: Fact) -> Conversation:
    """Write a manager as the one responsible, on conversation and wait, and tell those to whom it was offered.

    Who takes or answers closed work has not taken the wait of the work that was opened since.
    """
    rows = work.rows
    others = [each for each in conversation.offered_to if each != manager_id]
    taken = rows.conversations.put(
        conversation.id, replace(conversation, assignee_id=manager_id, offered_to=(), transfer_to=None)
    )
    wait = _wait_in(rows, conversation)
    if wait is not None:
        wait = put_in_hands(rows, wait, manager_id)
    end_accept_clock(rows, taken)
    count_assignment(rows, manager_id, is_turn=False)
    record(rows, fact, wait or taken, manager_id=manager_id, actor=Actor.manager, cause="R-10")
    tell(
        work, Notice.taken_away, taken, to=others, cause=f"taken:{rows.ledger[-1].id}", facts={"by_id": int(manager_id)}
    )
    ask_standing_question(work, taken)
    return taken


def _take_from(work: LineWork, conversation: Conversation, manager_id: ManagerId) -> None:
    """Take over, with the tasks of the one who had it about this client, and tell that one."""
    was = conversation.assignee_id
    taken = take_over(work, conversation, manager_id, fact=Fact.taken)
    facts = {"by_id": int(manager_id)}
    before = [] if was is None else [was]
    tell(work, Notice.taken_away, taken, to=before, cause=f"from:{work.rows.ledger[-1].id}", facts=facts)
    if was is not None:
        giver = was if conversation.transfer_to == manager_id else manager_id
        hand_tasks_along(work, taken, was, by=giver)


def name_of(rows: WorkingSet, manager_id: int | None) -> str:
    """Return a manager's name, empty if nobody or unknown."""
    load = rows.managers.get(manager_id) if manager_id is not None else None
    return load.manager.name if load else ""


def end_accept_clock(rows: WorkingSet, conversation: Conversation) -> None:
    """Stop asking whether whoever has it takes it (R-8)."""
    wait = _wait_in(rows, conversation)
    if wait is not None:
        rows.disarm(TimerKind.accept, f"wait:{wait.id}")


def _wait_in(rows: WorkingSet, conversation: Conversation) -> Wait | None:
    """Return the open wait of this very work; closed work has none, though its client may wait in what came after."""
    wait = rows.open_wait(conversation.contact_id, conversation.line)
    return wait if wait is not None and wait.conversation_id == conversation.id else None


def _leave(work: LineWork, conversation: Conversation, manager_id: ManagerId, fact: Fact) -> None:
    wait = work.rows.open_wait(conversation.contact_id, conversation.line)
    if wait is None:
        free = replace(conversation, assignee_id=None, transfer_to=None)
        work.rows.conversations.put(conversation.id, free)
        record(work.rows, fact, free, manager_id=manager_id, actor=Actor.manager)
        return
    was_offered = conversation.assignee_id is None
    freed = release_wait(work.rows, wait, fact=fact, manager_id=manager_id)
    if not (was_offered and work.rows.conversations[conversation.id].offered_to):
        route_wait(work, freed)


def _ensure_can_receive(work: LineWork, conversation: Conversation, to: ManagerId, *, force: bool) -> None:
    target = facts_of_line(work).get(to)
    if target is None:
        raise NotFound("there is no such colleague any more")
    wait = work.rows.open_wait(conversation.contact_id, conversation.line)
    deadline = wait.deadline_at if wait else work.rows.now
    declined = frozenset(ManagerId(each) for each in wait.declined) if wait else frozenset()
    left = deadline - work.rows.now
    facts = RouteFacts(work.line.key, work.rows.now, deadline, left, (target,), declined=declined)
    check = check_transfer(target, facts, work.line)
    if not check.is_allowed or (check.needs_confirm and not force):
        raise Conflict("; ".join(reason.ru for reason in check.reasons), target.name)


async def _change(
    office: Office, actor: Person, conversation_id: ConversationId, action: Action, change: Change
) -> None:
    def fold(rows: WorkingSet) -> None:
        winner = who_was_faster(rows, actor, conversation_id) if action is Action.take else None
        if winner is not None:
            raise Conflict("a colleague has taken it already", name_of(rows, winner))
        conversation = get_conversation(rows, office, actor, action, conversation_id=conversation_id)
        policy = office.policy()
        change(LineWork(rows, policy, policy.get_line(conversation.line)), conversation)

    lines = {str(line) for line in office.policy().lines}
    takes = action is Action.take
    scope = Scope(conversations={conversation_id}, lines=lines, always_lines=True, whole=takes, ids=_IDS)
    await office.change(scope, fold)
