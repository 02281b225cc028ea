"""Which requests conditions can meet: what holds whenever something else does, and what can never hold at all.

Sound, not complete: a rule that is said to be out of reach is, and some that are out of reach are not found (a pattern
is compared by its text alone). Used to check the rules of the business, never to decide.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hub.domain.facts import fold
from hub.routing.conditions import (
    AllOf,
    AnyOf,
    Channel,
    Condition,
    Connection,
    Dialled,
    Form,
    Language,
    Mark,
    Not,
    Source,
    Tag,
    Text,
    Time,
)

Conditions = Iterable[Condition]


def is_covered(conditions: Conditions, by: Conditions) -> bool:
    """Tell whether every request that meets `conditions` meets `by` too."""
    given = list(_flat(conditions))
    return all(any(implies(each, wanted) for each in given) for wanted in _flat(by))


def find_contradiction(conditions: Conditions) -> tuple[Condition, Condition] | None:
    """Return two conditions that no request meets together, `None` if none are found."""
    given = list(_flat(conditions))
    pairs = ((one, other) for place, one in enumerate(given) for other in given[place + 1 :])
    return next((pair for pair in pairs if excludes(*pair)), None)


def implies(one: Condition, other: Condition) -> bool:
    """Tell whether a request that meets `one` always meets `other`."""
    if one == other:
        return True
    if isinstance(other, AllOf):
        return all(implies(one, each) for each in other.of)
    if isinstance(one, AnyOf):
        return all(implies(each, other) for each in one.of)
    if isinstance(other, AnyOf):
        return any(implies(one, each) for each in other.of)
    if isinstance(one, AllOf):
        return is_covered(one.of, [other])
    if isinstance(other, Not):
        return implies(other.of, one.of) if isinstance(one, Not) else excludes(one, other.of)
    return _is_narrower(one, other)


def excludes(one: Condition, other: Condition) -> bool:
    """Tell whether no request meets both."""
    if isinstance(one, AnyOf):
        return all(excludes(each, other) for each in one.of)
    if isinstance(other, AnyOf | AllOf) or isinstance(one, AllOf):
        return _excludes_parts(one, other)
    if isinstance(one, Not):
        return implies(other, one.of)
    if isinstance(other, Not):
        return implies(one, other.of)
    subject = _subject(one)
    return subject is not None and subject == _subject(other) and _values(one).isdisjoint(_values(other))


def _excludes_parts(one: Condition, other: Condition) -> bool:
    if isinstance(one, AllOf):
        return any(excludes(each, other) for each in one.of)
    if isinstance(other, AllOf):
        return any(excludes(one, each) for each in other.of)
    return isinstance(other, AnyOf) and all(excludes(one, each) for each in other.of)


def _flat(conditions: Conditions) -> Iterator[Condition]:
    """Yield conditions that must all hold, one level deep however they are nested."""
    for each in conditions:
        if isinstance(each, AllOf):
            yield from _flat(each.of)
        else:
            yield each


def _subject(condition: Condition) -> Any:
    """Return what a condition asks of a request, if a request has exactly one of it; `None` otherwise."""
    match condition:
        case Connection() | Channel() | Form() | Dialled() | Language() | Source():
            return condition.kind
        case Mark():
            return "mark", condition.name
        case Time():
            return "time", condition.calendar
        case _:
            return None


def _values(condition: Condition) -> frozenset[str]:
    match condition:
        case Connection() | Channel() | Form() | Source() | Tag():
            return frozenset(condition.names)
        case Language():
            return frozenset(name.casefold() for name in condition.names)
        case Dialled():
            return frozenset(condition.numbers)
        case Mark():
            return frozenset(value.casefold() for value in condition.values)
        case Time():
            return frozenset({condition.hours.value})
        case _:
            return frozenset()


def _is_narrower(one: Condition, other: Condition) -> bool:
    if isinstance(one, Text) and isinstance(other, Text):
        return _is_found_in_all(other.words, one.words)
    if isinstance(one, Tag) and isinstance(other, Tag):
        return _values(one) <= _values(other)
    subject = _subject(one)
    return subject is not None and subject == _subject(other) and _values(one) <= _values(other)


def _is_found_in_all(parts: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether each of `words` has one of `parts` in it, so that a text with the one has the other."""
    return all(any(fold(part) in fold(word) for part in parts) for word in words)
