"""What the world saw, put in the order in which the oracle asks: by kind and key, and faults as spans of time.

A fault lasts from its instant to what its record tells as `until` (ISO 8601, UTC), else it is an instant. A fault on a
process lasts until that process was ready again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.testing.crash.ledger import Kind, Record

_ZERO = timedelta(0)
KILLS = frozenset({"kill", "killed", "sigkill", "crash"})
"""What a fault's record tells as `what` when a process was killed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was broken on purpose: `place` is a process, a server or a connection."""

    place: str
    what: str
    at: datetime
    until: datetime

    def touches(self, since: datetime, until: datetime) -> bool:
        """Tell whether any instant of it lies within a span."""
        return self.at <= until and self.until >= since

    def overlap(self, since: datetime, until: datetime) -> timedelta:
        """Return how much of a span it covers."""
        return max(min(self.until, until) - max(self.at, since), _ZERO)


def list_faults(records: Iterable[Record]) -> list[Fault]:
    """Return the faults in the order of their beginnings."""
    found = [_fault(record) for record in records if record.kind is Kind.FAULT]
    return sorted(found, key=lambda fault: (fault.at, fault.until))


def _fault(record: Record) -> Fault:
    told = record.told.get("until")
    until = datetime.fromisoformat(str(told)) if told else record.at
    return Fault(record.key, str(record.told.get("what", "")), record.at, max(until, record.at))


def covered(faults: Sequence[Fault], since: datetime, until: datetime) -> timedelta:
    """Return how much of a span is covered by faults; what two of them cover counts once."""
    total, seen_to = _ZERO, since
    for fault in sorted(faults, key=lambda each: each.at):
        total += fault.overlap(seen_to, until)
        seen_to = max(seen_to, min(fault.until, until))
    return total


def by_key(records: Iterable[Record], *kinds: Kind) -> Mapping[str, list[Record]]:
    """Return the records of some kinds by key, in the order of their instants."""
    found: dict[str, list[Record]] = {}
    for record in sorted(_of(records, kinds), key=lambda each: each.at):
        found.setdefault(record.key, []).append(record)
    return found


def is_event(key: str) -> bool:
    """Tell whether a key is a client's, not a manager's."""
    return key.startswith("ev-")


def _of(records: Iterable[Record], kinds: Sequence[Kind]) -> Iterator[Record]:
    return (record for record in records if record.kind in kinds)
