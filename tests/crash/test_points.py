"""The hub, killed at each of the places between which the list of the design wants a kill, ends as if it had not been.

Every flow is prepared and run untouched, then once for each of those points, for its first hit; `make crash-points` and
`make slow` try all points and all hits.
"""

import asyncio
from collections import Counter

import pytest

from hub.testing.crash.flows import FLOWS
from hub.testing.crash.points import ALL, Choice, FlowReport, run_flows
from hub.testing.crash.points_state import EndState, compare, extra_copies
from tests.house.crash_points_minimum import points_to_pass

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def reports() -> dict[str, FlowReport]:
    listed = {flow: points_to_pass(flow) for flow in FLOWS} | {"undo": points_to_pass("merge")}
    found = asyncio.run(run_flows(list(FLOWS.values()), Choice(most_hits=1, points=listed)))
    return {report.flow: report for report in found}


def faults_of(report: FlowReport) -> list[str]:
    missed = [f"{point} is not passed" for point in sorted(points_to_pass(report.flow) - report.points.keys())]
    return report.wrong + missed + [f"{case.wish}: {fault}" for case in report.red for fault in case.faults]


def test_case1_a_webhook_is_stored_once_wherever_the_hub_is_killed(reports: dict[str, FlowReport]) -> None:
    assert faults_of(reports["message_webhook"]) == []


def test_case13_a_polled_update_is_stored_once_wherever_the_hub_is_killed(reports: dict[str, FlowReport]) -> None:
    assert faults_of(reports["message_polled"]) == []


def test_case42_a_letter_is_fetched_once_wherever_the_hub_is_killed(reports: dict[str, FlowReport]) -> None:
    assert faults_of(reports["letter"]) == []


def test_case8_a_missed_call_is_one_callback_wherever_the_hub_is_killed(reports: dict[str, FlowReport]) -> None:
    assert faults_of(reports["call"]) == []


def test_case61_an_answer_is_sent_wherever_the_hub_is_killed(reports: dict[str, FlowReport]) -> None:
    assert faults_of(reports["reply_telegram"]) == []


def test_case62_a_letter_that_may_have_gone_goes_once_more_as_the_same(reports: dict[str, FlowReport]) -> None:
    report = reports["reply_letter"]

    assert faults_of(report) == []
    assert {case.wish: case.copies for case in report.cases}["mail.accepted:1"] == 1


def test_case76_a_clock_fires_once_wherever_the_hub_is_killed(reports: dict[str, FlowReport]) -> None:
    assert faults_of(reports["clock"]) == []


@pytest.mark.parametrize("flow", ["merge", "undo"])
def test_case7_a_merge_is_whole_or_not_at_all(reports: dict[str, FlowReport], flow: str) -> None:
    assert faults_of(reports[flow]) == []


@pytest.mark.slow
@pytest.mark.parametrize("flow", FLOWS)
def test_case22_every_hit_of_every_point_ends_as_the_untouched_run(flow: str) -> None:
    [report] = asyncio.run(run_flows([FLOWS[flow]], ALL))

    assert faults_of(report) == []
    assert len(report.cases) == report.points.total() > 30


def ended(*stored: str, shown: tuple[str, ...] = (), letters: tuple[str, ...] = (), at_manager: int = 1) -> EndState:
    return EndState(Counter(stored), Counter(shown), Counter(letters), at_manager)


WHOLE = ended("delivery: reply|sent|", shown=("Да",), letters=("<1@lampa.example>",))


def test_an_end_like_the_untouched_one_has_no_fault() -> None:
    assert compare(WHOLE, WHOLE) == []


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (ended(shown=("Да",), letters=("<1@lampa.example>",)), "not there: delivery: reply|sent|"),
        (ended("delivery: reply|sent|", letters=("<1@lampa.example>",)), "the client does not see «Да»"),
        (
            ended("delivery: reply|sent|", shown=("Да", "Да"), letters=("<1@lampa.example>",)),
            "1 messages at the client too many, 0 marked as possibly sent twice",
        ),
        (
            ended("delivery: reply|sent|maybe_twice", shown=("Да",) * 3, letters=("<1@lampa.example>",)),
            "2 messages at the client too many, 1 marked as possibly sent twice",
        ),
        (
            ended(
                "delivery: reply|sent|maybe_twice", shown=("Да",), letters=("<1@lampa.example>", "<2@lampa.example>")
            ),
            "a letter has two identities",
        ),
        (
            ended("delivery: reply|sent|", shown=("Да",), letters=("<1@lampa.example>",), at_manager=3),
            "the manager sees 3 messages instead of 1",
        ),
    ],
)
def test_an_end_that_differs_is_told_in_a_sentence(found: EndState, fault: str) -> None:
    assert fault in compare(WHOLE, found)


def test_one_copy_more_that_is_marked_as_possibly_sent_twice_is_no_fault() -> None:
    twice = ended("delivery: reply|sent|maybe_twice", shown=("Да", "Да"), letters=("<1@lampa.example>",))

    assert compare(WHOLE, twice) == []
    assert extra_copies(WHOLE, twice) == 1


def test_only_the_chosen_points_and_hits_are_wished_for() -> None:
    passed = Counter({"accept.before_commit": 3, "heartbeat.before_beat": 1})

    assert ALL.wishes("letter", passed) == [
        *(f"accept.before_commit:{n}" for n in (1, 2, 3)),
        "heartbeat.before_beat:1",
    ]
    chosen = Choice(2, {"letter": ["accept.before_commit"]})
    assert chosen.wishes("letter", passed) == ["accept.before_commit:1", "accept.before_commit:2"]
