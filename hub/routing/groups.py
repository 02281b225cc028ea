"""Groups of conditions, all, any and not, for whatever facts the conditions inside look at.

Routing and automations have unions of their own, so each says in `of` what its groups may hold; what a group means and
how it reads is here. A condition is a `Part` with `compile` and `explain`.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from hub.domain.calendar import Calendar
from hub.domain.words import Words

Calendars = Mapping[str, Calendar]
"""Calendars by key; the empty key is the installation's own."""


class Part(BaseModel):
    """Frozen, so that equal conditions are found; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @abstractmethod
    def compile(self, calendars: Calendars) -> Callable[[Any], bool]:
        """Return what tells whether facts meet the condition."""

    @abstractmethod
    def explain(self) -> Words:
        """Say the condition."""


class AllGroup(Part):
    """Every one of the conditions holds."""

    kind: Literal["all"]
    of: Sequence[Part]

    def compile(self, calendars: Calendars) -> Callable[[Any], bool]:
        return compile_all(self.of, calendars)

    def explain(self) -> Words:
        return explain_all(self.of)


class AnyGroup(Part):
    """At least one of the conditions holds."""

    kind: Literal["any"]
    of: Sequence[Part]

    def compile(self, calendars: Calendars) -> Callable[[Any], bool]:
        matchers = tuple(condition.compile(calendars) for condition in self.of)
        return lambda facts: any(matches(facts) for matches in matchers)

    def explain(self) -> Words:
        said = [condition.explain() for condition in self.of]
        return Words(f"({' или '.join(w.ru for w in said)})", f"({' or '.join(w.en for w in said)})")


class NotGroup(Part):
    """The condition does not hold."""

    kind: Literal["not"]
    of: Part

    def compile(self, calendars: Calendars) -> Callable[[Any], bool]:
        matches = self.of.compile(calendars)
        return lambda facts: not matches(facts)

    def explain(self) -> Words:
        said = self.of.explain()
        return Words(f"не ({said.ru})", f"not ({said.en})")


def compile_all(conditions: Iterable[Part], calendars: Calendars) -> Callable[[Any], bool]:
    """Compile conditions that must all hold; none at all fits everything."""
    matchers = tuple(condition.compile(calendars) for condition in conditions)
    if not matchers:
        return lambda facts: True
    if len(matchers) == 1:
        return matchers[0]
    return lambda facts: all(matches(facts) for matches in matchers)


def explain_all(conditions: Iterable[Part]) -> Words:
    """Say conditions that must all hold; empty for none."""
    said = [condition.explain() for condition in conditions]
    return Words(" и ".join(w.ru for w in said), " and ".join(w.en for w in said))


def one_of(ru: str, en: str, names: Iterable[str]) -> Words:
    """Say that something named is one of these."""
    listed = tuple(names)
    return Words(f"{ru} {quoted_ru(listed)}", f"{en} {quoted_en(listed)}")


def quoted_ru(names: Iterable[str]) -> str:
    """Return names as a Russian sentence lists alternatives."""
    return " или ".join(f"„{name}“" for name in names)


def quoted_en(names: Iterable[str]) -> str:
    """Return names as an English sentence lists alternatives."""
    return " or ".join(f"'{name}'" for name in names)
