"""Arithmetic of reports: percentiles, shares of holding, figures of waits (semantics §9, invariant 8)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.ids import ContactId, ConversationId, LineKey, ManagerId, WaitId
from hub.domain.metrics import Measured, ResponseFigures, holder_at, holding_shares, percentile, spread_of
from hub.domain.rebuilding import Ending, Holding, WaitStory
from hub.domain.replacing import replace
from hub.domain.wait import Wait, WaitKind
from tests.proven import proven

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANNA, IVAN = ManagerId(1), ManagerId(2)


def a_wait(minutes: float | None, *, ending: Ending = Ending.answered, **values: object) -> Measured:
    """A wait with a target of 15 minutes, ended after so many, or not at all."""
    length = None if minutes is None else minutes * MINUTE
    wait = Wait(
        id=WaitId(1),
        contact_id=ContactId(1),
        line=LineKey("sales"),
        conversation_id=ConversationId(1),
        kind=WaitKind.first_response,
        channel="telegram",
        started_at=START,
        deadline_at=START + 15 * MINUTE,
        target_seconds=900,
        policy_id="line:sales",
        policy_revision=1,
        ended_at=None if length is None else START + length,
    )
    return Measured(WaitStory(replace(wait, **values), (), ending=ending), length, length)  # type: ignore[arg-type]


def figures_of(*waits: Measured, now: datetime = START + 60 * MINUTE) -> ResponseFigures:
    figures = ResponseFigures(now)
    for wait in waits:
        figures.add(wait)
    return figures


@pytest.mark.parametrize(("percent", "value"), [(50, 3), (90, 5), (95, 5), (20, 1), (21, 2)])
def test_rp1_a_percentile_is_a_value_that_happened(percent: int, value: int) -> None:
    assert percentile([1, 2, 3, 4, 5], percent) == value


def test_rp1_of_nothing_there_is_no_percentile() -> None:
    assert percentile([], 50) is None
    assert spread_of([]).mean is None


@given(st.lists(st.integers(0, 10**6), min_size=1), st.integers(1, 100))
def test_rp1_at_least_so_many_per_cent_are_not_above_a_percentile(values: list[int], percent: int) -> None:
    found = percentile(sorted(values), percent)

    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)


def test_rp1_an_overdue_wait_counts_against_the_share_within_target() -> None:
    figures = figures_of(a_wait(5), a_wait(20), a_wait(None, ending=Ending.running))

    assert (figures.within, figures.overdue, figures.within_share) == (1, 1, 1 / 3)


def test_rp1_a_wait_that_is_not_due_yet_counts_for_nothing() -> None:
    figures = figures_of(a_wait(5), a_wait(None, ending=Ending.running), now=START + 10 * MINUTE)

    assert (figures.running, figures.overdue, figures.within_share) == (1, 0, 1.0)


def test_rp1_an_answer_in_the_last_second_is_in_time() -> None:
    assert figures_of(a_wait(15)).within == 1
    assert figures_of(a_wait(15.1)).within == 0


def test_rp1_s8_dismissed_waits_have_their_own_column() -> None:
    figures = figures_of(a_wait(5), a_wait(50, ending=Ending.dismissed))

    assert (figures.waits, figures.dismissed, figures.working().median) == (2, 1, 300)


def test_rp1_p3_cancelled_and_p4_joined_and_c8_hidden_waits_are_not_counted() -> None:
    figures = figures_of(
        a_wait(5, ending=Ending.cancelled), a_wait(5, ending=Ending.joined), a_wait(5, is_counted=False)
    )

    assert (figures.waits, figures.within_share) == (0, None)


def test_rp1_c10_a_call_answered_at_once_is_volume_and_no_response_time() -> None:
    figures = figures_of(a_wait(0, ending=Ending.at_once), a_wait(5))

    assert (figures.waits, figures.at_once, figures.answered, figures.working().median) == (2, 1, 1, 300)


def test_rp1_c11_s11_words_of_people_count_and_are_shown_apart() -> None:
    figures = figures_of(a_wait(5, ending=Ending.reached), a_wait(6, ending=Ending.elsewhere), a_wait(7))

    assert (figures.answered, figures.reached, figures.elsewhere) == (3, 1, 1)


def test_rp5_holding_goes_from_one_to_the_next() -> None:
    holdings = [Holding(START, ANNA), Holding(START + 4 * MINUTE, None), Holding(START + 5 * MINUTE, IVAN)]

    shares = holding_shares(holdings, START, START + 10 * MINUTE)

    assert shares == {ANNA: 4 * MINUTE, None: MINUTE, IVAN: 5 * MINUTE}
    assert holder_at(holdings, START + 4 * MINUTE) is None


def test_rp5_a_wait_that_a_fast_clock_starts_ahead_has_no_length_yet() -> None:
    holdings = [Holding(START, None), Holding(START - MINUTE, ANNA)]

    assert holding_shares(holdings, START, START - MINUTE) == {}


MOMENTS = st.integers(-300, 900).map(lambda seconds: START + timedelta(seconds=seconds))
HOLDINGS = st.lists(st.builds(Holding, MOMENTS, st.sampled_from([None, ANNA, IVAN])), max_size=8)


@proven(HOLDINGS, st.integers(0, 600))
def test_rp5_invariant8_the_shares_of_all_holders_sum_up_to_the_wait(holdings: list[Holding], seconds: int) -> None:
    end = START + timedelta(seconds=seconds)
    shares = holding_shares(holdings, START, end)

    assert sum(shares.values(), timedelta(0)) == end - START
    assert all(held > timedelta(0) for held in shares.values())
