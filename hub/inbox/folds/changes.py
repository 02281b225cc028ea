"""What happens to messages and threads later: edits, deletions, reports of delivery, blocked and moved chats."""

from dataclasses import replace
from datetime import timedelta

from hub.domain.conversation import Conversation, ConversationState
from hub.domain.delivery import Notice
from hub.domain.inbound import DeliveryReport, MessageDeleted, MessageEdited, ReachChanged, ReachState, ReportState
from hub.domain.ledger import Fact
from hub.domain.message import DeliveryState, Direction
from hub.domain.policy import Policy
from hub.domain.wait import Wait
from hub.domain.workset import MessageRef, WorkingSet
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import Sighting, match_contact
from hub.inbox.folds.messages import find_ref, patch_message
from hub.inbox.folds.notices import tell
from hub.inbox.folds.reading_along import list_listeners
from hub.inbox.folds.waits import give_back

TAKEN_BACK_WITHIN = timedelta(seconds=60)
Change = MessageEdited | MessageDeleted | ReachChanged | DeliveryReport


def fold_change(rows: WorkingSet, policy: Policy, endpoint: Endpoint, change: Change) -> None:
    """Apply a change.

    None opens a wait (FR-2, P-6); an answer that failed or was taken back gives back the one it ended (S3, S10).
    """
    match change:
        case MessageEdited():
            _patch(rows, endpoint, change.thread, change.external_id, text=change.text, edited_at=change.occurred_at)
            _show_anew(rows, policy, endpoint, change)
        case MessageDeleted():
            _patch(rows, endpoint, change.thread, change.external_id, deleted_at=change.occurred_at)
            _show_anew(rows, policy, endpoint, change)
            _take_back(rows, policy, endpoint, change)
        case ReachChanged():
            _change_reach(rows, policy, endpoint, change)
        case DeliveryReport():
            _report(rows, policy, endpoint, change)


def _patch(rows: WorkingSet, endpoint: Endpoint, thread: str, external_id: str, **values: object) -> None:
    ref = find_ref(rows, endpoint.id, thread, external_id)
    if ref is not None:
        patch_message(rows, ref, **values)


def _show_anew(rows: WorkingSet, policy: Policy, endpoint: Endpoint, change: MessageEdited | MessageDeleted) -> None:
    """Redraw what was changed where people see it; it rings for nobody (case 6, P-6)."""
    ref = find_ref(rows, endpoint.id, change.thread, change.external_id)
    conversation = rows.conversations.get(ref.conversation_id) if ref else None
    if ref is not None and conversation is not None:
        show_changed(LineWork(rows, policy, policy.get_line(conversation.line)), conversation, ref)


def show_changed(work: LineWork, conversation: Conversation, ref: MessageRef) -> None:
    """Redraw a message: the client's for who has them, of both sides for who reads along.

    However often a batch changes it, it is drawn once, as it is by then.
    """
    facts = {"message_id": int(ref.message_id), "received_at": ref.received_at.isoformat(), "only_files": True}
    cause = f"{ref.message_id}:changed:{work.rows.now.isoformat()}"
    if ref.direction == Direction.inbound and conversation.assignee_id is not None:
        owner = [conversation.assignee_id]
        tell(work, Notice.client_message, conversation, to=owner, cause=cause, facts=facts)
    readers = list_listeners(work.rows, conversation)
    tell(work, Notice.overheard, conversation, to=readers, cause=cause, facts=facts)


def _take_back(rows: WorkingSet, policy: Policy, endpoint: Endpoint, change: MessageDeleted) -> None:
    """Give back the wait that a deleted answer ended: written to the wrong client and noticed at once (S10).

    Later than 60 s the client has read it. A client's own deletion ends no wait and gives none back (P-6).
    """
    ref = find_ref(rows, endpoint.id, change.thread, change.external_id)
    ended = _ended_by(rows, ref)
    conversation = rows.conversations.get(ended.conversation_id) if ended else None
    if ended is None or conversation is None or ended.ended_at is None:
        return
    if change.occurred_at - ended.ended_at <= TAKEN_BACK_WITHIN:
        _give_back(LineWork(rows, policy, policy.get_line(conversation.line)), conversation, ended, cause="S10")


def _ended_by(rows: WorkingSet, ref: MessageRef | None) -> Wait | None:
    """Return the wait that a message of ours ended."""
    if ref is None:
        return None
    return next((wait for wait in rows.waits if wait.response_message_id == ref.message_id), None)


def _change_reach(rows: WorkingSet, policy: Policy, endpoint: Endpoint, change: ReachChanged) -> None:
    """Note that a client is out of reach or back, or where a chat has moved; a group stays the same client."""
    thread = rows.threads.get((endpoint.id, change.thread))
    if thread is None:
        return
    if change.state is ReachState.moved and change.moved_to:
        rows.threads.put((endpoint.id, change.thread), replace(thread, external_id=change.moved_to))
        if change.sender is not None:
            sighting = Sighting(endpoint.id, is_vouched=True, shared_after=policy.shared_after)
            match_contact(rows, change.sender, sighting)
    else:
        rows.threads.put((endpoint.id, change.thread), replace(thread, reach=change.state))


def _report(rows: WorkingSet, policy: Policy, endpoint: Endpoint, report: DeliveryReport) -> None:
    """Note that a message of ours did not arrive (a bounce): delivery, ledger and author hear of it (S3)."""
    ref = find_ref(rows, endpoint.id, report.thread, report.message)
    conversation = rows.conversations.get(ref.conversation_id) if ref else None
    if ref is None or conversation is None or report.state is not ReportState.failed:
        return
    rows.bounced_deliveries[int(ref.message_id)] = report.reason
    facts = {"message_id": ref.message_id, "reason": report.reason}
    record(rows, Fact.send_failed, conversation, at=report.occurred_at, cause="S3", facts=facts)
    work = LineWork(rows, policy, policy.get_line(conversation.line))
    ended = _ended_by(rows, ref)
    if ended is not None:
        conversation = _give_back(work, conversation, ended, cause="S3")
    author = ended.responder_id if ended else conversation.last_responder_id or conversation.assignee_id
    told = {"state": DeliveryState.failed.value, **facts, "received_at": ref.received_at.isoformat()}
    cause = f"{ref.message_id}:{DeliveryState.failed}"
    tell(work, Notice.reply_state, conversation, to=[author] if author else [], cause=cause, facts=told)


def _give_back(work: LineWork, conversation: Conversation, ended: Wait, *, cause: str) -> Conversation:
    """Give the wait back that a message ended, with its old start and deadline, and return where it goes on (S3, S10).

    That is the conversation open now; a closed one is opened again, unless the client waits already or sends spam.
    """
    rows = work.rows
    has_wait = rows.open_wait(conversation.contact_id, conversation.line) is not None
    if has_wait or rows.contacts[conversation.contact_id].is_blocked:
        return conversation
    present = rows.open_conversation(conversation.contact_id, conversation.line) or _open_again(
        rows, conversation, cause
    )
    give_back(work, present, ended, cause=cause)
    return present


def _open_again(rows: WorkingSet, conversation: Conversation, cause: str) -> Conversation:
    """Open a closed conversation again; it stays with who had it."""
    opened = replace(conversation, state=ConversationState.open, closed_at=None, outcome="", outcome_note="")
    record(rows, Fact.reopened, opened, cause=cause)
    return rows.conversations.put(opened.id, opened)
