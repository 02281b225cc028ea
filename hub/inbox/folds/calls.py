"""Calls as folds: every event is kept, the session is derived anew, and its verdict acts once (C-1 to C-6, C-8, C-9).

A missed call is a client's request with a callback clock; a talk of enough seconds in either direction is an answer; an
outgoing call nobody took is an attempt. What a call was is shown in the history as one message.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from hub.domain.call import CallSession, CallState, fold_call
from hub.domain.call_record import CallRecord
from hub.domain.contact import Contact
from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.facts import RequestFacts
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import CallId, ManagerId
from hub.domain.inbound import Address, CallDirection, CallEvent, InboundEvent, Sender
from hub.domain.ledger import Fact
from hub.domain.line import CallSettings
from hub.domain.message import Attachment, AttachmentKind, Message, MessageKind
from hub.domain.policy import Policy
from hub.domain.timer import TimerKind
from hub.domain.wait import Response, Wait, accepted_instant
from hub.domain.workset import WorkingSet
from hub.inbox.folds.conversations import Place, touch_thread
from hub.inbox.folds.incoming import Incoming
from hub.inbox.folds.leads import mark_contacted
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import match_contact
from hub.inbox.folds.messages import Said, add_message
from hub.inbox.folds.requests import Intake, pick_line, take_in
from hub.inbox.folds.waits import answer_wait, arm_callback
from hub.inbox.office import Endpoint
from hub.routing.decide import choose_line

Staff = Mapping[tuple[str, str, str], ManagerId]
_IN_PROGRESS = frozenset({CallState.ringing, CallState.talking, CallState.ending})


@dataclass(frozen=True, slots=True)
class CallWork:
    """One call with what its verdict needs."""

    rows: WorkingSet
    policy: Policy
    endpoint: Endpoint
    record: CallRecord
    session: CallSession
    staff: Staff


def call_sender(event: InboundEvent) -> Sender | None:
    """Return the outside party of a call event as a sender, None for other events and hidden numbers (C-8)."""
    return _sender(event.client, event.client_original) if isinstance(event, CallEvent) and event.client else None


def fold_call_event(rows: WorkingSet, policy: Policy, incoming: Incoming, event: CallEvent, *, staff: Staff) -> None:
    """Add an event to its call and act if the call's meaning changed by it; a repeated event changes nothing (C-1)."""
    endpoint, received_at = incoming.endpoint, incoming.received_at
    key = (endpoint.id, event.call)
    stored = rows.calls.get(key)
    if stored is None:
        stored = CallRecord(CallId(rows.new_id()), endpoint.id, event.call, state="", created_at=received_at)
        rows.calls.add(key, stored)
    if any(known.external_id == event.external_id for known in stored.events):
        return
    believed = replace(event, occurred_at=accepted_instant(event.occurred_at, received_at))
    stored = rows.calls.put(key, replace(stored, events=(*stored.events, believed)))
    settle_call(rows, policy, endpoint, stored, staff=staff)


def settle_call(rows: WorkingSet, policy: Policy, endpoint: Endpoint, stored: CallRecord, *, staff: Staff) -> None:
    """Derive the session as of now, and do what its state asks for, once a state."""
    rules = _call_rules(policy, endpoint, stored)
    session = fold_call(
        stored.events,
        now=rows.now,
        hangup_grace=rules.hangup_grace,
        minimum_talk=rules.min_talk,
        excluded=policy.internal_numbers,
    )
    _arm(rows, stored, session)
    if session.state == stored.state:
        return
    key = (endpoint.id, stored.external_id)
    work = CallWork(rows, policy, endpoint, stored, session, staff)
    stored = rows.calls.put(key, replace(stored, state=session.state, manager_id=_manager(work)))
    if session.makes_item and session.state not in _IN_PROGRESS and session.state is not CallState.unknown:
        _act(replace(work, record=stored))


def _call_rules(policy: Policy, endpoint: Endpoint, stored: CallRecord) -> CallSettings:
    """Return the call rules of the line that was dialled."""
    dialled = next((event.line_number for event in stored.events if event.line_number), "")
    facts = RequestFacts(
        at=stored.created_at,
        connection=endpoint.name,
        connection_line=endpoint.line,
        channel=endpoint.kind,
        dialled=dialled,
    )
    return policy.get_line(choose_line(facts, policy).line).calls


def _arm(rows: WorkingSet, stored: CallRecord, session: CallSession) -> None:
    subject = f"call:{stored.id}"
    facts: dict[str, object] = {
        "connection_id": stored.connection_id,
        "call": stored.external_id,
        "client": session.client,
    }
    for kind, due in ((TimerKind.hangup_grace, session.declares_at), (TimerKind.call_expiry, session.expires_at)):
        if due is not None and session.state in _IN_PROGRESS:
            rows.arm(kind, subject, due, **facts)
        else:
            rows.disarm(kind, subject)


def _act(work: CallWork) -> None:
    if work.session.direction is CallDirection.inbound and work.session.is_missed:
        _missed(work)
    elif work.session.is_response:
        _talked(work)
    elif work.session.direction is CallDirection.outbound and work.session.state is CallState.not_reached:
        _not_reached(work)


def _missed(work: CallWork) -> None:
    """Open or join the wait with a missed call and want a callback; several of one number collapse (C-3, C-4)."""
    session, rows = work.session, work.rows
    match = match_contact(rows, _sender(session.client, session.client_original), work.endpoint.id, is_vouched=True)
    facts = _facts(work)
    choice = pick_line(rows, work.policy, match.contact, None, facts)
    line_work = LineWork(rows, work.policy, work.policy.get_line(choice.line))
    thread_key = f"tel:{session.client}" if session.client else f"call:{work.record.id}"
    thread = touch_thread(line_work, Place(work.endpoint.id, thread_key, address=session.client), match.contact)
    said = _said(work)
    intake = Intake(
        match, thread, said, facts, session.origin, is_counted=not session.is_hidden, notice=Notice.missed_call
    )
    stored = take_in(line_work, intake, choice)
    _link(work, stored, match.contact)
    wait = rows.open_wait(match.contact.id, choice.line)
    if wait is not None:
        tags = frozenset((*match.contact.tags, *choice.tags))
        _want_callback(line_work, wait, replace(facts, tags=tags), priority=choice.priority)


def _want_callback(work: LineWork, wait: Wait, facts: RequestFacts, *, priority: str) -> None:
    targets = work.policy.freeze_targets(work.line, facts, kind=wait.kind, priority=priority)
    at = facts.at
    due = work.line.calendar.add_open_time(at, targets.callback).at
    due = min(due, wait.callback_due_at or due)
    wanted = replace(
        wait, needs_callback=True, callback_due_at=due, missed_calls=wait.missed_calls + 1, last_missed_at=at
    )
    work.rows.waits.put(wait.id, wanted)
    arm_callback(work.rows, wanted)
    record(work.rows, Fact.missed_call, wanted, at=at, cause="C-3", facts={"callback_due_at": due})


def _talked(work: CallWork) -> None:
    """Stop the wait by a talk of enough seconds, whoever called whom (S4, C-5)."""
    contact = _known_contact(work)
    if contact is None or work.session.answered_at is None:
        return
    manager_id = _manager(work)
    _confirm_word(work.rows, contact)
    conversation = _history(work, contact)
    if conversation is None:
        return
    spoken = Response(
        work.session.answered_at, work.endpoint.kind, manager_id, work.rows.messages[-1].id, is_spoken=True
    )
    line_work = LineWork(work.rows, work.policy, work.policy.get_line(conversation.line))
    _give_to_speaker(work, conversation, manager_id)
    wait = answer_wait(line_work, conversation, spoken, cause="C-5")
    if wait is not None:
        mark_contacted(work.rows, wait)


def _give_to_speaker(work: CallWork, conversation: Conversation, manager_id: ManagerId | None) -> None:
    """Let a free client belong to who talked with them, as one who answers in writing takes them."""
    present = work.rows.conversations[conversation.id]
    if present.assignee_id is None and manager_id is not None:
        taken = work.rows.conversations.put(present.id, replace(present, assignee_id=manager_id, offered_to=()))
        record(work.rows, Fact.taken, taken, manager_id=manager_id, cause="C-5")


def _confirm_word(rows: WorkingSet, contact: Contact) -> None:
    """Take a talk with the client as the proof of a manager's word that there was one (C-11)."""
    for conversation in rows.conversations.where(contact.id):
        rows.disarm(TimerKind.call_confirmation, f"conversation:{conversation.id}")


def _not_reached(work: CallWork) -> None:
    """Count an attempt that reached nobody; it stops nothing (C-6)."""
    contact = _known_contact(work)
    conversation = _history(work, contact) if contact else None
    wait = work.rows.open_wait(conversation.contact_id, conversation.line) if conversation else None
    if wait is not None:
        counted = work.rows.waits.put(wait.id, replace(wait, call_attempts=wait.call_attempts + 1))
        record(work.rows, Fact.call_attempt, counted, manager_id=_manager(work), cause="C-6")


def _known_contact(work: CallWork) -> Contact | None:
    """Return the card of the number, its proof raised if the client answered or called and was answered (M-2)."""
    key = (IdentityType.phone, "", work.session.client)
    row = work.rows.identities.get(key)
    if row is None:
        return None
    if work.session.direction is CallDirection.inbound and row.level is not ProofLevel.proven:
        work.rows.identities.put(key, replace(row, level=ProofLevel.proven, evidence="номер отвеченного звонка"))
    return work.rows.contacts[row.contact_id]


def _history(work: CallWork, contact: Contact) -> Conversation | None:
    """Put the call into the history of the contact's open conversation and return it."""
    choice = pick_line(work.rows, work.policy, contact, None, _facts(work))
    conversation = work.rows.open_conversation(contact.id, choice.line)
    line_work = LineWork(work.rows, work.policy, work.policy.get_line(choice.line))
    place = Place(work.endpoint.id, f"tel:{work.session.client}", address=work.session.client)
    thread = touch_thread(line_work, place, contact)
    stored = add_message(work.rows, _said(work), contact_id=contact.id, conversation=conversation, thread=thread)
    _link(work, stored, contact)
    return conversation


def _link(work: CallWork, message: Message, contact: Contact) -> None:
    key = (work.endpoint.id, work.record.external_id)
    linked = replace(
        work.rows.calls[key], contact_id=contact.id, conversation_id=message.conversation_id, message_id=message.id
    )
    work.rows.calls.put(key, linked)


def _manager(work: CallWork) -> ManagerId | None:
    named = work.session.answered_by or next((leg.extension for leg in work.session.legs if leg.extension), "")
    scope = str(work.endpoint.id)
    for kind in (IdentityType.pbx_extension, IdentityType.pbx_login):
        if manager_id := work.staff.get((kind, scope, named)):
            return manager_id
    return None


def _said(work: CallWork) -> Said:
    session = work.session
    at = session.missed_at or session.ended_at or session.started_at
    recording = (Attachment(AttachmentKind.recording, provider_ref=session.recording),) if session.recording else ()
    return Said(
        text="", at=at, heard_at=work.rows.now, kind=MessageKind.call, attachments=recording, fields=_fields(session)
    )


def _fields(session: CallSession) -> tuple[tuple[str, str], ...]:
    told = {
        "direction": session.direction.value,
        "state": session.state.value,
        "line_number": session.line_number,
        "reason": session.reason,
        "waiting_seconds": _seconds(session.waiting),
        "talk_seconds": _seconds(session.talk),
        "answered_by": session.answered_by,
    }
    return tuple((name, value) for name, value in told.items() if value)


def _seconds(span: timedelta | None) -> str:
    return "" if span is None else str(int(span.total_seconds()))


def _facts(work: CallWork) -> RequestFacts:
    return RequestFacts(
        at=work.session.missed_at or work.session.started_at,
        connection=work.endpoint.name,
        connection_line=work.endpoint.line,
        channel=work.endpoint.kind,
        dialled=work.session.line_number,
        source=work.session.origin.source,
        marks=work.session.origin.marks,
    )


def _sender(client: str, original: str) -> Sender:
    if not client:
        return Sender(())
    return Sender((Address(IdentityType.phone, client, original, ProofLevel.claimed),))
