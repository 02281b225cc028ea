"""A line that never opens: its waits count by the wall clock, and the heads are told once a day (D-5)."""

from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.line import LineMode
from hub.domain.order import order_hash
from hub.domain.wait import Wait
from hub.inbox.folds.assignment import heads_or_duty
from hub.inbox.folds.line_work import LineWork


def tell_no_open_time(work: LineWork, wait: Wait) -> None:
    """Tell the line's heads that its calendar shows no open hour for 60 days; once per line, head and local day.

    Who is on duty hears it where a line has no head. The card of the first such client carries it. Nothing leaves from
    a line that only observes (FR-8).

    Raises:
        LinesNeeded: the line is not locked yet.
    """
    if work.line.mode is LineMode.observe:
        return
    day = work.rows.now.astimezone(work.line.calendar.zone).date()
    for head in heads_or_duty(work):
        key = f"no_open_time:{work.line.key}:{day}:{head}"
        work.rows.deliveries[key] = Delivery(
            id=DeliveryId(work.rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", head, wait.conversation_id),
            key=key,
            due_at=work.rows.now,
            created_at=work.rows.now,
            payload={
                "notice": Notice.level.value,
                "manager_id": int(head),
                "conversation_id": int(wait.conversation_id),
                "wait_id": int(wait.id),
                "no_open_time": True,
            },
            conversation_id=wait.conversation_id,
            manager_id=ManagerId(int(head)),
        )
