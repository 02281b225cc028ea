"""Who is right, field by field, when both sides may have changed (pure): base, hub and CRM (facts: three-way compare).

`base` is what both sides agreed on last. What only one side changed goes to the other; where both did, the rule of the
field decides. No clock is compared: two systems never agree on the time. `None` here is "as agreed" (the value means
nothing there); `None` there is "the CRM does not tell", and changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

FLIPS = 5
WINDOW = timedelta(minutes=10)
FROZEN = "frozen"


class Rule(StrEnum):
    """Who wins where both sides changed a field. `given` is the CRM's alone once it has a value."""

    crm = "crm"
    hub = "hub"
    given = "given"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What goes where, by field, and what both agree on once it is there."""

    to_hub: Mapping[str, str] = field(default_factory=dict)
    to_crm: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)


Values = Mapping[str, str | None]


def compare(base: Mapping[str, str], hub: Values, crm: Values, rules: Mapping[str, Rule]) -> Verdict:
    """Return what has to be written on either side; fields without a rule follow the CRM where both changed."""
    to_hub: dict[str, str] = {}
    to_crm: dict[str, str] = {}
    agreed = dict(base)
    for name in dict.fromkeys((*hub, *crm)):
        here, there = hub.get(name), crm.get(name)
        present = base.get(name, "") if here is None else here
        winner = present if there is None else _winner(base.get(name), present, there, rules.get(name, Rule.crm))
        agreed[name] = winner
        if present != winner:
            to_hub[name] = winner
        if there is not None and there != winner:
            to_crm[name] = winner
    return Verdict(to_hub, to_crm, agreed)


def _winner(base: str | None, hub: str, crm: str, rule: Rule) -> str:
    """Return the value both sides should have."""
    if hub == crm:
        return hub
    if rule is Rule.given:
        return crm or hub
    if base is None:
        return _fuller(hub, crm, rule)
    if hub == base:
        return crm
    if crm == base:
        return hub
    return _fuller(hub, crm, rule)


def _fuller(hub: str, crm: str, rule: Rule) -> str:
    """Return the value of whoever wins; an empty one yields to the other side's."""
    return (hub or crm) if rule is Rule.hub else (crm or hub)


Guard = Mapping[str, Sequence[str]]
"""When which field was written on either side (ISO instants), and under `frozen` which are not written any more."""


def note_writes(guard: Guard, names: Sequence[str], at: datetime) -> dict[str, list[str]]:
    """Return the guard after these fields were written; a field written over and over within the window is frozen.

    Two programs that correct each other would go on for ever otherwise (the runaway guard).
    """
    noted = {name: _recent(times, at) for name, times in guard.items() if name != FROZEN}
    for name in names:
        noted[name] = [*noted.get(name, []), at.isoformat()]
    frozen = [*guard.get(FROZEN, ()), *(name for name in names if len(noted[name]) > FLIPS)]
    kept = {name: times for name, times in noted.items() if times}
    return {**kept, FROZEN: list(dict.fromkeys(frozen))} if frozen else kept


def without_frozen(verdict: Verdict, guard: Guard) -> Verdict:
    """Return what may be written: nothing of fields that are frozen; their base stays behind, so it is seen later."""
    held = set(guard.get(FROZEN, ()))
    if not held:
        return verdict
    return Verdict(
        {name: value for name, value in verdict.to_hub.items() if name not in held},
        {name: value for name, value in verdict.to_crm.items() if name not in held},
        {name: value for name, value in verdict.base.items() if name not in held},
    )


def _recent(times: Sequence[str], at: datetime) -> list[str]:
    return [each for each in times if datetime.fromisoformat(each) > at - WINDOW]
