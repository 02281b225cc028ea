"""Answers the hub cannot see, on a person's word: they end the wait as `declared` and are counted apart (S11, C-11)."""

from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain.conversation import Conversation
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.wait import Wait, WaitState, finish, withdraw_breach
from hub.inbox.folds.breaches import stamp_missed
from hub.inbox.folds.lead_moves import mark_contacted
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.waits import stop_clocks


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word: the client was answered at `at` by `channel`, with this result in one line.

    `rule` is C-11 for a talk by telephone, S11 for an answer elsewhere: reports show both apart.
    """

    at: datetime
    channel: str
    manager_id: ManagerId
    result: str
    rule: str


def declare_answered(work: LineWork, conversation: Conversation, wait: Wait, word: Word) -> Wait:
    """End a wait on a person's word; a breach stamped after the answer is taken back (B-1)."""
    rows = work.rows
    wait = stamp_missed(rows, wait, word.at)
    ended = finish(wait, WaitState.declared, word.at, manager_id=word.manager_id, note=word.result)
    ended = rows.waits.put(wait.id, replace(ended, response_channel=word.channel))
    stop_clocks(rows, ended)
    answered = max(word.at, conversation.last_response_at or word.at)
    rows.conversations.put(
        conversation.id, replace(conversation, last_response_at=answered, last_responder_id=word.manager_id)
    )
    facts = {"channel": word.channel, "note": word.result, "seconds": (word.at - wait.started_at).total_seconds()}
    by, manager = word.manager_id, Actor.manager
    record(rows, Fact.declared, ended, at=word.at, manager_id=by, actor=manager, cause=word.rule, facts=facts)
    if wait.breached_at is not None and word.at <= wait.deadline_at:
        ended = rows.waits.put(wait.id, withdraw_breach(ended))
        record(rows, Fact.breach_withdrawn, ended, at=word.at, cause="B-1")
    mark_contacted(work, ended)
    return ended
