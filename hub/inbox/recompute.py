"""Renewing the deadlines of open waits after the rules have changed (D-5, D-6, and D-7 by choice, case 50).

Every revision brings a job, a timer that the clock watch fires before whatever falls due later. It goes through the
open waits and the clocks of whole matters in batches, notes how far it is after each, and goes through them once more
for those that a process with the old rules opened meanwhile; renewing twice changes nothing, so a crash costs a batch
of work. Whatever was due when the rules changed keeps its instant, finished waits are not looked at. Targets stay
frozen (D-1) unless the person who applied the rules wanted them chosen anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from hub.crash import crash_point
from hub.domain.ids import LineKey
from hub.domain.ledger import Fact
from hub.domain.policy import Policy
from hub.domain.replacing import replace
from hub.domain.timer import TimerKind, TimerState
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.hours import tell_no_open_time
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.resolution import renew_resolution
from hub.inbox.folds.waits import arm_clocks
from hub.inbox.lines import select_again
from hub.inbox.office import Office
from hub.store import recompute
from hub.store.pool import Connection, acquire
from hub.store.recompute import MissedCall, OpenWaits
from hub.store.scope import Scope
from hub.store.timers import DueTimer

BATCH = 64
SECOND_ROUND_AFTER = timedelta(seconds=10)
_IDS_PER_WAIT = 8
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Renewal:
    """A revision's job. `applied_at` is when the rules changed; the last three say how far it is."""

    revision: int
    applied_at: datetime
    selects: bool = False
    allows_later: bool = False
    after_id: int = 0
    after_matter: int = 0
    round: int = 1

    def as_facts(self) -> dict[str, object]:
        """Return what the timer keeps."""
        return {
            "applied_at": self.applied_at.isoformat(),
            "selects": self.selects,
            "allows_later": self.allows_later,
            "after_id": self.after_id,
            "after_matter": self.after_matter,
            "round": self.round,
        }


def is_unread(office: Office, due: DueTimer) -> bool:
    """Tell whether a timer is the job of rules that this process has not read yet."""
    return due.kind == TimerKind.recompute and office.policy().revision < read_job(due).revision


async def renew_next(office: Office, due: DueTimer) -> bool:
    """Renew the next batch of open waits; False if this process has not read the revision yet. Commits per batch."""
    job = read_job(due)
    if is_unread(office, due):
        return False
    done = await _renew_waits(office, job) or await _renew_matters(office, job)
    crash_point("recompute.before_advance")
    await _advance(office, due, job, done)
    crash_point("recompute.after_advance")
    return True


def read_job(due: DueTimer) -> Renewal:
    """Return the job that a timer stands for."""
    facts = due.facts
    return Renewal(
        revision=int(due.subject.partition(":")[2]),
        applied_at=datetime.fromisoformat(facts["applied_at"]),
        selects=bool(facts.get("selects")),
        allows_later=bool(facts.get("allows_later")),
        after_id=int(facts.get("after_id", 0)),
        after_matter=int(facts.get("after_matter", 0)),
        round=int(facts.get("round", 1)),
    )


async def _renew_waits(office: Office, job: Renewal) -> Renewal | None:
    """Renew the next batch of waits; return the job as it is then, `None` after the last one."""
    async with acquire(office.pool) as connection:
        found = await recompute.load_open_waits(connection, after_id=job.after_id, limit=BATCH)
    if not found.ids:
        return None
    await renew(office, job, found)
    return replace(job, after_id=found.ids[-1])


async def _renew_matters(office: Office, job: Renewal) -> Renewal | None:
    """Renew the next clocks of whole matters (P-2); return the job as it is then, `None` after the last one."""
    after, at = job.after_matter, job.applied_at
    async with acquire(office.pool) as connection:
        found = await recompute.list_matters(connection, after_id=after, applied_at=at, limit=BATCH)
    if not found:
        return None
    ids = {conversation_id for _, conversation_id in found}

    def fold(rows: WorkingSet) -> int:
        policy, matters = office.policy(), [each for each in rows.conversations if each.id in ids]
        works = [(LineWork(rows, policy, policy.get_line(each.line)), each) for each in matters]
        return sum(renew_resolution(work, each, applied_at=at) for work, each in works)

    crash_point("recompute.before_matters")
    count = await office.change(Scope(conversations=ids, ids=_IDS_PER_WAIT * len(ids)), fold)
    crash_point("recompute.after_matters")
    _log.info("matters.renewed", revision=job.revision, looked_at=len(ids), changed=count)
    return replace(job, after_matter=found[-1][0])


async def renew(office: Office, job: Renewal, found: OpenWaits) -> None:
    """Give these waits the deadlines of the rules in force (D-6, D-7); renewing twice changes nothing. Commits."""
    lines = {str(line) for line in office.policy().lines}
    scope = Scope(waits=set(found.ids), lines=lines, ids=_IDS_PER_WAIT * len(found.ids))

    def fold(rows: WorkingSet) -> int:
        policy = office.policy()
        waits = [rows.waits[wait_id] for wait_id in found.ids if wait_id in rows.waits]
        works = [(LineWork(rows, policy, policy.get_line(wait.line)), wait) for wait in waits]
        return sum(renew_wait(work, wait, job, found=found) for work, wait in works)

    crash_point("recompute.before_batch")
    count = await office.change(scope, fold)
    crash_point("recompute.after_batch")
    _log.info("deadlines.renewed", revision=job.revision, looked_at=len(found.ids), changed=count)


async def count_moved(connection: Connection, draft: Policy, *, now: datetime) -> tuple[int, int]:
    """Return how many open deadlines a draft would bring earlier, and later, with their targets as they are (D-6).

    Lines that the draft no longer has move nothing here: what becomes of them is said where rules are checked.
    """
    earlier = later = 0
    for each in await recompute.list_running(connection, now=now):
        line = draft.lines.get(LineKey(each.line))
        if line is None:
            continue
        at = line.calendar.add_open_time(each.started_at, timedelta(seconds=each.target_seconds)).at
        earlier += at < each.deadline_at
        later += at > each.deadline_at and not each.is_capped
    return earlier, later


async def _advance(office: Office, due: DueTimer, job: Renewal, done: Renewal | None) -> None:
    """Note the batch; after the last one begin the second round, after that one the job is done."""
    async with acquire(office.pool) as connection:
        if done is not None:
            await recompute.advance(connection, due.subject, due.epoch, facts=done.as_facts(), due_at=due.due_at)
        elif job.round == 1:
            facts = replace(job, after_id=0, after_matter=0, round=2).as_facts()
            later = office.clock.now() + SECOND_ROUND_AFTER
            await recompute.advance(connection, due.subject, due.epoch, facts=facts, due_at=later)
        else:
            await recompute.finish(connection, due.subject, due.epoch, at=office.clock.now())


def renew_wait(work: LineWork, wait: Wait, job: Renewal, *, found: OpenWaits) -> bool:
    """Give a wait the deadlines of the rules in force, with a ledger entry if any of them changed; tell if so.

    Its clocks are armed again either way: a level of the ladder may move where the deadline does not.
    """
    if not wait.is_open or wait.breached_at is not None or wait.deadline_at <= job.applied_at:
        return False
    renewed = _renewed(work, wait, job, found)
    if renewed is not wait:
        work.rows.waits.put(wait.id, renewed)
        _record(work, wait, renewed, cause="D-7" if job.selects else "D-6")
    if renewed.has_no_open_time and not wait.has_no_open_time:
        tell_no_open_time(work, renewed)
    arm_clocks(work, renewed)
    if job.selects:
        _shorten_accept(work, renewed)
    return renewed is not wait


def _renewed(work: LineWork, wait: Wait, job: Renewal, found: OpenWaits) -> Wait:
    """Return the wait as the rules in force have it; the very same if they change nothing."""
    is_capped = wait.id in found.capped or (job.selects and not job.allows_later)
    calls = [call for call in found.missed_calls if call.wait_id == wait.id]
    selected = _select_targets(work, wait) if job.selects else wait
    return _recount_callback(work, _recount(work, selected, is_capped=is_capped), job, calls)


def _recount(work: LineWork, wait: Wait, *, is_capped: bool) -> Wait:
    """Count the target anew from the start; a capped deadline only gets earlier (D-2, D-5, D-7)."""
    deadline = work.line.calendar.add_open_time(wait.started_at, timedelta(seconds=wait.target_seconds))
    at = min(deadline.at, wait.deadline_at) if is_capped else deadline.at
    return replace(wait, deadline_at=at, has_no_open_time=deadline.is_fallback)


def _recount_callback(work: LineWork, wait: Wait, job: Renewal, calls: Iterable[MissedCall]) -> Wait:
    """Count the callback anew from each missed call, unless its clock has struck (C-3, C-4)."""
    due = wait.callback_due_at
    counted = [work.line.calendar.add_open_time(call.at, timedelta(seconds=call.seconds)).at for call in calls]
    if not counted or not wait.needs_callback or due is None or due <= job.applied_at:
        return wait
    return replace(wait, callback_due_at=min(counted))


def _select_targets(work: LineWork, wait: Wait) -> Wait:
    """Choose the policy again for a wait of the same kind (D-7, D-8)."""
    tags = work.rows.contacts[wait.contact_id].tags
    targets = select_again(work.policy, work.line, wait, tags=tags)
    return replace(
        wait,
        target_seconds=int(targets.response.total_seconds()),
        policy_id=targets.policy_id,
        policy_revision=targets.revision,
    )


def _record(work: LineWork, before: Wait, after: Wait, *, cause: str) -> None:
    facts: dict[str, object] = {
        "old_deadline": before.deadline_at,
        "deadline_at": after.deadline_at,
        "target_seconds": after.target_seconds,
        "policy": after.policy_id,
        "revision": after.policy_revision,
        "rules_revision": work.policy.revision,
        "no_open_time": after.has_no_open_time,
    }
    if after.callback_due_at != before.callback_due_at:
        facts |= {"old_callback": before.callback_due_at, "callback_due_at": after.callback_due_at}
    record(work.rows, Fact.deadline_changed, after, cause=cause, facts=facts)


def _shorten_accept(work: LineWork, wait: Wait) -> None:
    """Keep the time to accept within its share of a target that got shorter (R-8); it never gets longer."""
    timer = work.rows.timers.get((TimerKind.accept, f"wait:{wait.id}"))
    if timer is None or timer.state is not TimerState.armed:
        return
    is_offer = bool(work.rows.conversations[wait.conversation_id].offered_to)
    latest = work.rows.now + work.line.accept.within(timedelta(seconds=wait.target_seconds), is_offer=is_offer)
    if timer.due_at > latest:
        work.rows.arm(TimerKind.accept, timer.subject, latest, **timer.facts)
