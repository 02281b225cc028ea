"""Hubs with something wrong, for the proof that the simulation sees it: each spoils rows on their way in or out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hub.domain.message import Direction
from hub.domain.replacing import replace
from hub.domain.timer import TimerState
from hub.domain.workset import Rows, WorkingSet
from hub.testing.simulation.office import Defect

MINUTE = timedelta(minutes=1)


def forget(table: str, by: str = "") -> Callable[[WorkingSet], None]:
    """Load nothing of a table."""

    def blind(rows: WorkingSet) -> None:
        setattr(rows, table, Rows[Any](by))

    return blind


def hurry(rows: WorkingSet) -> None:
    """Take clocks of waits for due a minute before they are."""
    for key, timer in rows.timers.items():
        if timer.state is TimerState.armed and timer.subject.startswith("wait:"):
            rows.timers.put(key, replace(timer, due_at=timer.due_at - MINUTE))


def keep_clocks(rows: WorkingSet) -> None:
    """Leave the clocks of ended waits running."""
    for key, timer in rows.timers.items():
        if timer.state is TimerState.cancelled:
            rows.timers.put(key, replace(timer, state=TimerState.armed))


def arm_nothing(rows: WorkingSet) -> None:
    """Write no new clock."""
    for key, timer in rows.timers.items():
        if timer.state is TimerState.armed:
            rows.timers.put(key, replace(timer, state=TimerState.cancelled))


def lose_messages(rows: WorkingSet) -> None:
    """Settle receipts without what they said."""
    if rows.settled_receipts:
        rows.messages.clear()


def swap_messages(rows: WorkingSet) -> None:
    """Give the messages of a batch each other's ids."""
    said = [each for each in rows.messages if each.direction is Direction.inbound]
    if len(said) > 1:
        others = [each for each in rows.messages if each.direction is not Direction.inbound]
        turned = [replace(each, id=other.id) for each, other in zip(said, reversed(said), strict=True)]
        rows.messages[:] = [*others, *turned]


def leave_assignee(rows: WorkingSet) -> None:
    """Give conversations away and their waits not."""
    for wait in rows.waits:
        rows.waits.put(wait.id, replace(wait, assignee_id=None))


def hide_facts(rows: WorkingSet) -> None:
    """Write no facts of waits that change."""
    rows.ledger[:] = [entry for entry in rows.ledger if entry.wait_id is None or entry.wait_version == 0]


def jump_the_queue(rows: WorkingSet) -> None:
    """Let every answer be a thread of its own, so that nothing waits for the one before."""
    for key, delivery in rows.deliveries.items():
        rows.deliveries[key] = replace(delivery, order_hash=int(delivery.id))


DEFECTS = (
    Defect("messages are not recognised", blind=forget("message_refs")),
    Defect("open waits are not seen", blind=forget("waits", "contact_id")),
    Defect("addresses are not known", blind=forget("identities", "contact_id")),
    Defect("clocks fire early", blind=hurry),
    Defect("clocks of ended waits run on", spoil=keep_clocks),
    Defect("clocks are not armed", spoil=arm_nothing),
    Defect("messages are lost", spoil=lose_messages),
    Defect("messages change places", spoil=swap_messages),
    Defect("two have the same client", spoil=leave_assignee),
    Defect("facts are not written", spoil=hide_facts),
    Defect("answers overtake each other", spoil=jump_the_queue),
)
