"""Timers that were due before a hub was restored: what they leave behind without anybody being told (case 38).

Facts stay exact: a breach is stamped at its deadline, whoever is told of it. What has later steps goes on with the
first that was still ahead at the restore. Whom an offer was made to is left alone, and so is every automation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.ledger import Fact
from hub.domain.policy import Policy
from hub.domain.replacing import replace
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.breaches import stamp_breach
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.resolution import RESOLUTION
from hub.inbox.folds.tasks import arm_reminder
from hub.inbox.folds.waits import arm_level
from hub.store.timers import DueTimer


@dataclass(frozen=True, slots=True)
class Missing:
    """The rows in which timers are missed that were due by `until`, the instant of the restore."""

    rows: WorkingSet
    policy: Policy
    until: datetime

    def miss(self, due: DueTimer) -> None:
        """Write what `due` leaves behind, if it still stands; repeating changes nothing."""
        key = (TimerKind(due.kind), due.subject)
        timer = self.rows.timers.get(key)
        if timer is None or timer.state is not TimerState.armed or timer.due_at > self.until:
            return
        self.rows.timers.put(key, replace(timer, state=TimerState.fired, fired_at=self.rows.now))
        noun, _, number = timer.subject.partition(":")
        match noun:
            case "wait":
                self._miss_of_wait(self.rows.waits[int(number)], timer)
            case "conversation":
                self._miss_of_matter(int(number), timer)
            case "task":
                self._miss_reminder(int(number), timer)
            case _:
                return

    def _miss_of_wait(self, wait: Wait, timer: Timer) -> None:
        if not wait.is_open:
            return
        match timer.kind:
            case TimerKind.first_response | TimerKind.next_response:
                stamp_breach(self.rows, wait)
            case TimerKind.callback if wait.needs_callback:
                facts = {"wait_id": int(wait.id), "clock": "callback"}
                record(self.rows, Fact.breached, wait, at=timer.due_at, cause="C-3", facts=facts)
            case TimerKind.level:
                self._miss_level(wait)
            case _:
                return

    def _miss_level(self, wait: Wait) -> None:
        """Arm the first level that was ahead at the restore, if there is one."""
        work = self._work(wait.line)
        plan = work.line.ladder.plan(timedelta(seconds=wait.target_seconds))
        due = [work.line.calendar.add_open_time(wait.started_at, offset).at for offset, _ in plan]
        arm_level(work, wait, sum(each <= self.until for each in due))

    def _miss_of_matter(self, conversation_id: int, timer: Timer) -> None:
        conversation = self.rows.conversations[conversation_id]
        if conversation.is_open and timer.kind is TimerKind.resolution:
            record(self.rows, Fact.breached, conversation, at=timer.due_at, cause="P-2", facts={"clock": RESOLUTION})

    def _miss_reminder(self, task_id: int, timer: Timer) -> None:
        task = self.rows.tasks[task_id]
        if task.is_open:
            since = datetime.fromisoformat(str(timer.facts["since"]))
            arm_reminder(self.rows, task, since=since, place=int(str(timer.facts["place"])) + 1)

    def _work(self, line: str) -> LineWork:
        return LineWork(self.rows, self.policy, self.policy.get_line(line))
