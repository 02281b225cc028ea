"""The end of a shift: a list ten minutes before, then the line's rule for those who still wait (R-13, case 19).

Nothing announces that a shift ends but the calendar, so whoever has waiting clients gets a timer for it, armed anew
whenever shift or word change. It falls due for the warning, then for the end. The clocks of clients run on (P-1).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from hub.crash import crash_point
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.ledger import Fact
from hub.domain.line import LineMode, ShiftEnd
from hub.domain.manager import is_on_shift, shift_end
from hub.domain.order import order_hash
from hub.domain.replacing import replace
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import decide_wait, facts_of_line, write_decision
from hub.inbox.folds.breaches import stamp_missed
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.office import Office
from hub.store import shifts
from hub.store.pool import acquire
from hub.store.scope import Scope
from hub.store.shifts import Holder
from hub.store.timers import DueTimer

WARNED_BEFORE = timedelta(minutes=10)
_AT_ONCE = 64
_IDS_EACH = 20


async def watch_shifts(office: Office) -> int:
    """Arm the shift end of everybody who has waiting clients; return how many were armed anew. Commits each."""
    async with acquire(office.pool) as connection:
        holders = await shifts.list_holders(connection)
        changed = [(each, ends) for each in holders if (ends := _end_of(office, each)) not in (None, each.ends_at)]
        new_id = await office.ids.reserve(connection, len(changed)) if changed else None
        for holder, ends_at in changed:
            if new_id is not None and ends_at is not None:
                due_at = max(ends_at - WARNED_BEFORE, office.clock.now())
                await shifts.arm(connection, new_id(), holder.manager.id, due_at=due_at, ends_at=ends_at)
    return len(changed)


def _end_of(office: Office, holder: Holder) -> datetime | None:
    """Return the last end among the shifts of a person's lines; `None` while one of them has no end in sight."""
    policy, now = office.policy(), office.clock.now()
    calendars = [policy.shift_of(holder.manager.key, policy.get_line(line)) for line in holder.lines]
    running = [calendar for calendar in calendars if is_on_shift(holder.manager, calendar, now)]
    ends = [shift_end(holder.manager, calendar, now) for calendar in running]
    return None if None in ends else max((end for end in ends if end is not None), default=None)


async def pass_shift_end(office: Office, due: DueTimer) -> bool:
    """Warn, or hand over what still waits; repeatable, so a crash in the middle costs nothing. Commits in parts."""
    manager_id, ends_at = ManagerId(int(due.subject.partition(":")[2])), datetime.fromisoformat(due.facts["ends_at"])
    is_warning = due.due_at < ends_at
    crash_point("shifts.before_end")
    if is_warning:
        await _warn_of_end(office, manager_id, ends_at)
    else:
        await leave_shift(office, manager_id)
    crash_point("shifts.before_advance")
    async with acquire(office.pool) as connection:
        if is_warning:
            new_id = await office.ids.reserve(connection, 1)
            await shifts.arm(connection, new_id(), manager_id, due_at=ends_at, ends_at=ends_at)
        else:
            await shifts.finish(connection, due, at=office.clock.now())
    crash_point("shifts.after_advance")
    return True


async def _warn_of_end(office: Office, manager_id: ManagerId, ends_at: datetime) -> None:
    """List who still waits, unless the person works on after all; a line that only observes tells nobody (FR-8)."""
    speaking = [str(key) for key, line in office.policy().lines.items() if line.mode is not LineMode.observe]
    async with acquire(office.pool) as connection:
        holders = await shifts.list_holders(connection)
        held = await shifts.list_held_waits(connection, manager_id, lines=speaking, limit=10 * _AT_ONCE)
    is_ending = any(_end_of(office, each) == ends_at for each in holders if each.manager.id == manager_id)
    if held and is_ending:
        await office.change(Scope(ids=2), lambda rows: _warn(rows, manager_id, held, ends_at=ends_at))


async def leave_shift(office: Office, manager_id: ManagerId) -> int:
    """Hand over what waits with a person who is off shift now; return how many went on. Commits in parts."""
    async with acquire(office.pool) as connection:
        held = await shifts.list_held_waits(connection, manager_id, limit=10 * _AT_ONCE)
    return await hand_over_held(office, manager_id, held)


async def hand_over_held(office: Office, manager_id: ManagerId, held: Sequence[int]) -> int:
    """Hand over these waits, as far as they still wait with a person who is off shift now (R-13). Commits in parts."""
    lines = {str(line) for line in office.policy().lines}
    moved = 0
    for place in range(0, len(held), _AT_ONCE):
        part = set(held[place : place + _AT_ONCE])
        scope = Scope(waits=part, lines=lines, always_lines=True, ids=_IDS_EACH * len(part))
        moved += await office.change(scope, partial(_hand_over, office, manager_id, part))
    return moved


def _hand_over(office: Office, manager_id: ManagerId, wait_ids: set[int], rows: WorkingSet) -> int:
    policy = office.policy()
    waits = [wait for wait in rows.waits if wait.id in wait_ids and wait.is_open and wait.assignee_id == manager_id]
    works = [(LineWork(rows, policy, policy.get_line(wait.line)), wait) for wait in waits]
    return sum(_leave_to_others(work, wait, manager_id) for work, wait in works)


def _leave_to_others(work: LineWork, wait: Wait, manager_id: ManagerId) -> bool:
    """Give a wait on, unless its person works after all, the line keeps it for them (R-3), or nobody can take it."""
    rows, rule = work.rows, work.line.routing.shift_end
    known = facts_of_line(work).get(manager_id)
    if rule is ShiftEnd.keep or (known is not None and known.is_on_shift):
        return False
    conversation = rows.conversations[wait.conversation_id]
    wait = stamp_missed(rows, wait, rows.now)
    freed = rows.waits.put(wait.id, replace(wait, assignee_id=None))
    rows.conversations.put(conversation.id, replace(conversation, assignee_id=None, transfer_to=None))
    decision = decide_wait(work, freed)
    is_nobody_else = decision.assignee == manager_id or (decision.is_queued and rule is ShiftEnd.hand_over)
    if is_nobody_else:
        rows.waits.put(wait.id, wait)
        rows.conversations.put(conversation.id, conversation)
        return False
    record(rows, Fact.shift_ended, freed, manager_id=manager_id, cause="R-13")
    given = write_decision(work, freed, decision, notice=Notice.assigned)
    tell(work, Notice.taken_away, given, to=[manager_id], cause=f"shift:{rows.ledger[-1].id}")
    return True


def _warn(rows: WorkingSet, manager_id: ManagerId, held: Sequence[int], *, ends_at: datetime) -> None:
    """Queue the list of those who still wait, once for each end of a shift."""
    key = f"{Notice.shift_ending}:{manager_id}:{ends_at.isoformat()}"
    rows.deliveries[key] = Delivery(
        id=DeliveryId(rows.new_id()),
        lane=Lane.notify,
        order_hash=order_hash("notify", manager_id, Notice.shift_ending),
        key=key,
        due_at=rows.now,
        created_at=rows.now,
        payload={
            "notice": Notice.shift_ending.value,
            "manager_id": int(manager_id),
            "waits": list(held),
            "ends_at": ends_at.isoformat(),
        },
        manager_id=manager_id,
    )
