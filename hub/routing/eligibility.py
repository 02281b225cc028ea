"""Who may get a wait, and why not (R-6, R-7), and whom a conversation may be handed to (R-12)."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.facts import ManagerFacts, RouteFacts
from hub.domain.policy import LinePolicy
from hub.routing.reasons import Reason, ReasonCode

VOICE_WEIGHT = 3
"""A running call loads a person like so many conversations (R-7)."""


@dataclass(frozen=True, slots=True)
class TransferCheck:
    """Whether a person can be given a conversation: at once, after a confirm, or not at all (R-12)."""

    is_allowed: bool
    needs_confirm: bool
    reasons: tuple[Reason, ...] = ()


def is_eligible(manager: ManagerFacts, facts: RouteFacts, policy: LinePolicy) -> bool:
    """Tell whether nothing keeps the wait from a manager (R-6): the same as no obstacles, for large teams."""
    return (
        manager.is_active
        and manager.is_on_shift
        and not manager.is_paused
        and manager.is_reachable
        and load_of(manager) < capacity_of(manager, policy)
        and manager.id not in facts.declined
        and facts.required_skills <= manager.skills
    )


def list_obstacles(manager: ManagerFacts, facts: RouteFacts, policy: LinePolicy, *, extra: int = 0) -> Iterator[Reason]:
    """Yield why a manager may not get the wait, nothing if eligible (R-6, R-7). `extra` raises the capacity."""
    if not manager.is_active:
        yield Reason(ReasonCode.inactive, manager.name)
    if not manager.is_on_shift:
        yield Reason(ReasonCode.off_shift, manager.name)
    if manager.is_paused:
        yield Reason(ReasonCode.paused, manager.name)
    if not manager.is_reachable:
        yield Reason(ReasonCode.unreachable, manager.name)
    if not facts.required_skills <= manager.skills:
        missing = ", ".join(sorted(facts.required_skills - manager.skills))
        yield Reason(ReasonCode.lacks_skill, manager.name, missing)
    if load_of(manager) >= capacity_of(manager, policy) + extra:
        yield Reason(ReasonCode.at_capacity, manager.name, say_load(manager, policy))
    if manager.id in facts.declined:
        yield Reason(ReasonCode.declined, manager.name)


def load_of(manager: ManagerFacts) -> int:
    """Return how much of the capacity is used: waiting clients, fresh answers, and calls three times (R-7)."""
    return manager.open_waits + manager.recently_answered + VOICE_WEIGHT * manager.voice_calls


def capacity_of(manager: ManagerFacts, policy: LinePolicy) -> int:
    """Return the person's own limit, else the line's (R-7)."""
    return policy.routing.capacity if manager.capacity is None else manager.capacity


def say_load(manager: ManagerFacts, policy: LinePolicy) -> str:
    """Return load and limit as people read it: `15/15`."""
    return f"{load_of(manager)}/{capacity_of(manager, policy)}"


def check_transfer(target: ManagerFacts, facts: RouteFacts, policy: LinePolicy) -> TransferCheck:
    """Check a transfer to a person: without access never, if not eligible only after a confirm (R-12)."""
    obstacles = tuple(list_obstacles(target, facts, policy))
    return TransferCheck(is_allowed=target.is_active, needs_confirm=bool(obstacles), reasons=obstacles)
