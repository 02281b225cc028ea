"""Checks 3 to 5: what managers wrote left once, in order; and a second copy needs a fault of its own."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.oracle_finding import Wrong
from hub.testing.crash.oracle_sends import find_disordered, find_doubled, find_unsent, pair_doubles
from hub.testing.crash.rows import Rows
from tests.crash.histories import (
    DELIVERY,
    OUTBOUND,
    QUIET,
    RIGHT,
    at,
    copy_seen,
    fault,
    record,
    right_records,
)

DOUBTED = replace(RIGHT, deliveries=(replace(DELIVERY, attempt=2, reason="maybe_twice"),))
SEEN_TWICE = [*right_records(), copy_seen(36)]


def told(rows: Rows, records: list[Record]) -> list[tuple[Wrong, str]]:
    return [(finding.wrong, finding.key) for finding in find_unsent(records, rows)]


def doubled(records: list[Record], rows: Rows = DOUBTED) -> list[str]:
    return [finding.key for finding in find_doubled(records, rows)]


def composed_and_seen(*seen_at: float) -> list[Record]:
    """Answers written a second apart, in the order of their numbers, seen at these instants."""
    records = []
    for number, seconds in enumerate(seen_at, start=1):
        key = f"an-{number:06}"
        records.append(record(Kind.COMPOSED, number, key, manager="anna", event="ev-000001"))
        records.append(copy_seen(seconds, key, identity=key))
    return records


def on_threads(*threads: int) -> Rows:
    """The rows of as many answers, each on its thread."""
    numbers = range(1, len(threads) + 1)
    messages = tuple(replace(OUTBOUND, id=200 + number, marker=f"an-{number:06}") for number in numbers)
    deliveries = (replace(DELIVERY, id=300 + number, message_id=200 + number) for number in numbers)
    placed = tuple(replace(each, thread=thread) for each, thread in zip(deliveries, threads, strict=True))
    return replace(RIGHT, messages=messages, deliveries=placed)


ONE_THREAD = on_threads(41, 41, 41, 41, 41, 41)


def test_a_right_history_has_no_findings():
    for check in (find_unsent, find_doubled, find_disordered):
        assert check(right_records(), RIGHT) == []


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_a_delivery_that_has_not_ended_is_found(state):
    rows = replace(RIGHT, deliveries=(replace(DELIVERY, state=state),))

    assert told(rows, right_records()) == [(Wrong.UNSENT, "delivery 51")]


def test_a_notice_that_is_due_later_may_wait_and_an_answer_may_not():
    later = replace(DELIVERY, id=52, message_id=None, state="queued", due_at=at(QUIET + 60))
    notice = replace(later, lane="notify")

    assert told(replace(RIGHT, deliveries=(DELIVERY, notice)), right_records()) == []
    assert told(replace(RIGHT, deliveries=(DELIVERY, later)), right_records()) == [(Wrong.UNSENT, "delivery 52")]


def test_an_answer_called_sent_that_the_client_never_saw_is_found():
    assert told(RIGHT, right_records()[:-1]) == [(Wrong.UNSENT, "an-000001")]


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_an_answer_called_failed_that_the_client_saw_is_found(state):
    rows = replace(RIGHT, deliveries=(replace(DELIVERY, state=state, manager_id=None),))

    assert told(rows, right_records()) == [(Wrong.UNSENT, "an-000001")]


def test_whoever_wrote_an_answer_that_failed_has_to_be_told():
    failed = replace(DELIVERY, state="failed")
    notice = replace(DELIVERY, id=52, lane="notify", notice="reply_state", message_id=None, about_message=12)

    assert told(replace(RIGHT, deliveries=(failed,)), right_records()[:-1]) == [(Wrong.UNSENT, "an-000001")]
    assert told(replace(RIGHT, deliveries=(failed, notice)), right_records()[:-1]) == []


def test_an_answer_that_is_stored_nowhere_is_found_unless_it_was_refused():
    rows = replace(RIGHT, messages=RIGHT.messages[:1], deliveries=())
    unseen = right_records()[:-1]

    assert told(rows, unseen) == [(Wrong.UNSENT, "an-000001")]
    assert told(rows, [*unseen, record(Kind.REFUSED, 6, "an-000001")]) == []


def test_an_answer_that_is_stored_twice_is_a_double_whatever_the_client_saw():
    rows = replace(RIGHT, messages=(*RIGHT.messages, replace(OUTBOUND, id=19)))

    assert (Wrong.DOUBLED, "an-000001") in told(rows, right_records())


def test_what_nobody_wrote_is_found_at_the_client():
    assert told(RIGHT, [*right_records(), copy_seen(9, "an-000404")]) == [(Wrong.INVENTED, "an-000404")]


def test_a_second_copy_is_allowed_when_a_fault_fell_between_the_provider_and_the_commit():
    assert doubled([*SEEN_TWICE, fault(5.6)]) == []


def test_a_second_copy_without_a_fault_is_found():
    assert doubled(SEEN_TWICE) == ["an-000001"]


@pytest.mark.parametrize("seconds", [3.0, 15.0, 40.0])
def test_a_fault_at_another_time_explains_nothing(seconds):
    assert doubled([*SEEN_TWICE, fault(seconds)]) == ["an-000001"]


@pytest.mark.parametrize("place", ["web", "redis", "bot", "poll"])
def test_a_fault_of_what_does_not_send_explains_nothing(place):
    assert doubled([*SEEN_TWICE, fault(5.6, place)]) == ["an-000001"]


def test_a_fault_that_began_before_and_lasted_explains_a_second_copy():
    assert doubled([*SEEN_TWICE, fault(4, "postgres", what="drop", until=9)]) == []


def test_a_second_copy_of_a_delivery_that_shows_no_doubt_is_found():
    assert doubled([*SEEN_TWICE, fault(5.6)], RIGHT) == ["an-000001"]


def test_a_third_copy_is_found_whatever_faults_there_were():
    assert doubled([*SEEN_TWICE, copy_seen(70), fault(5.6), fault(36.1)]) == ["an-000001"]


def test_copies_with_different_identities_are_found():
    records = [*right_records(), copy_seen(36, identity="another"), fault(5.6)]

    assert doubled(records) == ["an-000001"]


def test_a_fault_explains_one_copy_of_a_thread():
    other = replace(OUTBOUND, id=14, marker="an-000002")
    second = replace(DELIVERY, id=53, message_id=14, attempt=2, reason="maybe_twice")
    rows = replace(DOUBTED, messages=(*RIGHT.messages, other), deliveries=(*DOUBTED.deliveries, second))
    twice = [copy_seen(seconds, "an-000002", identity="k2") for seconds in (5.7, 37)]

    assert doubled([*SEEN_TWICE, *twice, fault(5.8)], rows) == ["an-000002"]
    assert doubled([*SEEN_TWICE, *twice, fault(5.65), fault(5.8)], rows) == []


@given(st.lists(st.floats(0, 100), max_size=8), st.floats(0, 50), st.floats(0.1, 60))
def test_never_more_pairs_than_faults_that_fit(instants, first, gap):
    records = [copy_seen(first), copy_seen(first + gap), *map(fault, instants)]
    [pair] = pair_doubles(records, DOUBTED).values()

    fitting = [each for each in instants if at(first) <= at(each) <= min(at(first + gap), at(first + 5))]
    assert (pair is not None) == bool(fitting)


def test_copies_in_a_chat_have_ids_of_their_own():
    records = [*right_records()[:-1], *(copy_seen(at, channel="telegram", identity=f"{at}") for at in (5.5, 36))]

    assert doubled([*records, fault(5.6)]) == []


def test_answers_in_the_order_in_which_they_were_written_are_right():
    assert find_disordered(composed_and_seen(5, 6, 7), ONE_THREAD) == []


def test_an_answer_that_overtook_another_is_found():
    [found] = find_disordered(composed_and_seen(5, 7, 6), ONE_THREAD)

    assert (found.wrong, found.key) == (Wrong.DISORDERED, "an-000003")


def test_a_second_copy_does_not_count_for_the_order():
    assert find_disordered([*composed_and_seen(5, 6, 7), copy_seen(9, "an-000001")], ONE_THREAD) == []


def test_another_thread_need_not_wait():
    assert find_disordered(composed_and_seen(9, 5), on_threads(41, 42)) == []


@given(st.permutations(range(6)))
def test_a_thread_is_in_order_if_and_only_if_nothing_overtook(places):
    found = find_disordered(composed_and_seen(*(10 + place for place in places)), ONE_THREAD)

    assert bool(found) == (list(places) != sorted(places))
