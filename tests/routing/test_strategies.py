"""Strategies by example and the fairness of turns (invariant 10)."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.facts import ManagerFacts
from hub.domain.ids import ManagerId
from hub.domain.line import StrategyName
from hub.routing.strategies import STRATEGIES, Pick, Pool, least_loaded, manual, offer_all, round_robin, strict_order
from tests.proven import proven

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def person(number: int, *, minutes_ago: int | None = None, waits: int = 0, conversations: int = 0) -> ManagerFacts:
    return ManagerFacts(
        id=ManagerId(number),
        key=f"m{number}",
        name=f"Менеджер {number}",
        open_waits=waits,
        open_conversations=conversations,
        last_assigned_at=None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago),
    )


def chosen(pick: Pick) -> int:
    assert pick.assignee is not None
    return pick.assignee.id


def test_r5_every_strategy_name_has_its_function():
    assert set(STRATEGIES) == set(StrategyName)


def test_r5_round_robin_goes_on_after_the_last_one_in_the_order_of_ids():
    team = [person(1), person(2), person(3)]

    assert chosen(round_robin(Pool(team))) == 1
    assert chosen(round_robin(Pool(team, ManagerId(1)))) == 2
    assert chosen(round_robin(Pool(team, ManagerId(3)))) == 1


def test_r5_round_robin_keeps_the_turn_of_who_was_skipped():
    back = person(2, minutes_ago=60)

    assert chosen(round_robin(Pool([person(1, minutes_ago=20), person(3, minutes_ago=10)], ManagerId(3)))) == 1
    assert chosen(round_robin(Pool([person(1, minutes_ago=20), back, person(3, minutes_ago=10)], ManagerId(3)))) == 2


def run_turns(size: int, turns: int, step: timedelta) -> Counter[int]:
    team = {number: person(number) for number in range(1, size + 1)}
    pointer, counts = None, Counter[int]()
    for turn in range(turns):
        pick = round_robin(Pool(list(team.values()), pointer))
        pointer = ManagerId(chosen(pick))
        team[pointer] = team[pointer].after_assignment(NOON + turn * step, is_turn=True)
        counts[pointer] += 1
    return counts


@proven(st.integers(1, 9), st.integers(0, 60), st.sampled_from([timedelta(0), timedelta(seconds=1)]))
def test_invariant10_turns_over_a_stable_pool_differ_by_at_most_one(size: int, turns: int, step: timedelta):
    counts = [run_turns(size, turns, step)[number] for number in range(1, size + 1)]

    assert max(counts) - min(counts) <= 1


@given(st.lists(st.sets(st.integers(1, 5), min_size=1), max_size=60))
def test_r5_nobody_who_is_there_waits_longer_than_one_round(present: list[set[int]]):
    team = {number: person(number) for number in range(1, 6)}
    pointer, waited = None, Counter[int]()
    for turn, numbers in enumerate(present):
        pointer = ManagerId(chosen(round_robin(Pool([team[n] for n in sorted(numbers)], pointer))))
        team[pointer] = team[pointer].after_assignment(NOON + timedelta(seconds=turn), is_turn=True)
        waited.update(numbers)
        waited[pointer] = 0
        assert max(waited.values()) <= 8


@pytest.mark.parametrize(
    ("team", "expected"),
    [
        ([person(1, waits=2), person(2, waits=1)], 2),
        ([person(1, waits=1), person(2, conversations=1)], 2),
        ([person(1, conversations=2), person(2, waits=1)], 1),
        ([person(1, minutes_ago=5), person(2, minutes_ago=9)], 2),
        ([person(1, minutes_ago=5), person(2)], 2),
        ([person(1), person(2)], 1),
    ],
)
def test_r5_least_loaded_weighs_waits_double_and_breaks_ties_by_idle_time(team: list[ManagerFacts], expected: int):
    assert chosen(least_loaded(Pool(team))) == expected


def test_r5_offer_all_names_everybody():
    pick = offer_all(Pool([person(1), person(2)]))

    assert pick.assignee is None
    assert [each.id for each in pick.offered_to] == [1, 2]
    assert pick.reason.ru == "предложено всем, кто может: Менеджер 1, Менеджер 2"


def test_r5_strict_order_follows_the_list_of_the_team():
    team = [person(1), person(2), person(3)]

    assert chosen(strict_order(Pool(team, order=("m3", "m1")))) == 3
    assert chosen(strict_order(Pool(team[:2], order=("m3", "m2", "m1")))) == 2
    assert chosen(strict_order(Pool(team, order=("*",)))) == 1


def test_r5_manual_chooses_nobody_and_says_why():
    pick = manual(Pool([person(1)]))

    assert (pick.assignee, pick.offered_to) == (None, ())
    assert pick.reason.en == "the head assigns on this line"


@pytest.mark.parametrize("strategy", STRATEGIES.values())
def test_invariant12_every_pick_has_a_reason_in_both_languages(strategy: Callable[[Pool], Pick]):
    reason = strategy(Pool([person(1), person(2)])).reason

    assert reason.ru
    assert reason.en
    assert reason.to_record().keys() == {"code", "ru", "en"}
