"""Alarms about late clients, so that no head is flooded: the first at once, what follows in one digest (B-2).

A head's window is a timer `digest` of the manager, armed while the window lasts. It begins with a notice and its facts
hold, by wait, what is to be told at its end; a digest that was told begins the next window, so two notices to one head
never stand closer than the window. Whoever is responsible for the client hears at once, head or not. An alarm that
comes long after its instant is one of many, since the hub was away: then everybody has a window (reliability case 83).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.line import LineMode
from hub.domain.order import order_hash
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import facts_of_line, heads_of
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell

PAGE = 128
_PAGES = "pages"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A notice `level` about a wait; `cause` and `facts` as in `tell`.

    `wakes`: quiet hours do not matter to it; `is_belated`: it comes long after its instant.
    """

    cause: str
    facts: Mapping[str, object]
    wakes: bool
    is_belated: bool = False


def raise_alarm(work: LineWork, wait: Wait, alarm: Alarm, *, to: Iterable[int]) -> None:
    """Tell people of a late wait: once a window heads of the line, and after an outage all; others at once (B-2)."""
    if work.line.mode is LineMode.observe:
        return
    known = facts_of_line(work)
    heads = set(heads_of(known.values(), work.line)) - {wait.assignee_id}
    windowed = set(known) if alarm.is_belated else heads
    at_once = [each for each in to if each not in windowed or not _is_held(work, wait, alarm, ManagerId(each))]
    conversation = work.rows.conversations[wait.conversation_id]
    tell(work, Notice.level, conversation, to=at_once, cause=alarm.cause, facts=alarm.facts)


def close_window(rows: WorkingSet, timer: Timer, manager_id: ManagerId, *, window: timedelta) -> None:
    """Queue what a head's window has held, as one notice, and begin the next; nothing if nobody waits any more (B-2).

    The waits of the last page were loaded with the timer; others, and one that came to it since, count as open: the
    notifier looks again (B-3).
    """
    held = _read_pages(rows, timer)
    if all(_is_over(rows.waits.get(int(wait_id))) for wait_id in held):
        return
    key = f"{Notice.digest}:{manager_id}:{timer.due_at.isoformat()}"
    rows.deliveries[key] = Delivery(
        id=DeliveryId(rows.new_id()),
        lane=Lane.notify,
        order_hash=order_hash("notify", manager_id, Notice.digest),
        key=key,
        due_at=rows.now,
        created_at=rows.now,
        payload={"notice": Notice.digest.value, "manager_id": int(manager_id), "told": list(held.values())},
        manager_id=manager_id,
    )
    if window:
        rows.arm(TimerKind.digest, timer.subject, rows.now + window)


def list_held(facts: Mapping[str, object]) -> set[int]:
    """Return the waits on the last page of a window, by the facts of its timer."""
    return {int(wait_id) for wait_id in facts if wait_id != _PAGES}


def _list_pages(facts: Mapping[str, object]) -> list[str]:
    """Return the subjects of the full pages of a window, by the facts of its timer."""
    pages = facts.get(_PAGES)
    return [str(each) for each in pages] if isinstance(pages, Sequence) else []


def _read_pages(rows: WorkingSet, window: Timer) -> dict[str, object]:
    """Return all that a window has held by wait, a wait named again as it was named last; its pages must be loaded."""
    full = [rows.timers[TimerKind.digest, subject].facts for subject in _list_pages(window.facts)]
    return {wait_id: told for page in (*full, window.facts) for wait_id, told in page.items() if wait_id != _PAGES}


def _is_over(wait: Wait | None) -> bool:
    """Tell whether nobody waits there any more; a joined wait goes on as the one it was joined to (P-4)."""
    return wait is not None and not wait.is_open and wait.joined_into is None


def _is_held(work: LineWork, wait: Wait, alarm: Alarm, head: ManagerId) -> bool:
    """Keep an alarm for the end of the head's window and return True; without a window begin one, the alarm goes out.

    What would be held into somebody's quiet hours goes out at once instead.
    """
    rows, window = work.rows, work.policy.head_window
    present = _open_window(rows, head)
    ends_at = rows.now + window if present is None else present.due_at
    if not window or (not alarm.wakes and _is_quiet(work, head, ends_at)):
        return False
    told = {"conversation_id": int(wait.conversation_id), **alarm.facts}
    held = {} if present is None else {**_last_page(rows, present), str(wait.id): told}
    rows.arm(TimerKind.digest, f"manager:{head}", ends_at, **held)
    return present is not None


def _last_page(rows: WorkingSet, window: Timer) -> Mapping[str, object]:
    """Return the facts of a window with room for one more; a full page becomes a row of its own, which is never due.

    So an alarm costs the same however many the window holds; the facts name the full pages.
    """
    if len(list_held(window.facts)) < PAGE:
        return window.facts
    page_id = rows.new_id()
    subject = f"{window.subject}/{page_id}"
    held = {wait_id: told for wait_id, told in window.facts.items() if wait_id != _PAGES}
    page = Timer(page_id, window.kind, subject, window.due_at, state=TimerState.cancelled, facts=held)
    rows.timers.add((page.kind, subject), page)
    return {_PAGES: [*_list_pages(window.facts), subject]}


def _open_window(rows: WorkingSet, head: ManagerId) -> Timer | None:
    timer = rows.timers.get((TimerKind.digest, f"manager:{head}"))
    return timer if timer is not None and timer.state is TimerState.armed else None


def _is_quiet(work: LineWork, manager_id: ManagerId, at: datetime) -> bool:
    return work.policy.get_staff(facts_of_line(work)[manager_id].key).is_quiet(at)
