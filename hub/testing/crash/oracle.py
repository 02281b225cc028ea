"""The oracle: joins what the world saw with what the store holds, and says what must not be.

Ten checks, numbered as in the harness's design; each guards a sentence of the reliability contract (C) and is a pure
function of records and rows. They are run when the faults have stopped and all is quiet, and once more after a cold
restart. A run is right only if there is no finding.

What the world writes down for it: `offered` and its outcome (`acked`, `refused`, `info`) with channel, client and
attempt; `composed` with manager and client; `client_visible` with channel, chat and identity; `manager_visible` with
manager; `fault` with what and until (ISO 8601). A letter that lies in the mailbox counts as acknowledged: its server
will not come again.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.oracle_clocks import find_clock_faults
from hub.testing.crash.oracle_events import count_stored, find_invented, find_lost, find_untold, parked_markers
from hub.testing.crash.oracle_finding import Finding, Wrong
from hub.testing.crash.oracle_history import KILLS, by_key, is_event, list_faults
from hub.testing.crash.oracle_people import find_misrouted, find_rights_broken
from hub.testing.crash.oracle_residue import find_residue
from hub.testing.crash.oracle_sends import count_doubles, find_disordered, find_doubled, find_unsent, pair_doubles
from hub.testing.crash.rows import Rows

CHECKS: tuple[Callable[[Sequence[Record], Rows], list[Finding]], ...] = (
    find_lost,
    find_invented,
    find_unsent,
    find_doubled,
    find_disordered,
    find_clock_faults,
    find_misrouted,
    find_rights_broken,
    find_residue,
    find_untold,
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run is summed up in.

    `acked` and `stored` count events, `doubled` copies that clients saw beyond the first, `doubled_allowed` those of
    them that a fault explains. Everything from `lost` on must be 0; `doubled` must equal `doubled_allowed`.
    """

    kills: int
    faults: int
    acked: int
    stored: int
    parked: int
    answers: int
    doubled: int
    doubled_allowed: int
    lost: int
    invented: int
    unsent: int
    clocks_missing: int
    early: int
    late: int
    twice: int
    untrue: int
    order_violations: int
    misrouted: int
    rights_violations: int
    residue: int
    untold: int

    def as_json(self) -> str:
        """Return the figures as one line."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the oracle has to say of a run."""

    findings: tuple[Finding, ...]
    figures: Figures

    @property
    def is_right(self) -> bool:
        return not self.findings


def judge(records: Sequence[Record], rows: Rows) -> Verdict:
    """Run all checks."""
    findings = tuple(finding for check in CHECKS for finding in check(records, rows))
    return Verdict(findings, sum_up(records, rows, findings))


def sum_up(records: Sequence[Record], rows: Rows, findings: Sequence[Finding]) -> Figures:
    """Return the figures of a run."""
    wrong = Counter(finding.wrong for finding in findings)
    paired = pair_doubles(records, rows)
    return Figures(
        kills=sum(fault.what in KILLS for fault in list_faults(records)),
        faults=len(list_faults(records)),
        acked=sum(map(is_event, by_key(records, Kind.ACKED))),
        stored=len(count_stored(rows)),
        parked=len(parked_markers(rows)),
        answers=len(by_key(records, Kind.COMPOSED)),
        doubled=count_doubles(records),
        doubled_allowed=sum(fault is not None for fault in paired.values()),
        lost=wrong[Wrong.LOST],
        invented=wrong[Wrong.INVENTED],
        unsent=wrong[Wrong.UNSENT],
        clocks_missing=wrong[Wrong.CLOCK_MISSING],
        early=wrong[Wrong.CLOCK_EARLY],
        late=wrong[Wrong.CLOCK_LATE],
        twice=wrong[Wrong.CLOCK_TWICE],
        untrue=wrong[Wrong.UNTRUE],
        order_violations=wrong[Wrong.DISORDERED],
        misrouted=wrong[Wrong.MISROUTED],
        rights_violations=wrong[Wrong.NO_RIGHT],
        residue=wrong[Wrong.RESIDUE],
        untold=wrong[Wrong.UNTOLD],
    )
