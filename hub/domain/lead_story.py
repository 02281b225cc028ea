"""A lead as its stage facts tell it: where it came from, every stage it stood on and how it ended (L-6)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.domain.ids import ContactId, LeadId, ManagerId
from hub.domain.lead import StageFact
from hub.domain.stages import StageState

StateOf = Callable[[str], StageState]
"""What a stage means, by its key."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One stay on a stage; `until` is `None` on the last one."""

    stage: str
    since: datetime
    until: datetime | None
    cause: str
    manager_id: ManagerId | None

    def length(self, now: datetime) -> timedelta:
        """Return how long it has lasted."""
        return (self.until or now) - self.since


@dataclass(frozen=True, slots=True)
class LeadStory:
    """What became of a lead.

    `amount` and `reason` are those of its last end; `channel`, `source` and `campaign` those of its first request.
    """

    id: LeadId
    contact_id: ContactId | None
    line: str
    channel: str
    source: str
    campaign: str
    standings: tuple[Standing, ...]
    state: StageState
    reason: str = ""
    amount: Decimal | None = None

    @property
    def began_at(self) -> datetime:
        return self.standings[0].since

    @property
    def last(self) -> Standing:
        return self.standings[-1]

    @property
    def is_won(self) -> bool:
        return self.state is StageState.won

    @property
    def is_answered(self) -> bool:
        """Tell whether it ever left its first stage for another than a loss (L-4)."""
        reached = {standing.stage for standing in self.standings}
        return len(reached - ({self.last.stage} if self.state is StageState.lost else set())) > 1


def tell_lead(facts: Sequence[StageFact], state_of: StateOf) -> LeadStory:
    """Return the lead of its facts, oldest first; there is at least one."""
    first, last = facts[0], facts[-1]
    origin: Any = first.facts.get("origin") or {}
    return LeadStory(
        id=first.lead_id,
        contact_id=_contact(first.facts),
        line=str(first.facts.get("line", "")),
        channel=str(first.facts.get("channel", "")),
        source=str(first.facts.get("source", "")),
        campaign=str(origin.get("utm_campaign", "")),
        standings=tuple(_standings(facts)),
        state=state_of(last.to_stage),
        reason=str(last.facts.get("reason", "")),
        amount=_money(last.facts.get("amount")),
    )


def _standings(facts: Sequence[StageFact]) -> Iterator[Standing]:
    """Yield the stays, each until the next move; moving to where it stands is no move."""
    moves = [fact for place, fact in enumerate(facts) if not place or fact.to_stage != facts[place - 1].to_stage]
    for place, fact in enumerate(moves):
        until = moves[place + 1].occurred_at if place + 1 < len(moves) else None
        yield Standing(fact.to_stage, fact.occurred_at, until, fact.cause, fact.manager_id)


def _contact(facts: Mapping[str, object]) -> ContactId | None:
    told = facts.get("contact_id")
    return None if told is None else ContactId(int(str(told)))


def _money(told: object) -> Decimal | None:
    try:
        return Decimal(str(told).replace(",", ".").replace(" ", "")) if told else None
    except InvalidOperation:
        return None
