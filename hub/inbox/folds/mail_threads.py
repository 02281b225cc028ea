"""Threads of letters: by the ids they answer, and only for a participant (semantics §10, cases 42 and 43)."""

import hashlib
from dataclasses import replace

from hub.domain.contact import Contact
from hub.domain.conversation import Thread
from hub.domain.identity import IdentityType, ProofLevel, canonical_email
from hub.domain.ids import ConnectionId, ContactId
from hub.domain.inbound import InboundMessage, MailHints
from hub.domain.message import Direction
from hub.domain.workset import MessageRef, WorkingSet
from hub.inbox.folds.conversations import Place, touch_thread
from hub.inbox.folds.line_work import LineWork

COPIES = ConnectionId(0)  # copies of a letter find each other whichever mailboxes they came by


def mail_ids(mail: MailHints | None) -> set[str]:
    """Return every id a letter speaks of: Message-IDs, and the token of the address it was sent to."""
    return {mail.message_id, *_answered_ids(mail)} if mail else set()


def is_own_letter(rows: WorkingSet, connection_id: ConnectionId, message: InboundMessage) -> bool:
    """Tell whether a letter of ours comes back that was marked under a former key, or before marks had keys.

    Only automatic letters, which ours look like by their X-Loop: what opens no wait cannot be swallowed by a trick.
    """
    if not message.automatic or message.mail is None or not message.mail.message_id:
        return False
    sent = (ref for ref in rows.message_refs if ref.direction == Direction.outbound)
    return any((ref.connection_id, ref.external_id) == (connection_id, message.mail.message_id) for ref in sent)


def copy_key(message: InboundMessage) -> str:
    """Return what the copies of one letter in several mailboxes of ours share; empty where nothing does (case 41).

    The words count beside the Message-ID: mailers that use one id twice must not swallow a letter.
    """
    if message.mail is None or not message.mail.message_id or not message.sender.addresses:
        return ""
    words = f"{message.sender.addresses[0].value}\n{message.mail.subject}\n{message.text}"
    return f"copy:{message.mail.message_id}:{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def find_copy(rows: WorkingSet, connection_id: ConnectionId, message: InboundMessage) -> MessageRef | None:
    """Return the letter that has come by another mailbox of ours already, `None` if this is the first to come."""
    key = copy_key(message)
    if not key:
        return None
    known = (ref for ref in rows.message_refs if (ref.connection_id, ref.external_id) == (COPIES, key))
    return next((ref for ref in known if ref.thread != str(connection_id) and ref.contact_id is not None), None)


def link_copy(work: LineWork, connection_id: ConnectionId, message: InboundMessage, *, known: MessageRef) -> None:
    """Link the thread of a second mailbox to a letter that is stored: answers that quote it are found there too."""
    contact = work.rows.contacts[ContactId(known.contact_id or 0)]
    key = pick_thread(work.rows, connection_id, message, contact)
    thread = touch_thread(work, Place(connection_id, key, message.thread_title), contact)
    message_id = message.mail.message_id if message.mail else ""
    for external_id in (message.external_id, message_id):
        place = (connection_id, external_id, message.thread)
        if external_id and place not in work.rows.message_refs:
            linked = replace(known, connection_id=connection_id, external_id=external_id, thread=message.thread)
            work.rows.message_refs.add(place, replace(linked, thread_id=thread.id))


def find_thread(rows: WorkingSet, connection_id: ConnectionId, message: InboundMessage) -> Thread | None:
    """Return the known thread a message belongs to, whoever's it is: its chat, or that of the letter it answers."""
    present = rows.threads.get((connection_id, message.thread))
    if present is not None or message.mail is None:
        return present
    answered = set(_answered_ids(message.mail)) - {""}
    refs = (ref for ref in rows.message_refs if ref.connection_id == connection_id and ref.external_id in answered)
    named = {ref.thread_id for ref in refs}
    return next((thread for thread in rows.threads if thread.id in named), None)


def pick_thread(rows: WorkingSet, connection_id: ConnectionId, message: InboundMessage, contact: Contact) -> str:
    """Return the key of the thread a message belongs to.

    A chat is its own thread. A letter goes to the thread of what it answers, newest reference first, then by its reply
    token, if its sender takes part there; a stranger who answers the same letter gets a thread of his own (case 59).
    """
    if message.mail is None:
        return message.thread
    for external_id in _answered_ids(message.mail):
        if found := _thread_of(rows, connection_id, external_id, contact):
            return found.external_id
    present = rows.threads.get((connection_id, message.thread))
    is_foreign = present is not None and present.contact_id != contact.id
    return f"{message.thread}:{contact.id}" if is_foreign else message.thread


def prove_by_token(rows: WorkingSet, connection_id: ConnectionId, message: InboundMessage, contact: Contact) -> None:
    """Take the sender's address as proven if he answers to an address that only a letter to him told (M-2).

    Call before the thread is touched: it still holds the address our letter went to.
    """
    token = message.mail.reply_token if message.mail else ""
    thread = _thread_of(rows, connection_id, token, contact)
    told = canonical_email(thread.address) if thread else None
    if told is None or message.sender.addresses[0].value != told.value:
        return
    key = (IdentityType.email, "", told.value)
    row = rows.identities.get(key)
    if row is not None and row.contact_id == contact.id:
        rows.identities.put(key, replace(row, level=ProofLevel.proven, evidence="ответ на адрес из нашего письма"))


def _answered_ids(mail: MailHints) -> tuple[str, ...]:
    return (mail.in_reply_to, *reversed(mail.references), mail.reply_token)


def _thread_of(rows: WorkingSet, connection_id: ConnectionId, external_id: str, contact: Contact) -> Thread | None:
    if not external_id:
        return None
    refs = (ref for ref in rows.message_refs if ref.connection_id == connection_id and ref.external_id == external_id)
    thread_ids = {ref.thread_id for ref in refs}
    own = (thread for thread in rows.threads_of(contact.id) if thread.connection_id == connection_id)
    return next((thread for thread in own if thread.id in thread_ids), None)
