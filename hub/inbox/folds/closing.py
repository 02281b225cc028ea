"""The end of a conversation, whoever brings it about."""

from hub.domain.conversation import Conversation, ConversationState, Outcome
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.replacing import replace
from hub.domain.timer import TimerKind
from hub.domain.workset import WorkingSet
from hub.inbox.folds.bot_talk import forget_talk
from hub.inbox.folds.ledger import record
from hub.inbox.folds.reading_along import end_all_reading
from hub.inbox.folds.resolution import stop_resolution


def close_conversation(
    rows: WorkingSet, conversation: Conversation, outcome: Outcome, *, note: str, manager_id: ManagerId | None
) -> Conversation:
    """Close it with its outcome; `manager_id` is None where no person did it. The caller sees that nobody waits."""
    closed = rows.conversations.put(
        conversation.id,
        replace(
            conversation,
            state=ConversationState.closed,
            closed_at=rows.now,
            outcome=outcome.value,
            outcome_note=note,
            offered_to=(),
            transfer_to=None,
            snoozed_until=None,
        ),
    )
    rows.disarm(TimerKind.snooze, f"conversation:{closed.id}")
    end_all_reading(rows, closed)
    forget_talk(rows, closed)
    stop_resolution(rows, closed)
    actor = Actor.manager if manager_id is not None else Actor.hub
    facts = {"outcome": outcome.value, "note": note}
    record(rows, Fact.closed, closed, manager_id=manager_id, actor=actor, facts=facts)
    return closed
