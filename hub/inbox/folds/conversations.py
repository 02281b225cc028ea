"""Which conversation does it belong to? Finds or opens thread and conversation for a contact on a line."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.contact import Contact
from hub.domain.conversation import BURST_WINDOW, Conversation, ConversationState, Thread
from hub.domain.ids import ConnectionId, ConversationId, ThreadId
from hub.domain.inbound import ReachState
from hub.domain.ledger import Fact
from hub.domain.replacing import replace
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork

ONE_WAY_THREADS = ("tel:", "call:", "form:")
"""How the ids of threads begin that the hub itself names, and that carry nothing back to the client."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client was heard: the provider's conversation id on a connection, and the client's own address there."""

    connection_id: ConnectionId
    external_id: str
    title: str = ""
    address: str = ""


def touch_thread(work: LineWork, place: Place, contact: Contact) -> Thread:
    """Return the thread of a place, made if new; the client was heard there now."""
    key = (place.connection_id, place.external_id)
    thread = work.rows.threads.get(key)
    if thread is None:
        made = Thread(
            id=ThreadId(work.rows.new_id()),
            connection_id=place.connection_id,
            external_id=place.external_id,
            contact_id=contact.id,
            line=work.line.key,
            created_at=work.rows.now,
            title=place.title,
            address=place.address,
            last_inbound_at=work.rows.now,
            burst=1,
            burst_at=work.rows.now,
        )
        return work.rows.threads.add(key, made)
    goes_on = thread.burst_at is not None and work.rows.now - thread.burst_at < BURST_WINDOW
    heard = replace(
        thread,
        burst=thread.burst + 1 if goes_on else 1,
        burst_at=thread.burst_at if goes_on else work.rows.now,
        title=place.title or thread.title,
        address=place.address or thread.address,
        reach=ReachState.open,
        last_inbound_at=work.rows.now,
        line=work.line.key,
    )
    return work.rows.threads.put(key, heard)


def find_or_open_conversation(
    work: LineWork, contact: Contact, *, at: datetime, thread: Thread | None, source: str
) -> Conversation:
    """Return the conversation a request of this contact on this line belongs to (P-5).

    The open one; else the last one, opened again, if it was closed within the reopen window; else a new one that
    remembers who answered last on the line (FR-4, R-3).
    """
    present = work.rows.open_conversation(contact.id, work.line.key)
    if present is None:
        last = work.rows.latest_conversation(contact.id, work.line.key)
        present = _reopen(work, last, at) if last else None
        present = present or _open(work, contact, last=last, source=source)
    heard = replace(
        present,
        last_message_at=max(present.last_message_at, at),
        reply_thread_id=_thread_to_answer(work, present, thread),
    )
    return work.rows.conversations.put(heard.id, heard)


def place_in_history(work: LineWork, contact: Contact, *, at: datetime, thread: Thread, source: str) -> Conversation:
    """Return where an utterance is kept that asks for nothing: it never opens a closed conversation again (FR-2)."""
    last = work.rows.latest_conversation(contact.id, work.line.key)
    if last is None or last.is_open:
        return find_or_open_conversation(work, contact, at=at, thread=thread, source=source)
    return work.rows.conversations.put(last.id, replace(last, last_message_at=max(last.last_message_at, at)))


def open_apart(work: LineWork, last: Conversation, *, subject: str) -> Conversation:
    """Open a conversation behind one that was closed just now: the same people and thread, a matter of its own."""
    opened = _open(work, work.rows.contacts[last.contact_id], last=last, source=last.source)
    kept = replace(opened, subject=subject, assignee_id=last.assignee_id, reply_thread_id=last.reply_thread_id)
    return work.rows.conversations.put(opened.id, kept)


def _thread_to_answer(work: LineWork, conversation: Conversation, heard: Thread | None) -> ThreadId | None:
    """Return where an answer goes by itself: the thread of the first request nobody has answered yet."""
    is_waiting = work.rows.open_wait(conversation.contact_id, conversation.line) is not None
    if heard is None or (is_waiting and conversation.reply_thread_id is not None):
        return conversation.reply_thread_id
    return heard.id


def _reopen(work: LineWork, last: Conversation, at: datetime) -> Conversation | None:
    if last.closed_at is None or at - last.closed_at > work.line.reopen_window:
        return None
    reopened = replace(
        last,
        state=ConversationState.open,
        closed_at=None,
        outcome="",
        outcome_note="",
        assignee_id=None,
        transfer_to=None,
    )
    record(work.rows, Fact.reopened, reopened, at=at, cause="P-5")
    return work.rows.conversations.put(reopened.id, reopened)


def _open(work: LineWork, contact: Contact, *, last: Conversation | None, source: str) -> Conversation:
    made = Conversation(
        id=ConversationId(work.rows.new_id()),
        contact_id=contact.id,
        line=work.line.key,
        opened_at=work.rows.now,
        last_message_at=work.rows.now,
        source=source,
        closed_at=None,
        last_response_at=last.last_response_at if last else None,
        last_responder_id=last.last_responder_id if last else None,
        welcomed_at=last.welcomed_at if last else None,
        out_of_hours_at=last.out_of_hours_at if last else None,
    )
    return work.rows.conversations.add(made.id, made)
