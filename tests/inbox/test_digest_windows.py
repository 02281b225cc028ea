"""Whatever the instants of alarms are: a head is told of each in time, once, and never twice within a window (B-2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar import Calendar
from hub.domain.conversation import Conversation
from hub.domain.ids import ContactId, ConversationId, LineKey, ManagerId, WaitId
from hub.domain.manager import Manager, Role
from hub.domain.policy import LinePolicy, Policy
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.wait import Wait, WaitKind
from hub.domain.workset import ManagerLoad, WorkingSet
from hub.inbox.folds.digests import PAGE, Alarm, close_window, raise_alarm
from hub.inbox.folds.line_work import LineWork

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=5)
HEAD = ManagerId(3)
SALES = LinePolicy(LineKey("sales"), "Продажи", Calendar(ZoneInfo("Europe/Moscow"), is_always_open=True))
POLICY = Policy(revision=1, lines={SALES.key: SALES}, default_line=SALES.key, head_window=WINDOW)
Told = list[tuple[datetime, list[int]]]


def open_work() -> LineWork:
    ids = count(1000)
    rows = WorkingSet(now=NOON, new_id=lambda: next(ids), locked_lines=frozenset({"sales"}))
    rows.managers[HEAD] = ManagerLoad(Manager(HEAD, "olga", "Ольга", Role.head, tg_user_id=3))
    return LineWork(rows, POLICY, SALES)


def late_client(work: LineWork, number: int) -> Wait:
    """A client's wait, nobody's, due now."""
    rows, contact = work.rows, ContactId(number)
    rows.conversations.add(number, Conversation(ConversationId(number), contact, SALES.key, rows.now, rows.now))
    wait = Wait(
        id=WaitId(number),
        contact_id=contact,
        line=SALES.key,
        conversation_id=ConversationId(number),
        kind=WaitKind.first_response,
        channel="telegram",
        started_at=rows.now,
        deadline_at=rows.now,
        target_seconds=900,
        policy_id="",
        policy_revision=1,
    )
    return rows.waits.add(number, wait)


def window_of(work: LineWork) -> Timer | None:
    timer = work.rows.timers.get((TimerKind.digest, f"manager:{HEAD}"))
    return timer if timer is not None and timer.state is TimerState.armed else None


def pass_until(work: LineWork, at: datetime) -> None:
    """Let windows end that end before `at`."""
    while (timer := window_of(work)) is not None and timer.due_at <= at:
        work.rows.now = timer.due_at
        work.rows.timers.put((timer.kind, timer.subject), replace(timer, state=TimerState.fired))
        close_window(work.rows, timer, HEAD, window=WINDOW)
    work.rows.now = at


def told(work: LineWork) -> Told:
    """Return when the head was told of which waits."""
    told: Told = []
    for delivery in work.rows.deliveries.values():
        payload: Any = delivery.payload
        told.append((delivery.due_at, [each["wait_id"] for each in payload.get("told", [payload])]))
    return told


@given(st.lists(st.integers(0, 3600), max_size=30))
def test_b2_every_alarm_arrives_within_a_window_once_and_notices_are_a_window_apart(seconds: list[int]) -> None:
    work = open_work()
    raised = {}
    for number, second in enumerate(sorted(seconds), start=1):
        pass_until(work, NOON + timedelta(seconds=second))
        raised[number] = work.rows.now
        alarm = Alarm(f"{number}:0", {"wait_id": number}, wakes=False)
        raise_alarm(work, late_client(work, number), alarm, to=[HEAD])
    pass_until(work, NOON + timedelta(hours=2))

    notices = told(work)
    assert sorted(number for _, numbers in notices for number in numbers) == sorted(raised)
    assert all(raised[number] <= at <= raised[number] + WINDOW for at, numbers in notices for number in numbers)
    assert all(later - earlier >= WINDOW for (earlier, _), (later, _) in pairwise(notices))


def test_b2_a_window_of_many_pages_tells_each_once_and_no_row_of_it_grows() -> None:
    work, clients = open_work(), 5 * PAGE
    for number in (*range(1, clients + 1), 2):
        wait = work.rows.waits.get(number) or late_client(work, number)
        alarm = Alarm(f"{number}:0", {"wait_id": number}, wakes=False)
        raise_alarm(work, wait, alarm, to=[HEAD])
    assert max(len(timer.facts) for timer in work.rows.timers) <= PAGE + 1
    assert [timer.subject for timer in work.rows.timers if timer.state is TimerState.armed] == [f"manager:{HEAD}"]
    pass_until(work, NOON + WINDOW)

    first, digest = told(work)
    assert (first[1], sorted(digest[1])) == ([1], list(range(2, clients + 1)))
