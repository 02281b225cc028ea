"""Marks that colleagues set on messages of clients: an answer only where the line takes them as one (case 46, S2)."""

from hub.domain.ids import ManagerId
from hub.domain.inbound import ReactionSet
from hub.domain.message import Direction
from hub.domain.policy import Policy
from hub.domain.wait import Response
from hub.domain.workset import WorkingSet
from hub.inbox.folds.incoming import Incoming
from hub.inbox.folds.lead_moves import mark_contacted
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.messages import find_ref
from hub.inbox.folds.waits import answer_wait


def fold_reaction(
    rows: WorkingSet, policy: Policy, incoming: Incoming, reaction: ReactionSet, *, manager_id: ManagerId | None
) -> None:
    """Stop the wait by a colleague's mark on what the client waits for, where the line says so; else change nothing."""
    ref = find_ref(rows, incoming.endpoint.id, reaction.thread, reaction.external_id)
    conversation = rows.conversations.get(ref.conversation_id) if ref else None
    if manager_id is None or ref is None or conversation is None or ref.direction != Direction.inbound:
        return
    work = LineWork(rows, policy, policy.get_line(conversation.line))
    wait = rows.open_wait(conversation.contact_id, conversation.line)
    if not work.line.takes_reactions or wait is None or ref.received_at < wait.started_at:
        return
    response = Response(incoming.at, incoming.endpoint.kind, manager_id)
    answered = answer_wait(work, conversation, response, cause="S4")
    if answered is not None:
        mark_contacted(work, answered)
