"""What happens to messages and threads later: edits, deletions, reports of delivery, blocked and moved chats."""

from dataclasses import replace

from hub.domain.conversation import Conversation, ConversationState
from hub.domain.delivery import Notice
from hub.domain.inbound import DeliveryReport, MessageDeleted, MessageEdited, ReachChanged, ReachState, ReportState
from hub.domain.ledger import Fact
from hub.domain.message import DeliveryState
from hub.domain.policy import Policy
from hub.domain.wait import Wait, restore
from hub.domain.workset import WorkingSet
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import find_ref, patch_message
from hub.inbox.folds.notices import tell
from hub.inbox.folds.waits import arm_clocks
from hub.inbox.office import Endpoint

Change = MessageEdited | MessageDeleted | ReachChanged | DeliveryReport


def fold_change(rows: WorkingSet, policy: Policy, endpoint: Endpoint, change: Change) -> None:
    """Apply a change; none of them opens a wait (FR-2, P-6), and a failed answer gives back the one it ended (S3)."""
    match change:
        case MessageEdited():
            _patch(rows, endpoint, change.thread, change.external_id, text=change.text, edited_at=change.occurred_at)
        case MessageDeleted():
            _patch(rows, endpoint, change.thread, change.external_id, deleted_at=change.occurred_at)
        case ReachChanged():
            _change_reach(rows, endpoint, change)
        case DeliveryReport():
            _report(rows, policy, endpoint, change)


def _patch(rows: WorkingSet, endpoint: Endpoint, thread: str, external_id: str, **values: object) -> None:
    ref = find_ref(rows, endpoint.id, thread, external_id)
    if ref is not None:
        patch_message(rows, ref, **values)


def _change_reach(rows: WorkingSet, endpoint: Endpoint, change: ReachChanged) -> None:
    thread = rows.threads.get((endpoint.id, change.thread))
    if thread is None:
        return
    if change.state is ReachState.moved and change.moved_to:
        rows.threads.put((endpoint.id, change.thread), replace(thread, external_id=change.moved_to))
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
    ended = next((wait for wait in rows.waits if wait.response_message_id == ref.message_id), None)
    if ended is not None:
        conversation = _give_back(work, conversation, ended)
    author = ended.responder_id if ended else conversation.last_responder_id or conversation.assignee_id
    told = {"state": DeliveryState.failed.value, **facts, "received_at": ref.received_at.isoformat()}
    cause = f"{ref.message_id}:{DeliveryState.failed}"
    tell(work, Notice.reply_state, conversation, to=[author] if author else [], cause=cause, facts=told)


def _give_back(work: LineWork, conversation: Conversation, ended: Wait) -> Conversation:
    """Give the wait back that this message ended, with its old start and deadline, and return where it goes on (S3).

    That is the conversation open now; a closed one is opened again, unless the client waits already or sends spam.
    """
    rows = work.rows
    has_wait = rows.open_wait(conversation.contact_id, conversation.line) is not None
    if has_wait or rows.contacts[conversation.contact_id].is_blocked:
        return conversation
    present = rows.open_conversation(conversation.contact_id, conversation.line) or _open_again(rows, conversation)
    restored = rows.waits.put(ended.id, replace(restore(ended), conversation_id=present.id))
    arm_clocks(work, restored)
    record(rows, Fact.restored, restored, cause="S3")
    return present


def _open_again(rows: WorkingSet, conversation: Conversation) -> Conversation:
    """Open a closed conversation again; it stays with who had it."""
    opened = replace(conversation, state=ConversationState.open, closed_at=None, outcome="", outcome_note="")
    record(rows, Fact.reopened, opened, cause="S3")
    return rows.conversations.put(opened.id, opened)
