"""Writes facts of a wait or conversation into the ledger of a working set."""

from collections.abc import Mapping
from datetime import datetime

from hub.domain.conversation import Conversation
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact, LedgerEntry
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet


def record(
    workset: WorkingSet,
    kind: Fact,
    subject: Wait | Conversation,
    *,
    at: datetime | None = None,
    manager_id: ManagerId | None = None,
    actor: Actor = Actor.hub,
    cause: str = "",
    facts: Mapping[str, object] | None = None,
) -> None:
    """Append a fact about a wait, or about a conversation that has none. `at` is when it was true, now by default."""
    workset.ledger.append(
        LedgerEntry(
            id=workset.new_id(),
            kind=kind,
            occurred_at=at or workset.now,
            recorded_at=workset.now,
            wait_id=subject.id if isinstance(subject, Wait) else None,
            conversation_id=subject.conversation_id if isinstance(subject, Wait) else subject.id,
            contact_id=subject.contact_id,
            line=subject.line,
            actor=actor,
            manager_id=manager_id,
            cause=cause,
            facts=facts or {},
        )
    )
