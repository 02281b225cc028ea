"""Check 6: deadlines are watched, fire once, not early, and late only by what faults explain."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.testing.crash.oracle_clocks import TOLERANCE, find_clock_faults, is_late
from hub.testing.crash.oracle_finding import Wrong
from hub.testing.crash.oracle_history import Fault, covered
from hub.testing.crash.rows import FactRow, Rows
from tests.crash.histories import MISSED, OPENED, RIGHT, TIMER, WAIT, at, fault

BREACH = MISSED.facts[-1]
SECONDS = st.floats(0, 1000, allow_nan=False)


def found(rows: Rows, *faults) -> list[tuple[Wrong, str]]:
    return [(finding.wrong, finding.key) for finding in find_clock_faults(list(faults), rows)]


def breached_at(seconds: float, *others: FactRow) -> Rows:
    """A history whose breach was written at this instant, with other facts."""
    timer = replace(TIMER, state="fired", fired_at=at(seconds))
    return replace(MISSED, facts=(OPENED, *others, replace(BREACH, recorded_at=at(seconds))), timers=(timer,))


def spans(*pairs: tuple[float, float]) -> list[Fault]:
    return [Fault("work-1", "kill", at(since), at(until)) for since, until in pairs]


@pytest.mark.parametrize("rows", [RIGHT, MISSED])
def test_a_right_history_has_no_findings(rows):
    assert found(rows) == []


def test_a_clock_that_was_due_and_did_not_fire_is_missing():
    rows = replace(MISSED, timers=(replace(TIMER, state="armed"),))

    assert found(rows) == [(Wrong.CLOCK_MISSING, "wait:61")]


def test_a_clock_that_is_due_later_is_right():
    waits = (replace(WAIT, state="open", ended_at=None, deadline_at=at(5000)),)

    assert found(replace(RIGHT, waits=waits, timers=(replace(TIMER, state="armed", due_at=at(5000)),))) == []


def test_an_open_wait_that_nothing_watches_is_found():
    waits = (replace(WAIT, state="open", ended_at=None, deadline_at=at(5000)),)

    assert found(replace(RIGHT, waits=waits, timers=())) == [(Wrong.CLOCK_MISSING, "wait:61")]


def test_a_wait_that_outlived_its_deadline_without_a_breach_is_found():
    open_one = replace(MISSED, waits=(replace(WAIT, state="open", ended_at=None),), facts=(OPENED,))
    late_answer = replace(RIGHT, waits=(replace(WAIT, ended_at=at(61)),))

    assert found(open_one) == [(Wrong.CLOCK_MISSING, "wait:61")]
    assert found(late_answer) == [(Wrong.CLOCK_MISSING, "wait:61")]


def test_a_clock_that_fired_early_is_found():
    assert (Wrong.CLOCK_EARLY, "wait:61") in found(breached_at(59.9))


def test_a_clock_armed_anew_does_not_count_its_last_firing():
    level = replace(TIMER, kind="level", state="armed", due_at=at(5000), fired_at=at(40))

    assert found(replace(MISSED, timers=(*MISSED.timers, level))) == []


@pytest.mark.parametrize(("seconds", "is_found"), [(64.9, False), (65.1, True)])
def test_a_clock_may_be_late_by_five_seconds(seconds, is_found):
    assert found(breached_at(seconds)) == [(Wrong.CLOCK_LATE, "wait:61")] * is_found


@pytest.mark.parametrize(("seconds", "is_found"), [(74.9, False), (75.1, True)])
def test_a_clock_may_be_late_by_the_time_that_faults_lasted(seconds, is_found):
    assert found(breached_at(seconds), fault(58, until=70)) == [(Wrong.CLOCK_LATE, "wait:61")] * is_found


@pytest.mark.parametrize("place", ["redis", "telegram", "mail"])
def test_no_clock_waits_for_redis_or_a_provider(place):
    assert found(breached_at(66), fault(58, place, until=70)) == [(Wrong.CLOCK_LATE, "wait:61")]


def test_a_deadline_that_was_known_only_later_counts_from_then():
    corrected = replace(OPENED, id=83, kind="start_corrected", recorded_at=at(80))

    assert found(breached_at(81), fault(0)) == [(Wrong.CLOCK_LATE, "wait:61")]
    assert found(breached_at(81, corrected), fault(0)) == []


def test_a_breach_that_is_written_twice_is_found_unless_it_was_taken_back_between():
    again = replace(BREACH, id=84, recorded_at=at(60.6))
    withdrawn = replace(BREACH, id=83, kind="breach_withdrawn", recorded_at=at(60.5))

    assert found(replace(MISSED, facts=(*MISSED.facts, again))) == [(Wrong.CLOCK_TWICE, "wait:61")]
    assert found(replace(MISSED, facts=(*MISSED.facts, withdrawn, again))) == []


def test_a_level_that_is_sent_twice_is_found_and_two_levels_are_not():
    first, second, again = (
        replace(OPENED, id=number, kind="level_sent", level=level)
        for number, level in ((85, "0"), (86, "1"), (87, "0"))
    )

    assert found(replace(MISSED, facts=(*MISSED.facts, first, second))) == []
    assert found(replace(MISSED, facts=(*MISSED.facts, first, second, again))) == [(Wrong.CLOCK_TWICE, "wait:61")]


def test_a_clock_for_calling_back_has_its_own_breach():
    callback = replace(BREACH, id=88, clock="callback")

    assert found(replace(MISSED, facts=(*MISSED.facts, callback))) == []


def test_a_wait_that_was_answered_in_time_and_counts_as_missed_is_found():
    assert (Wrong.CLOCK_EARLY, "wait:61") in found(replace(RIGHT, waits=(replace(WAIT, breached_at=at(60)),)))


def test_a_wait_of_which_the_ledger_tells_otherwise_is_found():
    assert found(replace(RIGHT, untrue=("wait:61 state is open and its facts tell answered",))) == [
        (Wrong.UNTRUE, "wait:61")
    ]


@given(st.lists(st.tuples(SECONDS, SECONDS)), SECONDS, SECONDS)
def test_what_faults_cover_of_a_span_is_never_more_than_the_span_nor_than_the_faults(pairs, one, other):
    since, until = sorted((one, other))
    faults = spans(*(tuple(sorted(pair)) for pair in pairs))

    whole = covered(faults, at(since), at(until))

    assert timedelta(0) <= whole <= at(until) - at(since)
    assert whole <= sum((each.until - each.at for each in faults), timedelta(0))


@given(st.lists(st.tuples(SECONDS, SECONDS)), SECONDS, SECONDS)
def test_covered_is_the_sum_over_any_two_parts_of_a_span(pairs, one, other):
    since, until = sorted((one, other))
    faults, middle = spans(*(tuple(sorted(pair)) for pair in pairs)), at((since + until) / 2)

    parts = covered(faults, at(since), middle) + covered(faults, middle, at(until))

    assert parts == covered(faults, at(since), at(until))


@given(st.floats(0, 500), st.floats(0, 20))
def test_without_faults_exactly_the_tolerance_is_allowed(due, delay):
    assert is_late([], at(due), at(due) + timedelta(seconds=delay)) == (timedelta(seconds=delay) > TOLERANCE)
