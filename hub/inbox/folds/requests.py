"""Everything a client request sets off, in order: conversation, message, wait, lead, route, notices, auto-texts."""

from dataclasses import dataclass

from hub.domain.contact import Contact
from hub.domain.conversation import Conversation, Thread
from hub.domain.delivery import Notice
from hub.domain.facts import RequestFacts
from hub.domain.inbound import START_COMMAND, TOPIC_CHOSEN, Origin, origin_of_link
from hub.domain.ledger import Fact
from hub.domain.message import Message, MessageKind
from hub.domain.policy import Policy
from hub.domain.replacing import replace
from hub.domain.texts import is_acknowledgement
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import route_wait
from hub.inbox.folds.auto_texts import greet
from hub.inbox.folds.bot_talk import is_with_bot, leave_to_bot
from hub.inbox.folds.bursts import tell_of_burst
from hub.inbox.folds.client_commands import obey
from hub.inbox.folds.conversations import find_or_open_conversation, place_in_history
from hub.inbox.folds.hours import tell_no_open_time
from hub.inbox.folds.leads import ensure_lead, fill_fields, find_open_lead, start_lead
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import Match
from hub.inbox.folds.messages import Said, add_message
from hub.inbox.folds.notices import ALBUM_WINDOW, NO_DELAY, tell
from hub.inbox.folds.outgoing import queue_media
from hub.inbox.folds.questions import ask_standing_question
from hub.inbox.folds.reading_along import tell_readers
from hub.inbox.folds.waits import ClientRequest, add_request
from hub.inbox.ways import capabilities_of, is_personal
from hub.routing.decide import LineChoice, choose_line


@dataclass(frozen=True, slots=True)
class Intake:
    """One utterance of a client with everything known about it.

    `opens_wait` is False for what only belongs into the history (FR-2) and for imported messages (FR-7).
    """

    match: Match
    thread: Thread
    said: Said
    facts: RequestFacts
    origin: Origin = Origin()
    opens_wait: bool = True
    is_counted: bool = True
    notice: Notice = Notice.new_lead


def pick_line(
    workset: WorkingSet, policy: Policy, contact: Contact, thread: Thread | None, facts: RequestFacts
) -> LineChoice:
    """Return the line (R-1); a thread whose conversation is open stays on its line."""
    return stay_on_line(workset, contact, thread, choose_line(replace(facts, tags=frozenset(contact.tags)), policy))


def stay_on_line(workset: WorkingSet, contact: Contact, thread: Thread | None, choice: LineChoice) -> LineChoice:
    """Return the choice with the line of the thread, if its conversation is open."""
    if thread is not None and workset.open_conversation(contact.id, thread.line):
        return replace(choice, line=thread.line)
    return choice


def take_in(work: LineWork, intake: Intake, choice: LineChoice) -> Message:
    """Store the utterance and do what it asks for; returns the stored message."""
    rows, contact = work.rows, intake.match.contact
    opens_wait = _opens_wait(work, intake)
    begins = opens_wait or intake.said.automatic == TOPIC_CHOSEN
    place = find_or_open_conversation if begins else place_in_history
    conversation = place(work, contact, at=intake.said.at, thread=intake.thread, source=intake.origin.source)
    conversation = _keep_subject(rows, conversation, intake)
    message = add_message(rows, intake.said, contact_id=contact.id, conversation=conversation, thread=intake.thread)
    queue_media(rows, message, intake.thread)
    if intake.match.is_new or intake.match.candidate:
        record(rows, Fact.matched, conversation, cause="M-3", facts={"evidence": intake.match.evidence})
    if opens_wait:
        intake = _with_origin_of_start(work, intake, conversation)
        _request(work, intake, choice, conversation=conversation, message=message)
        tell_readers(work, rows.conversations[conversation.id], message)
    else:
        _keep_in_history(work, intake, conversation, message)
    return message


def _keep_in_history(work: LineWork, intake: Intake, conversation: Conversation, message: Message) -> None:
    """Show and obey what asks for nothing of people; a lead begins where the line wants one of a mere start (FR-2)."""
    tell_readers(work, conversation, message)
    if intake.said.automatic in (START_COMMAND, TOPIC_CHOSEN) and work.line.makes_lead_on_start:
        start_lead(work, conversation, message, intake.origin, channel=intake.facts.channel)
    if intake.said.automatic and intake.opens_wait and not intake.thread.is_flooded:
        obey(work, conversation, intake.thread, said=message)
    if conversation.assignee_id is not None and not intake.match.contact.is_blocked:
        _tell_owner(work, conversation, message, _follow_up(intake))


def _with_origin_of_start(work: LineWork, intake: Intake, conversation: Conversation) -> Intake:
    """Give the first request where the client came from: the link whose /start opened the conversation (L-1)."""
    is_first = conversation.last_response_at is None and find_open_lead(work, conversation.contact_id) is None
    if not conversation.source or intake.origin.source or not is_first:
        return intake
    began = origin_of_link(conversation.source)
    facts = replace(intake.facts, source=began.source, marks={**began.marks, **intake.facts.marks})
    return replace(intake, origin=Origin(began.source, {**began.marks, **intake.origin.marks}), facts=facts)


def _keep_subject(rows: WorkingSet, conversation: Conversation, intake: Intake) -> Conversation:
    subject = conversation.subject or intake.said.subject
    return rows.conversations.put(conversation.id, replace(conversation, subject=subject, snoozed_until=None))


def _opens_wait(work: LineWork, intake: Intake) -> bool:
    """Tell whether the utterance is a client request (FR-1, FR-2)."""
    if not intake.opens_wait or intake.said.automatic or intake.match.contact.is_blocked:
        return False
    is_thanks = work.line.has_thanks_filter and is_acknowledgement(intake.said.text) and not intake.said.attachments
    return not (is_thanks and work.rows.open_wait(intake.match.contact.id, work.line.key) is None)


def _request(
    work: LineWork, intake: Intake, choice: LineChoice, *, conversation: Conversation, message: Message
) -> None:
    request = _client_request(intake, choice, message)
    speaks = _may_speak(intake)
    if speaks and is_with_bot(work, conversation):
        leave_to_bot(work, conversation, message, request=request, origin=intake.origin)
        return
    outcome = add_request(work, conversation, request)
    if outcome.is_new:
        conversation = route_wait(work, outcome.wait, notice=intake.notice)
        if outcome.wait.has_no_open_time:
            tell_no_open_time(work, outcome.wait)
    else:
        _tell_owner(work, conversation, message, _follow_up(intake))
    _lead(work, intake, choice, conversation=conversation, wait=work.rows.waits[outcome.wait.id])
    if intake.match.candidate is not None:
        ask_standing_question(work, conversation)
    if speaks:
        greet(work, intake.match.contact, work.rows.conversations[conversation.id], intake.thread)


def _may_speak(intake: Intake) -> bool:
    """Tell whether the hub or a bot can write where the client wrote: nobody speaks in a person's name."""
    channel = intake.facts.channel
    return capabilities_of(channel).text_limit > 0 and not is_personal(channel, intake.thread)


def _client_request(intake: Intake, choice: LineChoice, message: Message) -> ClientRequest:
    tagged = frozenset((*intake.match.contact.tags, *choice.tags))
    return ClientRequest(
        at=intake.said.at,
        heard_at=intake.said.heard_at,
        facts=replace(intake.facts, tags=tagged),
        message_id=message.id,
        group=intake.said.group,
        priority=choice.priority,
        required_skills=tuple(sorted(choice.required_skills)),
        preferred_skills=tuple(sorted(choice.preferred_skills)),
        is_counted=intake.is_counted,
    )


def _lead(work: LineWork, intake: Intake, choice: LineChoice, *, conversation: Conversation, wait: Wait) -> None:
    """Make or find the lead, with the marks of the rule; a form fills only what is empty in it (M-13)."""
    lead = ensure_lead(work, wait, intake.origin)
    lead = work.rows.leads.put(
        lead.id,
        replace(
            lead,
            responsible_id=lead.responsible_id or conversation.assignee_id,
            tags=tuple(dict.fromkeys((*lead.tags, *choice.tags))),
        ),
    )
    if intake.said.kind is MessageKind.form:
        fill_fields(work.rows, lead, dict(intake.said.fields))


def _follow_up(intake: Intake) -> Notice:
    return Notice.client_message if intake.notice is Notice.new_lead else intake.notice


def _tell_owner(work: LineWork, conversation: Conversation, message: Message, notice: Notice) -> None:
    """Show a further message to who has the conversation; parts of an album arrive as one notice (case 5).

    Where it is only offered so far, the offered cards are refreshed instead.
    """
    is_owned = conversation.assignee_id is not None
    owner = [conversation.assignee_id] if conversation.assignee_id is not None else []
    if tell_of_burst(work, Notice.burst, conversation, message, to=owner):
        return  # the offered see it on the card
    told = owner or conversation.offered_to
    grouped = bool(message.group_key)
    tell(
        work,
        notice if is_owned else Notice.card_changed,
        conversation,
        to=told,
        cause=f"group:{message.group_key}" if grouped else message.id,
        delay=ALBUM_WINDOW if grouped else NO_DELAY,
        facts={"message_id": int(message.id), "received_at": message.received_at.isoformat()},
    )
