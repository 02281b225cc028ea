"""A bot or assistant talks first: where a line says so, no clock runs until it hands the client over (FR-6).

What waits is kept in one timer per conversation, whose facts say what the client asked first. It is also the safety
net: a bot that is silent for the line's patience hands over without a word.
"""

from collections.abc import Mapping
from datetime import datetime

from hub.domain.conversation import Conversation
from hub.domain.facts import RequestFacts
from hub.domain.ids import MessageId
from hub.domain.inbound import Origin
from hub.domain.ledger import Fact
from hub.domain.line import ClockStart
from hub.domain.message import Message
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import route_wait
from hub.inbox.folds.hours import tell_no_open_time
from hub.inbox.folds.leads import ensure_lead, start_lead
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.questions import ask_standing_question
from hub.inbox.folds.waits import ClientRequest, add_request


def is_with_bot(work: LineWork, conversation: Conversation) -> bool:
    """Tell whether the bot has the client: the clock starts at the hand-over, and no person has come in yet."""
    if work.line.bot.clock_start is not ClockStart.handover or conversation.assignee_id is not None:
        return False
    answered = conversation.last_response_at
    is_answered = answered is not None and answered >= conversation.opened_at
    return not is_answered and work.rows.open_wait(conversation.contact_id, conversation.line) is None


def leave_to_bot(
    work: LineWork, conversation: Conversation, message: Message, *, request: ClientRequest, origin: Origin
) -> None:
    """Let the bot answer first: the lead is made at once, the wait opens at the hand-over (FR-6).

    Each message of the client gives the bot the line's patience anew.
    """
    begun = _begun(work, conversation)
    if begun is None:
        begun = _first_request(request)
        start_lead(work, conversation, message, origin, channel=request.facts.channel)
        facts = {"channel": request.facts.channel, "message_id": request.message_id}
        record(work.rows, Fact.bot_began, conversation, at=request.at, cause="FR-6", facts=facts)
    due_at = work.rows.now + work.line.bot.patience
    work.rows.arm(TimerKind.handover, f"conversation:{conversation.id}", due_at, **begun)


def hand_over(work: LineWork, conversation: Conversation, *, cause: str) -> Wait | None:
    """Give the client to people: the wait starts now, and the ledger keeps both moments (FR-6). None if nobody waits.

    Where the clock runs from the first message, the moment is written beside it and changes nothing.
    """
    rows = work.rows
    present, begun = rows.open_wait(conversation.contact_id, conversation.line), _begun(work, conversation)
    forget_talk(rows, conversation)
    if present is None and (begun is None or _is_over(conversation, begun)):
        return None
    wait = present or _open(work, conversation, begun or {})
    facts = {"first_message_at": str(begun["at"]) if begun else wait.started_at.isoformat()}
    record(rows, Fact.handed_over, wait, cause=cause, facts=facts)
    return wait


def rest_patience(rows: WorkingSet, conversation: Conversation) -> None:
    """Stop counting the bot's silence: it has answered; what it was asked first stays known."""
    rows.disarm(TimerKind.handover, f"conversation:{conversation.id}")


def forget_talk(rows: WorkingSet, conversation: Conversation) -> None:
    """End the talk with the bot: what the client asks next is the first message of another one."""
    subject = f"conversation:{conversation.id}"
    if (TimerKind.handover, subject) in rows.timers:
        rows.arm(TimerKind.handover, subject, rows.now)
        rows.disarm(TimerKind.handover, subject)


def join_talks(work: LineWork, kept: Conversation, other: Conversation) -> None:
    """Let what a bot still owes an answer pass to the conversation that goes on after a merge (P-4).

    It hands over at the earlier of both instants; where a client waits for people already, there is nothing to owe.
    """
    rows, mine, theirs = work.rows, _owed(work, kept), _owed(work, other)
    forget_talk(rows, other)
    if theirs is None or rows.open_wait(kept.contact_id, kept.line) is not None:
        return
    first = theirs if mine is None else min(mine, theirs, key=lambda timer: str(timer.facts["at"]))
    due_at = min(each.due_at for each in (mine, theirs) if each is not None)
    rows.arm(TimerKind.handover, f"conversation:{kept.id}", due_at, **first.facts)


def _owed(work: LineWork, conversation: Conversation) -> Timer | None:
    """Return the running timer of a talk in which it is the bot's turn."""
    timer = work.rows.timers.get((TimerKind.handover, f"conversation:{conversation.id}"))
    return timer if timer is not None and timer.state is TimerState.armed and "at" in timer.facts else None


def _open(work: LineWork, conversation: Conversation, begun: Mapping[str, object]) -> Wait:
    facts = RequestFacts(
        at=work.rows.now,
        connection=str(begun["connection"]),
        channel=str(begun["channel"]),
        source=str(begun["source"]),
        tags=frozenset(work.rows.contacts[conversation.contact_id].tags),
    )
    asked = MessageId(int(str(begun["message_id"])))
    request = ClientRequest(
        work.rows.now,
        work.rows.now,
        facts,
        message_id=asked,
        priority=str(begun["priority"]),
        required_skills=_names(begun["required_skills"]),
        preferred_skills=_names(begun["preferred_skills"]),
    )
    wait = add_request(work, conversation, request).wait
    route_wait(work, wait)
    if wait.has_no_open_time:
        tell_no_open_time(work, wait)
    ensure_lead(work, work.rows.waits[wait.id], Origin(source=facts.source))
    ask_standing_question(work, conversation)
    return work.rows.waits[wait.id]


def _begun(work: LineWork, conversation: Conversation) -> Mapping[str, object] | None:
    """Return what the client asked first in this talk with the bot, None if there is no such talk."""
    timer = work.rows.timers.get((TimerKind.handover, f"conversation:{conversation.id}"))
    return timer.facts if timer is not None and "at" in timer.facts else None


def _is_over(conversation: Conversation, begun: Mapping[str, object]) -> bool:
    """Tell whether nobody waits any more: closed, or a person has answered since."""
    answered = conversation.last_response_at
    return not conversation.is_open or (answered is not None and answered >= datetime.fromisoformat(str(begun["at"])))


def _first_request(request: ClientRequest) -> dict[str, object]:
    return {
        "at": request.at.isoformat(),
        "message_id": request.message_id,
        "connection": request.facts.connection,
        "channel": request.facts.channel,
        "source": request.facts.source,
        "priority": request.priority,
        "required_skills": list(request.required_skills),
        "preferred_skills": list(request.preferred_skills),
    }


def _names(listed: object) -> tuple[str, ...]:
    return tuple(map(str, listed)) if isinstance(listed, list | tuple) else ()
