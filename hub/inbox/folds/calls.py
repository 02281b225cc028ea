"""Calls as folds: every event is kept, the session is derived anew, and its verdict acts once (C-1 to C-4, C-8, C-9).

A missed call is a client's request with a callback clock; what a talk or an attempt means is `talks`. What a call was
is shown in the history as one message.
"""

from dataclasses import replace

from hub.domain.call import CallSession, CallState, fold_call
from hub.domain.call_record import CallRecord
from hub.domain.delivery import Notice
from hub.domain.facts import RequestFacts
from hub.domain.ids import CallId
from hub.domain.inbound import CallDirection, CallEvent, InboundEvent, Sender
from hub.domain.ledger import Fact
from hub.domain.line import CallSettings
from hub.domain.policy import Policy
from hub.domain.timer import TimerKind
from hub.domain.wait import Wait, accepted_instant
from hub.domain.workset import WorkingSet
from hub.inbox.endpoint import Endpoint
from hub.inbox.folds.auto_texts import excuse
from hub.inbox.folds.call_orders import speaker_of
from hub.inbox.folds.call_work import (
    CallWork,
    Staff,
    add_recording,
    facts_of,
    link_call,
    person_of,
    said_in,
    sighting_of,
)
from hub.inbox.folds.conversations import Place, touch_thread
from hub.inbox.folds.incoming import Incoming
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import match_contact
from hub.inbox.folds.requests import Intake, pick_line, take_in
from hub.inbox.folds.talks import not_reached, talked
from hub.inbox.folds.waits import arm_callback
from hub.routing.decide import choose_line

_IN_PROGRESS = frozenset({CallState.ringing, CallState.talking, CallState.ending})


def call_sender(event: InboundEvent) -> Sender | None:
    """Return the outside party of a call event as a sender, None for other events and hidden numbers (C-8)."""
    return person_of(event.client, event.client_original) if isinstance(event, CallEvent) and event.client else None


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
    is_news = bool(event.recording) and not any(known.recording for known in stored.events)
    stored = rows.calls.put(key, replace(stored, events=(*stored.events, believed)))
    settle_call(rows, policy, endpoint, stored, staff=staff)
    if is_news and stored.message_id is not None:
        add_recording(rows, policy, stored, event.recording)


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
    stored = rows.calls.put(key, replace(stored, state=session.state, manager_id=speaker_of(work)))
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
        talked(work)
    elif work.session.direction is CallDirection.outbound and work.session.state is CallState.not_reached:
        not_reached(work)


def _missed(work: CallWork) -> None:
    """Open or join the wait with a missed call and want a callback; several of one number collapse (C-3, C-4)."""
    session, rows = work.session, work.rows
    match = match_contact(rows, person_of(session.client, session.client_original), sighting_of(work))
    facts = facts_of(work)
    choice = pick_line(rows, work.policy, match.contact, None, facts)
    line_work = LineWork(rows, work.policy, work.policy.get_line(choice.line))
    thread_key = f"tel:{session.client}" if session.client else f"call:{work.record.id}"
    thread = touch_thread(line_work, Place(work.endpoint.id, thread_key, address=session.client), match.contact)
    said = said_in(work)
    intake = Intake(
        match, thread, said, facts, session.origin, is_counted=not session.is_hidden, notice=Notice.missed_call
    )
    stored = take_in(line_work, intake, choice)
    link_call(work, stored, match.contact)
    if stored.conversation_id is not None:
        excuse(line_work, match.contact, rows.conversations[stored.conversation_id])
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
    told = {"callback_due_at": due, "callback_seconds": int(targets.callback.total_seconds())}
    record(work.rows, Fact.missed_call, wanted, at=at, cause="C-3", facts=told)
