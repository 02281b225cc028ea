"""Check 6: every deadline that was missed is in the books, once, not early, and late only by the time we were down.

Breaches are judged by the hub's own ledger, whose facts say when they were written; the table of timers shows what is
still armed and when the rest fired.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from hub.testing.crash.ledger import Record
from hub.testing.crash.oracle_finding import Check, Finding, Wrong
from hub.testing.crash.oracle_history import Fault, covered, list_faults
from hub.testing.crash.rows import FactRow, Rows, WaitRow

TOLERANCE = timedelta(seconds=5)
_NEVER_DOWNTIME = frozenset({"redis", "telegram", "mail", "door"})
"""Without these the hub is slower at other things; no clock waits for them."""

_CLOCKS = frozenset({"first_response", "next_response"})
_MOVING = frozenset({"wait_opened", "start_corrected", "deadline_changed", "restored", "joined", "unjoined"})


def find_clock_faults(records: Sequence[Record], rows: Rows) -> list[Finding]:
    """D2.6: clocks fire once, never early, late only by downtime and 5 s, and not after an answer in time (C8).

    And what every wait is, is what its own facts tell: a clock that was stopped unseen would leave no other trace.
    """
    faults = [fault for fault in list_faults(records) if fault.place not in _NEVER_DOWNTIME]
    judged = _Judged(rows, faults)
    untrue = [_clock(Wrong.UNTRUE, each.partition(" ")[0], each.partition(" ")[2]) for each in rows.untrue]
    return [*untrue, *judged.missing(), *judged.early(), *judged.twice(), *judged.answered(), *judged.late()]


def allowed_delay(faults: Sequence[Fault], due_at: datetime, fired_at: datetime) -> timedelta:
    """Return how late a clock may fire: the part of its delay that faults cover, and 5 s."""
    return covered(faults, due_at, fired_at) + TOLERANCE


def is_late(faults: Sequence[Fault], due_at: datetime, fired_at: datetime) -> bool:
    """Tell whether a clock fired, or has not fired by `fired_at`, later than contract sentence 8 allows."""
    return fired_at - due_at > allowed_delay(faults, due_at, fired_at)


class _Judged:
    """The clocks of one run."""

    def __init__(self, rows: Rows, faults: Sequence[Fault]) -> None:
        self._rows = rows
        self._faults = faults
        self._facts: dict[int, list[FactRow]] = {}
        for fact in rows.facts:
            if fact.wait_id is not None:
                self._facts.setdefault(fact.wait_id, []).append(fact)

    def missing(self) -> Iterator[Finding]:
        """Yield clocks that should have fired, and waits that have none."""
        for timer in self._rows.timers:
            if timer.state == "armed" and is_late(self._faults, timer.due_at, self._rows.at):
                yield _clock(
                    Wrong.CLOCK_MISSING, timer.subject, f"'{timer.kind}' was due at {timer.due_at} and did not fire"
                )
        clocked = {timer.subject for timer in self._rows.timers if timer.kind in _CLOCKS}
        for wait in self._rows.waits:
            if wait.state == "open" and f"wait:{wait.id}" not in clocked and wait.breached_at is None:
                yield _clock(Wrong.CLOCK_MISSING, f"wait:{wait.id}", "it is open and nothing watches its deadline")
            elif self._outlived(wait) and wait.breached_at is None:
                yield _clock(
                    Wrong.CLOCK_MISSING, f"wait:{wait.id}", f"it outlived {wait.deadline_at} and no breach is written"
                )

    def early(self) -> Iterator[Finding]:
        """Yield clocks that fired before they were due."""
        for timer in self._rows.timers:
            if timer.state == "fired" and timer.fired_at is not None and timer.fired_at < timer.due_at:
                yield _clock(
                    Wrong.CLOCK_EARLY, timer.subject, f"'{timer.kind}' fired {timer.due_at - timer.fired_at} early"
                )
        for fact in self._breaches():
            if fact.recorded_at < fact.occurred_at:
                yield _clock(Wrong.CLOCK_EARLY, f"wait:{fact.wait_id}", "its breach was written before its deadline")

    def late(self) -> Iterator[Finding]:
        """Yield breaches that were written later than the time we were down explains."""
        for fact in self._breaches():
            due_at = max(fact.occurred_at, self._known_at(fact))
            if is_late(self._faults, due_at, fact.recorded_at):
                told = f"its breach of {due_at} was written {fact.recorded_at - due_at} later"
                yield _clock(Wrong.CLOCK_LATE, f"wait:{fact.wait_id}", told)

    def twice(self) -> Iterator[Finding]:
        """Yield breaches and levels of the ladder that happened more than once."""
        for wait_id, facts in self._facts.items():
            withdrawn = sum(fact.kind == "breach_withdrawn" for fact in facts)
            for (kind, clock, level), count in _firings(facts).items():
                again = withdrawn if kind == "breached" and not clock else 0
                if count > 1 + again:
                    yield _clock(
                        Wrong.CLOCK_TWICE, f"wait:{wait_id}", f"'{kind} {clock or level}' happened {count} times"
                    )

    def answered(self) -> Iterator[Finding]:
        """Yield breaches of waits that had been answered in time."""
        for wait in self._rows.waits:
            is_in_time = wait.state == "answered" and wait.ended_at is not None and wait.ended_at <= wait.deadline_at
            if is_in_time and wait.breached_at is not None:
                yield _clock(Wrong.CLOCK_EARLY, f"wait:{wait.id}", "it was answered in time and counts as missed")

    def _outlived(self, wait: WaitRow) -> bool:
        if wait.state == "joined":
            return False
        if wait.ended_at is not None:
            return wait.ended_at > wait.deadline_at
        return is_late(self._faults, max(wait.deadline_at, self._opened_at(wait)), self._rows.at)

    def _opened_at(self, wait: WaitRow) -> datetime:
        told = [fact.recorded_at for fact in self._facts.get(wait.id, ()) if fact.kind in _MOVING]
        return max(told, default=wait.started_at)

    def _breaches(self) -> Iterator[FactRow]:
        return (fact for fact in self._rows.facts if fact.kind == "breached" and fact.wait_id is not None)

    def _known_at(self, breach: FactRow) -> datetime:
        """Return when the hub last moved the deadline that was missed: it could not fire before it knew of it."""
        told = self._facts.get(breach.wait_id or 0, ())
        known = [fact.recorded_at for fact in told if fact.kind in _MOVING and fact.recorded_at <= breach.recorded_at]
        return max(known, default=breach.occurred_at)


def _firings(facts: Sequence[FactRow]) -> Mapping[tuple[str, str, str], int]:
    fired = (fact for fact in facts if fact.kind in {"breached", "level_sent"})
    return Counter((fact.kind, fact.clock, fact.level) for fact in fired)


def _clock(wrong: Wrong, key: str, sentence: str) -> Finding:
    return Finding(Check.TIMERS, wrong, key, sentence)
