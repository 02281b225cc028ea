"""A wait told by its facts: what only facts of a hub before 0.2, or no fact at all, would tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.ids import LineKey, WaitId
from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.rebuilding import TOLD, UNTOLD, Ending, list_differences, rebuild_wait
from hub.domain.wait import Wait, WaitState

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPENING: dict[str, Any] = {
    "kind": "first_response",
    "channel": "telegram",
    "source": "",
    "counted": True,
    "deadline_at": (START + 15 * MINUTE).isoformat(),
    "target_seconds": 900,
    "policy": "line:sales",
    "revision": 1,
    "no_open_time": False,
    "late_delivery": False,
}


def fact(what: Fact, minutes: int = 0, /, *, cause: str = "", **facts: Any) -> LedgerEntry:
    at = START + minutes * MINUTE
    return LedgerEntry(minutes, what, at, at, wait_id=WaitId(1), line=LineKey("sales"), cause=cause, facts=facts)


def told(*entries: LedgerEntry, **opening: Any) -> Wait:
    story = rebuild_wait([fact(Fact.wait_opened, **{**OPENING, **opening}), *entries])
    assert story is not None
    return story.wait


def test_every_field_of_a_wait_is_either_told_or_named_as_untold() -> None:
    assert set(TOLD) | UNTOLD == set(Wait.__dataclass_fields__)
    assert not set(TOLD) & UNTOLD


@pytest.mark.parametrize("entries", [[], [fact(Fact.answered, 3)], [fact(Fact.wait_opened, kind="first_response")]])
def test_without_a_complete_opening_fact_nothing_is_told(entries: list[LedgerEntry]) -> None:
    assert rebuild_wait(entries) is None


def test_fr9_a_correction_of_before_02_leaves_what_the_opening_was_filled_in_with() -> None:
    wait = told(fact(Fact.start_corrected, 3, old_start="x", deadline_at="y"), backfilled=True)

    assert (wait.started_at, wait.requests) == (START, 2)


def test_d6_d7_a_new_deadline_keeps_what_its_fact_does_not_name() -> None:
    later = (START + 30 * MINUTE).isoformat()
    moved = told(fact(Fact.deadline_changed, 3, deadline_at=later, line="support", target_seconds=1800))

    assert told(fact(Fact.deadline_changed, 3, deadline_at=later)).target_seconds == 900
    assert (moved.line, moved.target_seconds, moved.deadline_at) == ("support", 1800, START + 30 * MINUTE)


def test_p4_a_join_of_before_02_says_only_where_the_wait_went() -> None:
    wait = told(fact(Fact.joined, 3, kept_wait_id=7), backfilled=True)

    assert (wait.state, wait.joined_into, wait.ended_at) == (WaitState.joined, 7, START + 3 * MINUTE)
    assert told(fact(Fact.joined, 3, absorbed_wait_id=7), backfilled=True).state is WaitState.open


def test_c3_the_breach_of_another_clock_is_not_the_answers() -> None:
    assert told(fact(Fact.breached, 5, clock="callback")).breached_at is None
    assert told(fact(Fact.breached, 15)).breached_at == START + 15 * MINUTE


@pytest.mark.parametrize(
    ("entry", "ending"),
    [
        (fact(Fact.answered, 3, cause="S3"), Ending.answered),
        (fact(Fact.answered, 3, cause="C-10"), Ending.at_once),
        (fact(Fact.declared, 3, cause="C-11"), Ending.reached),
        (fact(Fact.declared, 3, cause="S11"), Ending.elsewhere),
        (fact(Fact.dismissed, 3), Ending.dismissed),
        (fact(Fact.cancelled, 3), Ending.cancelled),
        (fact(Fact.queued, 3), Ending.running),
    ],
)
def test_rp1_endings_are_told_apart_by_their_rule(entry: LedgerEntry, ending: Ending) -> None:
    story = rebuild_wait([fact(Fact.wait_opened, **OPENING), entry])

    assert story is not None
    assert story.ending is ending


def test_c11_the_notice_that_no_call_was_seen_changes_nothing_but_itself() -> None:
    unconfirmed = fact(Fact.declared, 13, cause="C-11", unconfirmed=True)
    story = rebuild_wait([fact(Fact.wait_opened, **OPENING), fact(Fact.declared, 3, cause="C-11"), unconfirmed])

    assert story is not None
    assert (story.wait.ended_at, story.is_unconfirmed) == (START + 3 * MINUTE, True)


def test_differences_name_the_field_and_both_values() -> None:
    first, second = told(), told(target_seconds=60)

    assert list(list_differences(first, second)) == [("target_seconds", 900, 60)]
