"""Threads of letters: by the ids they answer, and only for a participant (semantics §10, cases 42 and 43)."""

from hub.domain.contact import Contact
from hub.domain.ids import ConnectionId
from hub.domain.inbound import InboundMessage, MailHints
from hub.domain.workset import WorkingSet


def mail_ids(mail: MailHints | None) -> set[str]:
    """Return every id a letter speaks of: Message-IDs, and the token of the address it was sent to."""
    return {mail.message_id, *_answered_ids(mail)} if mail else set()


def pick_thread(rows: WorkingSet, connection_id: ConnectionId, message: InboundMessage, contact: Contact) -> str:
    """Return the key of the thread a message belongs to.

    A chat is its own thread. A letter goes to the thread of what it answers, newest reference first, then by its reply
    token, if its sender takes part there; a stranger who answers the same letter gets a thread of his own (case 59).
    """
    if message.mail is None:
        return message.thread
    for external_id in _answered_ids(message.mail):
        if found := _thread_of(rows, connection_id, external_id, contact):
            return found
    present = rows.threads.get((connection_id, message.thread))
    is_foreign = present is not None and present.contact_id != contact.id
    return f"{message.thread}:{contact.id}" if is_foreign else message.thread


def _answered_ids(mail: MailHints) -> tuple[str, ...]:
    return (mail.in_reply_to, *reversed(mail.references), mail.reply_token)


def _thread_of(rows: WorkingSet, connection_id: ConnectionId, external_id: str, contact: Contact) -> str:
    thread_ids = {
        ref.thread_id
        for ref in rows.message_refs
        if external_id and ref.connection_id == connection_id and ref.external_id == external_id
    }
    own = (thread for thread in rows.threads_of(contact.id) if thread.connection_id == connection_id)
    return next((thread.external_id for thread in own if thread.id in thread_ids), "")
