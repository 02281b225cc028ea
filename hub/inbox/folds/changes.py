"""What happens to messages and threads later: edits, deletions, reports of delivery, blocked and moved chats."""

from dataclasses import replace

from hub.domain.conversation import Conversation
from hub.domain.ids import MessageId
from hub.domain.inbound import DeliveryReport, MessageDeleted, MessageEdited, ReachChanged, ReachState, ReportState
from hub.domain.ledger import Fact
from hub.domain.policy import Policy
from hub.domain.wait import restore
from hub.domain.workset import WorkingSet
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import find_ref, patch_message
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
    """Note that a message of ours did not arrive (a bounce): the ledger of its conversation says so."""
    ref = find_ref(rows, endpoint.id, report.thread, report.message)
    conversation = rows.conversations.get(ref.conversation_id) if ref else None
    if conversation is not None and report.state is ReportState.failed:
        facts = {"message_id": ref.message_id if ref else None, "reason": report.reason}
        record(rows, Fact.send_failed, conversation, at=report.occurred_at, cause="S3", facts=facts)
        _reopen_wait(rows, policy, conversation, message_id=ref.message_id if ref else None)


def _reopen_wait(rows: WorkingSet, policy: Policy, conversation: Conversation, *, message_id: MessageId | None) -> None:
    """Give the wait back that this message ended: start and deadline are the old ones (S3)."""
    ended = next((wait for wait in rows.waits if message_id and wait.response_message_id == message_id), None)
    if ended is None or rows.open_wait(conversation.contact_id, conversation.line) is not None:
        return
    restored = rows.waits.put(ended.id, restore(ended))
    arm_clocks(LineWork(rows, policy, policy.get_line(conversation.line)), restored)
    record(rows, Fact.restored, restored, cause="S3")
