"""Taking back what was done a moment ago: a close, a snooze, a transfer, «no reply needed», a held letter.

Each tells whether there was something to take back; where there was nothing, or it is too late, nothing changes. What
is reversible for longer has its own use-case (`reopen`, `release`, `undo_merge`). No clock gains by it: a wait comes
back with its own start and deadline (P-1, S3).
"""

from datetime import timedelta

from hub.crash import crash_point
from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId, MessageId
from hub.domain.lead import StageFact
from hub.domain.ledger import Actor, Fact
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person, ensure
from hub.domain.timer import TimerKind
from hub.domain.wait import Wait, WaitState
from hub.inbox.changing import change_conversation, change_with_past
from hub.inbox.conversations import fold_reopening
from hub.inbox.folds.lead_moves import OUTCOME, Because, move_by_event
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.folds.transfers import end_transfer
from hub.inbox.folds.waits import give_back
from hub.inbox.office import Office
from hub.inbox.rights import subject_of
from hub.store import cards, deliveries, explanations, timeline
from hub.store.pool import acquire

UNDONE_WITHIN = timedelta(minutes=5)


async def undo_close(office: Office, actor: Person, conversation_id: ConversationId) -> bool:
    """Open again what was closed at most 5 minutes ago; a wait that the close dismissed runs on. Commits.

    Leads stand in the stage from which the close had moved them; tasks that a loss cancelled stay cancelled.

    Raises:
        Conflict: the client has a newer open conversation on the line.
        NotFound, PermissionDenied: by rights.
    """
    undone: list[bool] = []
    async with acquire(office.pool) as connection:
        moves = await explanations.list_stage_moves(connection, conversation_id)

    def change(work: LineWork, conversation: Conversation) -> None:
        undone[:] = []
        closed_at = conversation.closed_at
        if conversation.is_open or closed_at is None or work.rows.now - closed_at > UNDONE_WITHIN:
            return
        undone.append(True)
        for each in moves:
            if each.cause == OUTCOME and each.occurred_at == closed_at:
                _move_back(work, conversation, each, actor)
        opened = fold_reopening(work, conversation, actor)
        ended = _last_dismissed(work, opened)
        if ended is not None and ended.ended_at == closed_at:
            give_back(work, opened, ended, cause="S9", manager_id=actor.manager_id)

    await change_with_past(office, actor, conversation_id, action=Action.close, change=change)
    return bool(undone)


async def undo_dismissal(office: Office, actor: Person, conversation_id: ConversationId) -> bool:
    """Let the client wait again whose wait was dismissed at most 5 minutes ago (S8). Commits. Raises: by rights."""
    undone: list[bool] = []

    def change(work: LineWork, conversation: Conversation) -> None:
        undone[:] = []
        ended = _last_dismissed(work, conversation)
        is_waiting = work.rows.open_wait(conversation.contact_id, conversation.line) is not None
        if ended is None or is_waiting or not conversation.is_open:
            return
        if ended.ended_at is not None and work.rows.now - ended.ended_at <= UNDONE_WITHIN:
            undone.append(True)
            give_back(work, conversation, ended, cause="S8", manager_id=actor.manager_id)

    await change_with_past(office, actor, conversation_id, action=Action.dismiss, change=change)
    return bool(undone)


async def wake(office: Office, actor: Person, conversation_id: ConversationId) -> bool:
    """Bring back what was put off. Commits. Raises: by rights."""
    undone: list[bool] = []

    def change(work: LineWork, conversation: Conversation) -> None:
        undone[:] = [True] if conversation.snoozed_until is not None else []
        if undone:
            woken = work.rows.conversations.put(conversation.id, replace(conversation, snoozed_until=None))
            work.rows.disarm(TimerKind.snooze, f"conversation:{conversation.id}")
            record(work.rows, Fact.woken, woken, manager_id=actor.manager_id, actor=Actor.manager)

    await change_conversation(office, actor, conversation_id, action=Action.snooze, change=change)
    return bool(undone)


async def withdraw_transfer(office: Office, actor: Person, conversation_id: ConversationId) -> bool:
    """Ask the colleague no longer who has not accepted yet, and tell them so (R-12). Commits. Raises: by rights."""
    undone: list[bool] = []

    def change(work: LineWork, conversation: Conversation) -> None:
        asked = conversation.transfer_to
        undone[:] = [True] if asked is not None else []
        if asked is not None:
            kept = end_transfer(work, conversation)
            by, facts = actor.manager_id, {"withdrawn": True, "to": int(asked)}
            record(work.rows, Fact.transferred, kept, manager_id=by, actor=Actor.manager, cause="R-12", facts=facts)
            tell(work, Notice.taken_away, kept, to=[asked], cause=f"withdrawn:{work.rows.ledger[-1].id}")

    await change_conversation(office, actor, conversation_id, action=Action.transfer, change=change)
    return bool(undone)


async def withdraw_answer(office: Office, actor: Person, message_id: MessageId) -> bool:
    """Keep an own answer from leaving that is still held; False once it is on its way. Commits; idempotent.

    The client goes on waiting: what never went out stopped no clock (S3), and nobody is asked about it (R-11).

    Raises: NotFound, PermissionDenied by rights, or if it is no answer of the actor.
    """
    async with acquire(office.pool) as connection:
        message = await timeline.find_message(connection, message_id)
        card = (
            await cards.find_card(connection, message.conversation_id) if message and message.conversation_id else None
        )
    if message is None or card is None or message.manager_id != actor.manager_id:
        raise NotFound("there is no such answer for you")
    ensure(actor, Action.reply, subject_of(card.conversation, office))
    async with acquire(office.pool) as connection:
        crash_point("undoing.before_withdraw")
        is_kept = await deliveries.withdraw(connection, message_id)
    crash_point("undoing.after_withdraw")
    if is_kept:
        await office.locks.release(card.conversation.id, actor.manager_id)
    return is_kept


def _move_back(work: LineWork, conversation: Conversation, moved: StageFact, actor: Person) -> None:
    """Put a lead back into the stage it came from, if it still stands where the close has put it (L-6)."""
    for lead in work.rows.leads.where(conversation.contact_id):
        if lead.id == moved.lead_id and lead.stage == moved.to_stage:
            move_by_event(work, lead, moved.from_stage, Because(OUTCOME, actor.manager_id))


def _last_dismissed(work: LineWork, conversation: Conversation) -> Wait | None:
    """Return the newest wait of this conversation if it was dismissed, `None` if it ended otherwise."""
    own = [wait for wait in work.rows.waits if wait.conversation_id == conversation.id]
    latest = max(own, key=lambda wait: wait.id, default=None)
    return latest if latest is not None and latest.state is WaitState.dismissed else None
