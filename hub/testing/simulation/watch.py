"""The watch of clocks in virtual time: fires what is due and serves the queue, unless it sleeps.

It does what `hub.delivery.clock_watch` does over the store; which timers are due, which waits are queued and what
renewing deadlines reads is found in memory.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hub.domain.ledger import Fact
from hub.domain.replacing import replace
from hub.domain.timer import Timer, TimerKind, TimerState
from hub.inbox import clocks, recompute
from hub.store.recompute import MissedCall, OpenWaits
from hub.store.timers import DueTimer
from hub.testing.simulation.world import World

_ASIDE = timedelta(minutes=1)
_BATCH = 64


def next_at(world: World) -> Iterator[datetime]:
    """Yield the instants at which the watch will look at a timer."""
    for timer in world.store.tables["timers"].values():
        if timer.state is TimerState.armed:
            yield max(timer.due_at, world.watch_sleeps_until, world.aside.get(_key(timer), timer.due_at))


async def look(world: World) -> None:
    """Fire all that is due, and offer waits that nobody has."""
    while world.now >= world.watch_sleeps_until and (due := _list_due(world)):
        renewals = [each for each in due if each.kind is TimerKind.recompute]
        if renewals:
            await _renew(world, renewals[0])
        elif not await clocks.fire(world.office, [_due(each) for each in due]):
            world.aside |= {_key(each): world.now + _ASIDE for each in due}
    if queued := _list_queued(world):
        await clocks.serve_queue(world.office, queued)


def _list_due(world: World) -> list[Timer]:
    timers = world.store.tables["timers"].values()
    due = [each for each in timers if each.state is TimerState.armed and each.due_at <= world.now]
    free = [each for each in due if world.aside.get(_key(each), world.now) <= world.now]
    return sorted(free, key=lambda each: each.due_at)[:_BATCH]


def _key(timer: Timer) -> tuple[str, str, int]:
    return timer.kind, timer.subject, timer.epoch


def _due(timer: Timer) -> DueTimer:
    return DueTimer(timer.kind, timer.subject, timer.due_at, timer.epoch, timer.facts)


def _list_queued(world: World) -> list[int]:
    tables = world.store.tables
    free = [each for each in tables["waits"].values() if each.is_open and each.assignee_id is None]
    queued = [each for each in free if not tables["conversations"][each.conversation_id].offered_to]
    return [each.id for each in sorted(queued, key=lambda each: (each.deadline_at, each.started_at))]


async def _renew(world: World, timer: Timer) -> None:
    """Renew all open waits at once, twice, as the job of a revision does (D-6)."""
    job = recompute.read_job(_due(timer))
    found = _open_waits(world)
    if found.ids:
        await recompute.renew(world.office, job, found)
    table, key = world.store.tables["timers"], (timer.kind, timer.subject)
    if job.round == 1:
        facts, due_at = replace(job, round=2).as_facts(), world.now + recompute.SECOND_ROUND_AFTER
        table[key] = replace(timer, facts=facts, due_at=due_at, epoch=timer.epoch + 1)
    else:
        table[key] = replace(timer, state=TimerState.fired, fired_at=world.now, epoch=timer.epoch + 1)


def _open_waits(world: World) -> OpenWaits:
    """Return what `hub.store.recompute.load_open_waits` reads."""
    waits = world.store.tables["waits"].values()
    ids = tuple(each.id for each in waits if each.is_open and each.breached_at is None)
    told = [entry for entry in world.store.ledger if entry.wait_id in ids]
    capped = frozenset(int(entry.wait_id or 0) for entry in told if _is_cap(entry.kind, entry.cause, entry.facts))
    missed = [entry for entry in told if entry.kind is Fact.missed_call and "callback_seconds" in entry.facts]
    calls = [MissedCall(int(e.wait_id or 0), e.occurred_at, int(str(e.facts["callback_seconds"]))) for e in missed]
    return OpenWaits(ids, capped, tuple(calls))


def _is_cap(kind: Fact, cause: str, facts: object) -> bool:
    if kind is Fact.joined:
        return True
    told = facts if isinstance(facts, dict) else {}
    is_kept = told.get("old_deadline") == told.get("deadline_at")
    return kind is Fact.deadline_changed and cause == "D-7" and is_kept
