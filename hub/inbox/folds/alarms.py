"""What a due clock does to a wait: breach, ladder, expired offers, callbacks, the queue (B-1 to B-6, R-8, R-9).

Whom an alarm reaches at once and whom later, together with others, is decided in `hub.inbox.folds.digests`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.conversation import Conversation
from hub.domain.delivery import Notice
from hub.domain.ladder import LadderLevel, LevelAction, Recipient
from hub.domain.ledger import Fact
from hub.domain.manager import Role
from hub.domain.timer import Timer, TimerKind
from hub.domain.wait import Wait
from hub.inbox.folds.assignment import (
    decide_wait,
    duty_of,
    facts_of_line,
    heads_of,
    release_wait,
    route_wait,
    write_decision,
)
from hub.inbox.folds.digests import Alarm, raise_alarm
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.folds.waits import arm_level
from hub.routing.decide import RoutingDecision, Step

HELD_AT_MOST = timedelta(seconds=30)
BELATED_AFTER = timedelta(minutes=2)
"""What fires later than this was not looked at in time: the hub was away."""
ASKED_AGAIN_AFTER = timedelta(hours=1)
"""A wait that everybody let pass rests so long in the queue before the same people are asked again (R-8)."""
_HELD_STEP = timedelta(seconds=5)


def send_level(work: LineWork, wait: Wait, timer: Timer) -> None:
    """Send the highest level that is due, once, and arm the next; skipped ones are never sent (B-2, B-3).

    While an answer is on its way the notice is held, at most 30 s (B-6).
    """
    if wait.conversation_id in work.rows.in_flight and work.rows.now - _first_due(timer) < HELD_AT_MOST:
        _hold(work, wait, timer)
        return
    plan = work.line.ladder.plan(timedelta(seconds=wait.target_seconds))
    due = [place for place, _ in enumerate(plan) if _due_at(work, wait, plan[place][0]) <= work.rows.now]
    place = max([*due, _number(timer)])
    arm_level(work, wait, place + 1)
    if place < len(plan):
        _announce(work, wait, place, plan[place][1], is_belated=_is_belated(work, _first_due(timer)))


def _due_at(work: LineWork, wait: Wait, offset: timedelta) -> datetime:
    return work.line.calendar.add_open_time(wait.started_at, offset).at


def _hold(work: LineWork, wait: Wait, timer: Timer) -> None:
    """Look again soon; the first due instant stays in the facts, so the whole wait is bounded."""
    work.rows.arm(
        TimerKind.level,
        timer.subject,
        min(work.rows.now + _HELD_STEP, _first_due(timer) + HELD_AT_MOST),
        level=_number(timer),
        held_since=_first_due(timer).isoformat(),
    )


def _first_due(timer: Timer) -> datetime:
    return datetime.fromisoformat(str(timer.facts.get("held_since", timer.due_at.isoformat())))


def _number(timer: Timer) -> int:
    return int(str(timer.facts.get("level", 0)))


def _is_belated(work: LineWork, due_at: datetime) -> bool:
    return work.rows.now - due_at > BELATED_AFTER


def _announce(work: LineWork, wait: Wait, place: int, level: LadderLevel, *, is_belated: bool) -> None:
    told = list(dict.fromkeys(each for recipient in level.recipients for each in _people(work, wait, recipient)))
    is_last = place + 1 == len(work.line.ladder.plan(timedelta(seconds=wait.target_seconds)))
    told = _reached(work, told) or [int(each) for each in duty_of(work)]
    told = told if is_last else _awake(work, told)
    conversation = work.rows.conversations[wait.conversation_id]
    facts = {"wait_id": int(wait.id), "level": place, "percent": level.percent}
    record(work.rows, Fact.level_sent, wait, cause="B-2", facts={**facts, "to": [int(each) for each in told]})
    raise_alarm(work, wait, Alarm(f"{wait.id}:{place}", facts, wakes=is_last, is_belated=is_belated), to=told)
    match level.action:
        case LevelAction.reassign if wait.assignee_id is not None:
            previous = wait.assignee_id
            freed = release_wait(work.rows, wait, fact=Fact.offer_expired, manager_id=previous)
            route_wait(work, freed, notice=Notice.assigned)
            tell(work, Notice.taken_away, conversation, to=[previous], cause=f"level:{wait.id}:{place}")
        case LevelAction.broadcast:
            offered = tuple(int(each) for each in told if each != conversation.assignee_id)
            work.rows.conversations.put(conversation.id, replace(conversation, offered_to=offered))
            _end_offer(work, wait, offered)
        case _:
            return


def _end_offer(work: LineWork, wait: Wait, offered: tuple[int, ...]) -> None:
    """Let an offer of the ladder end as any other does: the queue serves only what is offered to nobody (R-8, R-9)."""
    if wait.assignee_id is None and offered:
        within = work.line.accept.within(timedelta(seconds=wait.target_seconds), is_offer=True)
        due_at = work.rows.now + within
        work.rows.arm(TimerKind.accept, f"wait:{wait.id}", due_at, broadcast=True, to=list(offered))


def _reached(work: LineWork, people: list[int]) -> list[int]:
    """Leave out whoever the bot cannot reach, so that a level for them alone goes to the duty person (B-5)."""
    known = facts_of_line(work)
    return [each for each in people if each in known and known[each].is_reachable]


def _awake(work: LineWork, people: list[int]) -> list[int]:
    """Leave out whoever is not to be disturbed now; the last level disturbs everybody (B-2)."""
    known = facts_of_line(work)
    return [each for each in people if not work.policy.get_staff(known[each].key).is_quiet(work.rows.now)]


def _people(work: LineWork, wait: Wait, recipient: Recipient) -> list[int]:
    """Return whom a level reaches by this word; where nobody has the client, the duty person stands in (B-5).

    The owner of the business is whoever administrates it.
    """
    known = facts_of_line(work)
    match recipient:
        case Recipient.assignee:
            return [int(each) for each in (duty_of(work) if wait.assignee_id is None else [wait.assignee_id])]
        case Recipient.head:
            return [int(each) for each in heads_of(known.values(), work.line)]
        case Recipient.team:
            return [int(each.id) for each in known.values() if work.line.has_member(each.key) and each.is_on_shift]
        case Recipient.owner:
            return [int(each.id) for each in known.values() if each.role is Role.admin]
        case Recipient.duty:
            return [int(each) for each in duty_of(work)]


def expire_accept(work: LineWork, wait: Wait, timer: Timer) -> None:
    """Nobody took it in time: the next candidate, after a full round everybody, then the duty person (R-8)."""
    conversation = work.rows.conversations[wait.conversation_id]
    was_broadcast = bool(timer.facts.get("broadcast"))
    owner = conversation.assignee_id
    silent = [int(owner)] if owner is not None else [int(each) for each in conversation.offered_to]
    if wait.assignee_id is not None:
        wait = release_wait(work.rows, wait, fact=Fact.offer_expired, manager_id=wait.assignee_id)
    else:
        declined = tuple(dict.fromkeys((*wait.declined, *silent)))
        wait = work.rows.waits.put(wait.id, replace(wait, declined=declined))
        record(work.rows, Fact.offer_expired, wait, cause="R-8", facts={"offered_to": list(silent)})
    route_wait(work, wait, was_broadcast=was_broadcast)


def breach_callback(work: LineWork, wait: Wait) -> None:
    """Nobody called back in time (C-3): a fact, and a notice to who has it, else to the duty person."""
    if not wait.needs_callback or wait.callback_due_at is None:
        return
    facts = {"wait_id": int(wait.id), "clock": "callback"}
    record(work.rows, Fact.breached, wait, at=wait.callback_due_at, cause="C-3", facts=facts)
    told = [wait.assignee_id] if wait.assignee_id is not None else duty_of(work)
    is_belated = _is_belated(work, wait.callback_due_at)
    raise_alarm(work, wait, Alarm(f"callback:{wait.id}", facts, wakes=True, is_belated=is_belated), to=told)


def report_unconfirmed(work: LineWork, wait: Wait) -> None:
    """Tell the head of a declared call that no PBX event confirmed within 10 min (C-11)."""
    conversation = work.rows.conversations[wait.conversation_id]
    record(work.rows, Fact.declared, wait, cause="C-11", facts={"unconfirmed": True})
    facts = {"wait_id": int(wait.id), "unconfirmed": True}
    heads = heads_of(facts_of_line(work).values(), work.line)
    tell(work, Notice.level, conversation, to=heads, cause=f"unconfirmed:{wait.id}", facts=facts)


def wake(work: LineWork, conversation: Conversation) -> None:
    """Bring a snoozed conversation back to its manager."""
    if conversation.snoozed_until is None or not conversation.is_open:
        return
    woken = work.rows.conversations.put(conversation.id, replace(conversation, snoozed_until=None))
    record(work.rows, Fact.woken, woken)
    owner = [] if woken.assignee_id is None else [woken.assignee_id]
    tell(work, Notice.woken, woken, to=owner, cause=f"woken:{work.rows.ledger[-1].id}")


def serve(work: LineWork, wait: Wait) -> bool:
    """Give a queued wait to somebody if anybody can take it now (R-9); nothing is written if nobody can.

    Who let it pass when all were asked is not asked again at once: that would ring every few minutes all night (R-8).
    """
    conversation = work.rows.conversations[wait.conversation_id]
    if not wait.is_open or wait.assignee_id is not None or conversation.offered_to:
        return False
    decision = decide_wait(work, wait)
    if decision.is_queued or _were_just_asked(work, wait, decision):
        return False
    write_decision(work, wait, decision, notice=Notice.new_lead)
    return True


def _were_just_asked(work: LineWork, wait: Wait, decision: RoutingDecision) -> bool:
    """Tell whether all whom a decision would ask once more have let the last question to all pass a short while ago."""
    last = work.rows.timers.get((TimerKind.accept, f"wait:{wait.id}"))
    if decision.step is not Step.broadcast or last is None or last.fired_at is None:
        return False
    asked = last.facts.get("to")
    known = {int(str(each)) for each in asked} if isinstance(asked, Sequence) else set()
    return known.issuperset(map(int, decision.offered_to)) and work.rows.now - last.fired_at < ASKED_AGAIN_AFTER
