"""What the oracle says: a finding, with the number of its check and the records that show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hub.testing.crash.ledger import Record


class Check(IntEnum):
    """The ten checks, by the number they have in the harness's design."""

    NOTHING_LOST = 1
    NOTHING_INVENTED = 2
    SENDS = 3
    DOUBLES_BOUNDED = 4
    ORDER = 5
    TIMERS = 6
    ROUTING = 7
    ISOLATION = 8
    RESIDUE = 9
    INFORMATION = 10


class Wrong(StrEnum):
    """What kind of wrong it is; the figures count these."""

    LOST = "lost"
    INVENTED = "invented"
    UNSENT = "unsent"
    DOUBLED = "doubled"
    DISORDERED = "disordered"
    CLOCK_MISSING = "clock_missing"
    CLOCK_EARLY = "clock_early"
    CLOCK_LATE = "clock_late"
    CLOCK_TWICE = "clock_twice"
    UNTRUE = "untrue"
    MISROUTED = "misrouted"
    NO_RIGHT = "no_right"
    RESIDUE = "residue"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be. `key` is a marker or names a row; `slice` are the ledger's lines about it."""

    check: Check
    wrong: Wrong
    key: str
    sentence: str
    slice: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"D2.{self.check.value} {self.wrong} {self.key}: {self.sentence}", *self.slice]
        return "\n    ".join(lines)


def slice_of(records: Iterable[Record], key: str) -> tuple[str, ...]:
    """Return the ledger's lines about a key, in order."""
    return tuple(record.as_line() for record in records if record.key == key)


def with_slices(found: Iterable[Finding], records: Sequence[Record]) -> list[Finding]:
    """Return findings with the ledger's lines about each; one that has lines keeps them."""
    return [
        Finding(each.check, each.wrong, each.key, each.sentence, each.slice or slice_of(records, each.key))
        for each in found
    ]
