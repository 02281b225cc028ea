"""Conditions of automations: those of routing, and what only a lead has.

A condition of routing looks at a part of `AutomationFacts`, so it compiles to what fits here too. Not `form` and
`dialled`: they belong to a request alone, its lead keeps them as the source.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from hub.domain.automation import AutomationFacts
from hub.domain.words import Words
from hub.routing import conditions as routing
from hub.routing.conditions import Names, Word
from hub.routing.groups import AllGroup, AnyGroup, Calendars, NotGroup, Part, one_of

Matcher = Callable[[AutomationFacts], bool]


class Stage(Part):
    """The lead stands on one of these stages, by key."""

    kind: Literal["stage"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda facts: facts.stage in names

    def explain(self) -> Words:
        return one_of("стадия", "stage", self.names)


class Amount(Part):
    """The lead's amount is at least `over`, and at most `upto` where that is given."""

    kind: Literal["amount"]
    over: int = 0
    upto: int | None = None

    def compile(self, calendars: Calendars) -> Matcher:
        low, high = Decimal(self.over), None if self.upto is None else Decimal(self.upto)
        return lambda facts: facts.amount is not None and low <= facts.amount and (high is None or facts.amount <= high)

    def explain(self) -> Words:
        if self.upto is None:
            return Words(f"сумма от {self.over}", f"amount from {self.over}")
        return Words(f"сумма от {self.over} до {self.upto}", f"amount from {self.over} to {self.upto}")


class LeadTag(Part):
    """The lead has one of these tags."""

    kind: Literal["lead_tag"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda facts: not names.isdisjoint(facts.lead_tags)

    def explain(self) -> Words:
        return one_of("метка лида", "lead's tag", self.names)


class FieldIs(Part):
    """A field of the lead or the client has one of these values; without values it is filled in."""

    kind: Literal["field"]
    name: Word
    values: tuple[str, ...] = ()

    def compile(self, calendars: Calendars) -> Matcher:
        name, values = self.name, frozenset(value.casefold() for value in self.values)
        if not values:
            return lambda facts: bool(facts.fields.get(name))
        return lambda facts: facts.fields.get(name, "").casefold() in values

    def explain(self) -> Words:
        if not self.values:
            return Words(f"поле {self.name} заполнено", f"field {self.name} is filled in")
        return one_of(f"поле {self.name}", f"field {self.name}", self.values)


class OutcomeIs(Part):
    """The conversation was closed with one of these outcomes."""

    kind: Literal["outcome"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda facts: facts.outcome in names

    def explain(self) -> Words:
        return one_of("итог", "outcome", self.names)


class AllOf(AllGroup):
    """Every one of the conditions holds."""

    of: Annotated[tuple["Condition", ...], Field(min_length=1)]


class AnyOf(AnyGroup):
    """At least one of the conditions holds."""

    of: Annotated[tuple["Condition", ...], Field(min_length=1)]


class Not(NotGroup):
    """The condition does not hold."""

    of: "Condition"


Condition = Annotated[
    routing.Connection
    | routing.Channel
    | routing.Language
    | routing.Text
    | routing.Regex
    | routing.Tag
    | routing.Time
    | routing.Source
    | routing.Mark
    | Stage
    | Amount
    | LeadTag
    | FieldIs
    | OutcomeIs
    | AllOf
    | AnyOf
    | Not,
    Field(discriminator="kind"),
]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


def flatten(conditions: Iterable[Condition]) -> list[Condition]:
    """Return the plain conditions inside, groups opened."""
    found: list[Condition] = []
    for condition in conditions:
        match condition:
            case AllOf() | AnyOf():
                found += flatten(condition.of)
            case Not():
                found += flatten([condition.of])
            case _:
                found.append(condition)
    return found
