"""The breach of a wait: stamped with the deadline itself and with who had the client then (B-1, S7).

No watch has to be in time for that. Whatever gives a wait to somebody goes through `put_in_hands`, which stamps a
missed deadline first; whatever moves a deadline that was missed goes through `renew_breach`. So a stamp stands at the
deadline, and only if that has passed (invariant 11).
"""

from datetime import datetime

from hub.domain.ids import ManagerId
from hub.domain.ledger import Fact
from hub.domain.replacing import replace
from hub.domain.wait import Wait, breach, withdraw_breach
from hub.domain.workset import WorkingSet
from hub.inbox.folds.ledger import record


def stamp_breach(workset: WorkingSet, wait: Wait) -> Wait:
    """Write the breach once, at the deadline's own instant, however late the check is (B-1).

    A merge in between has kept who had the client then (S7).
    """
    held_by = wait.assignee_at_deadline if wait.assignee_at_deadline is not None else wait.assignee_id
    return wait if wait.breached_at is not None else _stamp(workset, wait, held_by)


def stamp_missed(workset: WorkingSet, wait: Wait, ends_at: datetime) -> Wait:
    """Write the breach of a wait that ends after its deadline, where no watch has looked in between (B-1)."""
    return stamp_breach(workset, wait) if ends_at > wait.deadline_at else wait


def put_in_hands(workset: WorkingSet, wait: Wait, manager_id: ManagerId | None) -> Wait:
    """Write who has a wait from now on, `None` for nobody; one missed by now stays with who had it (B-1, S7)."""
    had = stamp_missed(workset, wait, workset.now)
    return workset.waits.put(wait.id, in_hands(had, manager_id))


def in_hands(wait: Wait, manager_id: ManagerId | None) -> Wait:
    """Return a wait as somebody has it, whose missed deadline is stamped already or told after this (S7)."""
    first = wait.assignee_at_start if wait.assignee_at_start is not None else manager_id
    return replace(wait, assignee_id=manager_id, assignee_at_start=first)


def renew_breach(workset: WorkingSet, wait: Wait, *, before: Wait, cause: str) -> Wait:
    """Let the breach follow a deadline that has moved: stamped where it stands now, taken back if that has not come.

    `before` is the wait as it was: who missed the former deadline missed an earlier one too, else who had the wait last
    (B-1, FR-9, D-7).
    """
    missed_at, holder = before.breached_at, before.assignee_id
    if missed_at == wait.deadline_at:
        return wait
    if missed_at is not None:
        holder = before.assignee_at_deadline if wait.deadline_at < missed_at else holder
        wait = workset.waits.put(wait.id, withdraw_breach(wait))
        record(workset, Fact.breach_withdrawn, wait, cause=cause)
    return _stamp(workset, wait, holder) if workset.now > wait.deadline_at else wait


def _stamp(workset: WorkingSet, wait: Wait, held_by: ManagerId | None) -> Wait:
    breached = workset.waits.put(wait.id, breach(wait, held_by))
    facts = {"late_delivery": wait.is_late_delivery, "assignee_id": held_by}
    record(workset, Fact.breached, breached, at=wait.deadline_at, cause="B-1", facts=facts)
    return breached
