"""Answers the business gives outside the hub: a letter in copy, a message typed on the phone (S4, M-15, case 16)."""

from datetime import datetime

from hub.domain.conversation import Conversation, Thread
from hub.domain.delivery import Notice
from hub.domain.ids import ManagerId, MessageId
from hub.domain.inbound import InboundMessage
from hub.domain.message import Author, Direction, Message
from hub.domain.policy import Policy
from hub.domain.wait import Response, Wait
from hub.domain.workset import WorkingSet
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.incoming import Incoming
from hub.inbox.folds.lead_moves import mark_contacted
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.mail_threads import mail_ids
from hub.inbox.folds.messages import remember_external
from hub.inbox.folds.notices import tell
from hub.inbox.folds.reading_along import tell_readers
from hub.inbox.folds.waits import answer_wait


def fold_staff_message(
    rows: WorkingSet, policy: Policy, incoming: Incoming, message: InboundMessage, *, manager_id: ManagerId | None
) -> None:
    """Store what one of us wrote; in a client's thread it is an answer and stops the wait. Never makes a contact."""
    endpoint = incoming.endpoint
    thread = _find_thread(rows, endpoint, message)
    conversation = _find_conversation(rows, thread) if thread else None
    stored = _store(rows, message, incoming.at, place=(thread, conversation), manager_id=manager_id)
    remember_external(rows, stored, endpoint.id, thread=message.thread, external_id=message.external_id)
    if conversation is None or message.automatic:
        return
    response = Response(at=incoming.at, channel=endpoint.kind, manager_id=manager_id, message_id=stored.id)
    work = LineWork(rows, policy, policy.get_line(conversation.line))
    tell_readers(work, conversation, stored)
    wait = answer_wait(work, conversation, response, cause="S4")
    if wait is not None:
        mark_contacted(work, wait)
        _show_answered(work, wait)


def _show_answered(work: LineWork, wait: Wait) -> None:
    """Redraw the cards of those who had the client to answer: a colleague was faster, or they themselves elsewhere."""
    conversation = work.rows.conversations[wait.conversation_id]
    concerned = (conversation.assignee_id, *conversation.offered_to)
    people = [each for each in concerned if each is not None]
    tell(work, Notice.card_changed, conversation, to=people, cause=f"answered:{wait.response_message_id}")


def _find_thread(rows: WorkingSet, endpoint: Endpoint, message: InboundMessage) -> Thread | None:
    present = rows.threads.get((endpoint.id, message.thread))
    if present is not None:
        return present
    named = {
        ref.thread_id
        for ref in rows.message_refs
        if ref.connection_id == endpoint.id and ref.external_id in mail_ids(message.mail) - {""}
    }
    return next((thread for thread in rows.threads if thread.id in named), None)


def _find_conversation(rows: WorkingSet, thread: Thread) -> Conversation | None:
    return rows.open_conversation(thread.contact_id, thread.line)


def _store(
    rows: WorkingSet,
    message: InboundMessage,
    at: datetime,
    *,
    place: tuple[Thread | None, Conversation | None],
    manager_id: ManagerId | None,
) -> Message:
    thread, conversation = place
    stored = Message(
        id=MessageId(rows.new_id()),
        contact_id=thread.contact_id if thread else None,
        conversation_id=conversation.id if conversation else None,
        thread_id=thread.id if thread else None,
        direction=Direction.outbound,
        kind=message.kind,
        author=Author.person,
        text=message.text,
        occurred_at=at,
        received_at=rows.now,
        manager_id=manager_id,
        external_id=message.external_id,
        automatic=message.automatic,
        attachments=message.attachments,
    )
    rows.messages.append(stored)
    return stored
