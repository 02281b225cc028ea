"""Writes facts of a wait or conversation into the ledger of a working set."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from hub.domain.conversation import Conversation
from hub.domain.ids import ManagerId
from hub.domain.lead import Lead, Task
from hub.domain.ledger import Actor, Fact, LedgerEntry
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet


class Told(TypedDict, total=False):
    """The sides of a fact that may be left out; see `LedgerEntry`. `at` is when it was true, now by default."""

    at: datetime | None
    manager_id: ManagerId | None
    actor: Actor
    cause: str
    facts: Mapping[str, object]


def record(workset: WorkingSet, kind: Fact, subject: Wait | Conversation | Lead | Task, **told: Unpack[Told]) -> None:
    """Append a fact about a wait, else about a conversation, a lead or a task."""
    workset.ledger.append(
        LedgerEntry(
            id=workset.new_id(),
            kind=kind,
            occurred_at=told.get("at") or workset.now,
            recorded_at=workset.now,
            wait_id=subject.id if isinstance(subject, Wait) else None,
            conversation_id=subject.id if isinstance(subject, Conversation) else subject.conversation_id,
            contact_id=subject.contact_id,
            line=subject.line,
            actor=told.get("actor", Actor.hub),
            manager_id=told.get("manager_id"),
            cause=told.get("cause", ""),
            facts=told.get("facts", {}),
            wait_version=_version(workset, subject),
        )
    )


def _version(workset: WorkingSet, subject: Wait | Conversation | Lead | Task) -> int:
    return subject.version if isinstance(subject, Wait) and not workset.waits.is_fresh(subject.id) else 0
