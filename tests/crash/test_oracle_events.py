"""Checks 1, 2 and 10: each finds what was planted, and nothing in a history in which all went right."""

from dataclasses import replace

import pytest

from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.oracle_events import find_invented, find_lost, find_untold
from hub.testing.crash.oracle_finding import Wrong
from hub.testing.crash.rows import Rows
from tests.crash.histories import CALL, CONVERSATION, INBOUND, OUTBOUND, RECEIPT, RIGHT, at, record, right_records


def lost_keys(rows: Rows, records: list[Record] | None = None) -> list[str]:
    return [finding.key for finding in find_lost(records or right_records(), rows)]


def test_a_right_history_has_no_findings():
    for check in (find_lost, find_invented, find_untold):
        assert check(right_records(), RIGHT) == []


def test_an_acknowledged_event_that_is_stored_nowhere_is_lost_and_shown_with_its_lines():
    [found] = find_lost(right_records(), replace(RIGHT, receipts=(), messages=(OUTBOUND,)))

    assert (found.wrong, found.key) == (Wrong.LOST, "ev-000001")
    assert [line.partition('"key"')[0] for line in found.slice] == [
        f'{{"kind": "{kind}", "at": "{at(seconds).isoformat()}", '
        for kind, seconds in (("offered", 1), ("acked", 1.1), ("manager_visible", 1.5))
    ]


def test_an_event_set_aside_with_a_reason_is_not_lost():
    parked = replace(RECEIPT, state="parked", reason="its parser failed")

    assert lost_keys(replace(RIGHT, receipts=(parked,), messages=(OUTBOUND,))) == []


def test_an_event_set_aside_without_a_reason_is_lost():
    parked = replace(RECEIPT, state="parked", reason="")

    assert "ev-000001" in lost_keys(replace(RIGHT, receipts=(parked,), messages=(OUTBOUND,)))


@pytest.mark.parametrize("state", ["new", "claimed"])
def test_a_payload_that_nobody_finished_is_lost(state):
    assert lost_keys(replace(RIGHT, receipts=(replace(RECEIPT, state=state),))) == ["ev-000001"]


@pytest.mark.parametrize("change", [{"contact_id": 99}, {"conversation_id": 99}, {"contact_id": None}])
def test_a_message_that_hangs_on_nothing_is_lost(change):
    assert lost_keys(replace(RIGHT, messages=(replace(INBOUND, **change), OUTBOUND))) == ["ev-000001"]


def test_a_message_for_which_nobody_was_chosen_is_lost():
    unowned = replace(CONVERSATION, assignee_id=None)

    assert lost_keys(replace(RIGHT, decisions=(), conversations=(unowned,))) == ["ev-000001"]


@pytest.mark.parametrize(("status", "is_found"), [("400", True), ("404", True), ("503", False), ("429", False)])
def test_a_refusal_after_which_a_provider_gives_up_is_found(status, is_found):
    refused = record(Kind.REFUSED, 1.1, "ev-000002", result=status)

    assert lost_keys(RIGHT, [*right_records(), refused]) == ["ev-000002"] * is_found


def test_a_call_stands_for_its_event_and_is_not_counted_again_with_the_message_that_shows_it():
    records = [*right_records(), record(Kind.OFFERED, 2, "ev-000002"), record(Kind.ACKED, 2.1, "ev-000002")]
    shown = replace(INBOUND, id=13, kind="call", marker="")
    rows = replace(RIGHT, calls=(CALL,), messages=(INBOUND, shown, OUTBOUND))

    assert find_lost(records, rows) == []
    assert find_invented(records, rows) == []
    assert lost_keys(RIGHT, records) == ["ev-000002"]


def test_a_call_of_which_only_the_beginning_was_told_hangs_on_no_card():
    ringing = replace(CALL, state="ringing", contact_id=None, conversation_id=None, message_id=None)
    records = [*right_records(), record(Kind.OFFERED, 2, "ev-000002"), record(Kind.INFO, 2.1, "ev-000002")]

    assert lost_keys(replace(RIGHT, calls=(ringing,)), records) == []
    assert lost_keys(replace(RIGHT, calls=(ringing,)), [*records, record(Kind.ACKED, 3, "ev-000002")]) == ["ev-000002"]


def test_a_stored_event_that_nobody_sent_is_invented():
    strange = replace(INBOUND, id=15, marker="ev-000777")
    [found] = find_invented(right_records(), replace(RIGHT, messages=(INBOUND, OUTBOUND, strange)))

    assert (found.wrong, found.key) == (Wrong.INVENTED, "ev-000777")


def test_an_event_that_appears_twice_is_invented():
    again = replace(INBOUND, id=15)
    [found] = find_invented(right_records(), replace(RIGHT, messages=(INBOUND, again, OUTBOUND)))

    assert (found.wrong, found.key) == (Wrong.INVENTED, "ev-000001")


def test_a_message_without_a_marker_is_invented_unless_it_is_from_the_set_up():
    before, during = (replace(INBOUND, id=15, marker="", received_at=at(seconds)) for seconds in (-5, 5))

    assert find_invented(right_records(), replace(RIGHT, messages=(INBOUND, OUTBOUND, before))) == []
    assert len(find_invented(right_records(), replace(RIGHT, messages=(INBOUND, OUTBOUND, during)))) == 1


@pytest.mark.parametrize("is_stored", [True, False])
def test_a_request_whose_result_nobody_saw_may_be_stored_or_not(is_stored):
    records = [record(Kind.OFFERED, 1, "ev-000001"), record(Kind.INFO, 1.2, "ev-000001")]
    rows = RIGHT if is_stored else replace(RIGHT, receipts=(), messages=(OUTBOUND,))

    assert [*find_lost(records, rows), *find_invented(records, rows), *find_untold(records, rows)] == []


def test_a_request_of_which_the_world_wrote_no_outcome_is_found():
    [found] = find_untold([record(Kind.OFFERED, 1, "ev-000001")], RIGHT)

    assert (found.wrong, found.key) == (Wrong.UNTOLD, "ev-000001")
