"""Texts that the hub itself sends: welcome, out of hours, missed call. They never stop a clock (S1) and never loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hub.domain.account import account_of, chat_of
from hub.domain.client_texts import say_by_default
from hub.domain.contact import Contact
from hub.domain.conversation import Conversation, Thread
from hub.domain.ids import MessageId
from hub.domain.inbound import ReachState
from hub.domain.line import AutoText, LineMode
from hub.domain.message import Author, Direction, Message, MessageKind
from hub.domain.spoken_hours import say_hours
from hub.domain.spoken_time import say_moment
from hub.domain.texts import render_text
from hub.inbox.folds.conversations import ONE_WAY_THREADS
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.outgoing import queue_reply


def greet(work: LineWork, contact: Contact, conversation: Conversation, thread: Thread) -> None:
    """Send the welcome text once a client and line, and the out-of-hours text at most once in its interval.

    Not to automatic mail (the caller's matter), not in observe mode (FR-8), not long after the fact, not to nobody: a
    letter may come without a sender (case 53).
    """
    if is_silent(work, contact, thread):
        return
    is_closed = not work.line.calendar.is_open(work.rows.now)
    if is_closed and _may_repeat(work, conversation):
        _send(work, contact, thread, AutoText.out_of_hours, conversation)
    elif not is_closed and conversation.welcomed_at is None:
        _send(work, contact, thread, AutoText.welcome, conversation)


def is_silent(work: LineWork, contact: Contact, thread: Thread) -> bool:
    """Tell whether nothing automatic goes there: nobody asked for it, or the client wants none any more."""
    may_reach = thread.reach is ReachState.open and not contact.is_anonymous and not contact.has_opted_out
    return work.line.mode is LineMode.observe or not may_reach


def excuse(work: LineWork, contact: Contact, conversation: Conversation) -> None:
    """Tell who called in closed hours when we answer, in writing, where they have written to us before (C-7).

    As seldom as the out-of-hours text, and never beside it; without a written thread nothing can be told.
    """
    is_unwanted = contact.is_blocked or contact.has_opted_out
    is_quiet = work.line.mode is LineMode.observe or is_unwanted or work.line.calendar.is_open(work.rows.now)
    thread = _written_thread(work, contact)
    if not is_quiet and thread is not None and _may_repeat(work, conversation):
        _send(work, contact, thread, AutoText.missed_call, conversation)


def _written_thread(work: LineWork, contact: Contact) -> Thread | None:
    """Return where the client wrote last; calls and forms have threads that carry nothing back.

    Nor in the chat of a person's own account, which is named by the client's own id there: nobody speaks in their name.
    """
    known = {row.value for row in work.rows.identities_of(contact.id)}
    written = [
        thread
        for thread in work.rows.threads_of(contact.id)
        if not thread.external_id.startswith(ONE_WAY_THREADS) and thread.reach is ReachState.open
        if not (account_of(thread.external_id) and chat_of(thread.external_id) in known)
    ]
    return max(written, key=lambda thread: thread.last_inbound_at or thread.created_at, default=None)


def _may_repeat(work: LineWork, conversation: Conversation) -> bool:
    last = conversation.out_of_hours_at
    return last is None or work.rows.now - last >= work.line.texts.repeat_after


def _send(work: LineWork, contact: Contact, thread: Thread, purpose: AutoText, conversation: Conversation) -> None:
    template = work.line.texts.find(purpose, contact.language)
    present = work.rows.conversations[conversation.id]
    if purpose is AutoText.welcome:
        present = replace(present, welcomed_at=work.rows.now)
    else:
        present = replace(present, out_of_hours_at=work.rows.now)
    work.rows.conversations.put(present.id, present)
    if template:
        language = work.line.texts.choose_language(purpose, contact.language)
        write_by_template(work, thread, present, Template(template, language, purpose))


@dataclass(frozen=True, slots=True)
class Template:
    """A text by itself: as it is written in the rules, its language, and what it is for, part of the delivery's key.

    `values` are words of its own beside the usual ones; `buttons` go with it as in `queue_reply`.
    """

    text: str
    language: str
    purpose: str
    values: Mapping[str, str] = field(default_factory=dict)
    buttons: Mapping[str, object] = field(default_factory=dict)


def find_text(work: LineWork, purpose: AutoText, contact: Contact) -> Template | None:
    """Return what the rules say to this client for a purpose, else the hub's own words, if it has any."""
    language = work.line.texts.choose_language(purpose, contact.language)
    text = work.line.texts.find(purpose, contact.language)
    if not text:
        language, text = say_by_default(purpose, contact.language)
    return Template(text, language, purpose) if text else None


def write_by_template(work: LineWork, thread: Thread, conversation: Conversation, template: Template) -> Message:
    """Store what a template says to this client and queue it on a thread; it stops no clock (S1)."""
    contact = work.rows.contacts[conversation.contact_id]
    text = say(work, conversation, template)
    message = _message(work, contact, thread, text=text, conversation=conversation)
    queue_reply(work.rows, message, thread, key=f"auto:{template.purpose}:{message.id}", told=template.buttons)
    return message


def say(work: LineWork, conversation: Conversation, template: Template) -> str:
    """Return a template's words to the client of a conversation."""
    contact = work.rows.contacts[conversation.contact_id]
    values = _values(work, contact, conversation, template.language)
    return render_text(template.text, {**values, **template.values})


def _message(work: LineWork, contact: Contact, thread: Thread, *, text: str, conversation: Conversation) -> Message:
    return Message(
        id=MessageId(work.rows.new_id()),
        contact_id=contact.id,
        conversation_id=conversation.id,
        thread_id=thread.id,
        direction=Direction.outbound,
        kind=MessageKind.text,
        author=Author.automation,
        text=text,
        occurred_at=work.rows.now,
        received_at=work.rows.now,
    )


def _values(work: LineWork, contact: Contact, conversation: Conversation, language: str) -> dict[str, str]:
    expected = _say_opening(work, language)
    manager = work.rows.managers.get(conversation.assignee_id) if conversation.assignee_id is not None else None
    manager_name = manager.manager.name if manager else ""
    return {
        "business.name": work.policy.business_name,
        "line.name": work.line.name,
        "client.name": contact.name,
        "client.first_name": _first(contact.name),
        "manager.name": manager_name,
        "manager.first_name": _first(manager_name),
        "opening_time": expected,
        "expected_time": expected,
        "hours": say_hours(work.line.calendar, language),
        "privacy_url": work.policy.privacy_url,
    }


def _first(name: str) -> str:
    return next(iter(name.split()), "")


def _say_opening(work: LineWork, language: str) -> str:
    calendar = work.line.calendar
    opening = calendar.next_opening(work.rows.now)
    if opening is None:
        return ""
    return say_moment(opening.astimezone(calendar.zone), work.rows.now.astimezone(calendar.zone), language)
