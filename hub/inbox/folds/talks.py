"""What a talk means: it answers who waits, or is request and answer in one; an attempt nobody took is counted.

Sessions come derived from `calls`; a talk counts from the line's least number of seconds on (S4).
"""

from dataclasses import replace

from hub.domain.contact import Contact
from hub.domain.conversation import Conversation
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ManagerId
from hub.domain.inbound import CallDirection
from hub.domain.ledger import Fact
from hub.domain.timer import TimerKind
from hub.domain.wait import Response
from hub.domain.workset import WorkingSet
from hub.inbox.folds.breaches import put_in_hands
from hub.inbox.folds.call_orders import end_order, find_ordered, show_call, speaker_of
from hub.inbox.folds.call_work import CallWork, facts_of, link_call, person_of, said_in, sighting_of
from hub.inbox.folds.conversations import Place, find_or_open_conversation, touch_thread
from hub.inbox.folds.lead_moves import mark_contacted
from hub.inbox.folds.leads import ensure_lead
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import match_contact
from hub.inbox.folds.messages import add_message
from hub.inbox.folds.requests import pick_line
from hub.inbox.folds.results import ask_for_result
from hub.inbox.folds.waits import ClientRequest, answer_at_once, answer_wait
from hub.routing.decide import LineChoice


def talked(work: CallWork) -> None:
    """Stop the wait by a talk of enough seconds, whoever called whom (S4, C-5); with none open it is one (C-10)."""
    contact = _partner(work)
    if contact is None or work.session.answered_at is None:
        return
    _confirm_word(work.rows, contact)
    choice = _line_of(work, contact)
    line_work = LineWork(work.rows, work.policy, work.policy.get_line(choice.line))
    conversation = _history(work, line_work, contact, opens=_is_request(work, contact))
    if conversation is None:
        return
    speaker = speaker_of(work)
    _give_to_speaker(work, conversation, speaker)
    spoken = Response(work.session.answered_at, work.endpoint.kind, speaker, work.rows.messages[-1].id, is_spoken=True)
    before = work.rows.conversations[conversation.id]  # the talk itself is no earlier answer (FR-4)
    wait = answer_wait(line_work, conversation, spoken, cause="C-5")
    if wait is not None:
        mark_contacted(line_work, wait)
    elif _is_request(work, contact):
        _answered_at_once(work, line_work, before, spoken=spoken, choice=choice)
    ask_for_result(line_work, line_work.rows.conversations[conversation.id], speaker, call_id=int(work.record.id))
    if end_order(work, conversation) or wait is not None:
        show_call(work, line_work, conversation, speaker)


def not_reached(work: CallWork) -> None:
    """Count an attempt that reached nobody; it stops nothing (C-6)."""
    contact = _called(work)
    if contact is None:
        return
    choice = _line_of(work, contact)
    line_work = LineWork(work.rows, work.policy, work.policy.get_line(choice.line))
    conversation = _history(work, line_work, contact, opens=False)
    wait = work.rows.open_wait(conversation.contact_id, conversation.line) if conversation else None
    if wait is not None:
        counted = work.rows.waits.put(wait.id, replace(wait, call_attempts=wait.call_attempts + 1))
        record(work.rows, Fact.call_attempt, counted, manager_id=speaker_of(work), cause="C-6")
    if conversation is not None and (end_order(work, conversation) or wait is not None):
        show_call(work, line_work, conversation, speaker_of(work))


def _line_of(work: CallWork, contact: Contact) -> LineChoice:
    """Return the line of the card the call was ordered from, else what the rules say of the number that was dialled."""
    choice = pick_line(work.rows, work.policy, contact, None, facts_of(work))
    ordered = find_ordered(work, contact) if work.session.direction is CallDirection.outbound else None
    return choice if ordered is None else replace(choice, line=ordered.line)


def _is_request(work: CallWork, contact: Contact) -> bool:
    return work.session.direction is CallDirection.inbound and not contact.is_blocked


def _answered_at_once(
    work: CallWork, line_work: LineWork, conversation: Conversation, *, spoken: Response, choice: LineChoice
) -> None:
    """Write an answered call as a request that nobody had to wait for, with its lead (C-10, M-13)."""
    contact = work.rows.contacts[conversation.contact_id]
    facts = replace(facts_of(work), tags=frozenset((*contact.tags, *choice.tags)))
    request = ClientRequest(spoken.at, spoken.at, facts, message_id=spoken.message_id, priority=choice.priority)
    wait = answer_at_once(line_work, conversation, request, spoken)
    ensure_lead(line_work, wait, work.session.origin)
    mark_contacted(line_work, wait)


def _give_to_speaker(work: CallWork, conversation: Conversation, manager_id: ManagerId | None) -> None:
    """Let a free client belong to who talked with them, as one who answers in writing takes them."""
    present = work.rows.conversations[conversation.id]
    if present.assignee_id is None and manager_id is not None:
        taken = work.rows.conversations.put(present.id, replace(present, assignee_id=manager_id, offered_to=()))
        wait = work.rows.open_wait(present.contact_id, present.line)
        if wait is not None:  # the talk came before it: it is the speaker's all the same
            wait = put_in_hands(work.rows, wait, manager_id)
            work.rows.disarm(TimerKind.accept, f"wait:{wait.id}")
        record(work.rows, Fact.taken, wait or taken, manager_id=manager_id, cause="C-5")


def _confirm_word(rows: WorkingSet, contact: Contact) -> None:
    """Take a talk with the client as the proof of a manager's word that there was one (C-11)."""
    for conversation in rows.conversations.where(contact.id):
        rows.disarm(TimerKind.call_confirmation, f"conversation:{conversation.id}")


def _partner(work: CallWork) -> Contact | None:
    """Return the card of who talked with us; a new client who called and was answered gets one (C-10)."""
    if work.session.direction is not CallDirection.inbound or not work.session.client:
        return _called(work)
    caller = person_of(work.session.client, work.session.client_original)
    contact = match_contact(work.rows, caller, sighting_of(work)).contact
    _prove(work, contact)
    return contact


def _called(work: CallWork) -> Contact | None:
    """Return the card of the number that was called; of a shared one, that of its thread (M-7)."""
    row, thread = work.rows.identities.get(_number_of(work)), sighting_of(work).thread
    if row is None or (row.is_shared and thread is None):
        return None
    return work.rows.contacts[thread.contact_id if row.is_shared and thread is not None else row.contact_id]


def _prove(work: CallWork, contact: Contact) -> None:
    """Take the number of an answered call as proven (M-2)."""
    row = work.rows.identities.get(_number_of(work))
    if row is not None and row.contact_id == contact.id and row.level is not ProofLevel.proven:
        proven = replace(row, level=ProofLevel.proven, evidence="номер отвеченного звонка")
        work.rows.identities.put(_number_of(work), proven)


def _number_of(work: CallWork) -> tuple[str, str, str]:
    return IdentityType.phone, "", work.session.client


def _history(work: CallWork, line_work: LineWork, contact: Contact, *, opens: bool) -> Conversation | None:
    """Put the call into the history of the contact's conversation and return that, opened only where asked."""
    place = Place(work.endpoint.id, f"tel:{work.session.client}", address=work.session.client)
    thread = touch_thread(line_work, place, contact)
    said = said_in(work)
    conversation = line_work.rows.open_conversation(contact.id, line_work.line.key)
    if opens:
        source = work.session.origin.source
        conversation = find_or_open_conversation(line_work, contact, at=said.at, thread=None, source=source)
    stored = add_message(work.rows, said, contact_id=contact.id, conversation=conversation, thread=thread)
    link_call(work, stored, contact)
    return conversation
