"""Strategies: who of those that can take a wait gets it (R-5). One function each, pure, deterministic.

Every function gets the eligible managers sorted by id, never empty, and whose turn was last. Not here: eligibility,
the client's own manager and accept times (`hub.routing.decide`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.domain.facts import ManagerFacts
from hub.domain.ids import ManagerId
from hub.domain.line import StrategyName
from hub.routing.reasons import Reason, ReasonCode

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pool:
    """Who can take the wait. `pointer` is the manager chosen last by turn, `order` the team's list of keys."""

    eligible: Sequence[ManagerFacts]
    pointer: ManagerId | None = None
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pick:
    """One person, several to offer to, or nobody when a head assigns; always with the reason."""

    reason: Reason
    assignee: ManagerFacts | None = None
    offered_to: tuple[ManagerFacts, ...] = ()


def round_robin(pool: Pool) -> Pick:
    """Pick by turn: whoever waits longest for a turn, ties in the order of ids after the last one chosen.

    Someone who was not eligible in their turn keeps it: they come first as soon as they are.
    """
    last = pool.pointer or 0
    chosen = min(pool.eligible, key=lambda each: (each.last_assigned_at or NEVER, each.id <= last, each.id))
    return Pick(Reason(ReasonCode.turn, chosen.name), chosen)


def least_loaded(pool: Pool) -> Pick:
    """Pick the smallest load, open waits counting double, ties by the longest time without an assignment."""
    chosen = min(
        pool.eligible,
        key=lambda each: (2 * each.open_waits + each.open_conversations, each.last_assigned_at or NEVER, each.id),
    )
    return Pick(Reason(ReasonCode.least_loaded, chosen.name), chosen)


def offer_all(pool: Pool) -> Pick:
    """Offer to everybody; the first to press takes it (R-10)."""
    names = ", ".join(each.name for each in pool.eligible)
    return Pick(Reason(ReasonCode.offered_to_all, detail=names), offered_to=tuple(pool.eligible))


def strict_order(pool: Pool) -> Pick:
    """Pick the first on the team's list; the accept clock is the time of each step."""
    places = {key: place for place, key in enumerate(pool.order)}
    chosen = min(pool.eligible, key=lambda each: (places.get(each.key, len(places)), each.id))
    return Pick(Reason(ReasonCode.first_in_order, chosen.name), chosen)


def manual(pool: Pool) -> Pick:
    """Leave it in the queue: a head assigns, or somebody takes it from the list."""
    return Pick(Reason(ReasonCode.assigned_by_hand))


STRATEGIES: Mapping[StrategyName, Callable[[Pool], Pick]] = {
    StrategyName.round_robin: round_robin,
    StrategyName.least_loaded: least_loaded,
    StrategyName.offer_all: offer_all,
    StrategyName.strict_order: strict_order,
    StrategyName.manual: manual,
}
