from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.delivery.retry import PLANS, Plan, next_attempt
from hub.delivery.verdict import Attempt
from hub.domain.delivery import Lane
from hub.domain.outbound import Failed, Later, Sent, Unknown
from hub.store.deliveries import DOUBTFUL, ClaimedDelivery

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PLAN = Plan(attempts=5, first=2 * SECOND, longest=60 * SECOND)
plans = st.builds(
    Plan, st.integers(2, 10**6), st.timedeltas(SECOND, 60 * SECOND), st.timedeltas(60 * SECOND, timedelta(days=1))
)
jitters = st.floats(0, 1)


@given(plans, st.integers(1, 10**6), jitters)
def test_the_wait_is_between_half_the_first_and_the_longest(plan: Plan, attempt: int, jitter: float) -> None:
    due_at = next_attempt(min(attempt, plan.attempts - 1), plan=plan, retry_after=None, now=NOW, jitter=jitter)

    assert due_at is not None
    assert plan.first / 2 <= due_at - NOW <= plan.longest


@given(plans, jitters, st.integers(1, 10**6))
def test_the_wait_never_shrinks_from_one_attempt_to_the_next(plan: Plan, jitter: float, attempt: int) -> None:
    waits = [
        next_attempt(number, plan=plan, retry_after=None, now=NOW, jitter=jitter)
        for number in (attempt, attempt + 1)
        if number < plan.attempts
    ]

    assert waits == sorted(each for each in waits if each)


@given(plans, st.integers(1, 10**6), jitters, st.timedeltas(SECOND, timedelta(hours=2)))
def test_case63_never_earlier_than_the_provider_wishes(
    plan: Plan, attempt: int, jitter: float, wish: timedelta
) -> None:
    due_at = next_attempt(min(attempt, plan.attempts - 1), plan=plan, retry_after=wish, now=NOW, jitter=jitter)

    assert due_at is not None
    assert due_at - NOW >= wish


@given(
    st.sampled_from([(plan, attempt) for plan in PLANS.values() for attempt in range(1, plan.patience + 1)]),
    jitters,
    st.timedeltas(SECOND, timedelta(hours=2)),
)
def test_case63_a_named_wait_is_not_doubled_only_spread(
    place: tuple[Plan, int], jitter: float, wish: timedelta
) -> None:
    plan, attempt = place
    due_at = next_attempt(attempt, plan=plan, retry_after=wish, now=NOW, jitter=jitter)

    assert due_at is not None
    assert due_at - NOW <= wish + max(wish / 10, plan.first / 2)


@given(st.sampled_from(sorted(PLANS)), jitters)
def test_case63_those_who_were_refused_together_do_not_come_back_together(lane: Lane, jitter: float) -> None:
    waits = [next_attempt(1, plan=PLANS[lane], retry_after=SECOND, now=NOW, jitter=each) for each in (0, jitter, 1)]

    assert waits == sorted(each for each in waits if each)
    assert waits[0] != waits[-1]


@given(st.sampled_from([Lane.reply, Lane.notify, Lane.crm]), st.timedeltas(timedelta(0), SECOND))
def test_an_outage_that_names_a_second_each_time_is_waited_out_for_hours(lane: Lane, wish: timedelta) -> None:
    plan = PLANS[lane]
    waits = [
        due_at - NOW
        for attempt in range(1, plan.attempts)
        if (due_at := next_attempt(attempt, plan=plan, retry_after=wish, now=NOW, jitter=0))
    ]

    assert min(waits) >= plan.first / 2
    assert sum(waits, timedelta(0)) >= timedelta(hours=1)


def waited(plan: Plan, wish: timedelta | None) -> timedelta:
    """How long a plan tries where everything fails at once."""
    dues = (next_attempt(each, plan=plan, retry_after=wish, now=NOW, jitter=0) for each in range(1, plan.attempts))
    return sum((due_at - NOW for due_at in dues if due_at), timedelta(0))


@given(st.sampled_from(sorted(PLANS)), st.timedeltas(timedelta(0), SECOND))
def test_no_lane_gives_up_much_earlier_because_a_provider_that_is_down_names_a_second(
    lane: Lane, wish: timedelta
) -> None:
    assert waited(PLANS[lane], wish) >= waited(PLANS[lane], None) / 5


@given(st.sampled_from(sorted(PLANS)), st.integers(0, 10**6))
def test_every_lane_that_is_worked_comes_to_an_end(lane: Lane, more: int) -> None:
    assert next_attempt(PLANS[lane].attempts + more, plan=PLANS[lane], retry_after=None, now=NOW, jitter=0) is None


def claimed(attempt: int = 1, reason: str = "", *, was_interrupted: bool = False, part: int = 0) -> ClaimedDelivery:
    return ClaimedDelivery(
        id=1,
        token=2,
        lane="reply",
        key="press-1",
        attempt=attempt,
        due_at=NOW,
        payload={},
        connection_id=1,
        conversation_id=1,
        message_id=1,
        manager_id=1,
        part=part,
        external_ids=["1"] * part,
        reason=reason,
        created_at=NOW,
        first_attempt_at=NOW,
        was_interrupted=was_interrupted,
    )


@pytest.mark.parametrize(
    ("before", "result", "state", "reason"),
    [
        (claimed(), Sent(("9",), NOW), "sent", ""),
        (claimed(), Failed("blocked", "заблокировал"), "failed", "blocked"),
        (claimed(), Failed("refused", "адреса нет"), "failed", "адреса нет"),
        (claimed(), Later("provider_down"), "queued", "provider_down"),
        (claimed(5), Later("provider_down"), "parked", "provider_down"),
        (claimed(), Unknown("no_answer"), "queued", f"{DOUBTFUL}no_answer"),
        (claimed(2, f"{DOUBTFUL}no_answer"), Sent(("9",), NOW), "sent", "maybe_twice"),
        (claimed(2, f"{DOUBTFUL}no_answer"), Unknown("no_answer"), "unknown", "no_answer"),
        (claimed(2, f"{DOUBTFUL}no_answer"), Later("provider_down"), "queued", f"{DOUBTFUL}provider_down"),
        (claimed(5, f"{DOUBTFUL}no_answer"), Later("provider_down"), "unknown", "provider_down"),
        (claimed(2, f"{DOUBTFUL}no_answer"), Failed("blocked", "заблокировал"), "unknown", "blocked"),
        (claimed(2, was_interrupted=True), Failed("refused", "адреса нет"), "unknown", "адреса нет"),
        (claimed(2, was_interrupted=True), Sent(("9",), NOW), "sent", "maybe_twice"),
        (claimed(2, was_interrupted=True), Unknown("no_answer"), "unknown", "no_answer"),
        (claimed(99), Later("connection_paused"), "queued", "connection_paused"),
    ],
)
def test_s3_what_a_result_makes_of_an_answer(before, result, state: str, reason: str) -> None:
    settled = Attempt(before, PLAN, is_repeatable=False).settle(result, now=NOW, jitter=0.5)

    assert (settled.state, settled.reason) == (state, reason)
    assert (settled.due_at is not None) == (state == "queued")


def test_parts_that_were_accepted_are_never_sent_again() -> None:
    before = Attempt(claimed(2, part=1), PLAN, is_repeatable=False)
    settled = before.settle(Later("rate_limited", part=2, external_ids=("2",)), now=NOW, jitter=0)

    assert (settled.part, settled.external_ids) == (2, ("1", "2"))


def test_an_idempotent_provider_is_simply_asked_again() -> None:
    settled = Attempt(claimed(), PLAN, is_repeatable=True).settle(Unknown("no_answer"), now=NOW, jitter=0)

    assert (settled.state, settled.reason) == ("queued", "no_answer")


def test_case24_a_delivery_that_kills_its_process_is_parked() -> None:
    settled = Attempt(claimed(6, was_interrupted=True), PLAN, is_repeatable=True).end_unstarted()

    assert settled is not None
    assert settled.state == "parked"


def test_s3_nothing_more_is_sent_after_the_second_attempt_was_interrupted_too() -> None:
    before = claimed(3, f"{DOUBTFUL}interrupted", was_interrupted=True)
    settled = Attempt(before, PLAN, is_repeatable=False).end_unstarted()

    assert settled is not None
    assert settled.state == "unknown"
