"""Puts together what decisions may know of a manager: the row, the policy and the load of the moment (R-6, R-7)."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.facts import ManagerFacts
from hub.domain.line import OwnerOffShift
from hub.domain.manager import Manager, Presence, is_on_shift, next_shift_start
from hub.domain.policy import LinePolicy, Policy


@dataclass(frozen=True, slots=True)
class Load:
    """How busy a person is: counts of conversations, `recently_answered` within 10 minutes and without an open wait."""

    open_waits: int = 0
    open_conversations: int = 0
    recently_answered: int = 0
    voice_calls: int = 0


def describe_manager(manager: Manager, load: Load, *, line: LinePolicy, policy: Policy, at: datetime) -> ManagerFacts:
    """Return the facts about a manager for decisions on one line at one instant."""
    staff, shift = policy.get_staff(manager.key), policy.shift_of(manager.key, line)
    # Looking for the next opening is the dear part, and only this setting asks for it.
    is_asked_for = line.routing.owner_off_shift is OwnerOffShift.wait
    return ManagerFacts(
        id=manager.id,
        key=manager.key,
        name=manager.name,
        role=manager.role,
        is_active=manager.is_active,
        is_on_shift=is_on_shift(manager, shift, at),
        is_paused=manager.presence_at(at) is Presence.paused,
        is_reachable=manager.is_reachable,
        skills=staff.skills,
        open_waits=load.open_waits,
        open_conversations=load.open_conversations,
        recently_answered=load.recently_answered,
        voice_calls=load.voice_calls,
        capacity=staff.capacity,
        last_assigned_at=manager.last_assigned_at,
        next_shift_start=next_shift_start(manager, shift, at) if is_asked_for else None,
    )
