"""Ending, putting off, waiting for the client, opening again. A wait is never paused by any of it (P-1)."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.conversation import Conversation, ConversationState, Outcome
from hub.domain.errors import Conflict, SnoozeTooLong, StillWaiting
from hub.domain.ids import ConversationId
from hub.domain.ledger import Actor, Fact
from hub.domain.rights import Action, Person
from hub.domain.timer import TimerKind
from hub.domain.wait import WaitKind, WaitState
from hub.inbox.changing import change_conversation, change_with_past
from hub.inbox.folds.closing import close_conversation
from hub.inbox.folds.lead_moves import settle_lead, take_up_lead
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.ratings import ask_rating
from hub.inbox.folds.resolution import pause_resolution
from hub.inbox.folds.waits import end_wait, give_back
from hub.inbox.office import Office

REVERSIBLE_FOR = timedelta(days=30)
_NOBODY_TO_ANSWER = frozenset({Outcome.spam, Outcome.duplicate, Outcome.unreachable})


async def snooze(office: Office, actor: Person, conversation_id: ConversationId, *, until: datetime) -> None:
    """Put a conversation out of sight until an instant; the clock of a waiting client runs on (P-1). Commits.

    Raises:
        Conflict: the instant has passed, or the conversation is closed.
        SnoozeTooLong: nobody has answered this client yet, and the line lets them be put off for less.
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        _ensure_soon_enough(work, conversation, until)
        if until <= work.rows.now or not conversation.is_open:
            raise Conflict("only an open conversation can be put off, and only until a later moment")
        slept = work.rows.conversations.put(conversation.id, replace(conversation, snoozed_until=until))
        work.rows.arm(TimerKind.snooze, f"conversation:{conversation.id}", until)
        facts = {"until": until}
        record(work.rows, Fact.snoozed, slept, manager_id=actor.manager_id, actor=Actor.manager, facts=facts)

    await change_conversation(office, actor, conversation_id, action=Action.snooze, change=change)


def _ensure_soon_enough(work: LineWork, conversation: Conversation, until: datetime) -> None:
    """Refuse to put off a client without a first answer for longer than the line says; without a limit let it be."""
    limit, wait = work.line.snooze_unanswered, work.rows.open_wait(conversation.contact_id, conversation.line)
    if not limit or wait is None or wait.kind is not WaitKind.first_response:
        return
    if until > work.rows.now + limit:
        raise SnoozeTooLong("nobody has answered this client yet: put them off for less, or answer first", limit)


async def wait_for_client(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Say that the client has to act: the clock of the whole matter pauses until they are back (P-2). Commits.

    Raises:
        Conflict: nobody has answered yet, or the client waits for us.
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        pause_resolution(work, conversation, manager_id=actor.manager_id)

    await change_conversation(office, actor, conversation_id, action=Action.snooze, change=change)


async def close(
    office: Office, actor: Person, conversation_id: ConversationId, *, outcome: Outcome, note: str = ""
) -> None:
    """Close a conversation with its outcome; the leads are won or lost by it (L-4). Commits; idempotent.

    Duplicate and unreachable say by themselves that no reply is needed (S8), and spam that nobody ever waited and never
    will, until the conversation is opened again (FR-2); any other outcome leaves a waiting client to be answered or
    dismissed first.

    Raises:
        StillWaiting: the client still waits (S9).
        ReasonMissing: a refusal lacks its reason (L-5).
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        if not conversation.is_open:
            return
        _end_wait(work, conversation, actor, outcome)
        if outcome is Outcome.spam:
            _block(work, conversation, is_blocked=True)
        settle_lead(work, conversation, outcome, note=note, manager_id=actor.manager_id)
        closed = close_conversation(work.rows, conversation, outcome, note=note, manager_id=actor.manager_id)
        ask_rating(work, office.endpoints(), closed, outcome)

    await change_with_past(office, actor, conversation_id, action=Action.close, change=change)


def _end_wait(work: LineWork, conversation: Conversation, actor: Person, outcome: Outcome) -> None:
    wait = work.rows.open_wait(conversation.contact_id, conversation.line)
    if wait is None:
        return
    if outcome is Outcome.spam:
        end_wait(work.rows, wait, WaitState.cancelled, manager_id=actor.manager_id, note=outcome.value)
        return
    if outcome not in _NOBODY_TO_ANSWER:
        raise StillWaiting("the client still waits: answer, or say that no reply is needed, and then close (S9)")
    end_wait(work.rows, wait, WaitState.dismissed, manager_id=actor.manager_id, note=outcome.value)


def _block(work: LineWork, conversation: Conversation, *, is_blocked: bool) -> None:
    """Remember whether the client sends spam: whoever does never waits again (FR-2)."""
    contact = work.rows.contacts[conversation.contact_id]
    work.rows.contacts.put(contact.id, replace(contact, is_blocked=is_blocked))


async def reopen(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """Open a closed conversation again; it stays with who had it, else it is the actor's. Commits; idempotent.

    What was closed as spam was not: the client may wait again, and does so from the original start (P-3), and the lead
    that was dropped as spam or duplicate is one again.

    Raises:
        Conflict: the client has a newer open conversation on the line.
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        if not conversation.is_open:
            fold_reopening(work, conversation, actor)

    await change_with_past(office, actor, conversation_id, action=Action.close, change=change)


def fold_reopening(work: LineWork, conversation: Conversation, actor: Person) -> Conversation:
    """Open a closed conversation again and return it. Raises: Conflict, as `reopen`."""
    if work.rows.open_conversation(conversation.contact_id, conversation.line) is not None:
        raise Conflict("this client has an open conversation already: work there")
    opened = replace(
        conversation,
        state=ConversationState.open,
        closed_at=None,
        outcome="",
        outcome_note="",
        assignee_id=conversation.assignee_id or actor.manager_id,
    )
    work.rows.conversations.put(conversation.id, opened)
    _block(work, opened, is_blocked=False)
    take_up_lead(work, conversation, manager_id=actor.manager_id)
    record(work.rows, Fact.reopened, opened, manager_id=actor.manager_id, actor=Actor.manager)
    if conversation.outcome == Outcome.spam:
        _give_back_wait(work, opened, actor)
    return opened


def _give_back_wait(work: LineWork, conversation: Conversation, actor: Person) -> None:
    """Give back the wait that the mark of spam cancelled not longer ago than 30 days, with its own start (P-3)."""
    since = work.rows.now - REVERSIBLE_FOR
    cancelled = [
        wait
        for wait in work.rows.waits
        if wait.conversation_id == conversation.id and wait.state is WaitState.cancelled and wait.ended_at is not None
    ]
    latest = max(cancelled, key=lambda wait: wait.id, default=None)
    if latest is None or latest.ended_at is None or latest.ended_at < since:
        return
    give_back(work, conversation, latest, cause="P-3", manager_id=actor.manager_id)
