"""Conditions of automations: those of routing, and what only a lead has.

A condition of routing looks at a part of `AutomationFacts`, so it compiles to what fits here too. Not `form` and
`dialled`: they belong to a request alone, its lead keeps them as the source. Groups are of their own, because they hold
both kinds.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from hub.domain.automation import AutomationFacts
from hub.domain.words import Words
from hub.routing import conditions as routing
from hub.routing.conditions import Calendars, Names, Word

Matcher = Callable[[AutomationFacts], bool]


class Stage(routing._Condition):
    """The lead stands on one of these stages, by key."""

    kind: Literal["stage"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda facts: facts.stage in names

    def explain(self) -> Words:
        return _listed("стадия", "stage", self.names)


class Amount(routing._Condition):
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


class LeadTag(routing._Condition):
    """The lead has one of these tags."""

    kind: Literal["lead_tag"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda facts: not names.isdisjoint(facts.lead_tags)

    def explain(self) -> Words:
        return _listed("метка лида", "lead's tag", self.names)


class FieldIs(routing._Condition):
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
        return _listed(f"поле {self.name}", f"field {self.name}", self.values)


class OutcomeIs(routing._Condition):
    """The conversation was closed with one of these outcomes."""

    kind: Literal["outcome"]
    names: Names

    def compile(self, calendars: Calendars) -> Matcher:
        names = frozenset(self.names)
        return lambda facts: facts.outcome in names

    def explain(self) -> Words:
        return _listed("итог", "outcome", self.names)


class AllOf(routing._Condition):
    """Every one of the conditions holds."""

    kind: Literal["all"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]

    def compile(self, calendars: Calendars) -> Matcher:
        return compile_all(self.of, calendars)

    def explain(self) -> Words:
        return explain_all(self.of)


class AnyOf(routing._Condition):
    """At least one of the conditions holds."""

    kind: Literal["any"]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]

    def compile(self, calendars: Calendars) -> Matcher:
        matchers = tuple(condition.compile(calendars) for condition in self.of)
        return lambda facts: any(matches(facts) for matches in matchers)

    def explain(self) -> Words:
        said = [condition.explain() for condition in self.of]
        return Words(f"({' или '.join(w.ru for w in said)})", f"({' or '.join(w.en for w in said)})")


class Not(routing._Condition):
    """The condition does not hold."""

    kind: Literal["not"]
    of: "Condition"

    def compile(self, calendars: Calendars) -> Matcher:
        matches = self.of.compile(calendars)
        return lambda facts: not matches(facts)

    def explain(self) -> Words:
        said = self.of.explain()
        return Words(f"не ({said.ru})", f"not ({said.en})")


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


def compile_all(conditions: Iterable[Condition], calendars: Calendars) -> Matcher:
    """Compile conditions that must all hold; none at all fits everything."""
    matchers = tuple(condition.compile(calendars) for condition in conditions)
    return lambda facts: all(matches(facts) for matches in matchers)


def explain_all(conditions: Iterable[Condition]) -> Words:
    """Say conditions that must all hold; empty for none."""
    said = [condition.explain() for condition in conditions]
    return Words(" и ".join(w.ru for w in said), " and ".join(w.en for w in said))


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


def _listed(ru: str, en: str, names: Iterable[str]) -> Words:
    listed = list(names)
    return Words(
        f"{ru} {' или '.join(f'„{name}“' for name in listed)}", f"{en} {' or '.join(repr(name) for name in listed)}"
    )
