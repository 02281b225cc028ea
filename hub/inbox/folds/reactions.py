"""Marks below messages (case 46): the client's is shown to our people, a colleague's may answer on some lines (S2).

None opens a wait (FR-2).
"""

from datetime import datetime

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.ids import ManagerId
from hub.domain.inbound import ReactionSet
from hub.domain.message import Direction
from hub.domain.policy import Policy
from hub.domain.wait import Response
from hub.domain.workset import MessageRef, WorkingSet
from hub.inbox.folds.incoming import Incoming
from hub.inbox.folds.lead_moves import mark_contacted
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import find_ref
from hub.inbox.folds.notices import tell
from hub.inbox.folds.waits import answer_wait


def fold_reaction(
    rows: WorkingSet, policy: Policy, incoming: Incoming, reaction: ReactionSet, *, manager_id: ManagerId | None
) -> None:
    """Tell of a client's mark on our answer; let a colleague's on the client's words answer where the line says so."""
    ref = find_ref(rows, incoming.endpoint.id, reaction.thread, reaction.external_id)
    conversation = rows.conversations.get(ref.conversation_id) if ref else None
    if ref is None or conversation is None:
        return
    work = LineWork(rows, policy, policy.get_line(conversation.line))
    if manager_id is not None:
        if ref.direction == Direction.inbound:
            response = Response(incoming.at, incoming.endpoint.kind, manager_id)
            answer_by_mark(work, conversation, response, said_at=ref.received_at)
    elif ref.direction == Direction.outbound:
        _tell_of_mark(work, conversation, ref, reaction)


def answer_by_mark(work: LineWork, conversation: Conversation, response: Response, *, said_at: datetime) -> None:
    """Stop the wait by a colleague's mark on what the client said at `said_at`, where the line takes it so."""
    wait = work.rows.open_wait(conversation.contact_id, conversation.line)
    if not work.line.takes_reactions or wait is None or said_at < wait.started_at:
        return
    answered = answer_wait(work, conversation, response, cause="S4")
    if answered is not None:
        mark_contacted(work, answered)


def _tell_of_mark(work: LineWork, conversation: Conversation, ref: MessageRef, reaction: ReactionSet) -> None:
    """Show a client's mark to whoever answered last, and to who has them now."""
    people = [each for each in (conversation.last_responder_id, conversation.assignee_id) if each is not None]
    cause = f"{ref.message_id}:{reaction.occurred_at.isoformat()}:{reaction.emoji}"
    facts = {"message_id": int(ref.message_id), "emoji": reaction.emoji}
    tell(work, Notice.reaction, conversation, to=people, cause=cause, facts=facts)
