"""Firing due timers: one fold for a batch, each timer once, never early (B-1 to B-6, R-8, C-2, C-11).

The row is looked at again under the locks, so an answer that came meanwhile has cancelled its clocks, and of two
processes that see the same timer one fires it. `hub.delivery.clock_watch` calls this when something is due.
"""

from collections.abc import Sequence

from hub.crash import crash_point
from hub.domain.automation import TriggerKind
from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.replacing import replace
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.workset import WorkingSet
from hub.inbox.automations import fire_automations
from hub.inbox.folds import alarms, digests
from hub.inbox.folds.assignment import return_to_owner
from hub.inbox.folds.automations import IDS_EACH
from hub.inbox.folds.bot_talk import hand_over
from hub.inbox.folds.breaches import stamp_breach
from hub.inbox.folds.call_orders import show_order_over
from hub.inbox.folds.calls import settle_call
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.resolution import breach_resolution
from hub.inbox.folds.tasks import remind
from hub.inbox.folds.transfers import lapse_transfer
from hub.inbox.office import Office
from hub.inbox.recompute import renew_next
from hub.inbox.shifts import pass_shift_end
from hub.store.scope import Scope
from hub.store.timers import DueTimer

IDS_PER_TIMER = 60
_BREACHING = frozenset({TimerKind.first_response, TimerKind.next_response})


async def fire(office: Office, due: Sequence[DueTimer]) -> int:
    """Fire those of `due` that still stand; return how many. Commits once.

    New rules come first and alone: what they move must not fire at the instant it had before (D-6). So does the end of
    a shift, which reads first what its person holds (R-13).
    """
    rules = [each for each in due if each.kind == TimerKind.recompute]
    if rules and await renew_next(office, rules[0]):
        return 1
    ends = [each for each in due if each.kind == TimerKind.shift_end]
    if ends and await pass_shift_end(office, ends[0]):
        return 1
    waiting = [each for each in due if each.kind == TimerKind.automation]
    if waiting and await fire_automations(office, waiting):
        return len(waiting)
    due = [each for each in due if each not in (*rules, *ends, *waiting)]
    fired: list[int] = []

    def fold(rows: WorkingSet) -> int:
        fired[:] = [1 for each in due if _fire(rows, office, each)]
        return len(fired)

    crash_point("clocks.before_fire")
    count = await office.change(_scope(office, due), fold)
    crash_point("clocks.after_fire")
    return count


async def serve_queue(office: Office, wait_ids: Sequence[int]) -> int:
    """Give queued waits to whoever has become eligible, most urgent first (R-9); return how many. Commits."""
    scope = Scope(waits=set(wait_ids), lines=_lines(office), always_lines=True, ids=IDS_PER_TIMER * len(wait_ids))

    def fold(rows: WorkingSet) -> int:
        waits = sorted(rows.waits, key=lambda wait: (wait.deadline_at, wait.started_at))
        return sum(alarms.serve(_work(rows, office, wait.line), wait) for wait in waits if wait.id in scope.waits)

    return await office.change(scope, fold)


def _scope(office: Office, due: Sequence[DueTimer]) -> Scope:
    scope = Scope(lines=_lines(office), always_lines=True, in_flight=True, digests=True, ids=IDS_PER_TIMER * len(due))
    _add_firings(scope, office, due)
    for timer in due:
        noun, _, number = timer.subject.partition(":")
        match noun:
            case "wait":
                scope.waits.add(int(number))
            case "conversation":
                scope.conversations.add(int(number))
                scope.waits |= {int(timer.facts["wait_id"])} if "wait_id" in timer.facts else set()
            case "call":
                _add_call(scope, timer)
            case "task":
                scope.tasks.add(int(number))
            case "manager":
                scope.waits |= digests.list_held(timer.facts)
                scope.windows.add(timer.subject)
            case _:
                continue
    return scope


def _add_firings(scope: Scope, office: Office, due: Sequence[DueTimer]) -> None:
    """Ask at once for what automations on a breach need; otherwise the fold finds that out and runs again with it."""
    asked = office.policy().automations.by_trigger.get(TriggerKind.wait_breached, ())
    at_once = sum(not each.trigger.after for each in asked)
    scope.firing_ids = IDS_EACH * at_once * sum(timer.kind in _BREACHING for timer in due)
    scope.own_firings = scope.firing_ids > 0
    scope.ids += scope.firing_ids


def _add_call(scope: Scope, timer: DueTimer) -> None:
    connection_id, client = int(timer.facts["connection_id"]), str(timer.facts.get("client", ""))
    scope.calls.add((connection_id, str(timer.facts["call"])))
    if client:
        scope.identities.add((IdentityType.phone, "", client))
        scope.threads.add((connection_id, f"tel:{client}"))


def _lines(office: Office) -> set[str]:
    return {str(line) for line in office.policy().lines}


def _fire(rows: WorkingSet, office: Office, due: DueTimer) -> bool:
    key = (TimerKind(due.kind), due.subject)
    timer = rows.timers.get(key)
    if timer is None or timer.state is not TimerState.armed or timer.due_at > rows.now:
        return False
    rows.timers.put(key, replace(timer, state=TimerState.fired, fired_at=rows.now))
    _act(rows, office, timer)
    return True


def _act(rows: WorkingSet, office: Office, timer: Timer) -> None:
    noun, _, number = timer.subject.partition(":")
    match noun:
        case "wait":
            _act_on_wait(rows, office, timer, int(number))
        case "call":
            _settle(rows, office, timer)
        case "task":
            task = rows.tasks[int(number)]
            remind(_work(rows, office, task.line), task, timer)
        case "manager":
            digests.close_window(rows, timer, ManagerId(int(number)), window=office.policy().head_window)
        case _:
            _act_on_conversation(rows, office, timer, int(number))


def _act_on_conversation(rows: WorkingSet, office: Office, timer: Timer, conversation_id: int) -> None:
    conversation = rows.conversations[conversation_id]
    work = _work(rows, office, conversation.line)
    match timer.kind:
        case TimerKind.call_confirmation:
            alarms.report_unconfirmed(work, rows.waits[int(str(timer.facts["wait_id"]))])
        case TimerKind.call_order:
            show_order_over(work, conversation, timer)
        case TimerKind.handover:
            hand_over(work, conversation, cause="patience")
        case TimerKind.owner_return:
            return_to_owner(work, conversation, ManagerId(int(str(timer.facts["owner_id"]))))
        case TimerKind.transfer:
            lapse_transfer(work, conversation, ManagerId(int(str(timer.facts["to"]))))
        case TimerKind.resolution:
            breach_resolution(work, conversation, timer)
        case TimerKind.reading:
            return  # the day is over: nobody reads along any more
        case _:
            alarms.wake(work, conversation)


def _act_on_wait(rows: WorkingSet, office: Office, timer: Timer, wait_id: int) -> None:
    wait = rows.waits[wait_id]
    work = _work(rows, office, wait.line)
    if not wait.is_open:
        return
    match timer.kind:
        case TimerKind.first_response | TimerKind.next_response:
            stamp_breach(rows, wait)
        case TimerKind.level:
            alarms.send_level(work, wait, timer)
        case TimerKind.accept:
            alarms.expire_accept(work, wait, timer)
        case TimerKind.callback:
            alarms.breach_callback(work, wait)
        case _:
            return


def _settle(rows: WorkingSet, office: Office, timer: Timer) -> None:
    connection_id = ConnectionId(int(str(timer.facts["connection_id"])))
    call = rows.calls.get((connection_id, str(timer.facts["call"])))
    endpoint = office.endpoints().get(connection_id)
    if call is not None and endpoint is not None:
        settle_call(rows, office.policy(), endpoint, call, staff=office.staff())


def _work(rows: WorkingSet, office: Office, line: str) -> LineWork:
    policy = office.policy()
    return LineWork(rows, policy, policy.get_line(line))
