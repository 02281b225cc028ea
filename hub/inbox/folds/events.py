"""One inbound event folded into a working set: the place where a channel's words become the hub's work.

`scope_of` names the keys an event may touch, before anything is loaded; `fold_event` applies it afterwards. Both look
at the same `Incoming`.
"""

from collections.abc import Mapping
from typing import assert_never

from hub.domain.client_menu import Topic
from hub.domain.contact import Contact
from hub.domain.conversation import Thread
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConnectionId, IdentityId, ManagerId
from hub.domain.inbound import (
    COMMANDS,
    TOPIC_CHOSEN,
    AccountChanged,
    CallEvent,
    ChoiceMade,
    CrmAnswer,
    CrmHint,
    DeliveryReport,
    FormSubmission,
    InboundEvent,
    InboundMessage,
    MessageDeleted,
    MessageEdited,
    ReachChanged,
    ReactionSet,
    Sender,
)
from hub.domain.message import MessageKind
from hub.domain.policy import Policy
from hub.domain.replacing import replace
from hub.domain.workset import MessageRef, WorkingSet
from hub.inbox.folds.calls import call_sender, fold_call_event
from hub.inbox.folds.changes import fold_change
from hub.inbox.folds.conversations import Place, touch_thread
from hub.inbox.folds.crm_marks import bring_answer, look_there
from hub.inbox.folds.incoming import Incoming
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.mail_threads import (
    COPIES,
    copy_key,
    find_copy,
    find_thread,
    is_own_letter,
    link_copy,
    mail_ids,
    pick_thread,
    prove_by_token,
)
from hub.inbox.folds.matching import Sighting, identity_key, match_contact
from hub.inbox.folds.messages import Said, add_message, find_ref, is_known, remember_external
from hub.inbox.folds.ratings import QUESTIONS, fold_choice, key_of, read_rating
from hub.inbox.folds.reactions import fold_reaction
from hub.inbox.folds.requests import Intake, pick_line, stay_on_line, take_in
from hub.inbox.folds.staff import fold_staff_message
from hub.routing.decide import LineChoice
from hub.store.scope import Scope

IDS_PER_EVENT = 40
_SPEAKER = "👤"
_QUOTED = "↪️"
_LONGEST_QUOTE = 150
_SPOKEN = frozenset({IdentityType.phone, IdentityType.email})


def fold_event(
    rows: WorkingSet, policy: Policy, incoming: Incoming, staff: Mapping[tuple[str, str, str], ManagerId]
) -> None:
    """Apply one event; a repeated one changes nothing.

    Raises:
        LinesNeeded: somebody has to be chosen on a line that is not locked.
    """
    match incoming.event:
        case InboundMessage() as message:
            _fold_message(rows, policy, incoming, message, staff)
        case FormSubmission() as form:
            _fold_form(rows, policy, incoming, form)
        case CallEvent() as call:
            fold_call_event(rows, policy, incoming, call, staff=staff)
        case MessageEdited() | MessageDeleted() | ReachChanged() | DeliveryReport() as change:
            fold_change(rows, policy, incoming.endpoint, change)
        case ReactionSet() as reaction:
            author = _staff_author(reaction.sender, incoming.endpoint.id, staff)
            fold_reaction(rows, policy, incoming, reaction, manager_id=author)
        case ChoiceMade() as choice:
            fold_choice(rows, policy, incoming, choice)
        case AccountChanged():
            pass  # carried out before the batch, in a commit of its own (`hub.inbox.accounts`)
        case CrmHint() as hint:
            look_there(rows, endpoint_id=incoming.endpoint.id, hint=hint)
        case CrmAnswer() as answer:
            bring_answer(rows, endpoint_id=incoming.endpoint.id, answer=answer)
        case _ as unreachable:
            assert_never(unreachable)


def scope_of(policy: Policy, incoming: Incoming, scope: Scope) -> None:
    """Add everything an event may touch to `scope`."""
    endpoint, event = incoming.endpoint, incoming.event
    scope.ids += IDS_PER_EVENT
    for sender in (getattr(event, "sender", None), getattr(event, "forwarded", None), call_sender(event)):
        if sender is not None:
            scope.identities |= {identity_key(address, endpoint.id) for address in sender.addresses}
    if thread := thread_of(event):
        scope.threads.add((endpoint.id, thread))
    scope.messages |= {(endpoint.id, external_id) for external_id in _message_ids(event)}
    if isinstance(event, ChoiceMade) and (rated := read_rating(event.data)):
        scope.messages.add((QUESTIONS, key_of(rated)))
    if isinstance(event, InboundMessage) and (copy := copy_key(event)):
        scope.messages.add((COPIES, copy))
    scope.conversations |= _conversation_ids(event)
    if isinstance(event, CallEvent):
        scope.calls.add((endpoint.id, event.call))
    if _may_open_a_wait(event):
        scope.lines.add(incoming.choose_line(policy).line)


def _conversation_ids(event: InboundEvent) -> set[int]:
    """Return the conversations that an event names itself."""
    if isinstance(event, CrmAnswer) and event.conversation.isdecimal():
        return {int(event.conversation)}
    rated = read_rating(event.data) if isinstance(event, ChoiceMade) else None
    return {rated.conversation_id} if rated else set()


def _may_open_a_wait(event: InboundEvent) -> bool:
    return not event.is_staff if isinstance(event, InboundMessage) else isinstance(event, FormSubmission | CallEvent)


def thread_of(event: InboundEvent) -> str:
    """Return the provider's conversation id of an event, as threads are keyed; empty if it has none."""
    match event:
        case FormSubmission():
            return f"form:{event.form}:{event.sender.addresses[0].value}" if event.sender.addresses else ""
        case CallEvent():
            return f"tel:{event.client}" if event.client else ""
        case AccountChanged() | CrmHint() | CrmAnswer():
            return ""
        case _:
            return event.thread


def _message_ids(event: InboundEvent) -> set[str]:
    match event:
        case InboundMessage():
            return {event.external_id, event.reply_to, *mail_ids(event.mail)} - {""}
        case FormSubmission() | MessageEdited() | MessageDeleted() | ReactionSet():
            return {event.external_id}
        case DeliveryReport() | ChoiceMade():
            return {event.message}
        case _:
            return set()


def _fold_message(
    rows: WorkingSet,
    policy: Policy,
    incoming: Incoming,
    message: InboundMessage,
    staff: Mapping[tuple[str, str, str], ManagerId],
) -> None:
    endpoint = incoming.endpoint
    if is_known(rows, endpoint.id, message.thread, message.external_id) or is_own_letter(rows, endpoint.id, message):
        return
    author = _staff_author(message.speaker or message.sender, endpoint.id, staff)
    if author is not None and message.forwarded is not None:
        message, author = replace(message, sender=message.forwarded, is_staff=False), None
    if message.is_staff or author is not None:
        fold_staff_message(rows, policy, incoming, message, manager_id=author)
        return
    if _is_strangers_robot(rows, incoming, message):
        stored = add_message(rows, _said(rows, incoming, message), contact_id=None, conversation=None, thread=None)
        remember_external(rows, stored, endpoint.id, thread=message.thread, external_id=message.external_id)
        return
    if (copy := find_copy(rows, endpoint.id, message)) is not None:
        link_copy(_work_of(rows, policy, copy), endpoint.id, message, known=copy)
        return
    _fold_clients_message(rows, policy, incoming, message)


def _fold_clients_message(rows: WorkingSet, policy: Policy, incoming: Incoming, message: InboundMessage) -> None:
    endpoint = incoming.endpoint
    known = find_thread(rows, endpoint.id, message)
    sighting = Sighting(endpoint.id, is_vouched=True, shared_after=policy.shared_after, thread=known)
    match = match_contact(rows, message.sender, sighting)
    prove_by_token(rows, endpoint.id, message, match.contact)
    thread_key = pick_thread(rows, endpoint.id, message, match.contact)
    known_thread = rows.threads.get((endpoint.id, thread_key))
    topic = _find_topic(rows, policy, incoming, known_thread)
    choice = _pick_line(rows, policy, incoming, contact=match.contact, thread=known_thread)
    work = LineWork(rows, policy, policy.get_line(choice.line))
    thread = touch_thread(
        work, Place(endpoint.id, thread_key, message.thread_title, _own_address(message.sender)), match.contact
    )
    if message.speaker is not None:
        thread = _give_to_group(rows, thread, match.contact)
    said = _on_topic(_said(rows, incoming, message), topic)
    intake = Intake(match, thread, said, incoming.facts, message.origin, not incoming.is_history)
    stored = take_in(work, intake, choice)
    remember_external(rows, stored, endpoint.id, thread=message.thread, external_id=message.external_id)
    if message.mail is not None:
        remember_external(rows, stored, endpoint.id, thread=message.thread, external_id=message.mail.message_id)
        remember_external(rows, stored, COPIES, thread=str(endpoint.id), external_id=copy_key(message))


def _find_topic(rows: WorkingSet, policy: Policy, incoming: Incoming, thread: Thread | None) -> Topic | None:
    """Return the topic of the menu that a client chose by these words; in a talk with a person they are an answer."""
    found = incoming.find_topic(policy)
    return None if found is None or _is_in_talk(rows, thread) else found


def _is_in_talk(rows: WorkingSet, thread: Thread | None) -> bool:
    """Tell whether a person has answered in a thread's open conversation since its menu was shown last.

    A button under the input field sends its words like any others, so nobody knows a press from typing; who presses
    «Start» gets the menu anew, and chooses again.
    """
    conversation = rows.open_conversation(thread.contact_id, thread.line) if thread is not None else None
    if conversation is None or conversation.last_response_at is None:
        return False
    begun_at = max(conversation.opened_at, conversation.welcomed_at or conversation.opened_at)
    return conversation.last_response_at > begun_at


def _on_topic(said: Said, topic: Topic | None) -> Said:
    """Return what was said, with the topic of the menu as its subject; one that asks a question is no request yet."""
    if topic is None:
        return said
    return replace(said, subject=topic.name.ru, automatic=TOPIC_CHOSEN if topic.question.ru else "")


def _work_of(rows: WorkingSet, policy: Policy, copy: MessageRef) -> LineWork:
    """Return the line on which a stored letter is."""
    conversation = rows.conversations.get(copy.conversation_id)
    return LineWork(rows, policy, policy.get_line(conversation.line if conversation else policy.default_line))


def _give_to_group(rows: WorkingSet, thread: Thread, group: Contact) -> Thread:
    """Let a group's thread belong to the group; before 0.2 it was the thread of whoever wrote there first."""
    return rows.threads.put((thread.connection_id, thread.external_id), replace(thread, contact_id=group.id))


def _pick_line(
    rows: WorkingSet, policy: Policy, incoming: Incoming, *, contact: Contact, thread: Thread | None = None
) -> LineChoice:
    """Return the line, chosen again where the rules may know the client by a tag; a topic of the menu has its own."""
    topic = _find_topic(rows, policy, incoming, thread)
    if topic is not None and topic.line:
        return incoming.choose_line(policy)
    if contact.tags:
        return pick_line(rows, policy, contact, thread, incoming.facts)
    return stay_on_line(rows, contact, thread, incoming.choose_by_rules(policy))


def _staff_author(
    sender: Sender, connection_id: ConnectionId, staff: Mapping[tuple[str, str, str], ManagerId]
) -> ManagerId | None:
    """Return which of our people wrote (M-15); anybody can write our address into From, so e-mail needs proof (S4)."""
    sure = (a for a in sender.addresses if a.type is not IdentityType.email or a.level is ProofLevel.proven)
    return next((staff[key] for a in sure if (key := identity_key(a, connection_id)) in staff), None)


def _is_strangers_robot(rows: WorkingSet, incoming: Incoming, message: InboundMessage) -> bool:
    """Tell whether a machine wrote that nobody here knows: kept and marked, but it makes no card (FR-2)."""
    is_automatic = message.automatic not in ("", *COMMANDS)
    keys = [identity_key(address, incoming.endpoint.id) for address in message.sender.addresses]
    return is_automatic and not any(key in rows.identities for key in keys)


def _said(rows: WorkingSet, incoming: Incoming, message: InboundMessage) -> Said:
    answered = find_ref(rows, incoming.endpoint.id, message.thread, message.reply_to) if message.reply_to else None
    return Said(
        text=message.text,
        at=incoming.at,
        heard_at=incoming.received_at,
        kind=message.kind,
        external_id=(message.mail.message_id if message.mail else "") or message.external_id,
        html=message.html,
        subject=message.mail.subject if message.mail else "",
        visible_length=message.visible_length,
        automatic=message.automatic,
        group=message.group_key,
        reply_to=answered.message_id if answered else None,
        attachments=message.attachments,
        fields=(*_spoken_by(message.speaker), *_answering(message.quoted)),
        identity_id=_identity_of(rows, incoming, message.sender),
    )


def _spoken_by(speaker: Sender | None) -> tuple[tuple[str, str], ...]:
    """Return who of a group spoke, as a field of the message: its contact is the group."""
    if speaker is None:
        return ()
    handle = f"@{speaker.username}" if speaker.username else ""
    return ((_SPEAKER, f"{speaker.name} {handle}".strip()),)


def _answering(quoted: str) -> tuple[tuple[str, str], ...]:
    """Return the words a message answers, as a field of it, cut to what a line holds."""
    words = " ".join(quoted.split())
    return ((_QUOTED, words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"),) if words else ()


def _fold_form(rows: WorkingSet, policy: Policy, incoming: Incoming, form: FormSubmission) -> None:
    endpoint, thread_key = incoming.endpoint, thread_of(form)
    if is_known(rows, endpoint.id, thread_key, form.external_id):
        return
    typed = Sighting(endpoint.id, is_vouched=False, shared_after=policy.shared_after)
    match = match_contact(rows, form.sender, typed)
    choice = _pick_line(rows, policy, incoming, contact=match.contact)
    work = LineWork(rows, policy, policy.get_line(choice.line))
    own_key = _own_thread(rows, incoming, match.contact, thread_key)
    thread = touch_thread(work, Place(endpoint.id, own_key, address=_own_address(form.sender)), match.contact)
    said = Said(
        text=form.text,
        at=incoming.at,
        heard_at=incoming.received_at,
        kind=MessageKind.form,
        external_id=form.external_id,
        attachments=form.attachments,
        fields=form.fields,
        identity_id=_identity_of(rows, incoming, form.sender),
    )
    origin = replace(form.origin, source=form.origin.source or form.form)
    stored = take_in(work, Intake(match, thread, said, incoming.facts, origin, not incoming.is_history), choice)
    remember_external(rows, stored, endpoint.id, thread=thread_key, external_id=form.external_id)


def _own_thread(rows: WorkingSet, incoming: Incoming, contact: Contact, wanted: str) -> str:
    """Return a thread key of this contact: what was typed into a form may be somebody else's (M-16)."""
    present = rows.threads.get((incoming.endpoint.id, wanted))
    is_taken = present is not None and present.contact_id != contact.id
    return f"{wanted}:{contact.id}" if is_taken or not wanted else wanted


def _own_address(sender: Sender) -> str:
    """Return the first address as people write it; the number behind a messenger account says nothing to anybody."""
    first = next(iter(sender.addresses), None)
    if first is None or (first.type not in _SPOKEN and not first.original):
        return ""
    return first.original or first.value


def _identity_of(rows: WorkingSet, incoming: Incoming, sender: Sender) -> IdentityId | None:
    """Return the row of the first address: the message keeps where it came from (M-10)."""
    keys = (identity_key(address, incoming.endpoint.id) for address in sender.addresses)
    return next((row.id for key in keys if (row := rows.identities.get(key))), None)
