"""Threads of letters: by the ids they answer, and only for a participant (semantics §10, cases 42 and 43)."""

from hub.domain.contact import Contact
from hub.domain.ids import ConnectionId
from hub.domain.inbound import InboundMessage, MailHints
from hub.domain.workset import WorkingSet


def mail_ids(mail: MailHints | None) -> set[str]:
    """Return every Message-ID a letter speaks of."""
    return {mail.message_id, mail.in_reply_to, *mail.references} if mail else set()


def pick_thread(rows: WorkingSet, connection_id: ConnectionId, message: InboundMessage, contact: Contact) -> str:
    """Return the key of the thread a message belongs to.

    A chat is its own thread. A letter goes to the thread of what it answers, newest reference first, if its sender
    takes part there; a stranger who answers the same letter gets a thread of his own.
    """
    if message.mail is None:
        return message.thread
    for external_id in (message.mail.in_reply_to, *reversed(message.mail.references)):
        if found := _thread_of(rows, connection_id, external_id, contact):
            return found
    present = rows.threads.get((connection_id, message.thread))
    is_foreign = present is not None and present.contact_id != contact.id
    return f"{message.thread}:{contact.id}" if is_foreign else message.thread


def _thread_of(rows: WorkingSet, connection_id: ConnectionId, external_id: str, contact: Contact) -> str:
    thread_ids = {
        ref.thread_id
        for ref in rows.message_refs
        if external_id and ref.connection_id == connection_id and ref.external_id == external_id
    }
    own = (thread for thread in rows.threads_of(contact.id) if thread.connection_id == connection_id)
    return next((thread.external_id for thread in own if thread.id in thread_ids), "")
