"""What a person says about a waiting client: no reply needed, reached by phone, nobody answered, answered elsewhere.

None of them needs an open wait to be harmless: a second press finds it ended and changes nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from hub.domain.conversation import Conversation
from hub.domain.errors import Conflict, ReasonMissing
from hub.domain.ids import ConversationId
from hub.domain.ledger import Actor, Fact
from hub.domain.rights import Action, Person
from hub.domain.timer import TimerKind
from hub.domain.wait import Wait, WaitState
from hub.inbox.changing import change_conversation
from hub.inbox.folds.declaring import Word, declare_answered
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.waits import end_wait
from hub.inbox.office import Office
from hub.inbox.ways import is_pbx

CONFIRMED_WITHIN = timedelta(minutes=10)


async def dismiss(office: Office, actor: Person, conversation_id: ConversationId, *, reason: str = "") -> None:
    """Say that no reply is needed: ends the wait outside the averages (S8). Commits.

    Raises:
        ReasonMissing: the deadline has passed and there is no reason.
        NotFound, PermissionDenied: by rights.
    """

    def change(work: LineWork, conversation: Conversation) -> None:
        wait = _wait_of(work, conversation)
        if wait is None:
            return
        if work.rows.now > wait.deadline_at and not reason.strip():
            raise ReasonMissing("the deadline has passed: say why no reply is needed (S8)")
        end_wait(work.rows, wait, WaitState.dismissed, manager_id=actor.manager_id, note=reason.strip())

    await change_conversation(office, actor, conversation_id, action=Action.dismiss, change=change)


async def declare_reached(office: Office, actor: Person, conversation_id: ConversationId, *, result: str) -> None:
    """«Дозвонился»: ends callback and wait on the person's word (C-11). Commits.

    If a PBX serves the line and shows no talk with the client within 10 min, the head is told.

    Raises:
        Conflict: the one-line result is missing.
        NotFound, PermissionDenied: by rights.
    """
    _need(result)

    def change(work: LineWork, conversation: Conversation) -> None:
        wait = _wait_of(work, conversation)
        if wait is None:
            return
        word = Word(work.rows.now, "call", actor.manager_id, result.strip(), rule="C-11")
        declare_answered(work, conversation, wait, word)
        if _has_pbx(office, work):
            due = work.rows.now + CONFIRMED_WITHIN
            subject = f"conversation:{conversation.id}"
            work.rows.arm(TimerKind.call_confirmation, subject, due, wait_id=int(wait.id))

    await change_conversation(office, actor, conversation_id, action=Action.declare, change=change)


class Elsewhere(TypedDict):
    """An answer the hub cannot see: by which channel, when (UTC), and what came of it in one line."""

    channel: str
    at: datetime
    result: str


async def answered_elsewhere(
    office: Office, actor: Person, conversation_id: ConversationId, **answer: Unpack[Elsewhere]
) -> None:
    """Record an answer given where the hub cannot see it, at the instant it was given (S11). Commits.

    Raises:
        Conflict: the result is missing, or the instant lies before the request or ahead.
        NotFound, PermissionDenied: by rights.
    """
    _need(answer["result"])
    word = Word(answer["at"], answer["channel"], actor.manager_id, answer["result"].strip(), rule="S11")

    def change(work: LineWork, conversation: Conversation) -> None:
        wait = _wait_of(work, conversation)
        if wait is None:
            return
        if not wait.started_at <= word.at <= work.rows.now:
            raise Conflict("an answer comes after the client's request and not later than now")
        declare_answered(work, conversation, wait, word)

    await change_conversation(office, actor, conversation_id, action=Action.declare, change=change)


async def record_call_attempt(office: Office, actor: Person, conversation_id: ConversationId) -> None:
    """«Не ответил»: count an attempt from an own telephone; the clock runs on (C-6). Commits. Raises: by rights."""

    def change(work: LineWork, conversation: Conversation) -> None:
        wait = _wait_of(work, conversation)
        if wait is None:
            return
        counted = work.rows.waits.put(wait.id, replace(wait, call_attempts=wait.call_attempts + 1))
        by = actor.manager_id
        record(work.rows, Fact.call_attempt, counted, manager_id=by, actor=Actor.manager, cause="C-6")

    await change_conversation(office, actor, conversation_id, action=Action.declare, change=change)


def _wait_of(work: LineWork, conversation: Conversation) -> Wait | None:
    return work.rows.open_wait(conversation.contact_id, conversation.line)


def _need(result: str) -> None:
    if not result.strip():
        raise Conflict("say in one line what came of it")


def _has_pbx(office: Office, work: LineWork) -> bool:
    """Tell whether calls with clients of the line are seen by a PBX connection."""
    endpoints = office.endpoints().values()
    return any(is_pbx(each.kind) for each in endpoints if each.line in ("", work.line.key))
